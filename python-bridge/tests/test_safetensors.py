"""safetensors files, beside the `safetensors` package as writer and reference."""

import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import safetensors
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from modelview import ModelView
from modelview.adapters import _stored, describe
from modelview.adapters._stored import StoredFile
from modelview.adapters.safetensors import source as source_module
from modelview.errors import NoValuesError, UnsupportedModelError
from modelview.tensors import Plane, Pyramid

NARROW = {
    "BF16": ("bfloat16", ml_dtypes.bfloat16),
    "F8_E4M3": ("float8_e4m3fn", ml_dtypes.float8_e4m3fn),
    "F8_E5M2": ("float8_e5m2", ml_dtypes.float8_e5m2),
    "F8_E8M0": ("float8_e8m0fnu", ml_dtypes.float8_e8m0fnu),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", ml_dtypes.float8_e4m3fnuz),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", ml_dtypes.float8_e5m2fnuz),
}


def specs(arrays, names=None):
    """What the package's own writer takes, whatever the dtype; `names` are the dtypes that NumPy has not."""
    return {
        name: safetensors.TensorSpec(
            dtype=(names or {}).get(name, str(array.dtype)),
            shape=list(array.shape),
            data_ptr=array.ctypes.data,
            data_len=array.nbytes,
        )
        for name, array in arrays.items()
    }


def write(path, arrays, names=None, metadata=None):
    safetensors.serialize_file(specs(arrays, names), path, metadata)
    return path


