"""NumPy's own files, beside `numpy.load`."""

import io
import struct
import threading
import tracemalloc
import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from checks import check_plane, check_statistics, same
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.lib import format as npy_format

from modelview import ModelView, TensorView
from modelview.adapters import _stored, describe, tensor_of
from modelview.adapters.npy import archive, unpacked
from modelview.errors import NoValuesError, UnsupportedModelError

KINDS = [
    "?",
    "u1",
    "i1",
    "<u2",
    ">i2",
    "<u4",
    ">i4",
    "<u8",
    ">i8",
    "<f2",
    ">f2",
    "<f4",
    ">f4",
    "<f8",
    ">f8",
    "<c8",
    ">c16",
]


def numbers(dtype, shape=(5, 7), seed=0):
    """Every pattern of bits is a value."""
    random = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    return np.frombuffer(random.bytes(int(np.prod(shape)) * dtype.itemsize), dtype).reshape(shape)


def npy(header, data=b"", version=(1, 0), length=None):
    """A file with any header."""
    text = header if isinstance(header, bytes) else repr(header).encode()
    size = struct.pack("<H" if version == (1, 0) else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + size + text + data


def only(path):
    [tensor] = tensor_of(path).tensors.values()
    return tensor


def head(descr="<f4", shape=(2, 3), fortran=False):
    return {"descr": descr, "fortran_order": fortran, "shape": shape}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "table.npy"


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_kind_byte_order_and_order_are_those_that_were_saved(file, dtype, order):
    array = np.array(numbers(dtype), order=order)
    np.save(file, array)
    tensor = only(file)
    assert (tensor.dtype, tensor.shape, tensor.nbytes) == (array.dtype.name, (5, 7), array.nbytes)
    assert (tensor.device, tensor.layout, tensor.source.resident, tensor.problem) == ("cpu", "strided", False, None)
    native = array.astype(array.dtype.newbyteorder("="))
    found = tensor.read()
    assert found.dtype == native.dtype
    assert found.tobytes() == native.tobytes()
    assert tensor.read({"dim0": 3}).tobytes() == native[3].tobytes()
    assert tensor.read({"dim0": slice(1, 4), "dim1": 2}).tobytes() == native[1:4, 2].tobytes()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(file, version):
    array = numbers("<f4")
    with file.open("wb") as out:
        npy_format.write_array(out, array, version=version)
    same(only(file).read(), array)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 4, 5), (1,) * 20])
@pytest.mark.parametrize("order", ["C", "F"])
def test_shapes_of_every_rank_and_of_nothing(file, shape, order):
    array = np.array(numbers("<f8", shape), order=order)
    np.save(file, array)
    tensor = only(file)
    assert tensor.shape == shape
    assert tensor.read().tobytes() == array.tobytes()


def test_statistics_and_tiles_of_a_file_are_those_of_its_array(file):
    array = np.asfortranarray(np.random.default_rng(1).standard_normal((300, 500)).astype(">f4"))
    np.save(file, array)
    tensor = only(file)
    check_statistics(tensor.statistics(), array.astype("f4"))
    assert tensor.source.strides == array.strides
    check_plane(tensor, array.astype("f4"))


def test_a_view_is_called_as_its_file_and_a_model_as_well(file):
    np.save(file, np.ones((2, 3)))
    assert TensorView(file).tensor.address == "array/table"
    assert TensorView(str(file), name="w", dims=("out", "in")).tensor.dims == ("out", "in")
    model = ModelView(file)
    assert (model.title, list(model.tensors)) == ("table", ["weight/table"])
    np.save(file.parent / "layer.0.npy", np.ones(3))
    assert list(describe(file.parent / "layer.0.npy").tensors) == ["weight/layer_0"]


class Spy:
    """Counts the bytes that are read of files of values."""

    def __init__(self, monkeypatch):
        self.bytes = 0
        take = _stored._take

        def counted(file, start, into):
            self.bytes += len(into)
            take(file, start, into)

        monkeypatch.setattr(_stored, "_take", counted)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.save, np.savez])
