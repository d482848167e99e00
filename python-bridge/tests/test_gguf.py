"""GGUF files, beside the `gguf` package as writer and reference."""

import struct
import subprocess
import sys
import tracemalloc

import gguf
import numpy as np
import pytest
from checks import check_plane, check_statistics
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFReader, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelview import ModelView, TensorView
from modelview.adapters import describe
from modelview.adapters.gguf import source as source_module
from modelview.errors import NoValuesError, UnsupportedModelError

RANDOM = np.random.default_rng(5)
PLAIN = {
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F64": "float64",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
}
QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ1_0", "TQ2_0", "MXFP4"]
"""What the package writes."""
UNPACKED = [
    *("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S"),
    *("IQ1_S", "IQ1_M", "IQ4_NL", "IQ4_XS", "NVFP4"),
]
"""What it reads only: any bytes are values of these."""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.gguf"


def write(path, tensors, settings=(), **options):
    """A file of arrays; of pairs (bytes, kind) where they are packed."""
    writer = GGUFWriter(path, "llama", **options)
    for method, *arguments in settings:
        getattr(writer, method)(*arguments)
    for name, value in tensors.items():
        data, kind = value if isinstance(value, tuple) else (value, None)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def blocks(kind, rows, many):
    """Random bytes of so many blocks a row, with scales that are finite."""
    data = RANDOM.integers(0, 256, (*rows, many * GGML_QUANT_SIZES[kind][1]), np.uint8)
    # The upper byte of a half-precision scale: below 0x78 it is a number.
    return data & 0x7B


def raw(tensors=(), settings=b"", counts=None, version=3, tail=b"", magic=b"GGUF"):
    """The bytes of any file."""
    many = counts or (len(tensors), 0)
    return magic + struct.pack("<IQQ", version, *many) + settings + b"".join(tensors) + tail


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(data)) + data


def info(name="w", shape=(32,), kind=0, offset=0):
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_numbers_are_those_that_were_written(file, kind):
    array = (RANDOM.standard_normal((6, 64)) * 90).astype("f4" if kind == "BF16" else PLAIN[kind])
    if kind == "BF16":
        write(file, {"w": (gguf.quants.quantize(array, Kind.BF16), Kind.BF16)})
        array = gguf.quants.dequantize(gguf.quants.quantize(array, Kind.BF16), Kind.BF16)
    else:
        write(file, {"w": array})
    tensor = describe(file).tensors["w"]
    assert (tensor.dtype, tensor.shape, tensor.layout) == (PLAIN[kind], (6, 64), "strided")
    assert tensor.read().dtype == array.dtype
    np.testing.assert_array_equal(tensor.read(), array)
    np.testing.assert_array_equal(tensor.read({"dim0": 2, "dim1": slice(3, 40)}), array[2, 3:40])


@pytest.mark.parametrize("kind", QUANTISED)
def test_quantised_values_are_what_the_package_makes_of_them(file, kind):
    array = RANDOM.standard_normal((37, 768)).astype("f4")
    packed = gguf.quants.quantize(array, Kind[kind])
    write(file, {"blk.0.ffn.weight": (packed, Kind[kind])})
    wanted = gguf.quants.dequantize(packed, Kind[kind])
    tensor = describe(file).tensors["blk.0.ffn.weight"]
    assert (tensor.dtype, tensor.shape, tensor.dims, tensor.nbytes) == (kind, array.shape, ("out", "in"), packed.nbytes)
    assert tensor.layout == "packed"
    np.testing.assert_array_equal(tensor.read(), wanted)
    check_plane(tensor, wanted)
    check_statistics(tensor.statistics(), wanted)
    # What was quantised is near to what it was made of: the reference is read the right way round.
    assert np.corrcoef(wanted.ravel(), array.ravel())[0, 1] > 0.7


@pytest.mark.parametrize("kind", UNPACKED)
def test_every_kind_that_the_package_unpacks_is_shown(file, kind):
    packed = blocks(Kind[kind], (3, 5), 3)
    write(file, {"w": (packed, Kind[kind])})
    with np.errstate(all="ignore"):
        wanted = gguf.quants.dequantize(packed.reshape(15, -1), Kind[kind]).reshape(3, 5, -1)
    tensor = describe(file).tensors["w"]
    assert (tensor.dtype, tensor.shape) == (kind, wanted.shape)
    np.testing.assert_array_equal(tensor.read(), wanted)


