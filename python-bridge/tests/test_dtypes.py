"""Every kind of number, from NumPy, ml_dtypes and torch, is shown as what it is."""

import ml_dtypes
import numpy as np
import pytest
import torch
from checks import check_plane, check_statistics, tensor

from modelview.adapters import tensor_of
from modelview.errors import NoValuesError, UnsupportedModelError
from modelview.tensors import Plane, Pyramid

RANDOM = np.random.default_rng(2)
NUMPY = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
]
ML = [
    *("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"),
    *("float8_e8m0fnu", "float8_e3m4", "float4_e2m1fn", "int4", "uint4", "int2"),
]
TORCH = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "bfloat16"),
    *("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"),
]


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_dtypes(name):
    array = (RANDOM.standard_normal((300, 130)) * 20).astype(name)
    subject = tensor(array)
    assert (subject.dtype, subject.nbytes) == (name, array.nbytes)
    assert subject.read().dtype == array.dtype
    assert np.shares_memory(subject.read(), array)
    check_plane(subject, array)
    check_statistics(subject.statistics(), array)


@pytest.mark.parametrize("name", ML)
def test_ml_dtypes(name):
    array = (RANDOM.standard_normal((300, 130)) * 3).astype(np.float32).astype(getattr(ml_dtypes, name))
    wide = array.astype(np.int8 if "int" in name else np.float32)
    subject = tensor(array)
    assert subject.dtype == name
    np.testing.assert_array_equal(subject.read(), wide)
    check_plane(subject, wide)
    check_statistics(subject.statistics(), wide)


@pytest.mark.parametrize("name", TORCH)
def test_torch_dtypes(name):
    value = (torch.randn(300, 130) * 20).abs().to(getattr(torch, name))
    wide = value.float().numpy() if "float8" in name or name == "bfloat16" else value.numpy()
    subject = tensor(value)
    assert (subject.dtype, subject.nbytes) == (name, value.nbytes)
    np.testing.assert_array_equal(subject.read(), wide)
    check_plane(subject, wide)
    check_statistics(subject.statistics(), wide)
    assert ("float8" in name or name == "bfloat16") != np.shares_memory(subject.read(), wide)


@pytest.mark.parametrize("name", ["complex64", "complex128"])
@pytest.mark.parametrize("component", ["magnitude", "phase", "real", "imaginary"])
def test_complex_values_by_component(name, component):
    array = (RANDOM.standard_normal((300, 130)) + 1j * RANDOM.standard_normal((300, 130))).astype(name)
    part = {"magnitude": np.abs, "phase": np.angle, "real": np.real, "imaginary": np.imag}[component](array)
    for value in (array, torch.from_numpy(array), torch.from_numpy(array.conj()).conj()):
        subject = tensor(value)
        selection = {"dims": {"dim0": "row", "dim1": "column"}, "component": component}
        assert subject.dtype == name
        check_plane(subject, part, selection) if component != "phase" else None
        np.testing.assert_allclose(subject.read(component=component), part)
        np.testing.assert_array_equal(subject.read(), array)


@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_half_precision_complex_and_negated_views():
    value = torch.randn(4, 4, dtype=torch.complex64)
    half = value.to(torch.complex32)
    np.testing.assert_array_equal(tensor(half).read(), half.to(torch.complex64).numpy())
    negated = value.conj().imag
    assert negated.is_neg()
    np.testing.assert_array_equal(tensor(negated).read(), -value.imag.numpy())


def test_bfloat16_bits_are_widened_exactly():
    bits = np.arange(65536, dtype=np.uint16)
    found = tensor(bits.view(ml_dtypes.bfloat16)).read()
    np.testing.assert_array_equal(found, bits.view(ml_dtypes.bfloat16).astype(np.float32))


LAYOUTS = ["coo", "csr", "csc", "bsr", "bsc"]


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sparse_layouts(layout):
    dense = torch.randn(260, 300) * (torch.rand(260, 300) < 0.01)
    make = {
        "coo": dense.to_sparse,
        "csr": dense.to_sparse_csr,
        "csc": dense.to_sparse_csc,
        "bsr": lambda: dense.to_sparse_bsr((4, 4)),
        "bsc": lambda: dense.to_sparse_bsc((4, 4)),
    }[layout]
    subject = tensor(make())
    assert subject.layout == f"sparse_{layout}"
    assert 0 < subject.nbytes < dense.nbytes
    np.testing.assert_array_equal(subject.read(), dense.numpy())
    np.testing.assert_array_equal(subject.read({"dim0": 5}), dense[5].numpy())
    check_plane(subject, dense.numpy())
    check_statistics(subject.statistics(), dense.numpy())


