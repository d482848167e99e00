"""What is too large to be counted at once comes with the statistics of a sample, and is counted when that is asked."""

import numpy as np
import pytest
from checks import check_statistics, tensor

from modelview.tensors import Plane, Pyramid
from modelview.tensors import pyramid as pyramid_module
from modelview.tensors.sample import sample_of
from modelview.tensors.selection import Selection

RANDOM = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def large(monkeypatch):
    monkeypatch.setattr(pyramid_module, "LARGE", 2**16)


def shown(subject, selection=None):
    return Pyramid(subject, Plane.of(subject, selection)).statistics()


def test_what_the_overview_reads_anyway_is_exact():
    array = RANDOM.standard_normal((1500, 1100)).astype("f4")
    array[0, :5], array[7, 7], array[9, 9] = np.nan, np.inf, -np.inf
    array[3, 3] = 55.5
    found = shown(tensor(array))
    finite = array[np.isfinite(array)].astype(float)
    assert 2**17 < found.sampled < 2**19
    assert (found.count, found.nan, found.posinf, found.neginf) == (finite.size, 5, 1, 1)
    assert (found.min, found.max) == (finite.min(), 55.5)
    assert found.mean == pytest.approx(finite.mean(), abs=1e-7)


def test_the_rest_is_near():
    array = np.where(RANDOM.random((1500, 1100)) < 0.3, 0, RANDOM.standard_normal((1500, 1100))).astype("f4")
    found, exact = shown(tensor(array)), tensor(array).statistics()
    assert found.std == pytest.approx(exact.std, rel=0.01)
    assert found.zero == pytest.approx(exact.zero, rel=0.01)
    assert sum(found.histogram.counts) == pytest.approx(array.size, rel=0.001)
    for near, right in zip(found.histogram.counts, exact.histogram.counts, strict=True):
        assert near == pytest.approx(right, abs=0.002 * array.size)


def test_the_colours_stay_when_all_values_are_counted():
    subject = tensor(RANDOM.standard_normal((1500, 1100)).astype("f4"))
    before = shown(subject)
    exact = subject.statistics()
    check_statistics(exact, subject.read())
    assert (exact.robust.low, exact.robust.high) == (before.robust.low, before.robust.high)
    # From now on they are what a plane comes with.
    assert shown(subject) is exact


def test_a_range_of_the_sample_that_holds_too_little_is_given_up(monkeypatch):
    array = RANDOM.standard_normal((1500, 1100)).astype("f4")
    subject = tensor(array)
    key = sample_of(subject, Selection.of(subject, keep=True))
    monkeypatch.setattr("modelview.tensors.statistics.sample_of", lambda *_: key * np.float32(0.1))
    assert shown(subject).robust.high < 1
    check_statistics(subject.statistics(), array)


def test_slices_of_one_tensor_share_the_sample_and_its_colours():
    array = RANDOM.standard_normal((12, 400, 300)).astype("f4")
    array[4] *= 50
    subject = tensor(array, ["layer", "out", "in"])
    ranges = {shown(subject, {"layer": i, "out": "row", "in": "column"}).robust for i in (0, 4, 7)}
    assert len(ranges) == 1
    assert next(iter(ranges)).high > 10


@pytest.mark.parametrize("shape", [(3, 200_000), (200_000, 3), (70_000, 3, 3), (2, 500_000), (1_000_001,)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_sample_is_drawn_from_everywhere(shape, turned):
    # Each value is its own place, so that the sample tells where it is from.
    array = np.arange(np.prod(shape), dtype=float).reshape(shape)
    subject = tensor(array.T if turned else array)
    found = sample_of(subject, Selection.of(subject, keep=True))
    assert found.size > 2**17
    parts = np.histogram(found, 64, (0, array.size))[0]
    assert parts.min() > 0.5 * parts.mean()
    np.testing.assert_array_equal(found, sample_of(subject, Selection.of(subject, keep=True)))


def test_nothing_finite():
    found = shown(tensor(np.full((400, 400), np.nan, "f4")))
    assert found.count == 0
    assert found.nan == 160_000
    assert found.histogram is None
