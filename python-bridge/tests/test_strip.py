"""Tiles of a file that lie beside each other are read together, and are the same as of an array in memory."""

import numpy as np
import pytest

from modelview.adapters import _stored, tensor_of
from modelview.tensors import Plane, Pyramid, TileAddress
from modelview.tensors import pyramid as pyramid_module

ROWS, COLUMNS = 1100, 9000
PARTS = ("mean", "min", "max", "nan_counts", "posinf_counts", "neginf_counts")


@pytest.fixture
def values():
    found = np.random.default_rng(5).standard_normal((ROWS, COLUMNS)).astype(np.float32)
    found[700, 3000], found[701, 40], found[3, 8999] = np.nan, np.inf, -np.inf
    return found


@pytest.fixture
def stored(tmp_path, values):
    np.save(tmp_path / "values.npy", values)
    return next(iter(tensor_of(tmp_path / "values.npy").tensors.values()))


@pytest.fixture
def read(monkeypatch):
    """Bytes that were read of files."""
    found = []
    take = _stored._take

    def counted(file, start, into):
        found.append(len(into))
        take(file, start, into)

    monkeypatch.setattr(_stored, "_take", counted)
    return lambda: sum(found)


def tiles(plane, level):
    facets, rows, columns = plane.tiles_per(level)
    return [TileAddress(level, f, r, c) for f in range(facets) for r in range(rows) for c in range(columns)]


def same(found, expected):
    assert found.shape == expected.shape
    for name in PARTS:
        mine, other = getattr(found, name), getattr(expected, name)
        assert (mine is None) == (other is None), name
        if name == "mean":
            # Eight float32 are added before they are widened, but in a block with NaN none.
            np.testing.assert_allclose(mine, other, rtol=0, atol=8 * 2**-24 * 6)
        elif other is not None:
            np.testing.assert_array_equal(mine, other)
    assert (found.nan, found.posinf, found.neginf) == (expected.nan, expected.posinf, expected.neginf)


@pytest.mark.parametrize("dims", [None, {"dim0": "column", "dim1": "row"}], ids=["as stored", "transposed"])
@pytest.mark.parametrize("level", [1, 2])
def test_each_tile_is_that_of_the_same_array_in_memory(stored, values, dims, level, monkeypatch):
    monkeypatch.setattr(pyramid_module, "BASE_CELLS", 2**12)
    memory = next(iter(tensor_of(values).tensors.values()))
    plane, other = Plane.of(stored, dims), Plane.of(memory, dims)
    pyramid, expected = Pyramid(stored, plane), Pyramid(memory, other)
    assert pyramid._base_level() > level
    for tile in tiles(plane, level):
        same(pyramid.tile(tile), expected.tile(tile))


@pytest.mark.parametrize("dims", [None, {"dim0": "column", "dim1": "row"}], ids=["as stored", "transposed"])
def test_the_neighbours_of_a_tile_are_read_with_it(stored, values, dims, read):
    plane = Plane.of(stored, dims)
    pyramid = Pyramid(stored, plane)
    level = 1
    assert pyramid._base_level() > level
    along = (lambda place: TileAddress(level, 0, 1, place)) if dims is None else (lambda p: TileAddress(level, 0, p, 1))
    pyramid.tile(along(1))
    first = read()
    assert first == 512 * 4 * 512 * 4
    for place in (0, 2, 3):
        pyramid.tile(along(place))
    assert read() == first
    pyramid.tile(along(4))
    assert read() > first


def test_after_a_change_they_are_read_again(stored, values, read):
    tile = TileAddress(1, 0, 0, 0)
    Pyramid(stored, Plane.of(stored)).tile(tile)
    first = read()
    stored.touch()
    Pyramid(stored, Plane.of(stored)).tile(tile)
    assert read() == 2 * first


def test_of_an_array_in_memory_a_tile_is_read_alone(values):
    memory = next(iter(tensor_of(values).tensors.values()))
    plane = Plane.of(memory)
    pyramid = Pyramid(memory, plane)
    pyramid.tile(TileAddress(1, 0, 0, 0))
    assert memory.recall(("strip", plane.version, plane.selection.key, 1, 0, 0, 0)) is None
