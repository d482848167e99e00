"""Tiles equal an independent reference, for every kind of plane."""

import tracemalloc

import numpy as np
import pytest
from checks import check_plane, tensor
from hypothesis import given, settings
from hypothesis import strategies as st

from modelview.errors import Cancelled, StaleError, TileError
from modelview.tensors import Plane, Pyramid, TileAddress, shared_cache
from modelview.tensors import blocks as blocks_module
from modelview.tensors import pyramid as pyramid_module

RANDOM = np.random.default_rng(0)


def normal(*shape, dtype=np.float32):
    return RANDOM.standard_normal(shape).astype(dtype)


@pytest.mark.parametrize(
    "shape", [(), (1,), (1, 1), (7,), (700,), (257, 3), (256, 256), (257, 513), (1, 1000), (601, 1)]
)
def test_tiles_of_odd_sizes(shape):
    array = normal(*shape)
    check_plane(tensor(array), array)


@pytest.mark.parametrize(
    "uses",
    [
        ["facet", "row", "column"],
        ["row", "facet", "column"],
        ["column", "row", "facet"],
        ["facet", "facet", "row"],
        ["facet", "column", "facet"],
        ["facet", "facet", 1],
        ["row", 3, "column"],
        ["column", "row", "mean"],
        ["std", "row", "std"],
        ["max", "max", "max"],
        ["sum", 0, "column"],
        ["facet", "norm", "column"],
    ],
)
def test_every_use_of_every_dimension(uses):
    array = normal(41, 30, 67)
    check_plane(tensor(array, ["x", "y", "z"]), array, dict(zip("xyz", uses, strict=True)))


def test_facets_in_two_dimensions_are_in_c_order_and_cut_anywhere():
    array = normal(70, 50, 9, 9)
    plane = check_plane(
        tensor(array, ["out", "in", "height", "width"]),
        array,
        {"out": "facet", "in": "facet", "height": "row", "width": "column"},
    )
    assert plane.tiles_per(0)[0] > 1


def test_more_facets_than_one_tile_takes():
    array = normal(70_000, 2, 2)
    plane = check_plane(tensor(array), array)
    assert len(plane.coarsest_tiles()) > 1


@pytest.mark.parametrize(
    "make",
    [
        lambda a: a.T,
        lambda a: a[::-1, ::2],
        lambda a: np.asfortranarray(a),
        lambda a: np.broadcast_to(a[:1], a.shape),
        lambda a: np.broadcast_to(a[:1, :1], a.shape),
        lambda a: a.astype(">f4"),
    ],
    ids=["transposed", "reversed", "fortran", "row repeated", "one value", "big-endian"],
)
def test_tiles_of_every_memory_layout(make):
    array = make(normal(270, 530))
    check_plane(tensor(array), np.ascontiguousarray(array).astype(np.float32))


def test_nan_and_infinities_are_counted_and_never_averaged():
    array = normal(600, 300)
    for value in (np.nan, np.inf, -np.inf):
        array[RANDOM.integers(0, 600, 90), RANDOM.integers(0, 300, 90)] = value
    array[:64, :64] = np.nan
    array[64:80, :16] = np.inf
    check_plane(tensor(array), array)
    check_plane(tensor(np.full((300, 300), np.nan)), np.full((300, 300), np.nan))


def test_the_base_level_and_tiles_below_it_agree_with_the_reference(monkeypatch):
    # The limit is a million cells; a small one puts both ways to a level into one small plane.
    monkeypatch.setattr(pyramid_module, "BASE_CELLS", 2**15)
    monkeypatch.setattr(blocks_module, "BLOCK", 2**10)
    array = normal(533, 777)
    array[5, 5] = np.nan
    plane = check_plane(tensor(array), array)
    # 533 × 777: level 1 has 104,013 cells, too many for the base; level 2, the coarsest, has 26,130.
    assert plane.levels == 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_plane_of_any_small_tensor(data):
    rank = data.draw(st.integers(0, 4))
    shape = [data.draw(st.integers(0, 12)) for _ in range(rank)]
    if rank and data.draw(st.booleans()):
        shape[data.draw(st.integers(0, rank - 1))] = data.draw(st.integers(250, 600))
    roles = ["row", "column", "facet", "facet"]
    uses = []
    statistic = data.draw(st.sampled_from(["mean", "min", "max", "sum", "std", "norm"]))
    for size in shape:
        options = [*dict.fromkeys(roles), statistic]
        if size:
            options.append(data.draw(st.integers(0, size - 1)))
        use = data.draw(st.sampled_from(options))
        if use == statistic and size == 0:
            use = roles[0] if roles else use
        if use in roles:
            roles.remove(use)
        uses.append(use)
    if statistic in uses and any(n == 0 for n, u in zip(shape, uses, strict=True)):
        return
    dtype = data.draw(st.sampled_from(["float32", "float64", "float16", "int8", "int64", "uint16", "bool"]))
    seed = data.draw(st.integers(0, 9))
    array = (np.random.default_rng(seed).standard_normal(shape) * 5).astype(dtype)
    names = [f"d{i}" for i in range(rank)]
    if statistic in uses and statistic in ("std", "norm", "sum", "mean") and dtype == "float16":
        array = array.astype("float32")
    check_plane(tensor(array, names), array, dict(zip(names, uses, strict=True)))