def test_sparse_values_that_are_dense_within_and_not_coalesced():
    indices = torch.tensor([[0, 3, 0]])
    with torch.sparse.check_sparse_tensor_invariants():
        value = torch.sparse_coo_tensor(indices, torch.arange(9.0).reshape(3, 3), (5, 3))
    np.testing.assert_array_equal(tensor(value).read(), value.to_dense().numpy())
    check_plane(tensor(value), value.to_dense().numpy())


def test_a_huge_sparse_tensor_is_never_made_dense():
    size = 30_000
    where = torch.stack([torch.arange(1000) * 30, torch.arange(1000) * 29])
    subject = tensor(torch.sparse_coo_tensor(where, torch.ones(1000), (size, size)))
    plane = Plane.of(subject)
    tile = Pyramid(subject, plane).tile(plane.coarsest_tiles()[0])
    assert tile.max.max() == 1
    assert subject.statistics().zero == size**2 - 1000


@pytest.mark.filterwarnings("ignore")
def test_quantised_tensors_show_what_they_stand_for():
    real = torch.randn(8, 6)
    by_tensor = torch.quantize_per_tensor(real, 0.1, 3, torch.qint8)
    scales = torch.linspace(0.05, 0.2, 8, dtype=torch.float64)
    by_channel = torch.quantize_per_channel(real, scales, torch.zeros(8, dtype=torch.int64), 0, torch.qint8)
    for value in (by_tensor, by_channel):
        subject = tensor(value)
        assert subject.dtype == "qint8"
        np.testing.assert_array_equal(subject.read(), value.dequantize().numpy())
        np.testing.assert_array_equal(subject.read({"dim1": 2}), value.dequantize().numpy()[:, 2])
        check_plane(subject, value.dequantize().numpy())


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (torch.empty(3, 4, device="meta"), "meta device"),
        (torch.nn.UninitializedParameter(), "not initialised"),
        (torch.empty(4, dtype=torch.float4_e2m1fn_x2), "dequantise"),
        (torch.empty(4, dtype=torch.uint4), "dequantise"),
        (torch.empty(4, dtype=torch.bits8), "dequantise"),
    ],
)
def test_a_tensor_without_values_says_why(value, says):
    subject = tensor(value)
    assert says in subject.problem
    assert subject.descriptor()["problem"] == subject.problem
    for ask in (subject.read, subject.statistics):
        with pytest.raises(NoValuesError, match=says) as caught:
            ask()
        assert caught.value.code == "no-values"
    plane = Plane.of(subject)
    for tile in plane.coarsest_tiles():
        with pytest.raises(NoValuesError, match=says):
            Pyramid(subject, plane).tile(tile)


def test_masked_cells_are_nan():
    array = np.ma.masked_greater(np.arange(6).reshape(2, 3), 3)
    subject = tensor(array)
    assert subject.dtype == "float64"
    np.testing.assert_array_equal(subject.read(), [[0, 1, 2], [3, np.nan, np.nan]])
    assert tensor(np.ma.masked_array([1.0, 2.0], mask=False)).dtype == "float64"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.zeros(2, [("x", "f4"), ("y", "f4")]), "array\\['x'\\]"),
        (np.array([object()]), "Python objects"),
        (np.array(["2020-01-01"], "M8[D]"), "times, not numbers"),
        (np.array(["a"]), "text"),
        ([[1, 2], [3]], "lists of numbers of equal length"),
        ("model.pt", "there is no file 'model.pt'"),
        (None, "not an array"),
        ({"a": 1}, "not an array"),
        (np.zeros(2, np.longdouble), "astype\\('float64'\\)"),
    ],
)
def test_what_has_no_numbers_is_refused_with_a_way_out(value, says):
    with pytest.raises(UnsupportedModelError, match=says):
        tensor_of(value)


@pytest.mark.parametrize("value", [3, 2.5, True, [1, 2], [[1.5]], (1, 2), np.float32(3), range(4), 1j])
def test_lists_and_numbers_are_arrays(value):
    np.testing.assert_array_equal(tensor_of(value).tensors["array"].read(), np.asarray(value))


@pytest.mark.parametrize("dims", [["a"], ["a", "a"], ["a", "b", "c"], "ab", [1, 2]])
def test_dims_that_do_not_fit_are_refused(dims):
    with pytest.raises(UnsupportedModelError, match="give 2 different names"):
        tensor_of(np.zeros((2, 2)), dims=dims)
