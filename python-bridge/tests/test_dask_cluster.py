"""A dask array on a cluster: its workers reduce the chunks that they hold, and this process reads tiles only."""

import os
import pickle

import dask.array
import numpy as np
import pytest
from checks import check_statistics
from distributed import Client, LocalCluster

from modelview.adapters import tensor_of
from modelview.errors import Cancelled
from modelview.tensors import Plane, Pyramid, TileAddress, clipped
from modelview.tensors import pyramid as pyramid_module
from modelview.tensors.blocks import BLOCK

ROWS, COLUMNS, CHUNK = 3000, 2000, 500


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def make(block_info=None):
    """A chunk of numbers that tell where they are, and which process made them."""
    (rows, columns) = block_info[None]["array-location"]
    values = np.add.outer(np.arange(*rows) * 3.0, np.arange(*columns) * 0.5).astype("f4")
    values[0, 0] = os.getpid()
    return values


def expected():
    return np.add.outer(np.arange(ROWS) * 3.0, np.arange(COLUMNS) * 0.5).astype("f4")


@pytest.fixture
def array(client):
    """Held by the workers, the upper half by one and the lower by the other."""
    array = dask.array.map_blocks(
        make,
        chunks=((CHUNK,) * (ROWS // CHUNK), (CHUNK,) * (COLUMNS // CHUNK)),
        dtype="f4",
        meta=np.empty((0, 0), "f4"),
    )
    client.wait_for_workers(2)
    halves = array[: ROWS // 2], array[ROWS // 2 :]
    workers = client.scheduler_info()["workers"]
    held = [client.persist(half, workers=[worker]) for half, worker in zip(halves, workers, strict=True)]
    return dask.array.concatenate(held)


@pytest.fixture
def tensor(array):
    [tensor] = tensor_of(array).tensors.values()
    return tensor


def test_the_values_were_made_by_the_workers(array):
    pids = {int(array[row, column].compute()) for row in range(0, ROWS, CHUNK) for column in (0, 500)}
    assert os.getpid() not in pids
    assert len(pids) == 2


def test_an_overview_and_statistics_are_numpys(tensor, array):
    values = array.compute()
    plane = Plane.of(tensor)
    pyramid = Pyramid(tensor, plane)
    check_statistics(pyramid.statistics(), values)
    tile = pyramid.tile(plane.coarsest_tiles()[0])
    side = 1 << (plane.levels - 1)
    first = values[:side, :side]
    assert (tile.min[0, 0, 0], tile.max[0, 0, 0]) == (first.min(), first.max())
    assert tile.mean[0, 0, 0] == pytest.approx(first.astype(float).mean(), rel=1e-6)
    exact = pyramid.tile(TileAddress(0, 0, 3, 2))
    np.testing.assert_array_equal(exact.value[0], values[768:1024, 512:768])
    assert clipped(tensor, None, 100, 9000) == ((values < 100).sum(), (values > 9000).sum())


def test_dimensions_are_reduced_by_the_workers(tensor, array):
    np.testing.assert_allclose(tensor.read({"dim0": "mean"}), array.compute().astype(float).mean(0), rtol=1e-6)


def test_the_client_reads_tiles_only(client, tensor, array, monkeypatch):
    fetched, gathered = [], []
    kind = type(tensor.source)
    fetch, gather = kind._fetch, client.gather

    def fetching(self, index):
        block = fetch(self, index)
        fetched.append(block.size)
        return block

    def gathering(futures, *args, **kwargs):
        results = gather(futures, *args, **kwargs)
        gathered.extend(len(pickle.dumps(each)) for each in results)
        return results

    monkeypatch.setattr(kind, "_fetch", fetching)
    monkeypatch.setattr(client, "gather", gathering)
    plane = Plane.of(tensor)
    pyramid = Pyramid(tensor, plane)
    pyramid.statistics()
    pyramid.tile(plane.coarsest_tiles()[0])
    tensor.read({"dim1": "max"})
    # No value came, but pooled cells (16 bytes for each 4 × 4 values), counts, and what the rows were reduced to.
    assert fetched == []
    assert 0 < sum(gathered) < 0.3 * array.nbytes
    assert max(gathered) < 0.3 * 4 * BLOCK
    pyramid.tile(TileAddress(0, 0, 0, 0))
    assert fetched == [256 * 256]


def run_there(values, box):
    return os.getpid(), values.shape


def test_functions_run_on_the_workers(client, tensor):
    boxes = [(slice(row, row + CHUNK), slice(0, CHUNK)) for row in range(0, ROWS, CHUNK)]
    told = []
    found = tensor.source.map_blocks(boxes, run_there, lambda done, total, _: told.append((done, total)), None)
    assert [shape for _, shape in found] == [(CHUNK, CHUNK)] * len(boxes)
    workers = set(client.run(os.getpid).values())
    assert {pid for pid, _ in found} <= workers
    assert os.getpid() not in workers
    assert told[-1] == (len(boxes) * CHUNK * CHUNK,) * 2


def test_what_is_no_longer_wanted_is_given_up(client, tensor):
    asked = []

    def cancelled():
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        tensor.statistics(cancelled=cancelled)
    # The workers take other work at once.
    assert client.submit(sum, [1, 2]).result(timeout=20) == 3


def test_a_large_one_is_sampled_by_the_workers(tensor, array, monkeypatch):
    monkeypatch.setattr(pyramid_module, "LARGE", 2**20)
    found = Pyramid(tensor, Plane.of(tensor)).statistics()
    values = array.compute()
    assert found.sampled is not None
    assert (found.min, found.max) == (values.min(), values.max())
    assert found.std == pytest.approx(values.astype(float).std(), rel=0.02)
