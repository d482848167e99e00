"""A path instead of a model or an array, whatever the format."""

import json

import gguf
import numpy as np
import onnx_ir as ir
import pytest
from safetensors.numpy import save_file

from modelview import ModelView, TensorView
from modelview.adapters import describe
from modelview.errors import UnsupportedModelError

WEIGHTS = {
    "enc.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "enc.0.bias": np.array([1, 2, 3], np.float32),
}


def write_npz(path, weights):
    np.savez(path, **weights)


def write_gguf(path, weights, settings=None):
    writer = gguf.GGUFWriter(path, "tiny")
    for name, value in (settings or {}).items():
        writer.add_float64(name, value) if isinstance(value, float) else writer.add_array(name, value)
    for name, array in weights.items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_onnx(path, weights):
    initializers = [ir.val(name, const_value=ir.tensor(array, name=name)) for name, array in weights.items()]
    graph = ir.Graph([], initializers, nodes=[], initializers=initializers, name="tiny", opset_imports={"": 20})
    ir.save(ir.Model(graph, ir_version=10), path)


def write_safetensors(path, weights):
    save_file(weights, path)


WRITERS = {".gguf": write_gguf, ".npz": write_npz, ".onnx": write_onnx, ".safetensors": write_safetensors}


@pytest.fixture(params=WRITERS)
def ending(request):
    return request.param


def test_one_tensor_of_a_file_is_shown_by_its_name(tmp_path, ending):
    path = tmp_path / f"tiny{ending}"
    WRITERS[ending](path, WEIGHTS)
    with pytest.raises(
        UnsupportedModelError, match=r"^tiny has 2 tensors: .*Show one, TensorView\(path, name='enc\.0\."
    ):
        TensorView(path)
    with pytest.raises(UnsupportedModelError, match="and none is called 'enc'"):
        TensorView(path, name="enc")
    view = TensorView(path, name="enc.0.weight")
    assert (view.title, view.tensor.address) == ("enc.0.weight", "array/enc.0.weight")
    assert view.tensor.dims == ModelView(path).tensors["enc.0.weight"].dims
    np.testing.assert_array_equal(view.tensor.read(), WEIGHTS["enc.0.weight"])
    assert TensorView(str(path), name="weight/enc.0.bias", dims=("unit",)).tensor.dims == ("unit",)


def test_the_only_tensor_of_a_file_needs_no_name(tmp_path, ending):
    path = tmp_path / f"tiny{ending}"
    WRITERS[ending](path, {"fc.weight": WEIGHTS["enc.0.weight"]})
    assert TensorView(path).title == "fc.weight"
    assert TensorView(path, name="W").tensor.address == "array/W"
    np.testing.assert_array_equal(TensorView(path).tensor.read()[:, 1], [1, 4])


def test_the_only_file_of_a_folder_is_meant_by_it(tmp_path, ending):
    WRITERS[ending](tmp_path / f"tiny{ending}", WEIGHTS)
    (tmp_path / "README.md").touch()
    assert describe(tmp_path).name == "tiny"
    WRITERS[ending](tmp_path / f"other{ending}", WEIGHTS)
    with pytest.raises(UnsupportedModelError) as refused:
        describe(tmp_path)
    assert f"2 files that can be shown: pass the path of one of other{ending}, tiny{ending}" in str(refused.value)


def test_what_a_file_says_of_itself_reaches_the_page_though_it_be_no_number(tmp_path):
    settings = {"rope.scale": float("nan"), "limit": float("-inf"), "scores": [0.5, float("inf")]}
    write_gguf(tmp_path / "tiny.gguf", WEIGHTS, settings)
    save_file(WEIGHTS, tmp_path / "part.safetensors")
    index = {"metadata": {"total_size": 36}, "weight_map": dict.fromkeys(WEIGHTS, "part.safetensors")}
    text = json.dumps(index).replace("36", "1e999")
    (tmp_path / "tiny.safetensors.index.json").write_text(text)
    told = {}
    for name in ("tiny.gguf", "tiny.safetensors.index.json"):
        structure = ModelView(tmp_path / name).structure
        json.dumps(structure.to_json(), allow_nan=False)
        told |= structure.modules[0].attributes
    assert (told["rope.scale"], told["limit"], told["scores"]) == ("nan", "-inf", [0.5, "inf"])
    assert told["total_size"] == "inf"