def raw(path, header, data=b"", length=None):
    """A file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def one(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.safetensors"


PLAIN = [
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
    "complex64",
]


@pytest.mark.parametrize("dtype", PLAIN)
def test_numbers_of_every_kind_are_those_that_were_written(file, dtype):
    random = np.random.default_rng(0)
    if dtype == "bool":
        array = random.integers(0, 2, (3, 5)).astype(bool)
    else:
        # Every pattern of bits is a value.
        array = random.integers(0, 256, 15 * np.dtype(dtype).itemsize, np.uint8).view(dtype).reshape(3, 5)
    write(file, {"weight": array})
    tensor = describe(file).tensors["weight"]
    assert (tensor.dtype, tensor.shape, tensor.nbytes) == (dtype, (3, 5), array.nbytes)
    found = tensor.read()
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.view(np.uint8), array.view(np.uint8))
    np.testing.assert_array_equal(tensor.read({tensor.dims[0]: 1}), array[1])


@pytest.mark.parametrize("stored", NARROW)
def test_narrow_floats_are_exact_in_every_pattern_of_bits(file, stored):
    name, dtype = NARROW[stored]
    bits = np.arange(1 << 16 if stored == "BF16" else 256, dtype="u2" if stored == "BF16" else "u1").reshape(16, -1)
    write(file, {"w": bits}, {"w": name})
    tensor = describe(file).tensors["w"]
    assert (tensor.dtype, tensor.shape) == (name, bits.shape)
    with np.errstate(all="ignore"):
        wanted = bits.view(dtype).astype(np.float32)
    np.testing.assert_array_equal(tensor.read(), wanted)
    np.testing.assert_array_equal(np.signbit(tensor.read())[~np.isnan(wanted)], np.signbit(wanted)[~np.isnan(wanted)])
    theirs = load_file(file)["w"].float().numpy() if name != "float8_e8m0fnu" else wanted
    np.testing.assert_array_equal(tensor.read(), theirs)
    statistics = tensor.statistics()
    assert statistics.nan == np.isnan(wanted).sum()


@pytest.mark.parametrize(
    ("dtype", "nbytes", "name"),
    [("F4", 4, "float4_e2m1fn"), ("F6_E2M3", 6, "float6_e2m3fn"), ("F6_E3M2", 6, "float6_e3m2fn")],
)
def test_packed_values_have_a_shape_and_a_sentence(file, dtype, nbytes, name):
    raw(file, {"w": one(dtype, (2, 4), (0, nbytes))}, bytes(nbytes))
    assert safetensors.deserialize(file.read_bytes())[0][1]["shape"] == [2, 4]
    tensor = describe(file).tensors["w"]
    assert (tensor.dtype, tensor.shape, tensor.nbytes, tensor.size) == (name, (2, 4), nbytes, 8)
    assert "share bytes" in tensor.problem
    with pytest.raises(NoValuesError, match="dequantise"):
        tensor.read()
    raw(file, {"w": one(dtype, (1, 1), (0, 1))}, bytes(1))
    with pytest.raises(UnsupportedModelError, match="end within a byte"):
        describe(file)


def test_a_packed_tensor_that_the_package_wrote(file):
    write(file, {"w": np.arange(8, dtype=np.uint8).reshape(2, 4)}, {"w": "float4_e2m1fn_x2"})
    assert describe(file).tensors["w"].shape == (2, 8)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 1, 3, 1, 2)])
def test_shapes_of_every_rank_and_of_nothing(file, shape):
    array = np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)
    write(file, {"w": array, "z": np.ones(2, np.float32)})
    tensor = describe(file).tensors["w"]
    assert tensor.shape == shape
    assert tensor.problem is None
    np.testing.assert_array_equal(tensor.read(), array)
    assert tensor.statistics().count == array.size


def test_names_are_a_tree_in_the_order_of_numbers(file):
    weights = {f"h.{i}.{name}": torch.zeros(2, 2) for i in range(12) for name in ("w.weight", "w.bias")}
    save_file({**weights, "wte.weight": torch.zeros(3, 2, dtype=torch.float16), "scale": torch.zeros(())}, file)
    structure = describe(file).structure
    assert [node.path for node in structure.modules if node.path.startswith("h.")] == [
        path for i in range(12) for path in (f"h.{i}", f"h.{i}.w")
    ]
    assert (structure.name, structure.kind) == ("model", "safetensors")
    assert structure.totals["parameters"] == 12 * 8 + 6 + 1
    assert structure.totals["trainable"] is None
    assert structure.totals["dtypes"] == {"float32": 4 * 97, "float16": 12}
    assert structure.tensors["h.3.w.weight"].dims == ("out", "in")
    assert structure.tensors["scale"].node == ""
    assert len({node.signature for node in structure.modules if node.path in ("h.0", "h.11")}) == 1
    assert "holds tensors and nothing of what is computed" in structure.dataflow.notes[0]
    assert "0 … 11" in str(structure)


def test_what_the_writer_says_of_the_file_is_on_the_root(file):
    write(file, {"w": np.zeros(1)}, metadata={"format": "pt", "who": "ü <b>"})
    assert describe(file).structure.modules[0].attributes == {"format": "pt", "who": "ü <b>"}


def test_a_file_is_shown_by_path_and_by_name(file):
    save_file({"fc.weight": torch.ones(4, 3)}, file)
    for path in (file, str(file)):
        view = ModelView(path)
        assert view.structure.name == "model"
        view.selection = "fc.weight"
        assert view.selection.values.sum() == 12
        view.close()
    assert ModelView(file, name="mine").structure.name == "mine"


def shards(folder, weights, count=3, metadata=None):
    """A model in shards, as Hugging Face writes it."""
    places = {}
    for number in range(count):
        shard = f"model-{number + 1:05}-of-{count:05}.safetensors"
        part = {name: value for place, (name, value) in enumerate(weights.items()) if place % count == number}
        save_file(part, folder / shard, metadata={"format": "pt"})
        places |= dict.fromkeys(part, shard)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": metadata or {}, "weight_map": places}))
    return index


def test_a_model_in_shards_is_one_model(tmp_path):
    torch.manual_seed(0)
    weights = {f"layer.{i}.{name}": torch.randn(3, 4) for i in range(11) for name in ("q", "k")}
    index = shards(tmp_path, weights, metadata={"total_size": 1056, "note": [1, 2]})
    for path in (index, tmp_path, str(tmp_path)):
        model = describe(path)
        assert list(model.tensors) == [f"weight/layer.{i}.{name}" for i in range(11) for name in ("k", "q")]
        for name, value in weights.items():
            np.testing.assert_array_equal(model.tensors[name].read(), value.numpy())
        assert model.structure.modules[0].attributes == {
            "format": "pt",
            "total_size": 1056,
            "note": "[1, 2]",
            "shards": 3,
        }
    assert model.name == "model"


def test_a_tensor_of_a_shard_that_the_index_leaves_out_is_told(tmp_path):
    save_file({"a": torch.ones(1), "b": torch.ones(1)}, tmp_path / "s.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "s.safetensors"}}))
    model = describe(index)
    assert list(model.tensors) == ["weight/a"]
    assert model.structure.modules[0].attributes["not in the index"] == ["b"]


def test_a_folder_with_one_file_and_one_with_none(tmp_path):
    with pytest.raises(UnsupportedModelError, match=r"a folder with none of model\.safetensors\.index\.json"):
        describe(tmp_path)
    save_file({"w": torch.ones(2)}, tmp_path / "model.safetensors")
    assert list(describe(tmp_path).tensors) == ["weight/w"]


class Spy:
    """Counts the bytes that are read of files of values."""

    def __init__(self, monkeypatch):
        self.bytes = 0
        take = _stored._take

        def counted(file, start, into):
            self.bytes += len(into)
            take(file, start, into)

        monkeypatch.setattr(_stored, "_take", counted)


def test_no_value_is_read_before_it_is_looked_at_and_then_hardly_more(file, monkeypatch):
    save_file({"big": torch.randn(2048, 2048), "small": torch.ones(3)}, file)
    spy = Spy(monkeypatch)
    model = describe(file)
    str(model.structure)
    model.structure.to_json()
    tensor = model.tensors["big"]
    plane = Plane.of(tensor)
    assert spy.bytes == 0
    assert tensor.read({"dim0": slice(512, 768), "dim1": slice(1024, 1280)}).shape == (256, 256)
    # A row has 8 KB: to read through what is between two pieces is quicker.
    assert spy.bytes <= 256 * 2048 * 4
    spy.bytes = 0
    assert tensor.read({"dim0": 5}).shape == (2048,)
    assert spy.bytes == 2048 * 4
    assert plane.levels > 1
    wide = torch.randn(64, 100_000)
    save_file({"wide": wide}, file)
    spy.bytes = 0
    found = describe(file).tensors["wide"].read({"dim1": slice(5000, 5256)})
    np.testing.assert_array_equal(found, wide[:, 5000:5256])
    assert spy.bytes == 64 * 256 * 4


def test_describing_a_file_reads_its_header_alone(file):
    # A file with a hole of a terabyte, as large as no memory is.
    shape = (1 << 20, 1 << 18)
    nbytes = 4 * shape[0] * shape[1]
    raw(file, {"w": one("F32", shape, (0, nbytes))})
    os.truncate(file, file.stat().st_size + nbytes)
    tensor = describe(file).tensors["w"]
    assert tensor.nbytes == 1 << 40
    assert tensor.read({"dim0": slice(1 << 19, (1 << 19) + 2), "dim1": slice(0, 300)}).sum() == 0


@st.composite
def blocks(draw):
    shape = draw(st.lists(st.integers(0, 6), max_size=5))
    index = []
    for size in shape:
        if size and draw(st.booleans()):
            index.append(draw(st.integers(0, size - 1)))
        else:
            start = draw(st.integers(0, size))
            index.append(slice(start, draw(st.integers(start, size))))
    return shape, tuple(index)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks(), st.sampled_from(["<f4", "u1", "<c8"]), st.integers(0, 9), st.integers(0, 100), st.integers(1, 200))
def test_a_block_of_a_file_is_numpys(file, monkeypatch, block, dtype, before, near, most):
    shape, index = block
    monkeypatch.setattr(_stored, "NEAR", near)
    monkeypatch.setattr(_stored, "MOST_AT_ONCE", most)
    array = np.random.default_rng(0).integers(0, 99, shape).astype(dtype)
    file.write_bytes(b"x" * before + array.tobytes() + b"yy")
    found = StoredFile(file, before + array.nbytes + 2).block(array.dtype, shape, before, index)
    assert found.shape == array[index].shape
    np.testing.assert_array_equal(found, array[index])


CUT = """
import os, sys
import numpy as np
from modelview.adapters import describe
from modelview.errors import NoValuesError
path = sys.argv[1]
tensor = describe(path).tensors["w"]
kept = tensor.read()
os.truncate(path, 1000)
assert kept.sum() == kept.size
for ask in (tensor.read, tensor.statistics):
    try:
        ask()
    except NoValuesError as problem:
        assert "is no longer the one that was opened" in str(problem), problem
    else:
        raise SystemExit("values of a file that was cut")