@pytest.mark.parametrize("kind", ["Q8_1", "Q8_K"])
def test_a_kind_that_the_package_does_not_unpack_says_so_and_has_a_shape(file, kind):
    packed = blocks(Kind[kind], (4,), 2)
    write(file, {"w": (packed, Kind[kind]), "v": np.ones(32, "f4")})
    model = describe(file)
    assert (model.tensors["w"].dtype, model.tensors["w"].nbytes) == (kind, packed.nbytes)
    with pytest.raises(NoValuesError, match=f"the package gguf does not unpack {kind} values"):
        model.tensors["w"].read()
    assert model.tensors["v"].read().sum() == 32


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_slice_equals_the_slice_of_the_whole(tmp_path_factory, data):
    tensor, whole = shared(tmp_path_factory)
    index = []
    for size in whole.shape:
        if data.draw(st.booleans()):
            index.append(data.draw(st.integers(0, size - 1)))
        else:
            start = data.draw(st.integers(0, size))
            index.append(slice(start, data.draw(st.integers(start, size))))
    found = tensor.source.read(tuple(index))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, whole[tuple(index)])


def shared(factory, kept=[]):  # noqa: B006 - written once
    if not kept:
        path = factory.mktemp("gguf") / "model.gguf"
        packed = gguf.quants.quantize(RANDOM.standard_normal((3, 7, 160)).astype("f4"), Kind.Q5_1)
        write(path, {"w": (packed, Kind.Q5_1)})
        kept += [describe(path).tensors["w"], gguf.quants.dequantize(packed, Kind.Q5_1)]
    return kept


def test_a_slice_unpacks_the_blocks_that_it_meets_and_no_others(file, monkeypatch):
    packed = gguf.quants.quantize(RANDOM.standard_normal((64, 4096)).astype("f4"), Kind.Q8_0)
    write(file, {"a.weight": (packed, Kind.Q8_0)})
    unpacked = []
    real = gguf.quants.dequantize
    monkeypatch.setattr(
        "modelview.adapters.gguf.kinds.dequantize", lambda rows, kind: unpacked.append(rows.size) or real(rows, kind)
    )
    tensor = describe(file).tensors["a.weight"]
    wanted = real(packed, Kind.Q8_0)
    assert sum(unpacked) <= GGML_QUANT_SIZES[Kind.Q8_0][1]
    unpacked.clear()
    np.testing.assert_array_equal(tensor.read({"out": slice(8, 10), "in": slice(33, 65)}), wanted[8:10, 33:65])
    assert sum(unpacked) == 2 * 2 * 34
    unpacked.clear()
    # Of a column all rows' blocks are unpacked, a part of them at a time.
    monkeypatch.setattr(source_module, "AT_ONCE", 256)
    np.testing.assert_array_equal(tensor.read({"in": 100}), wanted[:, 100])
    assert (sum(unpacked), max(unpacked)) == (64 * 34, 8 * 34)


def test_the_settings_are_what_is_known_of_the_model(file):
    write(
        file,
        {"w": np.ones((2, 32), "f4")},
        [
            ("add_block_count", 32),
            ("add_float32", "llama.rope.freq_base", 10000.0),
            ("add_bool", "tokenizer.ggml.add_bos_token", True),
            ("add_string", "general.name", "Llama ✓"),
            ("add_array", "general.tags", ["text", "chat"]),
            ("add_array", "tokenizer.ggml.tokens", [f"t{i}" for i in range(5000)]),
            ("add_array", "tokenizer.ggml.scores", [0.5] * 5000),
        ],
    )
    [root, *_] = describe(file).structure.modules
    assert (root.kind, root.name) == ("gguf", "model")
    known = dict(root.attributes)
    assert known == {
        "general.architecture": "llama",
        "llama.block_count": 32,
        "llama.rope.freq_base": 10000.0,
        "tokenizer.ggml.add_bos_token": True,
        "general.name": "Llama ✓",
        "general.tags": ["text", "chat"],
        "tokenizer.ggml.tokens": "5,000: t0, t1, t2, t3, …",
        "tokenizer.ggml.scores": "5,000: 0.5, 0.5, 0.5, 0.5, …",
    }


def test_a_long_vocabulary_is_passed_over_to_what_follows_it(file):
    words = [f"{'long' * (i % 999)}{i}" for i in range(3000)]
    settings = [("add_array", "tokens", words), ("add_array", "more", words[:50]), ("add_uint32", "n", 7)]
    for order in gguf.GGUFEndian:
        write(file, {"w": np.ones((2, 32), "f4")}, settings, endianess=order)
        model = describe(file)
        assert model.structure.modules[0].attributes["n"] == 7
        assert model.structure.modules[0].attributes["tokens"].startswith("3,000: 0, long1, longlong2, ")
        assert model.tensors["w"].read().sum() == 64