def test_no_value_is_read_before_it_is_looked_at_and_then_hardly_more(file, monkeypatch, order, save):
    array = np.array(numbers("<f4", (1000, 1000)), order=order)
    with file.open("wb") as out:
        save(out, array)
    path = file if save is np.save else file.rename(file.with_suffix(".npz"))
    spy = Spy(monkeypatch)
    tensor = only(path)
    assert spy.bytes == 0
    line = {"dim0" if order == "C" else "dim1": 500}
    found = tensor.read(line)
    assert found.tobytes() == (array[500] if order == "C" else array[:, 500]).tobytes()
    assert spy.bytes == 4000


@st.composite
def blocks(draw):
    shape = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    index = []
    for size in shape:
        start = draw(st.integers(0, size - 1))
        index.append(draw(st.one_of(st.just(start), st.builds(slice, st.just(start), st.integers(start, size)))))
    return shape, tuple(index)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    block=blocks(),
    dtype=st.sampled_from(KINDS),
    order=st.sampled_from("CF"),
    save=st.sampled_from([np.save, np.savez, np.savez_compressed]),
)
def test_a_block_of_a_file_is_numpys(tmp_path, block, dtype, order, save):
    shape, index = block
    array = np.array(numbers(dtype, shape), order=order)
    path = tmp_path / ("w.npy" if save is np.save else "w.npz")
    save(path, array)
    found = only(path).source.read(index)
    wanted = array[index].astype(array.dtype.newbyteorder("="))
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_of_a_terabyte_is_opened_and_looked_at(file, order):
    rows = 2**20
    header = npy(head("<f4", (rows, 2**18), order == "F"))
    with file.open("wb") as out:
        out.write(header)
        # A hole.
        out.truncate(len(header) + rows * 2**20)
        out.seek(len(header) + 4 * (2**18 * 1000 + 7 if order == "C" else 1000 + rows * 7))
        out.write(np.float32(2.5).tobytes())
    tensor = only(file)
    assert tensor.nbytes == 2**40
    tracemalloc.start()
    found = tensor.read({"dim0": slice(995, 1005), "dim1": slice(0, 10)})
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()
    assert found[5, 7] == found.sum() == 2.5


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.array([{}, None], object), "Python objects"),
        (np.array(["a", "b"]), "text"),
        (np.array(["2020-01-01"], "M8[D]"), "times, not numbers"),
        (np.zeros(3, [("x", "f4"), ("y", "i4")]), r"fields \['x', 'y'\]"),
        (np.zeros(3, [("größe", "f4")]), r"fields \['größe'\]"),
        (np.zeros(3, "V7"), "bytes without a meaning"),
        (np.ones(3, ml_dtypes.bfloat16), "ml_dtypes.bfloat16"),
    ],
)
def test_what_has_no_numbers_is_refused_with_what_to_do(file, array, said):
    np.save(file, array, allow_pickle=True)
    for show in (describe, tensor_of):
        with pytest.raises(UnsupportedModelError, match=rf"^table\.npy: .*{said}"):
            show(file)


def test_longdouble_has_more_precision_than_is_shown(file):
    if np.dtype("longdouble").itemsize == 8:
        return
    np.save(file, np.ones(3, "longdouble"))
    with pytest.raises(UnsupportedModelError, match="more precision"):
        describe(file)


