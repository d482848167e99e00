"""What `torch.save` wrote, read where it is in the file, beside `torch.load` as reference."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from checks import check_plane, check_statistics

from modelview import ModelView, TensorView
from modelview.adapters import describe
from modelview.adapters._torch_archive import ArchivedSource
from modelview.adapters.torch import source_of
from modelview.errors import NoValuesError, UnsupportedModelError

DTYPES = [
    *(
        "bool",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "uint32",
        "int32",
        "uint64",
        "int64",
        "float16",
        "float32",
        "float64",
    ),
    *("complex64", "complex128", "bfloat16"),
    *("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"),
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.pt"


def in_place(tensor):
    return isinstance(tensor.source, ArchivedSource)


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_of_every_kind_are_those_that_were_saved(file, dtype):
    values = (torch.randn(300, 70, dtype=torch.complex64 if "complex" in dtype else None) * 20).to(
        getattr(torch, dtype)
    )
    torch.save({"w": values}, file)
    tensor = describe(file).tensors["w"]
    assert in_place(tensor)
    known = source_of(values)
    assert (tensor.dtype, tensor.shape, tensor.nbytes) == (known.dtype, known.shape, known.nbytes)
    wanted = known.read((slice(0, 300), slice(0, 70)))
    assert tensor.read().dtype == wanted.dtype
    np.testing.assert_array_equal(tensor.read(), wanted)
    np.testing.assert_array_equal(tensor.read({"dim0": 7, "dim1": slice(3, 9)}), wanted[7, 3:9])


def views():
    whole = torch.randn(40, 60)
    image = torch.randn(2, 3, 4, 5)
    return {
        "plain": whole,
        "transposed": whole.t(),
        "rows": whole[5:9],
        "permuted": image.permute(2, 0, 3, 1),
        "channels_last": image.to(memory_format=torch.channels_last),
        "expanded": torch.arange(3.0)[:, None].expand(3, 5),
        "expanded_first": torch.arange(3.0).expand(4, 3),
        "one_place": whole[:, :1].clone().expand(40, 1)[None],
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2, 2)),
    }


@pytest.mark.parametrize("name", views())
def test_a_view_of_any_strides_is_what_it_was(file, name):
    tensors = views()
    torch.save(tensors, file)
    tensor = describe(file).tensors[name]
    assert in_place(tensor)
    wanted = torch.load(file, weights_only=True)[name].detach().numpy()
    np.testing.assert_array_equal(tensor.read(), wanted)
    if wanted.size:
        check_plane(tensor, wanted)
        check_statistics(tensor.statistics(), wanted)
        assert tensor.read(dict.fromkeys(tensor.dims, 0)) == wanted[(0,) * wanted.ndim]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("gaps", lambda: torch.randn(40, 60)[:, 10:20]),
        ("sparse", lambda: torch.eye(5).to_sparse()),
        ("quantised", lambda: torch.quantize_per_tensor(torch.randn(4, 4), 0.1, 0, torch.qint8)),
        ("conjugated", lambda: torch.randn(3, 3, dtype=torch.complex64).conj()),
    ],
)
def test_what_is_not_stored_side_by_side_is_read_through_torch(file, name, make):
    value = make()
    torch.save({"w": value, "other": torch.ones(3)}, file)
    tensors = describe(file).tensors
    assert not in_place(tensors["w"])
    dense = value.dequantize() if value.is_quantized else value.to_dense() if value.is_sparse else value.resolve_conj()
    np.testing.assert_array_equal(tensors["w"].read(), dense.numpy())
    assert tensors["other"].read().tolist() == [1, 1, 1]


def test_a_checkpoint_is_a_tree_with_all_that_is_in_it(file):
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 4)).sum().backward()
    optimizer.step()
    torch.save({"epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
    mv = ModelView(file)
    assert mv.structure.modules[0].name == "model"
    np.testing.assert_array_equal(mv.tensors["state_dict.1.weight"].read(), model[1].weight.detach().numpy())
    averaged = optimizer.state_dict()["state"][2]["exp_avg"].numpy()
    np.testing.assert_array_equal(mv.tensors["optimizer.state.2.exp_avg"].read(), averaged)
    assert mv.tensors["state_dict.0.weight"].dims == ("out", "in")
    mv.close()


def test_weights_that_are_tied_are_one_tensor_with_two_names(file):
    weight = torch.randn(5, 5)
    torch.save({"embed.weight": weight, "head.weight": weight, "head.turned": weight.t()}, file)
    model = describe(file)
    assert model.tensors["embed.weight"] is model.tensors["head.weight"]
    assert len(model.tensors) == 2


def test_a_tensor_alone_and_a_list_of_them(file):
    torch.save(torch.arange(6.0).reshape(2, 3), file)
    assert TensorView(file).tensor.read().tolist() == [[0, 1, 2], [3, 4, 5]]
    torch.save([torch.ones(2), torch.zeros(3)], file)
    assert [*describe(file).tensors] == ["weight/0", "weight/1"]
    assert TensorView(file, name="1").shape == (3,)


def test_opening_reads_no_value_and_a_slice_reads_its_own_bytes(file, monkeypatch):
    torch.save({"w": torch.arange(2.0**22).reshape(2048, 2048)}, file)
    taken = []
    from modelview.adapters import _stored

    real = _stored._take
    monkeypatch.setattr(_stored, "_take", lambda file, start, into: taken.append(len(into)) or real(file, start, into))
    tensor = describe(file).tensors["w"]
    assert taken == []
    np.testing.assert_array_equal(tensor.read({"dim0": 2}), np.arange(4096, 6144))
    assert sum(taken) == 2048 * 4


def test_a_file_that_is_cut_written_anew_or_removed_is_a_sentence_and_not_the_end_of_the_kernel(file):
    torch.save({"w": torch.zeros(1000, 1000)}, file)
    tensor = describe(file).tensors["w"]
    version = tensor.version
    file.write_bytes(file.read_bytes()[:4096])
    assert tensor.version > version
    with pytest.raises(NoValuesError, match="no longer the one that was opened"):
        tensor.read()
    torch.save({"w": torch.ones(1000, 1000)}, file)
    with pytest.raises(NoValuesError, match="no longer the one that was opened"):
        tensor.read()
    file.unlink()
    with pytest.raises(NoValuesError, match="cannot be read any more"):
        tensor.read()


def rezip(source, target, change=lambda name, data: data, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))


def test_a_storage_that_is_shorter_than_it_says_is_not_read_beyond_its_end(file, tmp_path):
    torch.save({"w": torch.ones(100, 100), "secret": torch.full((9999,), 7.0)}, file)
    lying = tmp_path / "lying.pt"
    rezip(file, lying, lambda name, data: data[:400] if name.endswith("data/0") else data)
    with pytest.raises(UnsupportedModelError, match=r"lying\.pt"):
        describe(lying)


def test_an_archive_that_was_deflated_is_not_read_in_place(file, tmp_path):
    torch.save({"w": torch.ones(100, 100)}, file)
    deflated = tmp_path / "deflated.pt"
    rezip(file, deflated, method=zipfile.ZIP_DEFLATED)
    with pytest.raises(UnsupportedModelError, match=r"deflated\.pt"):
        describe(deflated)


def test_all_shards_that_an_index_names_are_one_model(tmp_path):
    shards = {
        "pytorch_model-00001-of-00002.bin": {"a.weight": torch.randn(4, 3), "a.bias": torch.ones(4)},
        # A view with gaps: this shard is read through torch, the other one in place.
        "pytorch_model-00002-of-00002.bin": {"b.weight": torch.randn(4, 30)[:, 3:9]},
    }
    for name, tensors in shards.items():
        torch.save(tensors, tmp_path / name)
    places = {each: name for name, tensors in shards.items() for each in tensors}
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    for path in (index, tmp_path):
        model = describe(path)
        assert (model.name, [*model.tensors]) == ("pytorch_model", [f"weight/{name}" for name in places])
        for tensors in shards.values():
            for name, value in tensors.items():
                np.testing.assert_array_equal(model.tensors[name].read(), value.numpy())
        assert [in_place(each) for each in model.tensors.values()] == [True, True, False]
    index.write_text(json.dumps({"weight_map": {"other": "pytorch_model-00001-of-00002.bin"}}))
    with pytest.raises(UnsupportedModelError, match="says that 'other' is in pytorch_model-00001"):
        describe(index)
    index.write_text(json.dumps({"weight_map": {"w": "../evil.bin"}}))
    with pytest.raises(UnsupportedModelError, match="outside its folder: it was not opened"):
        describe(index)
    index.write_text(json.dumps({"weight_map": {"w": "evil.pkl"}}))
    with pytest.raises(UnsupportedModelError, match=r"which is no '\.bin' file"):
        describe(index)


def test_a_name_with_more_dots_than_python_recurses_is_a_tree(file):
    torch.save({"a." * 3000 + "w": torch.ones(2)}, file)
    assert len(describe(file).structure.modules) == 65


@pytest.mark.parametrize("damage", range(0, 1500, 37))
def test_a_damaged_file_is_shown_or_refused_and_nothing_else(file, damage):
    torch.save({"a": torch.ones(5, 3), "b": torch.arange(4)}, file)
    data = bytearray(file.read_bytes())
    data[damage % len(data)] ^= 0xFF
    file.write_bytes(data)
    try:
        model = describe(file)
    except UnsupportedModelError:
        return
    for tensor in model.tensors.values():
        assert tensor.read().shape == tensor.shape


def test_torch_is_imported_for_such_a_file_and_missed_with_a_sentence(file):
    torch.save({"w": torch.ones(2)}, file)
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from modelview.adapters import describe\n"
        "assert 'torch' not in sys.modules\n"
        f"print(describe({str(file)!r}).tensors['w'].read().tolist())\n"
        "sys.modules['torch'] = None\n"
        f"try: describe({str(file)!r})\n"
        "except Exception as problem: print(type(problem).__name__, problem)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    [values, said] = found.stdout.splitlines()
    assert values == "[1.0, 1.0]"
    assert said.startswith("UnsupportedModelError model.pt was written by PyTorch")
    assert "pip install modelview[torch]" in said
