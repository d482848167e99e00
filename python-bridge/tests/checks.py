"""Comparing the real thing with `reference`."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference

from modelview.adapters import tensor_of
from modelview.tensors import Plane, Pyramid, Selection, Statistics, Tensor, TileAddress


def tensor(array: object, dims: list[str] | None = None) -> Tensor:
    """The only tensor of `TensorView(array)`."""
    return tensor_of(array, name="a", dims=dims).tensors["array/a"]


def check_plane(subject: Tensor, values: np.ndarray[Any, Any], selection: Any = None) -> Plane:
    """Every tile of every level equals the reference's; returns the plane."""
    chosen = Selection.of(subject, selection)
    expected = reference.cells(values, [chosen.dims[name] for name in subject.dims])
    plane = Plane.of(subject, chosen)
    pyramid = Pyramid(subject, plane)
    assert (plane.facets, plane.rows, plane.columns) == expected.shape
    assert plane.levels == reference.levels(*expected.shape)
    for level in range(plane.levels):
        if expected.size == 0:
            assert plane.tiles_per(level) == (0, 0, 0)
            break
        n, height, width = reference.tile_shape(*expected.shape, level)
        assert plane.tile_shape(level) == (n, height, width)
        whole = None if level == 0 else reference.pooled(expected, level)
        facets, rows, columns = plane.tiles_per(level)
        for f, r, c in np.ndindex(facets, rows, columns):
            where = np.s_[f * n : f * n + n, r * 256 : r * 256 + 256, c * 256 : c * 256 + 256]
            tile = pyramid.tile(TileAddress(level, f, r, c))
            if whole is None:
                assert tile.value is not None
                assert tile.shape == tile.value.shape == expected[where].shape
                same(tile.value, expected[where])
                continue
            assert tile.mean is not None
            assert tile.min is not None
            assert tile.max is not None
            assert tile.shape == tile.mean.shape == whole["mean"][where].shape
            scale = np.nanmax(np.abs(whole["max"][where] - whole["min"][where]), initial=0)
            scale += np.nanmax(np.abs(whole["mean"][where]), initial=0)
            np.testing.assert_allclose(tile.mean, whole["mean"][where], rtol=1e-6, atol=1e-7 * scale)
            same(tile.min, whole["min"][where])
            same(tile.max, whole["max"][where])
            for name in ("nan", "posinf", "neginf"):
                counts = getattr(tile, f"{name}_counts")
                found = np.zeros(tile.shape) if counts is None else counts
                np.testing.assert_array_equal(found, whole[name][where])
                assert counts is None or counts.dtype == np.uint32
                assert getattr(tile, name) == whole[name][where].sum()
    return plane


def same(found: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> None:
    """Equal; where the expected was computed in float64 and the found is float32, equal as float32."""
    if expected.dtype == np.float64 and found.dtype == np.float32:
        np.testing.assert_allclose(found, expected.astype(np.float32), rtol=2e-7)
    else:
        np.testing.assert_array_equal(found, expected)


def check_statistics(found: Statistics, values: np.ndarray[Any, Any]) -> None:
    """Every number equals what NumPy says of the values in float64."""
    values = np.asarray(values).ravel()
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    assert found.count == finite.size
    assert found.nan == np.isnan(wide).sum()
    assert (found.posinf, found.neginf) == ((wide == np.inf).sum(), (wide == -np.inf).sum())
    assert found.zero == (finite == 0).sum()
    assert found.sampled is None
    if finite.size == 0:
        assert (found.min, found.max, found.mean, found.std) == (None,) * 4
        assert found.histogram is None
        assert found.robust is None
        assert not found.signed
        return
    exact = values[np.isfinite(wide)]
    assert (found.min, found.max) == (exact.min(), exact.max())
    spread = np.abs(finite).max()
    np.testing.assert_allclose(found.mean, finite.mean(), rtol=1e-12, atol=1e-12 * spread)
    np.testing.assert_allclose(found.std, finite.std(), rtol=1e-9, atol=1e-12 * spread)
    assert found.signed == (finite.min() < 0)

    histogram = found.histogram
    assert histogram is not None
    assert len(histogram.counts) == 128
    assert sum(histogram.counts) == finite.size
    assert (histogram.low, histogram.high) == (finite.min(), finite.max())
    if histogram.low < histogram.high:
        # A value within a rounding of an edge may lie on either side of it.
        edges = np.linspace(histogram.low, histogram.high, 129)
        slack = 1e-12 * max(abs(histogram.low), abs(histogram.high))
        up_to = np.cumsum(histogram.counts)[:-1]
        ranked = np.sort(finite)
        assert (up_to >= np.searchsorted(ranked, edges[1:-1] - slack, "left")).all()
        assert (up_to <= np.searchsorted(ranked, edges[1:-1] + slack, "right")).all()

    robust = found.robust
    assert robust is not None
    assert robust.low <= robust.high
    # The ends are float64, which holds not all integers of 64 bits: one that rounds to an end may be on either side.
    rounded, precise = (
        ((each < robust.low) | (each > robust.high)).sum() for each in (finite, exact.astype(np.longdouble))
    )
    assert rounded <= robust.clipped <= precise
    assert robust.clipped <= 0.002 * finite.size
    if found.signed:
        assert robust.low == -robust.high