class Trap:
    """Pickled, it leaves a file behind when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("save", [np.save, np.savez])
def test_nothing_is_ever_unpickled(tmp_path, save):
    trap = tmp_path / "sprung"
    path = tmp_path / ("w.npy" if save is np.save else "w.npz")
    save(path, np.array([Trap(trap)], object), allow_pickle=True)
    if save is np.save:
        with pytest.raises(UnsupportedModelError, match="pickled"):
            describe(path)
    else:
        assert "pickled" in describe(path).tensors["arr_0"].problem
    assert not trap.exists()
    np.load(path, allow_pickle=True)["arr_0" if save is np.savez else 0]
    assert trap.exists()


LIES = {
    "nothing": (b"", "begins with b''"),
    "another format": (b"PK\x03\x04 and more", "no array as NumPy writes it"),
    "half a magic": (b"\x93NUMPY\x01", "no array"),
    "version 9": (npy(head(), bytes(24), (9, 0)), "version 9.0"),
    "no header": (npy(b""), "cannot be read"),
    "a header that is cut": (npy(head(), length=5000), "was cut, or it lies"),
    "a header of a megabyte": (npy(b" " * 2**20, version=(2, 0)), "10,000 are the most"),
    "a header that runs": (npy(b"__import__('os').abort()"), "cannot be read"),
    "a nest": (npy(b"(" * 5000, version=(2, 0)), "cannot be read"),
    "a list": (npy(b"[1, 2]"), "cannot be read"),
    "a key too many": (npy({**head(), "more": 1}), "cannot be read"),
    "a shape of words": (npy(head(shape=("a",))), "cannot be read"),
    "no dtype": (npy(head(descr="<q9")), "cannot be read"),
    "a negative size": (npy(head(shape=(-1, 2))), "negative size: -1 × 2"),
    "a shape that no memory holds": (npy(head(shape=(2**40, 2**40))), "no memory holds"),
    "nothing of a shape that no memory holds": (npy(head(shape=(0, 2**40, 2**40))), "no memory holds"),
    "100 dimensions": (npy(head(shape=(1,) * 100), bytes(4)), "100 dimensions"),
    "values that are cut": (npy(head(), bytes(23)), "take 24 bytes, and 23 follow"),
    "a terabyte": (npy(head(shape=(2**38,)), bytes(24)), "take 1,099,511,627,776 bytes, and 24 follow"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_file_that_lies_is_refused_with_what_is_wrong(file, lie):
    data, said = LIES[lie]
    file.write_bytes(data)
    with pytest.raises(UnsupportedModelError) as refused:
        describe(file)
    assert said in str(refused.value)
    assert str(refused.value).startswith("table.npy: ")
    assert len(str(refused.value)) < 500


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 151), byte=st.integers(0, 255))
def test_one_byte_that_is_wrong_is_refused_or_read_as_numpy_reads_it(file, place, byte):
    out = io.BytesIO()
    np.save(out, numbers("<f4", (2, 3)))
    data = bytearray(out.getvalue())
    data[place] = byte
    file.write_bytes(data)
    try:
        tensor = only(file)
    except UnsupportedModelError:
        return
    same(tensor.read(), np.load(file))


def test_a_file_that_is_written_anew_replaced_or_removed(file):
    np.save(file, np.zeros((2, 3)))
    tensor = only(file)
    before = tensor.version
    np.save(file, np.ones((2, 3)))
    assert tensor.version > before
    same(tensor.read(), np.ones((2, 3)))
    np.save(file, np.ones((3, 2)))
    with pytest.raises(NoValuesError, match="no longer the one that was opened"):
        tensor.read()
    file.unlink()
    with pytest.raises(NoValuesError, match="cannot be read any more"):
        tensor.read()


# Archives.


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_arrays_of_an_archive_are_those_that_were_saved(tmp_path, save):
    arrays = {dtype.strip("<>"): numbers(dtype) for dtype in KINDS}
    arrays["fortran"] = np.asfortranarray(numbers("<f4"))
    arrays["scalar"] = np.array(3.5)
    arrays["empty"] = np.zeros((0, 4))
    save(tmp_path / "w.npz", **arrays)
    tensors = describe(tmp_path / "w.npz").tensors
    with np.load(tmp_path / "w.npz") as theirs:
        assert len(tensors) == len(theirs.files) == len(arrays)
        for name in theirs.files:
            wanted = theirs[name]
            found = tensors[name].read()
            assert found.tobytes() == wanted.astype(wanted.dtype.newbyteorder("=")).tobytes(), name
            assert tensors[name].layout == ("strided" if save is np.savez else "deflated")
    assert tensors["f4"].read({"dim0": 1, "dim1": slice(2, 4)}).tobytes() == arrays["f4"][1, 2:4].astype("f4").tobytes()


def test_a_compressed_archive_says_so_and_a_plain_one_not(tmp_path):
    np.savez(tmp_path / "plain.npz", a=np.ones(3))
    np.savez_compressed(tmp_path / "small.npz", a=np.ones(3), b=np.ones(3))
    assert describe(tmp_path / "plain.npz").structure.modules[0].attributes == {}
    said = describe(tmp_path / "small.npz").structure.modules[0].attributes["deflated"]
    assert said.startswith("2 of 2 arrays: each is unpacked whole")


def test_slashes_in_names_are_a_tree(tmp_path):
    np.savez(tmp_path / "w.npz", **{"encoder/block_0/kernel": np.ones((2, 3)), "encoder/block_0/bias": np.ones(3)})
    model = describe(tmp_path / "w.npz")
    assert [node.path for node in model.structure.modules] == ["", "encoder", "encoder.block_0"]
    assert model.tensors["encoder/block_0/kernel"].shape == (2, 3)


def test_one_array_of_several_is_asked_for_by_its_name(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, first=np.ones(2), second=np.zeros((3, 4)))
    with pytest.raises(UnsupportedModelError) as refused:
        TensorView(path)
    assert str(refused.value) == (
        "w has 2 tensors: 'first', 'second'. Show one, TensorView(path, name='first'), or all of them, ModelView(path)"
    )
    with pytest.raises(UnsupportedModelError, match="2 tensors, and none is called 'third'"):
        TensorView(path, name="third")
    view = TensorView(path, name="second")
    assert (view.shape, view.tensor.address) == ((3, 4), "array/second")


def test_a_deflated_array_is_unpacked_once_and_what_was_not_looked_at_lately_is_let_go(tmp_path, monkeypatch):
    arrays = {name: numbers("<f4", (100, 100), seed) for seed, name in enumerate("abc")}
    np.savez_compressed(tmp_path / "w.npz", **arrays)
    monkeypatch.setattr(unpacked, "MOST_UNPACKED", 90_000)
    unpack, done = unpacked.Unpacked._unpack, []
    monkeypatch.setattr(
        unpacked.Unpacked, "_unpack", lambda self, name, *rest: done.append(name) or unpack(self, name, *rest)
    )
    tensors = describe(tmp_path / "w.npz").tensors
    assert done == []
    for name in "aabbacaba":
        assert tensors[name].read({"dim0": 3}).tobytes() == arrays[name][3].tobytes()
    assert done == ["a.npy", "b.npy", "c.npy", "b.npy"]


def test_an_array_that_is_too_large_to_unpack_says_so(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "w.npz", small=np.zeros(10), large=np.zeros(1000))
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1000)
    tensors = describe(tmp_path / "w.npz").tensors
    same(tensors["small"].read(), np.zeros(10))
    assert tensors["large"].shape == (1000,)
    with pytest.raises(NoValuesError, match=r"8,000 bytes are more than the 1,000 .* numpy\.savez"):
        tensors["large"].read()


def test_many_threads_unpack_one_array(tmp_path):
    arrays = {name: numbers("<f4", (200, 300), seed) for seed, name in enumerate("ab")}
    np.savez_compressed(tmp_path / "w.npz", **arrays)
    tensors = describe(tmp_path / "w.npz").tensors
    right = []

    def look(seed):
        for row in np.random.default_rng(seed).integers(0, 200, 30):
            for name, array in arrays.items():
                same(tensors[name].read({"dim0": int(row)}), array[row])
        right.append(seed)

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(right) == list(range(8))


def zipped(path, members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def saved(array):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def test_what_of_an_archive_cannot_be_shown_is_a_sentence_and_the_rest_is_shown(tmp_path):
    path = zipped(
        tmp_path / "w.npz",
        [
            ("good.npy", saved(np.arange(6.0))),
            ("objects.npy", saved(np.array([None]))),
            ("cut.npy", saved(np.arange(6.0))[:-1]),
            ("none.npy", b"hello"),
            ("readme.txt", b"hello"),
        ],
    )
    model = describe(path)
    problems = {name: model.tensors[name].problem for name in ("good", "objects", "cut", "none")}
    assert problems["good"] is None
    assert "Python objects" in problems["objects"]
    assert "take 48 bytes, and 47 follow" in problems["cut"]
    assert "begins with b'hello'" in problems["none"]
    assert model.structure.modules[0].attributes["not arrays"] == ["readme.txt"]
    same(model.tensors["good"].read(), np.arange(6.0))
    assert TensorView(path, name="objects").tensor.problem == problems["objects"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([], "it is empty"),
        ([("a.txt", b"x")], "no member ends in .npy"),
    ],
)
def test_an_archive_without_arrays_is_refused(tmp_path, members, said):
    with pytest.raises(UnsupportedModelError, match=said):
        describe(zipped(tmp_path / "w.npz", members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_arrays_of_one_name_are_refused(tmp_path):
    path = zipped(tmp_path / "w.npz", [("a.npy", saved(np.ones(1))), ("a.npy", saved(np.ones(2)))])
    with pytest.raises(UnsupportedModelError, match=r"'a\.npy' is in it 2 times"):
        describe(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "w.npz").write_bytes(b"hello")
    with pytest.raises(UnsupportedModelError, match=r"^w\.npz: it is no zip archive"):
        describe(tmp_path / "w.npz")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_told(tmp_path, method):
    path = zipped(tmp_path / "w.npz", [("a.npy", saved(np.ones(1)))], method)
    assert "and NumPy writes 0 and 8 alone" in describe(path).tensors["a"].problem


def test_an_encrypted_member_is_told(tmp_path):
    path = zipped(tmp_path / "w.npz", [("a.npy", saved(np.ones(1)))])
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    path.write_bytes(data)
    assert "encrypted" in describe(path).tensors["a"].problem


def test_a_deflated_member_that_cannot_be_as_large_as_it_says_takes_no_memory(tmp_path):
    # A quarter of a gigabyte, and a few bytes of it.
    path = zipped(tmp_path / "w.npz", [("a.npy", npy(head(shape=(2**26,)), bytes(24)))], zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = struct.pack("<I", 2**28 + 200)
    path.write_bytes(data)
    assert "cannot unpack to 268,435,456" in describe(path).tensors["a"].problem


@pytest.mark.parametrize("place", [0.3, 0.5, 0.7])
def test_deflated_bytes_that_are_wrong_are_told(tmp_path, place):
    path = tmp_path / "w.npz"
    np.savez_compressed(path, a=np.random.default_rng(0).standard_normal((100, 100)))
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    path.write_bytes(data)
    tensor = describe(path).tensors["a"]
    with pytest.raises(NoValuesError, match=r"w\.npz is damaged: a\.npy cannot be unpacked"):
        tensor.read()
    assert "is damaged" in tensor.problem


def test_an_archive_that_is_cut_anywhere_is_refused(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, a=np.ones(4), b=np.zeros(4))
    data = path.read_bytes()
    for stop in range(0, len(data), 7):
        path.write_bytes(data[:stop])
        with pytest.raises(UnsupportedModelError):
            describe(path)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 611), byte=st.integers(0, 255), save=st.sampled_from([np.savez, np.savez_compressed]))
@example(place=280, byte=64, save=np.savez_compressed)
def test_one_byte_of_an_archive_that_is_wrong_is_told_or_does_not_matter(tmp_path, place, byte, save):
    path = tmp_path / "w.npz"
    save(path, a=np.arange(6.0), b=np.arange(4.0))
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data)
    try:
        tensors = describe(path).tensors
    except UnsupportedModelError:
        return
    for tensor in tensors.values():
        try:
            found = tensor.read()
        except NoValuesError:
            continue
        assert found.nbytes <= 48


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_that_is_written_anew(tmp_path, save):
    path = tmp_path / "w.npz"
    save(path, a=np.zeros(6))
    tensor = describe(path).tensors["a"]
    same(tensor.read(), np.zeros(6))
    # Not the values alone: where they are may be elsewhere now.
    save(path, a=np.ones(6))
    with pytest.raises(NoValuesError, match="no longer the one that was opened"):
        tensor.read()


# Folders and names.


def test_the_one_file_of_a_folder_is_meant_by_it_and_of_several_none(tmp_path):
    with pytest.raises(UnsupportedModelError, match=r"and no other file that ends in .*\.npy"):
        describe(tmp_path)
    (tmp_path / "readme.txt").touch()
    (tmp_path / "._w.npy").touch()
    np.save(tmp_path / "w.npy", np.ones(3))
    assert describe(tmp_path).name == TensorView(tmp_path).title == "w"
    np.save(tmp_path / "v.npy", np.ones(3))
    with pytest.raises(
        UnsupportedModelError, match=r"with 2 files that can be shown: pass the path of one of v\.npy, w\.npy"
    ):
        describe(tmp_path)


def test_a_file_that_is_not_there_and_one_of_another_kind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnsupportedModelError, match=r"^there is no file 'absent\.npy'$"):
        tensor_of(Path("absent.npy"))
    with pytest.raises(UnsupportedModelError, match=r"not a model or an array\. Load it first.*\.npy, \.npz"):
        tensor_of("weights.h5")