def test_the_tree_is_in_the_names_and_in_their_order(file):
    names = ["blk.10.attn_q.weight", "blk.2.attn_q.weight", "blk.2.attn_q.bias", "token_embd.weight"]
    write(file, {name: np.ones((4, 32), "f4") for name in names})
    model = ModelView(file)
    assert [node.path for node in model.structure.modules] == [
        *("", "blk", "blk.2", "blk.2.attn_q", "blk.10", "blk.10.attn_q", "token_embd")
    ]
    assert model.structure.totals["parameters"] == 4 * 4 * 32
    assert TensorView(file, name="token_embd.weight").shape == (4, 32)
    with pytest.raises(UnsupportedModelError, match="has 4 tensors"):
        TensorView(file)
    model.close()


def test_offsets_and_sizes_are_those_that_the_packages_reader_finds(file):
    write(
        file,
        {"a": np.ones(3, "f4"), "b": (blocks(Kind.Q4_K, (3,), 2), Kind.Q4_K), "c": np.ones((2, 5), "f2")},
        [("add_custom_alignment", 64)],
    )
    tensors = describe(file).tensors
    for known in GGUFReader(file).tensors:
        tensor = tensors[known.name]
        assert (tensor.nbytes, tensor.shape[::-1]) == (known.n_bytes, tuple(known.shape.tolist()))
        if known.name != "b":
            np.testing.assert_array_equal(tensor.read(), known.data)


def test_a_big_endian_file_has_its_plain_numbers_shown(file):
    array = RANDOM.standard_normal((3, 32)).astype("f4")
    packed = gguf.quants.quantize(array, Kind.Q8_0)
    tensors = {"w": array, "h": array.astype("f2"), "q": (packed, Kind.Q8_0)}
    write(file, tensors, [("add_uint32", "n", 7)], endianess=gguf.GGUFEndian.BIG)
    model = describe(file)
    assert model.structure.modules[0].attributes["n"] == 7
    np.testing.assert_array_equal(model.tensors["w"].read(), array)
    np.testing.assert_array_equal(model.tensors["h"].read(), array.astype("f2"))
    with pytest.raises(NoValuesError, match="the file is big-endian"):
        model.tensors["q"].read()


def test_all_parts_of_a_split_file_are_one_model(tmp_path):
    parts = [tmp_path / f"m-0000{i}-of-00002.gguf" for i in (1, 2)]
    write(parts[0], {"a.w": np.ones((2, 32), "f4")}, [("add_uint16", "split.count", 2)])
    write(parts[1], {"b.w": np.zeros((2, 32), "f4")})
    for path in (*parts, tmp_path):
        model = describe(path)
        assert (model.name, [*model.tensors]) == ("m", ["weight/a.w", "weight/b.w"])
        assert model.structure.modules[0].attributes["parts"] == 2
    write(parts[1], {"a.w": np.zeros((2, 32), "f4")})
    with pytest.raises(UnsupportedModelError, match=r"the tensor 'a\.w' that another part has too"):
        describe(parts[0])
    parts[1].unlink()
    with pytest.raises(UnsupportedModelError, match=r"one of 2 parts, and these are not beside it: m-00002-of-00002"):
        describe(parts[0])


def test_a_file_that_is_written_anew_cut_or_removed_is_noticed(file):
    array = np.arange(64, dtype="f4").reshape(2, 32)
    write(file, {"w": array})
    tensor = describe(file).tensors["w"]
    version = tensor.version
    write(file, {"w": array + 1})
    assert tensor.version == version + 1
    np.testing.assert_array_equal(tensor.read(), array + 1)
    file.write_bytes(file.read_bytes()[:-32])
    with pytest.raises(NoValuesError, match="no longer the one that was opened"):
        tensor.read()
    file.unlink()
    with pytest.raises(NoValuesError, match="cannot be read any more"):
        tensor.read()


