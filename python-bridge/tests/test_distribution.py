"""Distributions are exact: every number is what plain NumPy says of the values."""

from __future__ import annotations

import json
import pickle
import warnings
from functools import partial

import ml_dtypes
import numpy as np
import pytest
from checks import tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from modelview.errors import Cancelled, SelectionError
from modelview.tensors import Selection
from modelview.tensors.distribution import QUANTILES, quantiles_of
from modelview.tensors.patterns import limit_key, ordered, values_of
from modelview.tensors.survey import survey_of

RANDOM = np.random.default_rng(3)

FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NARROW = [
    name
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz")
    if hasattr(ml_dtypes, name)
]


def check(subject, values, **asked):
    """The distribution of a tensor equals what NumPy says of some values; returns it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = subject.distribution(**asked)
    json.dumps(found.to_json(), allow_nan=False)
    values = np.asarray(values)
    if values.dtype.kind not in "biuf" or not values.dtype.isbuiltin:
        values = values.astype(np.float32)
    flat = values.ravel()
    numbers = flat.astype(np.uint8) if flat.dtype == bool else flat
    wide = numbers.astype(np.float64)
    assert found.count == flat.size
    assert found.nan == np.isnan(wide).sum()
    assert (found.posinf, found.neginf) == ((wide == np.inf).sum(), (wide == -np.inf).sum())
    numbers, wide = numbers[np.isfinite(wide)], wide[np.isfinite(wide)]
    assert found.finite == wide.size
    assert found.zero == (wide == 0).sum()
    check_zeros(found, values)
    if not wide.size:
        assert (found.min, found.linear, found.symlog_counts, found.quantiles, found.values) == (None,) * 3 + ({}, None)
        return found
    assert (found.min, found.max) == (numbers.min(), numbers.max())
    with np.errstate(all="ignore"):
        spread = np.abs(wide).max()
        for mine, theirs in (
            (found.mean, wide.mean()),
            (found.std, wide.std()),
            (found.l1, np.abs(wide).sum()),
            (found.l2, np.linalg.norm(wide)),
        ):
            if mine is not None and np.isfinite(theirs):
                np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12 * spread)
    assert found.largest == max(abs(int(x) if numbers.dtype.kind in "iu" else x) for x in (found.min, found.max))
    expected = np.quantile(numbers, QUANTILES, method="inverted_cdf")
    np.testing.assert_array_equal(list(found.quantiles.values()), expected)
    precise = numbers.astype(np.longdouble)
    check_bins(found, precise)
    if found.std is not None:
        assert found.near_zero_threshold == found.std * 1e-3
        assert found.near_zero == ((np.abs(precise) < found.near_zero_threshold) | (precise == 0)).sum()
    return found


def check_bins(found, precise):
    linear = found.linear
    assert sum(linear.counts) == precise.size
    assert (linear.low, linear.high) == (float(found.min), float(found.max))
    if found.min == found.max:
        assert linear.counts[0] == precise.size
    elif np.isfinite(linear.high - linear.low):
        edges = np.linspace(linear.low, linear.high, 129)
        upper = [(precise < edge).sum() for edge in edges[1:-1]]
        np.testing.assert_array_equal(np.cumsum(linear.counts)[:-1], upper)
    sizes = np.abs(precise)
    if not sizes.any() or found.symlog_edges is None:
        assert found.symlog_counts is None
        assert not sizes.any() or sizes.max() < 1e-300
        return
    edges = found.symlog_edges
    side = edges[edges.size // 2 :]
    np.testing.assert_array_equal(edges, np.concatenate([-side[::-1], side]))
    assert side[-1] == float(sizes.max())
    if side[0] > 1e-300:
        widths = np.diff(np.log10(side))
        np.testing.assert_allclose(widths, widths[0], rtol=1e-6)
        assert widths[0] <= 1 / 16 + 1e-9
    middle = (sizes < side[0]).sum()
    inner = (sizes[:, None] >= side[:-1]).sum(0)
    outwards = np.append(inner[:-1] - inner[1:], inner[-1])
    counts = found.symlog_counts
    assert counts[counts.size // 2] == middle
    np.testing.assert_array_equal(counts[counts.size // 2 + 1 :] + counts[: counts.size // 2][::-1], outwards)
    assert counts[: counts.size // 2].sum() == (precise <= -side[0]).sum()


def check_zeros(found, values):
    blocks = {block.name: (block.empty, block.total) for block in found.sparsity}
    if values.ndim < 2 or values.size == 0:
        assert blocks == {}
        return
    zero = values == 0
    rows, columns = values.shape[-2:]
    for axis, name in enumerate(["rows", "columns"] if values.ndim == 2 else found_dims(values.ndim)):
        others = tuple(other for other in range(values.ndim) if other != axis)
        assert blocks.pop(name) == (zero.all(others).sum(), values.shape[axis])
    planes = zero.reshape(-1, rows, columns)
    fours = planes[:, :, : columns // 4 * 4].reshape(len(planes), rows, columns // 4, 4)
    expected = {"2:4": (fours.sum(3) >= 2, fours.shape), "1×4": (fours.all(3), fours.shape)}
    for side in (4, 16):
        r, c = rows // side, columns // side
        cells = planes[:, : r * side, : c * side].reshape(len(planes), r, side, c, side)
        expected[f"{side}×{side}"] = (cells.all((2, 4)), cells.shape)
    for name, (empty, _) in expected.items():
        if empty.size:
            assert blocks.pop(name) == (empty.sum(), empty.size)
    assert blocks == {}


def found_dims(rank):
    return [f"dim{axis}" for axis in range(rank)]


CASES = {
    "normal": lambda: RANDOM.standard_normal((700, 801)).astype(np.float32),
    "float64": lambda: RANDOM.standard_normal((1200, 1001)),
    "heavy tails": lambda: RANDOM.standard_cauchy((1200, 301)).astype(np.float32),
    "shifted": lambda: RANDOM.standard_normal((600, 600)) * 1e-4 + 1e6,
    "mostly zero": lambda: np.where(RANDOM.random((600, 700)) < 0.05, RANDOM.standard_normal((600, 700)), 0),
    "two of four": lambda: np.where(np.arange(640) % 4 < 2, RANDOM.standard_normal((600, 640)), 0).astype(np.float32),
    "zero rows and columns": lambda: (
        RANDOM.standard_normal((90, 70)) * (RANDOM.random((90, 1)) < 0.5) * (np.arange(70) > 3)
    ),
    "zero blocks": lambda: np.kron(RANDOM.integers(0, 2, (7, 9)), np.ones((16, 16), np.float32)),
    "a long row": lambda: np.where(RANDOM.random((2, 700_003)) < 0.5, 1.5, 0).astype(np.float32),
    "kernels": lambda: RANDOM.integers(-1, 2, (30, 7, 3, 5)).astype(np.float32),
    "constant": lambda: np.full((30, 30), -2.5, np.float32),
    "zeros": lambda: np.zeros((600, 1000), np.float32),
    "minus zeros": lambda: np.array([[-0.0, 0.0, 1.0, -1.0]] * 3, np.float32),
    "steps": lambda: np.tile(np.array([0.0, 0.25, 0.5, 1.0], np.float32), (500, 600)),
    "integers": lambda: RANDOM.integers(-1000, 1000, (600, 900)),
    "classes": lambda: RANDOM.integers(0, 10, (1500, 900)),
    "past 2^53": lambda: np.array([[2**62 + 1, -(2**63)], [2**63 - 1, 5]], np.int64),
    "the largest uint64": lambda: np.array([2**64 - 1, 2**64 - 2, 0], np.uint64),
    "bool": lambda: RANDOM.random((600, 601)) < 0.3,
    "transposed": lambda: RANDOM.standard_normal((700, 800)).astype(np.float32).T[::2],
    "reversed": lambda: RANDOM.integers(0, 3, (50, 37, 20)).astype(np.float32)[::-1, :, ::-2],
    "repeated": lambda: np.broadcast_to(RANDOM.standard_normal((1, 700)), (600, 700)),
    "one value repeated": lambda: np.broadcast_to(np.float32(3), (900, 900)),
    "empty": lambda: np.zeros((0, 4)),
    "scalar": lambda: np.array(7.5),
    "subnormal": lambda: np.array([5e-324, 1e-323, 0.0, -2e-310]),
    "to the very ends": lambda: np.array([-1.7e308, 1.7e308, 1.0]),
    "one magnitude": lambda: np.array([2.0, -2.0, 0.0], np.float32),
    "nothing finite": lambda: np.array([[np.nan, np.inf], [-np.inf, np.nan]], np.float32),
}


@pytest.mark.parametrize("name", CASES)
def test_a_distribution_equals_numpys(name):
    values = CASES[name]()
    check(tensor(values), values)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [60, 600_001])
def test_what_is_not_finite_is_counted_apart(dtype, size):
    values = RANDOM.standard_normal(size).astype(dtype)
    values[:: size // 7] = np.nan
    values[1 :: size // 5] = np.inf
    values[2 :: size // 3] = -np.inf
    check(tensor(values), values)
    with np.errstate(all="ignore"):
        for value in (np.nan, np.inf):
            alone = np.full((4, size // 4), value, dtype)
            check(tensor(alone), alone)


@pytest.mark.parametrize("name", NARROW)
def test_narrow_floats_are_counted_value_by_value(name):
    dtype = np.dtype(getattr(ml_dtypes, name))
    bits = RANDOM.integers(0, 2 ** (8 * dtype.itemsize), (300, 333)).astype(f"u{dtype.itemsize}")
    values = bits.view(dtype)
    passes = []
    subject = tensor(values)
    subject.distribution(progress=lambda done, total, label: passes.append((done, total)))
    assert {total for _, total in passes} <= {values.size}  # one pass
    with np.errstate(invalid="ignore"):
        found = check(subject, values)
        wide = values.astype(np.float32).ravel()
    seen, counts = np.unique(wide[np.isfinite(wide)], return_counts=True)
    if seen.size <= 4096:
        np.testing.assert_array_equal(found.values, seen)
        np.testing.assert_array_equal(found.counts, counts)
    else:
        assert found.values is None


@pytest.mark.parametrize("dtype", ["int8", "uint8", "bool", "int16", "float16"])
def test_short_types_tell_every_value_that_occurs(dtype):
    values = RANDOM.integers(-90, 90, (200, 77)).astype(dtype)
    found = check(tensor(values), values)
    seen, counts = np.unique(values, return_counts=True)
    np.testing.assert_array_equal(found.values, seen)
    np.testing.assert_array_equal(found.counts, counts)
    assert tensor(values.astype(np.int32)).distribution().values is None


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([*FLOATS, *INTEGERS, "bool"]),
        hnp.array_shapes(min_dims=0, max_dims=3, max_side=20),
    ),
    st.sampled_from([1, -1, 2, -3]),
)
def test_the_distribution_of_any_array(values, step):
    if values.ndim:
        values = values[..., ::step]
    check(tensor(values), values)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint16, hnp.array_shapes(max_dims=2, max_side=30)))
def test_the_distribution_of_any_bfloat16(bits):
    values = bits.view(ml_dtypes.bfloat16)
    with np.errstate(invalid="ignore"):
        check(tensor(values), values)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(st.sampled_from([*FLOATS, *INTEGERS]), st.integers(1, 60)),
    st.floats(allow_nan=False, width=32),
    st.booleans(),
)
def test_keys_compare_as_values_do(values, limit, above):
    values = values[np.isfinite(values)]
    keys = ordered(values)
    np.testing.assert_array_equal(values_of(keys, values.dtype), values)
    assert np.all(np.diff(values[np.argsort(keys, kind="stable")].astype(np.longdouble)) >= 0)
    key = limit_key(limit, values.dtype, above=above)
    precise = values.astype(np.longdouble)
    expected = precise <= limit if above else precise < limit
    np.testing.assert_array_equal([int(each) < key for each in keys], expected)


def test_quantiles_are_exact_where_many_values_share_their_leading_bits():
    # More than are kept at once, in bins of 48 and of 32 undecided bits.
    values = 1 + np.sort(RANDOM.random(2_500_000)) * 1e-4
    check(tensor(values), values)
    few = np.repeat([0.0, 1e-300, 1.0], 1_200_000)
    assert list(tensor(few).distribution().quantiles.values()) == [0.0] * 4 + [1e-300] + [1.0] * 4


def test_quantiles_between_values_are_numpys():
    for values in (RANDOM.standard_normal(5001).astype(np.float32), RANDOM.integers(0, 9, 4000), np.array([1.5])):
        subject = tensor(values)
        p = [0, 0.001, 0.1, 1 / 3, 0.5, 0.999, 1]
        found = quantiles_of(subject, Selection.of(subject, keep=True), p)
        np.testing.assert_allclose(found, np.quantile(values.astype(np.float64), p), rtol=1e-12, atol=1e-15)
    nothing = tensor(np.array([np.nan]))
    assert quantiles_of(nothing, Selection.of(nothing), [0.5]) == [None]


def test_a_slice_has_the_values_at_its_indices():
    values = RANDOM.standard_normal((6, 50, 40)).astype(np.float32)
    subject = tensor(values, ["dim0", "dim1", "dim2"])
    check(subject, values[3], selection={"dim0": 3}, scope="slice")
    check(subject, values, selection={"dim0": 3})
    check(
        subject, values[:, 10:20, ::-2], selection={"dim1": slice(10, 20), "dim2": slice(None, None, -2)}, scope="slice"
    )
    check(subject, values[[4, 1]], selection={"dim0": [4, 1]}, scope="slice")
    check(subject, values.mean(1, dtype=np.float64).astype(np.float32), selection={"dim1": "mean"})


def test_complex_values_are_seen_by_component():
    values = (RANDOM.standard_normal((30, 40)) + 1j * RANDOM.standard_normal((30, 40))).astype(np.complex64)
    values[3, 4] = complex(np.nan, 1)
    for component, of in (("real", np.real), ("imaginary", np.imag), ("magnitude", np.abs), ("phase", np.angle)):
        check(tensor(values), of(values), selection={"dims": {}, "component": component})


def test_a_distribution_is_remembered_until_the_values_change():
    values = RANDOM.standard_normal((50, 40)).astype(np.float32)
    subject = tensor(values)
    first = subject.distribution()
    assert subject.distribution({"dim0": 3}) is first
    values[0, 0] = 99
    subject.touch()
    assert subject.distribution().max == 99


def test_progress_reaches_the_end_and_cancelling_stops():
    values = RANDOM.standard_normal((1500, 1000)).astype(np.float32)
    seen = []
    tensor(values).distribution(progress=lambda done, total, label: seen.append((done, total)))
    assert seen[-1] == (2 * values.size, 2 * values.size)
    assert seen == sorted(seen)
    with pytest.raises(Cancelled):
        tensor(values).distribution(cancelled=lambda: True)


def test_a_wrong_scope_lists_the_right_ones():
    with pytest.raises(SelectionError, match="'tensor'"):
        tensor(np.zeros(3)).distribution(scope="plane")


def test_what_is_done_where_the_values_are_can_be_pickled():
    values = RANDOM.standard_normal((8, 9)).astype(np.float32)
    work = pickle.loads(pickle.dumps(partial(survey_of, short=False)))
    found = pickle.loads(pickle.dumps(work(values)))
    assert found.moments.count == found.counts.sum() == 72
    assert found.places.size <= 72


def test_the_same_values_give_the_same_numbers_to_the_last_digit():
    values = RANDOM.standard_normal((3000, 1500)).astype(np.float32)
    first = tensor(values).distribution()
    for _ in range(3):
        again = tensor(values).distribution()
        assert (again.mean, again.std, again.l1, again.l2) == (first.mean, first.std, first.l1, first.l2)
