"""A source whose values are elsewhere has the work done there: nothing but results comes back."""

import pickle

import numpy as np
import pytest
from checks import check_plane, check_statistics

from modelview.adapters import source_of
from modelview.errors import Cancelled
from modelview.tensors import Plane, Pyramid, Tensor, TileAddress, clipped, clustering
from modelview.tensors import pyramid as pyramid_module

RANDOM = np.random.default_rng(11)


class Elsewhere:
    """An array in another place: work is pickled on the way, as to a worker, and what is read is counted."""

    resident = False

    def __init__(self, array, chunks=None):
        self._inner = source_of(array)
        self.chunks = chunks or array.shape
        self.read_here = 0
        self.largest_result = 0

    def __getattr__(self, name):
        if name == "strides":
            raise AttributeError(name)
        return getattr(self._inner, name)

    def read(self, index):
        values = self._inner.read(index)
        self.read_here += values.size
        return values

    def map_blocks(self, boxes, function, progress, cancelled):
        found = []
        for number, box in enumerate(boxes):
            if cancelled is not None and cancelled():
                raise Cancelled("cancelled")
            result = pickle.dumps(pickle.loads(pickle.dumps(function))(self._inner.read(box), box))
            self.largest_result = max(self.largest_result, len(result))
            found.append(pickle.loads(result))
            if progress is not None:
                progress(number + 1, len(boxes), "working elsewhere")
        return found


def tensor(array, chunks=None, dims=None):
    return Tensor(Elsewhere(array, chunks), ("array/a",), dims=dims)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "complex64", "bool"])
def test_tiles_are_those_of_an_array_that_is_here(dtype):
    array = (RANDOM.standard_normal((601, 530)) * 9).astype(dtype)
    if dtype == "float32":
        array[5, 7], array[100, 3] = np.nan, np.inf
    plane = check_plane(tensor(array), np.abs(array) if dtype == "complex64" else array)
    assert plane.levels == 3


@pytest.mark.parametrize("statistic", ["mean", "min", "max", "sum", "std", "norm"])
def test_dimensions_are_reduced_there(statistic):
    array = RANDOM.standard_normal((40, 130, 700)).astype("f4")
    subject = tensor(array, (8, 130, 100), ("a", "b", "c"))
    check_plane(subject, array, {"a": statistic, "b": "row", "c": "column"})
    assert subject.source.read_here == 0


def test_statistics_are_counted_there():
    array = RANDOM.standard_cauchy((900, 800)).astype("f4")
    array[3, 3] = np.nan
    subject = tensor(array, (300, 300))
    check_statistics(subject.statistics(), array)
    below, above = clipped(subject, None, -1.0, 2.0)
    assert (below, above) == ((array < -1).sum(), (array > 2).sum())
    assert subject.source.read_here == 0


def test_an_overview_fetches_pooled_cells_only():
    array = RANDOM.standard_normal((2048, 2048)).astype("f4")
    subject = tensor(array, (512, 512))
    plane = Plane.of(subject)
    pyramid = Pyramid(subject, plane)
    pyramid.statistics()
    pyramid.tile(plane.coarsest_tiles()[0])
    assert subject.source.read_here == 0
    # A block of 512 × 512 comes back as 256 × 256 sums, minima and maxima, and its part of the sample.
    assert subject.source.largest_result < array.nbytes / 4
    exact = pyramid.tile(TileAddress(0, 0, 1, 1))
    np.testing.assert_array_equal(exact.value[0], array[256:512, 256:512])
    assert subject.source.read_here == 256 * 256


def test_a_large_one_is_sampled_there(monkeypatch):
    monkeypatch.setattr(pyramid_module, "LARGE", 2**18)
    array = RANDOM.standard_normal((1000, 1000)).astype("f4")
    subject = tensor(array, (100, 1000))
    found = Pyramid(subject, Plane.of(subject)).statistics()
    assert found.sampled is not None
    assert found.std == pytest.approx(array.std(), rel=0.02)
    # A slice's statistics are of all the tensor's values, of which its tiles read a part only.
    volume = tensor(array.reshape(10, 100, 1000), (1, 100, 1000))
    sliced = Pyramid(volume, Plane.of(volume, {"dim0": 3, "dim1": "row", "dim2": "column"})).statistics()
    assert sliced.sampled is not None
    assert sliced.std == pytest.approx(array.std(), rel=0.02)
    assert volume.source.read_here == 0


def test_it_tells_how_far_it_is_and_can_be_cancelled():
    told = []
    subject = tensor(RANDOM.standard_normal((900, 800)), (100, 800))
    subject.statistics(progress=lambda done, total, label: told.append(label))
    assert set(told) == {"Reading the values", "Counting the values"}
    with pytest.raises(Cancelled):
        tensor(RANDOM.standard_normal((900, 800))).statistics(cancelled=lambda: True)


def test_channels_and_their_likeness_are_found_there(monkeypatch):
    monkeypatch.setattr(clustering, "EXACT_VALUES", 2**20)
    array = (RANDOM.standard_normal((300, 7_000)) * 9).astype("f4")
    here, there = Tensor(source_of(array), ("array/a",)), tensor(array)
    expected, found = here.channels("dim0"), there.channels("dim0")
    for column in found.columns:
        np.testing.assert_array_equal(found[column], expected[column])
    assert there.order("dim0", by="cluster").tolist() == here.order("dim0", by="cluster").tolist()
    assert there.source.read_here == 0
    # A sketch is of 256 numbers an index.
    assert there.source.largest_result < 300 * 256 * 8 + 1000
