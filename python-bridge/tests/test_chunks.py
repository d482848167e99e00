"""Arrays that are stored in chunks along several dimensions: a pass over their values reads each chunk once."""

from collections import Counter
from math import ceil, prod

import dask
import dask.array
import numpy as np
import pytest
import zarr
from checks import check_plane, check_statistics, tensor
from hypothesis import given, settings
from hypothesis import strategies as st

from modelview.tensors import Plane, Pyramid
from modelview.tensors import blocks as blocks_module
from modelview.tensors.blocks import cut

RANDOM = np.random.default_rng(5)


class CountingStore(zarr.storage.WrapperStore):
    """Counts how often each chunk is asked for."""

    def __init__(self, store):
        super().__init__(store)
        self.reads = Counter()

    async def get(self, key, *args, **kwargs):
        if "/c/" in f"/{key}":
            self.reads[key] += 1
        return await super().get(key, *args, **kwargs)


def in_zarr(values, chunks):
    store = CountingStore(zarr.storage.MemoryStore())
    array = zarr.create_array(store, data=values, chunks=chunks, compressors=None)
    store.reads.clear()
    return array, store.reads


def in_dask(values, chunks):
    """Chunks that are computed, and count how often."""
    reads = Counter()

    def make(block_info=None):
        place = block_info[None]["array-location"]
        reads[str(place)] += 1
        return values[tuple(slice(*part) for part in place)]

    normal = dask.array.core.normalize_chunks(chunks, values.shape)
    array = dask.array.map_blocks(
        make, chunks=normal, dtype=values.dtype, meta=np.empty((0,) * values.ndim, values.dtype)
    )
    return array, reads


KINDS = {"zarr": in_zarr, "dask": in_dask}

# Square chunks, the last ones cut off; chunks whose borders cells of a level go across; of three dimensions.
STORED = {
    "square": ((300, 550), (64, 64)),
    "borders within cells": ((550, 300), (100, 100)),
    "borders at odd places": ((300, 550), (83, 70)),
    "tall": ((550, 300), (128, 32)),
    "cubes": ((6, 290, 130), (4, 64, 64)),
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """As if the arrays were many times as large; and dask in one thread, which counts."""
    monkeypatch.setattr(blocks_module, "BLOCK", 2**13)
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(params=list(KINDS))
def stored(request):
    return KINDS[request.param]


def every_chunk(shape, chunks):
    return prod(ceil(size / chunk) for size, chunk in zip(shape, chunks, strict=True))


PASSES = {
    "statistics": (2, lambda subject: subject.statistics()),
    "distribution": (1, lambda subject: subject.distribution()),
    "channels": (2, lambda subject: subject.channels("dim0")),
    "channels of the last": (2, lambda subject: subject.channels("dim1")),
    "a reduction": (1, lambda subject: subject.read({"dim1": "mean"})),
    "spectrum": (1, lambda subject: subject.spectrum(flatten="dim0")),
    "overview": (1, lambda subject: overview(subject)),
}
"""How many passes each takes over values of 16 bits (docs/statistics.md)."""


def overview(subject):
    plane = Plane.of(subject)
    return Pyramid(subject, plane).tile(plane.coarsest_tiles()[0])


@pytest.mark.parametrize("what", PASSES)
@pytest.mark.parametrize("how", STORED)
def test_a_pass_reads_each_chunk_once(stored, how, what):
    shape, chunks = STORED[how]
    values = RANDOM.standard_normal(shape).astype("f2")
    array, reads = stored(values, chunks)
    passes, look = PASSES[what]
    look(tensor(array))
    assert len(reads) == every_chunk(shape, chunks)
    assert set(reads.values()) == {passes}


def test_a_component_of_complex_values_too(stored):
    values = (RANDOM.standard_normal((300, 400)) + 1j * RANDOM.standard_normal((300, 400))).astype("c8")
    array, reads = stored(values, (64, 64))
    overview(tensor(array))
    assert set(reads.values()) == {1}
    assert len(reads) == 35


def test_dask_chunks_of_many_sizes_are_cut_where_they_are():
    values = RANDOM.standard_normal((900, 800)).astype("f4")
    array, reads = in_dask(values, ((100, 300, 50, 450), (320, 320, 160)))
    subject = tensor(array)
    overview(subject)
    assert len(reads) == 12
    assert set(reads.values()) == {1}
    check_statistics(subject.statistics(), values)


@pytest.mark.parametrize("how", STORED)
def test_what_comes_of_it_is_numpys(stored, how):
    shape, chunks = STORED[how]
    values = RANDOM.standard_normal(shape).astype("f4")
    values.flat[::1000] = np.nan
    array, _ = stored(values, chunks)
    subject = tensor(array)
    check_plane(subject, values)
    check_statistics(subject.statistics(), values)
    np.testing.assert_allclose(subject.read({"dim0": "max"}), values.max(0))
    np.testing.assert_array_equal(subject.channels("dim1")["nan"], np.isnan(values).sum((0, *range(2, len(shape)))))


def test_a_chunk_that_is_very_large_is_read_in_parts(monkeypatch):
    monkeypatch.setattr(blocks_module, "LARGEST_BLOCK", 2**17)
    monkeypatch.setattr(blocks_module, "JOINED", 2**17)
    boxes = list(cut([slice(0, 2000), slice(0, 900)], [1, 1], 2**17, (0, 1), (1000, 900)))
    assert max(prod(part.stop - part.start for part in box) for box in boxes) <= 2**17


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_box_is_cut_into_boxes_that_cover_it_once_and_along_units(data):
    draw = data.draw
    rank = draw(st.integers(0, 3))
    shape = [draw(st.integers(0, 40)) for _ in range(rank)]
    starts = [draw(st.integers(0, size)) for size in shape]
    box = [slice(start, draw(st.integers(start, size))) for start, size in zip(starts, shape, strict=True)]
    units = [draw(st.sampled_from([1, 1, 2, 4, 5])) for _ in shape]
    sizes = st.integers(1, 50)
    chunks = draw(st.none() | st.tuples(*(sizes | split(size) for size in shape)))
    limit = draw(st.integers(1, 3000))
    order = draw(st.permutations(range(rank)))
    seen = np.zeros(shape, int)
    for part in cut(box, units, limit, order, chunks):
        seen[part] += 1
        for each, whole, unit in zip(part, box, units, strict=True):
            assert (each.start - whole.start) % unit == 0
            assert (each.stop - whole.start) % unit == 0 or each.stop == whole.stop
        size = prod(each.stop - each.start for each in part)
        assert size <= max(limit, prod(units)) or chunks is not None
    expected = np.zeros(shape, int)
    expected[tuple(box)] = 1
    np.testing.assert_array_equal(seen, expected)


def split(size):
    """Chunks of any sizes, empty ones too, that add up to `size`."""
    places = st.lists(st.integers(0, size), max_size=4).map(sorted)
    return places.map(lambda cuts: tuple(np.diff([0, *cuts, size]).tolist()))