assert "no longer" in tensor.problem and tensor.descriptor()["problem"]
print("alive")
"""


def test_a_file_that_is_cut_ends_no_process_and_takes_no_array_along(file):
    save_file({"w": torch.ones(1000, 1000)}, file)
    here = Path(__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, "-c", CUT, file], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(here)}
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "alive"), ended.stderr


def test_a_file_that_is_cut_while_it_is_read_is_an_error(file, monkeypatch):
    save_file({"w": torch.ones(1000, 1000)}, file)
    tensor = describe(file).tensors["w"]
    take = _stored._take

    def cut(opened, start, into):
        os.truncate(file, 5000)
        take(opened, start, into)

    monkeypatch.setattr(_stored, "_take", cut)
    with pytest.raises(NoValuesError, match="it was cut while it was read"):
        tensor.read()


def test_a_file_that_is_written_anew_with_the_same_header_has_new_values(file):
    save_file({"w": torch.zeros(300, 300)}, file)
    tensor = describe(file).tensors["w"]
    version = tensor.version
    plane = Plane.of(tensor)
    assert Pyramid(tensor, plane).tile(plane.coarsest_tiles()[0]).max.max() == 0
    save_file({"w": torch.full((300, 300), 7.0)}, file)
    os.utime(file, ns=(1, 1))
    assert tensor.version > version
    assert tensor.problem is None
    assert tensor.read().max() == 7
    assert tensor.statistics().min == 7


def test_a_file_that_is_replaced_or_removed_says_so_and_comes_back(file, tmp_path):
    save_file({"w": torch.zeros(4, 4)}, file)
    tensor = describe(file).tensors["w"]
    whole = file.read_bytes()
    save_file({"w": torch.zeros(5, 5)}, tmp_path / "other")
    os.replace(tmp_path / "other", file)
    assert "show it again" in tensor.problem
    with pytest.raises(NoValuesError, match="no longer the one"):
        tensor.read()
    file.unlink()
    with pytest.raises(NoValuesError, match="cannot be read any more: No such file"):
        tensor.read()
    assert "No such file" in tensor.problem
    file.write_bytes(whole)
    assert tensor.problem is None
    assert tensor.read().shape == (4, 4)


def test_many_threads_read_one_file(file):
    save_file({"w": torch.arange(90_000.0).reshape(300, 300)}, file)
    tensor = describe(file).tensors["w"]
    wrong = []

    def read(number):
        rows = range(number, 300, 8)
        wrong.extend(row for row in rows if tensor.read({"dim0": row})[3] != 300 * row + 3)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def reference(data):
    """What the package reads: shape, dtype and bytes by name; `None` where it refuses."""
    try:
        return dict(safetensors.deserialize(data))
    except Exception:
        return None


class Whole(bytes):
    """A whole file, and not its header alone."""


HUGE = 1 << 62
ENTRY = b'{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
DEEP = b'{"w":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
LIES = {
    "nothing": (Whole(b""), "it has 0 bytes"),
    "too short for a length": (Whole(b"abc"), "it has 3 bytes"),
    "a length past the file": (Whole(struct.pack("<Q", 1000) + b"{}"), "only 2 follow: it was cut, or it lies"),
    "a length past all files": (Whole(struct.pack("<Q", 2**64 - 1) + b"{}"), "100,000,000 are the most"),
    "no object": (b"[1, 2]", "does not begin with '{'"),
    "no JSON": (b'{"w": ', "is no JSON"),
    "text after the JSON": (b'{"__metadata__": {}} x', "is no JSON"),
    "NaN": (b'{"w": NaN}', "NaN is no value of JSON"),
    "not UTF-8": (b'{"\xff": 1}', "is no JSON"),
    "nested deep": (DEEP, "nested too deep|is no JSON"),
    "a number of many digits": (b'{"w": ' + b"9" * 5000 + b"}", "is no JSON"),
    "an infinite number": (b'{"w": {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 8]}}', "no list of sizes"),
    "two of one name": (b'{"w": ' + ENTRY + b', "w": ' + ENTRY + b"}", "'w' is in it twice"),
    "no entry": ({"w": 3}, "is no object with 'dtype', 'shape' and 'data_offsets'"),
    "no dtype": ({"w": {"shape": [2], "data_offsets": [0, 8]}}, "is no object with"),
    "an unknown dtype": ({"w": one("F99")}, "none of BOOL, U8"),
    "a dtype that is none": ({"w": one(["F32"])}, "none of BOOL, U8"),
    "a negative size": ({"w": one(shape=(-1, -2))}, "no list of sizes"),
    "a size that is a bool": ({"w": one(shape=(True, 2))}, "no list of sizes"),
    "a size that is a fraction": ({"w": one(shape=(2.0,))}, "no list of sizes"),
    "a shape that is none": ({"w": {**one(), "shape": 2}}, "no list of sizes"),
    "huge sizes": ({"w": one(shape=(HUGE, HUGE))}, "which no memory holds"),
    "huge sizes beside a zero": ({"w": one(shape=(0, HUGE, HUGE), offsets=(0, 0))}, "which no memory holds"),
    "a size of 200 bits": ({"w": one(shape=(1 << 200,))}, "no list of sizes"),
    "too many dimensions": ({"w": one(shape=[1] * 65 + [2])}, "66 dimensions; 32 are the most"),
    "a wrong product": ({"w": one(shape=(3,))}, "has 8 bytes, and 3 of F32 take 12"),
    "backwards": ({"w": one(offsets=(8, 0))}, "ends at 0 before it begins at 8"),
    "negative offsets": ({"w": one(offsets=(-8, 0))}, "no pair of sizes"),
    "three offsets": ({"w": one(offsets=(0, 4, 8))}, "no pair of sizes"),
    "past the end": ({"w": one(shape=(4,), offsets=(0, 16))}, "ends 8 bytes after the file"),
    "far past the end": ({"w": one(shape=(HUGE // 64,), offsets=(0, HUGE // 16))}, "after the file"),
    "overlapping": ({"w": one(), "x": one(shape=(1,), offsets=(4, 8))}, "they overlap"),
    "the same bytes": ({"w": one(), "x": one()}, "they overlap"),
    "a gap": ({"w": one(shape=(1,), offsets=(0, 4)), "x": one("U8", (2,), (6, 8))}, "2 bytes between 'w' and 'x'"),
    "a gap at the start": ({"w": one(shape=(1,), offsets=(4, 8))}, "4 bytes between the header and 'w'"),
    "more than the tensors": ({"w": one(shape=(1,), offsets=(0, 4))}, "4 bytes after 'w' are of no tensor"),
    "no tensor and yet bytes": ({}, "8 bytes after the header are of no tensor"),
    "metadata that is none": ({"__metadata__": [], "w": one()}, "no object of strings"),
    "metadata of numbers": ({"__metadata__": {"n": 3}, "w": one()}, "no object of strings"),
    "a name of half a letter": (b'{"\\ud800": ' + ENTRY + b"}", "half of a surrogate pair"),
    "an endless name": ({"w" * 5000: one()}, "5,000 letters"),
}  # fmt: skip

STRICTER = {"too many dimensions", "an endless name", "two of one name"}
"""What the reference implementation reads, and we do not."""


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies_is_refused_with_what_is_wrong(file, lie):
    header, said = LIES[lie]
    if isinstance(header, Whole):
        file.write_bytes(header)
    else:
        raw(file, header, bytes(8))
    with pytest.raises(UnsupportedModelError, match=said) as caught:
        describe(file)
    assert str(caught.value).startswith("model.safetensors is no safetensors file, or a damaged one: ")
    assert len(str(caught.value)) < 600
    assert caught.value.code == "bad-argument"
    assert (reference(file.read_bytes()) is not None) == (lie in STRICTER)


def test_an_empty_file_and_one_that_is_none(file, tmp_path):
    raw(file, {})
    with pytest.raises(UnsupportedModelError, match="there are no tensors in it"):
        describe(file)
    with pytest.raises(UnsupportedModelError, match="there is no file"):
        describe(tmp_path / "gone.safetensors")
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(UnsupportedModelError):
        describe(tmp_path / "pipe.safetensors")
    file.chmod(0)
    if os.geteuid():
        with pytest.raises(UnsupportedModelError, match="Permission denied"):
            describe(file)


OUTSIDE = ["../x", "a/../../x", "/etc/x", "C:\\x", "C:x", "\\\\host\\share\\x", "..\\x", "a\0x", "\\x"]


@pytest.mark.parametrize("shard", OUTSIDE)
def test_a_shard_outside_of_the_folder_is_not_opened(tmp_path, shard, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    for place in (tmp_path, inside):
        save_file({"w": torch.ones(1)}, place / "x.safetensors")
    index = inside / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"w": f"{shard}.safetensors"}}))
    opened = []
    whole = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: opened.append(self) or whole(self, *a, **k))
    with pytest.raises(UnsupportedModelError, match="which is outside its folder: it was not opened"):
        describe(index)
    assert all(path == index for path in opened)


def wrong_index(text, said):
    return pytest.param(text if isinstance(text, (str, bytes)) else json.dumps(text), said, id=said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        wrong_index({"weight_map": {"w": "gone.safetensors"}}, "is not beside it: fetch all the files"),
        wrong_index({"weight_map": {"w": "s.bin"}}, r"is no '\.safetensors' file"),
        wrong_index(
            {"weight_map": {"v": "s.safetensors"}}, "says that 'v' is in s.safetensors, which does not have it"
        ),
        wrong_index({"weight_map": {"w": 3}}, "it has no 'weight_map' from the names"),
        wrong_index({"weight_map": []}, "it has no 'weight_map'"),
        wrong_index([1], "is no index: it has no"),
        wrong_index({"weight_map": {}}, "there are no tensors in it"),
        wrong_index("{", "since it is no JSON"),
        wrong_index(b"\xff{}", "it is no JSON: 'utf-8' codec"),
        wrong_index("[" * 100_000, "nested too deep"),
        wrong_index('{"weight_map": {"w": "s.safetensors", "w": "s.safetensors"}}', "'w' is in it twice"),
        wrong_index('{"weight_map": {"\\ud800": "s.safetensors"}}', "which does not have it"),
        wrong_index('{"weight_map": {"w": "\\ud800.safetensors"}}', "is not beside it"),
    ],
)
def test_an_index_that_lies_is_refused(tmp_path, text, said):
    save_file({"w": torch.ones(1)}, tmp_path / "s.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    index.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UnsupportedModelError, match=said) as caught:
        describe(index)
    str(caught.value).encode()


def test_a_damaged_shard_is_named(tmp_path):
    index = shards(tmp_path, {str(i): torch.ones(3) for i in range(3)})
    shard = tmp_path / "model-00002-of-00003.safetensors"
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(UnsupportedModelError, match=r"^model-00002-of-00003\.safetensors is no .*: it was cut"):
        describe(index)


def test_a_name_with_more_dots_than_python_recurses_is_a_tree(file):
    raw(file, {"a." * 2000 + "w": one()}, bytes(8))
    structure = describe(file).structure
    assert len(structure.modules) == 65
    assert next(iter(structure.tensors.values())).read().tolist() == [0, 0]


KEPT = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a.bias": np.arange(3, dtype=np.int16),
    "b": np.array(5, np.uint8),
}
WHOLE = safetensors.serialize(specs(KEPT), {"format": "np"})


def check_as_reference(file, data):
    """It opens with the values that the reference reads, or it is refused: nothing else ever comes out."""
    file.write_bytes(data)
    known = reference(data)
    try:
        model = describe(file)
    except UnsupportedModelError:
        return
    assert known is not None, "opened what the reference refuses"
    assert {name.removeprefix("weight/") for tensor in model.tensors.values() for name in tensor.names} == set(known)
    for name, value in known.items():
        tensor = model.tensors[f"weight/{name}"]
        assert tensor.shape == tuple(value["shape"])
        if tensor.problem is None:
            assert tensor.nbytes == len(value["data"])
            if tensor.dtype not in ("bool", "bfloat16") and not tensor.dtype.startswith("float8"):
                assert tensor.read().tobytes() == bytes(value["data"])
            else:
                tensor.read()
    str(model.structure)
    json.dumps(model.structure.to_json())


FUZZ = settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_one_byte_that_is_wrong(file, place, byte):
    check_as_reference(file, WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :])


@FUZZ
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=12))
def test_a_part_that_is_missing_doubled_or_other(file, start, stop, between):
    check_as_reference(file, WHOLE[:start] + between + WHOLE[stop:])


def test_a_file_cut_anywhere_is_refused(file):
    for size in range(len(WHOLE)):
        file.write_bytes(WHOLE[:size])
        with pytest.raises(UnsupportedModelError):
            describe(file)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@FUZZ
@given(
    st.dictionaries(
        st.text(max_size=6) | st.sampled_from(["w", "__metadata__", "a.b", "a"]),
        _JSON
        | st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["F32", "U8", "BF16", "F4", "I64", "BOOL", "F8_E4M3"]),
                "shape": st.lists(st.integers(0, 4) | _JSON, max_size=4),
                "data_offsets": st.lists(st.integers(0, 16) | _JSON, min_size=2, max_size=2),
            },
            optional={"more": _JSON},
        ),
        max_size=3,
    ),
    st.integers(0, 16),
)
def test_any_header_at_all(file, header, size):
    try:
        text = json.dumps(header).encode()
    except ValueError:
        assume(False)
    check_as_reference(file, struct.pack("<Q", len(text)) + text + bytes(size))


def test_no_value_is_looked_at_to_describe(file, monkeypatch):
    save_file({"w": torch.ones(3)}, file)

    def fail(*_):
        raise AssertionError("a value was read")

    monkeypatch.setattr(source_module.SafetensorsSource, "read", fail)
    ModelView(file).close()
