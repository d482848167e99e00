"""Any tensor of any kind of number: its tiles, statistics and histogram are what plain NumPy says of its values.

Arrays are made of random numbers or of random bits, of any rank and odd sizes, laid out in memory in every way, with
NaN and infinities planted; they are looked at as NumPy arrays, as torch tensors and in safetensors files.
"""

from __future__ import annotations

import tempfile
from math import prod
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import reference
import safetensors
import torch
from checks import check_statistics, tensor
from hypothesis import given, settings
from hypothesis import strategies as st

from modelview.adapters import describe
from modelview.tensors import Plane, Pyramid, Selection, TileAddress
from modelview.tensors import blocks as blocks_module
from modelview.tensors import pyramid as pyramid_module
from modelview.wire.arrow import decode_tile, encode_tile

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
NARROW = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
ONLY_NUMPY = ["float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz"]
BY_NUMPY = ["bool", *INTEGERS, *FLOATS, *COMPLEX, *NARROW, *ONLY_NUMPY]
BY_TORCH = ["bool", *INTEGERS, *FLOATS, *COMPLEX, *NARROW]
IN_FILES = ["bool", *INTEGERS, *FLOATS, "complex64", *NARROW]
COMPONENTS = {"magnitude": np.abs, "phase": np.angle, "real": np.real, "imaginary": np.imag}
"""By their names, of complex values; `np.abs` and `np.angle` round as they like."""
UNUSUAL = (np.nan, np.inf, -np.inf)
LARGE = 700
SIZE = 400_000


def dtype_of(name):
    return np.dtype(getattr(ml_dtypes, name)) if name in (*NARROW, *ONLY_NUMPY) else np.dtype(name)


def numbers(array):
    """The values that an array's own dtype stands for, in one that NumPy computes with."""
    return array.astype(np.float32) if array.dtype.kind == "V" or "float8" in array.dtype.name else array


@st.composite
def shapes(draw):
    rank = draw(st.integers(0, 5))
    shape = [draw(st.integers(0 if draw(st.integers(0, 7)) == 0 else 1, 9)) for _ in range(rank)]
    # Only what is longer than a tile has levels.
    for _ in range(draw(st.integers(0, min(2, rank)))):
        axis = draw(st.integers(0, rank - 1))
        others = prod(size for place, size in enumerate(shape) if place != axis)
        longest = min(LARGE, SIZE // max(1, others))
        shape[axis] = draw(st.integers(1, max(1, longest)))
    return shape


def random_values(draw, dtype, shape):
    """Numbers as a trained weight has them, or whatever the dtype's bits can be; in plain memory."""
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    size = prod(shape)
    if dtype == np.bool_:
        return (random.random(shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))).astype(bool)
    if draw(st.booleans()):
        found = np.frombuffer(random.bytes(size * dtype.itemsize), dtype).copy()
        if dtype.itemsize >= 8 and dtype.kind in "fc":
            found = narrowed(found)
        return found.reshape(shape)
    scale = draw(st.sampled_from([1e-3, 1.0, 60.0]))
    centre = draw(st.sampled_from([0.0, 0.0, 50.0]))
    found = np.asarray(random.standard_normal(shape) * scale + centre)
    if dtype.kind == "c":
        found = np.asarray(found + 1j * random.standard_normal(shape))
    if dtype.kind == "u":
        found = np.asarray(np.abs(found))
    with np.errstate(all="ignore"):
        return found.astype(np.float32).astype(dtype) if dtype.kind == "V" else found.astype(dtype)