HUGE = 2**62
LIES = [
    (b"", "it was cut, or lies"),
    (b"\x80\x04pickle", r"begins with b'\\x80\\x04pi', and not with b'GGUF'"),
    (raw(version=1), "is of version 1 of the format; 2 and 3 are read"),
    (raw(version=9), "is of version 9"),
    (raw(counts=(HUGE, 0)), r"it has 4,611,686,018,427,387,904 tensors, and only 0 bytes follow"),
    (raw(counts=(0, HUGE)), r"it has 4,611,686,018,427,387,904 settings"),
    (raw(counts=(0, 1), tail=struct.pack("<Q", HUGE) + bytes(20)), "a text of 4,611,686,018,427,387,904 bytes"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<I", 99)), "is of kind 99"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<IIQ", 9, 4, HUGE)), "a list of 4,611,686,018,427,387,904"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<IIQ", 9, 8, HUGE)), "a list of 4,611,686,018,427,387,904"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<IIQ", 9, 8, 20) + text("x") * 19 + b"cut"), "cut, or lies"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<IIQ", 9, 8, 20) + text("x") * 18 + b"\xff" * 8), "cut, or"),
    (raw(counts=(0, 1), settings=text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9), "is of kind 9"),
    (raw(counts=(0, 2), settings=(text("k") + struct.pack("<II", 4, 1)) * 2), "the setting 'k' is in it twice"),
    (
        raw([info()], counts=(1, 1), settings=text("general.alignment") + struct.pack("<II", 4, 0)),
        "its alignment is '0', which is no power of two",
    ),
    (raw([info()] * 2, tail=bytes(999)), "the tensor 'w' is in it twice"),
    (raw([info(kind=77)], tail=bytes(999)), "'w' is of kind 77, which the installed package gguf does not know"),
    (raw([info(kind=4)], tail=bytes(999)), "'w' is of kind 4, which"),
    (raw([info(shape=(1,) * 9)], tail=bytes(999)), "'w' has 9 dimensions; 8 are the most"),
    (raw([text("w") + struct.pack("<I", 2**31)], tail=bytes(99)), "'w' has 2,147,483,648 dimensions"),
    (raw([info(shape=(2**40, 2**40))], tail=bytes(999)), "which no memory holds"),
    (raw([info(shape=(2**40,))], tail=bytes(999)), r"'w' ends 4,398,046,\d+,\d+ bytes after the file"),
    (raw([info(offset=HUGE)], tail=bytes(999)), "bytes after the file: it was cut, or its header lies"),
    (raw([info(offset=3)], tail=bytes(999)), "begins at 3 among the values, which is no multiple of 32"),
    (raw([info(shape=(33,), kind=2)], tail=bytes(999)), "33 of Q4_0, whose blocks have 32 values: no whole rows"),
    (raw([info(shape=(), kind=2)], tail=bytes(999)), "a scalar of Q4_0"),
    (raw([info("a"), info("b", offset=96)], tail=bytes(999)), "'b' begins 32 bytes before 'a' ends: they overlap"),
    (raw([text("n" * 5000)], tail=bytes(99)), "a text of 5,000 bytes"),
    (raw(), "there are no tensors in it"),
]


@pytest.mark.parametrize(("data", "said"), LIES, ids=range(len(LIES)))
def test_a_file_that_lies_is_refused_with_what_is_wrong_and_takes_no_memory(file, data, said):
    file.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(UnsupportedModelError, match=said) as caught:
            describe(file)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith("model.gguf")


def test_lists_of_lists_and_texts_that_are_no_utf8_are_read(file):
    nested = text("k") + struct.pack("<IIQ", 9, 9, 2) + struct.pack("<IQHH", 2, 2, 1, 2) + struct.pack("<IQ", 8, 1)
    nested += text(b"\xff\xfe")
    file.write_bytes(raw([info("n\n")], nested, (1, 1), tail=bytes(512)))
    model = describe(file)
    assert model.structure.modules[0].attributes == {"k": [[1, 2], ["��"]]}
    assert model.tensors["n\n"].read().tolist() == [0] * 32


def whole(tmp_path_factory, kept=[]):  # noqa: B006 - written once
    if not kept:
        path = tmp_path_factory.mktemp("whole") / "w.gguf"
        packed = gguf.quants.quantize(np.ones((2, 64), "f4"), Kind.Q4_0)
        write(path, {"a": (packed, Kind.Q4_0), "b": np.ones((3, 32), "f2")}, [("add_array", "t", ["x", "y"])])
        kept.append(path.read_bytes())
    return kept[0]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_shown_or_refused_and_nothing_else(tmp_path_factory, place, value, cut):
    data = bytearray(whole(tmp_path_factory))
    at = int(place * len(data))
    data[at] = value
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    path.write_bytes(data[:at] if cut else data)
    try:
        model = describe(path)
    except UnsupportedModelError:
        return
    for tensor in model.tensors.values():
        if tensor.problem is None:
            assert tensor.read().shape == tensor.shape


def test_without_the_package_it_is_said_how_to_get_it(file):
    write(file, {"w": np.ones((2, 32), "f4")})
    code = (
        "import sys; sys.modules['gguf'] = None\n"
        "from modelview.adapters import describe\n"
        f"try: describe({str(file)!r})\n"
        "except Exception as problem: print(type(problem).__name__, problem)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("UnsupportedModelError model.gguf: the package gguf knows")
    assert "pip install modelview[gguf]" in found.stdout


def test_no_framework_is_imported_for_it(file):
    write(file, {"w": np.ones((2, 32), "f4")})
    code = (
        "import sys; from modelview.adapters import describe\n"
        f"describe({str(file)!r}).tensors['w'].read()\n"
        "print([m for m in ('torch', 'jax', 'keras', 'tensorflow', 'transformers') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
