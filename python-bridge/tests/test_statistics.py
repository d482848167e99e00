"""Statistics are counted, not guessed."""

import warnings

import numpy as np
import pytest
from checks import check_statistics, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from modelview.errors import ModelViewError
from modelview.tensors import Plane, Pyramid, clipped

RANDOM = np.random.default_rng(1)

SHAPES = {
    "normal": lambda: RANDOM.standard_normal((700, 800)).astype(np.float32),
    "small": lambda: RANDOM.standard_normal(13),
    "positive": lambda: RANDOM.exponential(size=(1000, 301)),
    "shifted": lambda: (RANDOM.standard_normal((600, 600)) * 1e-4 + 1e6).astype(np.float64),
    "one outlier": lambda: np.append(RANDOM.standard_normal(500_000), 1e30).astype(np.float32),
    "heavy tails": lambda: RANDOM.standard_cauchy(500_000).astype(np.float32),
    "mostly zero": lambda: np.where(RANDOM.random(400_000) < 1e-4, 3.0, 0.0),
    "constant": lambda: np.full((30, 30), -2.5, np.float32),
    "zeros": lambda: np.zeros((600, 600), np.float32),
    "steps of the sample": lambda: np.tile(np.array([*[0.0] * 499, 9.0], np.float32), 2000),
    "float16": lambda: RANDOM.standard_normal((600, 600)).astype(np.float16),
    "int8": lambda: RANDOM.integers(-128, 128, (600, 600), np.int8),
    "uint16": lambda: RANDOM.integers(0, 65536, (600, 600), np.uint16),
    "bool": lambda: RANDOM.random((600, 600)) < 0.3,
    "transposed": lambda: RANDOM.standard_normal((700, 800)).T[::2],
    "repeated": lambda: np.broadcast_to(RANDOM.standard_normal((1, 700)), (600, 700)),
    "one value repeated": lambda: np.broadcast_to(np.float32(3), (900, 900)),
    "empty": lambda: np.zeros((0, 4)),
    "scalar": lambda: np.array(7.5),
    "subnormal": lambda: np.array([5e-324, 1e-323, 0.0]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_statistics_equal_numpys(name):
    values = SHAPES[name]()
    check_statistics(tensor(values).statistics(), values)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("size", [50, 600_000])
def test_values_that_are_not_finite_are_counted_apart(dtype, size):
    values = RANDOM.standard_normal(size).astype(dtype)
    values[:: size // 7] = np.nan
    values[1 :: size // 5] = np.inf
    values[2 :: size // 3] = -np.inf
    check_statistics(tensor(values).statistics(), values)
    for value in (np.nan, np.inf):
        alone = np.full(size, value, dtype)
        check_statistics(tensor(alone).statistics(), alone)


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float16, np.int32, np.uint8]),
        hnp.array_shapes(max_dims=3, max_side=20),
    )
)
def test_statistics_of_any_array(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tensor(values).statistics()
    check_statistics(found, values)


def test_int64_past_2_to_the_53_keep_their_range():
    values = np.array([2**62 + 1, -(2**63), 0], np.int64)
    found = tensor(values).statistics()
    assert (found.min, found.max) == (-(2**63), 2**62 + 1)
    assert found.to_json()["max"] == "4611686018427387905"
    assert sum(found.histogram.counts) == 3
    assert found.robust.clipped == 0
    top = tensor(np.array([2**64 - 1, 2**64 - 2], np.uint64)).statistics()
    assert top.to_json()["min"] == str(2**64 - 2)
    assert sum(top.histogram.counts) == 2


def test_float64_to_its_very_ends():
    values = np.array([-1.7e308, 1.7e308, 1.0])
    found = tensor(values).statistics()
    assert (found.min, found.max) == (-1.7e308, 1.7e308)
    assert found.histogram.counts[0] == found.histogram.counts[127] == 1
    assert sum(found.histogram.counts) == 3


def test_json_has_no_number_that_json_lacks():
    import json

    for values in ([np.nan], [1e308, -1e308, np.inf], []):
        json.dumps(tensor(np.array(values)).statistics().to_json(), allow_nan=False)


def test_statistics_belong_to_the_whole_tensor_unless_something_is_reduced():
    values = RANDOM.standard_normal((6, 50, 40))
    subject = tensor(values, ["x", "y", "z"])
    whole = subject.statistics()
    assert subject.statistics({"x": 3, "y": "row", "z": "column"}) == whole
    reduced = subject.statistics({"x": 3, "y": "mean", "z": "column"})
    check_statistics(reduced, values.mean(1))
    assert reduced == subject.statistics({"x": "row", "y": "mean", "z": 0})


def test_statistics_of_a_component():
    values = (RANDOM.standard_normal(900) + 1j * RANDOM.standard_normal(900)).astype(np.complex64)
    subject = tensor(values)
    check_statistics(subject.statistics(), np.abs(values))
    check_statistics(subject.statistics({"dims": {}, "component": "imaginary"}), values.imag)


def test_a_pyramids_statistics_are_the_tensors():
    values = RANDOM.standard_normal((1100, 900)).astype(np.float32)
    values[3, 3] = np.nan
    check_statistics(Pyramid(subject := tensor(values), Plane.of(subject)).statistics(), values)
    cube = values[:900].reshape(9, 100, 900)
    subject = tensor(cube, ["x", "y", "z"])
    plane = Plane.of(subject, {"x": 2, "y": "row", "z": "column"})
    check_statistics(Pyramid(subject, plane).statistics(), cube)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int64", "bool"])
@pytest.mark.parametrize("limits", [(0.1, 0.9), (-3, 3), (0, 0), (-1e9, 1e9), (2.5, -2.5), (-np.inf, np.inf)])
def test_clipped_counts_exactly(dtype, limits):
    values = (RANDOM.standard_normal((200, 300)) * 3).astype(dtype)
    if values.dtype.kind == "f":
        values[0, :4] = [np.nan, np.inf, -np.inf, 0.1]
    wide = values.astype(np.longdouble)
    finite = wide[np.isfinite(wide)]
    low, high = limits
    assert clipped(tensor(values), None, low, high) == ((finite < low).sum(), (finite > high).sum())


def test_a_range_that_is_no_range_is_an_error():
    with pytest.raises(ModelViewError, match="two numbers"):
        clipped(tensor([1.0, 2.0]), None, float("nan"), 1)