def narrowed(array):
    """A quarter of the exponent: a square of it is still a float64, so that the reference can compute with it."""
    parts = array.view(np.float64 if array.dtype in ("float64", "complex128") else np.float32)
    with np.errstate(invalid="ignore"):
        mantissa, exponent = np.frexp(parts)
        parts[...] = np.ldexp(mantissa, exponent // 4)
    return array


def planted(draw, array):
    """Some of its values, or a whole corner, are NaN or infinite, where the dtype has these."""
    if array.size == 0 or array.dtype.kind in "biu":
        return array
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    kinds = [value for value in UNUSUAL if holds(array.dtype, value)]
    for value in draw(st.lists(st.sampled_from(kinds), max_size=3, unique=True)) if kinds else ():
        count = draw(st.sampled_from([1, 3, max(1, array.size // 10)]))
        array.flat[random.integers(0, array.size, count)] = value
    if kinds and array.ndim and draw(st.integers(0, 4)) == 0:
        array[tuple(slice(0, draw(st.integers(0, size))) for size in array.shape)] = kinds[0]
    return array


def holds(dtype, value):
    with np.errstate(all="ignore"):
        kept = np.array([value]).astype(dtype)
        kept = kept.astype(np.complex128 if dtype.kind == "c" else np.float64)
    return bool(np.isnan(kept[0]) if np.isnan(value) else kept[0] == value)


def laid_out(draw, array):
    """The same kind of values, differently in memory."""
    if array.ndim == 0:
        return array
    array = array.transpose(draw(st.permutations(range(array.ndim))))
    for axis in range(array.ndim):
        step = draw(st.sampled_from([1, 1, 1, -1, 2, -3]))
        array = array[(slice(None),) * axis + (slice(None, None, step),)]
    if draw(st.integers(0, 5)) == 0 and array.size:
        axis = draw(st.integers(0, array.ndim - 1))
        array = np.broadcast_to(array.take([0], axis), array.shape)
    if draw(st.integers(0, 5)) == 0 and array.dtype.kind in "iufc" and array.dtype.itemsize > 1:
        array = array.astype(array.dtype.newbyteorder(">"))
    return array


def uses(draw, shape):
    """What each dimension is shown as."""
    left = ["row", "column", "facet", "facet"]
    found = []
    for size in shape:
        options = [*dict.fromkeys(left)]
        if size and (size <= 9 or draw(st.integers(0, 3)) == 0):
            options.append(draw(st.integers(0, size - 1)))
        if not options:
            # All four are taken: what is left is fixed, and an empty dimension has no index.
            options = [draw(st.integers(0, size - 1))] if size else [0]
        use = draw(st.sampled_from(options))
        if use in left:
            left.remove(use)
        found.append(use)
    return found


def near(found, expected, exact):
    """Equal, where NumPy's own function would give the same bits; else to a few roundings of its dtype."""
    if exact:
        np.testing.assert_array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(np.asarray(found).dtype).eps)


def within(found, expected, allowed):
    """NaN and infinite where it should be, and elsewhere off by no more than `allowed`."""
    expected = np.asarray(expected).astype(found.dtype)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.where(finite, 0, found), np.where(finite, 0, expected))
    off = np.abs(found.astype(np.float64) - expected)[finite]
    tiny = np.finfo(found.dtype).smallest_subnormal
    assert (off <= (np.broadcast_to(allowed, finite.shape) + 2 * tiny)[finite]).all(), off.max()


def check_tile(pyramid, plane, cells, address, exact):
    level, f, r, c = address
    n, *_ = plane.tile_shape(level)
    k = 2**level
    covered = cells[f * n : f * n + n, r * 256 * k : (r + 1) * 256 * k, c * 256 * k : (c + 1) * 256 * k]
    tile = pyramid.tile(address)
    if level == 0:
        assert tile.value is not None
        assert tile.shape == tile.value.shape == covered.shape
        near(tile.value, covered, exact)
        assert tile.nan == np.isnan(covered).sum()
        assert (tile.posinf, tile.neginf) == ((covered == np.inf).sum(), (covered == -np.inf).sum())
        check_wire(tile)
        return
    expected = reference.pooled(covered, level)
    assert tile.shape == tile.mean.shape == expected["mean"].shape
    within(tile.mean, expected["mean"], 8 * np.finfo(tile.mean.dtype).eps * expected["size"])
    near(tile.min, expected["min"].astype(tile.min.dtype), exact)
    near(tile.max, expected["max"].astype(tile.max.dtype), exact)
    for name in ("nan", "posinf", "neginf"):
        found = getattr(tile, f"{name}_counts")
        counted = np.zeros(tile.shape) if found is None else found
        np.testing.assert_array_equal(counted, expected[name], err_msg=name)
        assert getattr(tile, name) == expected[name].sum()
    check_wire(tile)


def check_wire(tile):
    """What the page decodes is the tile: level 0 to the bit, pooled cells as docs/protocol.md says."""
    columns = decode_tile(encode_tile(tile).buffer)
    if tile.value is not None:
        assert columns["value"].dtype == (np.uint8 if tile.value.dtype == bool else tile.value.dtype)
        np.testing.assert_array_equal(columns["value"], tile.value)
        return
    parts = [columns["mean"], columns["min"], columns["max"]]
    own = [tile.mean, tile.min, tile.max]
    largest = max((np.abs(each[np.isfinite(each)]).max(initial=0) for each in own), default=0)
    for found, expected in zip(parts, own, strict=True):
        assert found.dtype in (np.float16, np.float32, np.float64)
        if found.dtype == expected.dtype:
            np.testing.assert_array_equal(found, expected)
        elif found.dtype == np.float32:
            np.testing.assert_allclose(found, expected, rtol=2**-23)
        else:
            error = np.abs(found.astype(np.float64) - expected)
            allowed = np.maximum(2**-11 * np.abs(expected), 3.1e-5 * largest)
            assert (error[~np.isnan(expected)] <= allowed[~np.isnan(expected)]).all()
            np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    for name in ("nan", "posinf", "neginf"):
        counts = getattr(tile, f"{name}_counts")
        if counts is None:
            assert name not in columns
        else:
            np.testing.assert_array_equal(columns[name], counts)


def check(draw, subject, values, component):
    """Some tiles of some plane of a tensor, and its statistics; `values` are the component's."""
    chosen = uses(draw, values.shape)
    dims = dict(zip(subject.dims, chosen, strict=True))
    selection = Selection.of(subject, {"dims": dims, **({"component": component} if component else {})})
    exact = component not in ("magnitude", "phase")
    if values.size == 0 and any(isinstance(use, int) for use in chosen):
        assert Plane.of(subject, selection).size == 0
        return
    cells = reference.cells(values, chosen)
    plane = Plane.of(subject, selection)
    pyramid = Pyramid(subject, plane)
    assert (plane.facets, plane.rows, plane.columns) == cells.shape
    assert plane.levels == reference.levels(*cells.shape)
    for level in range(plane.levels):
        most = plane.tiles_per(level)
        if not prod(most):
            assert cells.size == 0
            continue
        corners = {(0, 0, 0), tuple(n - 1 for n in most), tuple(draw(st.integers(0, n - 1)) for n in most)}
        for place in corners:
            check_tile(pyramid, plane, cells, TileAddress(level, *place), exact)
    found = pyramid.statistics()
    check_any_statistics(found, values, exact)


def check_any_statistics(found, values, exact):
    if exact:
        check_statistics(found, values)
        return
    # Another rounding of the magnitude may fall into the next bin: only what does not hang on the last bit is compared.
    finite = values[np.isfinite(values)].astype(np.float64)
    assert (found.count, found.nan) == (finite.size, np.isnan(values).sum())
    assert (found.posinf, found.neginf) == ((values == np.inf).sum(), (values == -np.inf).sum())
    if finite.size:
        eps = 8 * np.finfo(values.dtype).eps
        np.testing.assert_allclose((found.min, found.max), (finite.min(), finite.max()), rtol=eps)
        np.testing.assert_allclose(found.mean, finite.mean(), rtol=eps, atol=eps * np.abs(finite).max())
        np.testing.assert_allclose(found.std, finite.std(), rtol=1e-5, atol=eps * np.abs(finite).max())
        assert sum(found.histogram.counts) == finite.size


def component_of(draw, array):
    if array.dtype.kind != "c":
        return None, array
    component = draw(st.sampled_from(list(COMPONENTS)))
    with np.errstate(all="ignore"):
        return component, COMPONENTS[component](array)


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    """With the limits as they are, a tensor has to be large for more than one block, or for a tile below the base."""
    monkeypatch.setattr(pyramid_module, "BASE_CELLS", 2**13)
    monkeypatch.setattr(blocks_module, "BLOCK", 2**11)
    monkeypatch.setattr(blocks_module, "CHUNK", 2**9)


ANY = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize("name", BY_NUMPY)
@ANY
@given(data=st.data())
def test_any_numpy_array(name, data):
    array = planted(data.draw, random_values(data.draw, dtype_of(name), data.draw(shapes())))
    array = laid_out(data.draw, array)
    component, values = component_of(data.draw, numbers(array))
    check(data.draw, tensor(array), values, component)


@pytest.mark.parametrize("name", BY_TORCH)
@ANY
@given(data=st.data())
def test_any_torch_tensor(name, data):
    array = planted(data.draw, random_values(data.draw, dtype_of(name), data.draw(shapes())))
    if name.startswith("float8") and name.endswith(("fnuz", "fnu")):
        # Torch widens a NaN of these to one that signals.
        array[np.isnan(array)] = 1
    bits = array.view(f"i{array.dtype.itemsize}") if name in NARROW else array
    value = torch.from_numpy(np.ascontiguousarray(bits).reshape(array.shape))
    value = value.view(getattr(torch, name)) if name in NARROW else value
    order = data.draw(st.permutations(range(array.ndim)))
    steps = [data.draw(st.sampled_from([1, 1, 2, 3])) for _ in order]
    where = tuple(slice(None, None, step) for step in steps)
    value, array = value.permute(order)[where], array.transpose(order)[where]
    component, values = component_of(data.draw, numbers(array))
    check(data.draw, tensor(value), values, component)


@pytest.mark.parametrize("name", IN_FILES)
@ANY
@given(data=st.data())
def test_any_tensor_in_a_safetensors_file(name, data):
    array = planted(data.draw, random_values(data.draw, dtype_of(name), data.draw(shapes())))
    array = np.ascontiguousarray(array).reshape(array.shape)
    spec = safetensors.TensorSpec(
        dtype=name, shape=list(array.shape), data_ptr=array.ctypes.data, data_len=array.nbytes
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.safetensors")
        safetensors.serialize_file({"any": spec}, path, None)
        component, values = component_of(data.draw, numbers(array))
        check(data.draw, describe(path).tensors["weight/any"], values, component)


REDUCTIONS = ["mean", "min", "max", "sum", "std", "norm"]


@pytest.mark.parametrize("statistic", REDUCTIONS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_reduction_of_any_dimensions(statistic, data):
    name = data.draw(st.sampled_from(["bool", *INTEGERS, *FLOATS, *NARROW]))
    shape = data.draw(shapes().filter(lambda shape: prod(shape) and shape))
    array = laid_out(data.draw, planted(data.draw, random_values(data.draw, dtype_of(name), shape)))
    wide = numbers(array).astype(np.float64)
    axes = data.draw(st.sets(st.integers(0, array.ndim - 1), min_size=1))
    subject = tensor(array)
    found = subject.read({subject.dims[axis]: statistic for axis in axes})
    with np.errstate(all="ignore"):
        expected = reference.REDUCE[statistic](wide, axis=tuple(axes))
        # What rounding is a part of: many values of one sign add up to far more than their norm.
        size = np.abs(wide).sum(tuple(axes)) if statistic == "sum" else np.sqrt(np.square(wide).sum(tuple(axes)))
    within(found, expected, np.nan_to_num(64 * np.finfo(found.dtype).eps * size, nan=0, posinf=0))


def test_numpys_float8_e5m2_is_widened_as_every_other():
    array = np.array([[1.5, np.nan, np.inf]], ml_dtypes.float8_e5m2)
    subject = tensor(array)
    tile = Pyramid(subject, Plane.of(subject)).tile(TileAddress(0, 0, 0, 0))
    np.testing.assert_array_equal(decode_tile(encode_tile(tile).buffer)["value"][0], array.astype(np.float32))


def test_a_signalling_nan_is_a_nan_and_no_warning():
    # Warnings of modelview are errors here: pyproject.toml.
    bits = np.full((300, 300), 0x7F800001, np.uint32)
    odd = torch.full((300, 300), torch.nan).to(torch.float8_e4m3fnuz)
    for value in (bits.view(np.float32), odd):
        subject = tensor(value)
        assert Pyramid(subject, Plane.of(subject)).tile(TileAddress(1, 0, 0, 0)).nan == 90_000
        assert subject.statistics().nan == 90_000


def test_a_norm_that_no_float32_holds_is_infinite_and_no_warning():
    assert np.isposinf(tensor(np.full((4, 4), 3e38, np.float32)).read({"dim0": "norm"})).all()


def test_a_sum_that_no_float64_holds_is_infinite_as_numpys_is_and_no_warning():
    array = np.full((300, 300), 1.7e308)
    subject = tensor(array)
    tile = Pyramid(subject, Plane.of(subject)).tile(TileAddress(1, 0, 0, 0))
    with np.errstate(over="ignore"):
        assert tile.mean[0, 0, 0] == array[:2, :2].mean()
    assert (tile.min[0, 0, 0], tile.max[0, 0, 0]) == (1.7e308, 1.7e308)