@pytest.mark.parametrize("tile", [(9, 0, 0, 0), (-1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 2, 0), (0, 0, 0, -1)])
def test_a_tile_outside_the_plane_is_an_error_that_says_what_there_is(tile):
    subject = tensor(normal(300, 300))
    with pytest.raises(TileError, match=r"levels 0 to 1|1 × 2 × 2 tiles") as caught:
        Pyramid(subject, Plane.of(subject)).tile(TileAddress(*tile))
    assert caught.value.code == "bad-tile"


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 4), (0, 0)])
def test_an_empty_plane_has_one_level_and_no_tiles(shape):
    plane = Plane.of(tensor(np.zeros(shape)))
    assert (plane.levels, plane.coarsest_tiles(), plane.tiles_per(0)) == (1, [], (0, 0, 0))


def test_a_changed_tensor_makes_its_planes_stale():
    array = normal(300, 300)
    subject = tensor(array)
    plane = Plane.of(subject)
    pyramid = Pyramid(subject, plane)
    before = pyramid.tile(plane.coarsest_tiles()[0])
    array += 1
    subject.touch()
    with pytest.raises(StaleError):
        pyramid.tile(plane.coarsest_tiles()[0])
    again = Plane.of(subject)
    after = Pyramid(subject, again).tile(again.coarsest_tiles()[0])
    np.testing.assert_allclose(after.mean, before.mean + 1, atol=1e-5)


def test_work_stops_when_nobody_wants_it_and_tells_how_far_it_is():
    subject = tensor(normal(4096, 1024))
    plane = Plane.of(subject)
    seen = []
    Pyramid(subject, plane).tile(plane.coarsest_tiles()[0], lambda *a: seen.append(a))
    assert seen[-1][0] == seen[-1][1] == 4096 * 1024
    assert [s[0] for s in seen] == sorted(s[0] for s in seen)
    subject.touch()
    plane = Plane.of(subject)
    with pytest.raises(Cancelled):
        Pyramid(subject, plane).tile(plane.coarsest_tiles()[0], cancelled=lambda: True)
    with pytest.raises(Cancelled):
        subject.statistics(cancelled=lambda: True)


def test_pooled_int64_keep_their_range_and_level_0_is_exact():
    array = np.full((300, 300), 2**62, np.int64)
    array[0, 0] = 2**53 + 1
    subject = tensor(array)
    pyramid = Pyramid(subject, Plane.of(subject))
    exact = pyramid.tile(TileAddress(0, 0, 0, 0)).value
    assert exact is not None
    assert exact.dtype == np.int64
    assert exact[0, 0, 0] == 2**53 + 1
    coarse = pyramid.tile(TileAddress(1, 0, 0, 0))
    assert coarse.min.dtype == np.float64
    assert coarse.max[0, 0, 1] == 2.0**62


def test_the_coarsest_tile_and_the_statistics_read_the_values_twice_and_then_never_again():
    array = normal(2048, 2048)
    subject = tensor(array)
    read = 0

    class Counting:
        def __getattr__(self, name):
            return getattr(source, name)

        def read(self, index):
            nonlocal read
            values = source.read(index)
            read += values.size
            return values

    source, subject.source = subject.source, Counting()
    plane = Plane.of(subject)
    pyramid = Pyramid(subject, plane)
    pyramid.statistics()
    pyramid.tile(plane.coarsest_tiles()[0])
    assert read == 2 * array.size
    pyramid.statistics()
    pyramid.tile(TileAddress(plane.levels - 2, 0, 0, 0))
    assert read == 2 * array.size


def test_closing_lets_go_of_everything_cached():
    from modelview.adapters import tensor_of

    before = shared_cache().nbytes
    model = tensor_of(normal(1000, 1000))
    subject = model.tensors["array/array"]
    plane = Plane.of(subject)
    Pyramid(subject, plane).tile(plane.coarsest_tiles()[0])
    subject.statistics()
    assert shared_cache().nbytes > before
    model.close()
    model.close()
    assert shared_cache().nbytes <= before


def test_a_3_gigabyte_embedding_is_looked_at_in_little_memory():
    rows, columns = 200_000, 4096
    subject = tensor(np.broadcast_to(normal(1, columns), (rows, columns)), ["token", "channel"])
    plane = Plane.of(subject)
    pyramid = Pyramid(subject, plane)
    tracemalloc.start()
    tile = pyramid.tile(plane.coarsest_tiles()[0])
    pyramid.tile(TileAddress(1, 0, 300, 3))
    pyramid.tile(TileAddress(4, 0, 20, 0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tile.shape == (1, 196, 4)
    assert peak < 128 * 2**20


def test_a_forgotten_tensor_leaves_nothing_in_the_cache():
    import gc

    subject = tensor(normal(600, 600))
    owner = subject.owner
    subject.statistics()
    assert any(key[0] == owner for key in shared_cache()._entries)
    del subject
    gc.collect()
    assert not any(key[0] == owner for key in shared_cache()._entries)


def test_the_cache_forgets_the_least_recently_used():
    from modelview.tensors import Cache

    cache = Cache(100)
    for key in "abc":
        cache.put(1, key, key.upper(), 40)
    assert [cache.get(1, key) for key in "abc"] == [None, "B", "C"]
    cache.get(1, "b")
    cache.put(2, "d", "D", 40)
    assert [cache.get(1, "b"), cache.get(1, "c"), cache.nbytes, len(cache)] == ["B", None, 80, 2]
    cache.put(2, "e", "too large to keep", 101)
    cache.clear(1)
    assert (cache.nbytes, len(cache)) == (40, 1)
    cache.clear()
    assert cache.nbytes == 0


def test_the_progress_of_both_passes_is_one_that_never_goes_back():
    subject = tensor(normal(2048, 2048))
    told = []
    pyramid = Pyramid(subject, Plane.of(subject, None))
    pyramid.statistics(lambda done, total, _label: told.append((done, total)))
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert {total for _, total in told} == {2 * subject.size}
