"""The tiles of a plane: level 0 as it is, coarser ones pooled.

The coarse levels of a plane all come from one pass over its values, which makes a base level of
about a million cells and halves that; finer ones are read and pooled tile by tile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import prod
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from ..errors import StaleError
from .bands import bands, below
from .dtype import Array
from .mapped import PoolingSource, map_blocks
from .moments import SAMPLE, Moments, moments_of
from .plane import Extent, Plane, TileAddress
from .pool import Cells, coverage, pool
from .progress import Cancel, Progress, each, shifted
from .reader import Arrangement, PlaneReader
from .sample import keep_sample, pick
from .source import Index
from .statistics import Facts, Statistics, keep_moments, known_statistics, sampled_statistics, statistics_of
from .strip import strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tensor import Tensor

__all__ = ["Pyramid", "Tile"]

BASE_CELLS = 2**20
LARGE = 2**25
"""Values. What is larger is shown with the statistics of a sample, and counted when somebody asks."""
MOST_BASE_CELLS = 2**22
"""Millions of facets cannot be pooled below one cell each: then every tile is read on its own."""


@dataclass(frozen=True)
class Tile:
    """A tile's cells, as arrays of `shape` (facets, rows, columns).

    Attributes
    ----------
    value : ndarray or None
        Level 0, in the tensor's own (or its component's) dtype; often a view of the model's
        memory.
    mean, min, max : ndarray or None
        Coarser levels, over the finite values, in float32 (float64 for float64 and for integers
        of 32 bits and more); NaN in a cell without any.
    nan_counts, posinf_counts, neginf_counts : ndarray of uint32, or None
        Coarser levels: each cell's counts, all three `None` where the tile has none of them.
    nan, posinf, neginf : int
        How many values of the whole tile are so, at any level.
    """

    address: TileAddress
    shape: tuple[int, int, int]
    value: Array | None = None
    mean: Array | None = None
    min: Array | None = None
    max: Array | None = None
    nan_counts: Array | None = None
    posinf_counts: Array | None = None
    neginf_counts: Array | None = None
    nan: int = 0
    posinf: int = 0
    neginf: int = 0


class Pyramid:
    """The tiles of a plane of a tensor.

    Examples
    --------
    >>> from modelview.adapters import tensor_of
    >>> tensor = tensor_of(np.arange(512.0 * 512).reshape(512, 512)).tensors["array/array"]
    >>> plane = Plane.of(tensor)
    >>> tile = Pyramid(tensor, plane).tile(plane.coarsest_tiles()[0])
    >>> tile.shape, float(tile.max[0, 0, 0])
    ((1, 256, 256), 513.0)
    """

    def __init__(self, tensor: Tensor, plane: Plane) -> None:
        self.tensor = tensor
        self.plane = plane

    def tile(
        self,
        address: TileAddress,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Tile:
        """One tile.

        Raises
        ------
        TileError
            Where the plane has no such tile.
        StaleError
            Where the tensor has changed since the plane was made.
        NoValuesError, Cancelled
        """
        address = TileAddress(*address)
        extent = self.plane.extent(address)
        self._check()
        try:
            return self._tile(address, extent, progress, cancelled)
        except (ValueError, IndexError):
            # A parameter replaced by one of another shape in the middle of it is stale, not wrong.
            self._check()
            raise

    def _tile(self, address: TileAddress, extent: Extent, progress: Progress | None, cancelled: Cancel | None) -> Tile:
        if address.level == 0:
            return self._exact(address, extent)
        base = self._base_level()
        if base is not None and address.level >= base:
            cells = self._levels(base, progress, cancelled)[address.level - base][_slices(extent)]
        else:
            cells = self._between(address, extent, progress, cancelled)
        plane = self.plane
        covered = coverage(extent.rows, extent.columns, plane.rows, plane.columns, address.level)
        mean, low, high = cells.summary(np.broadcast_to(covered, extent.shape))
        counts = (cells.nan, cells.posinf, cells.neginf)
        nan, posinf, neginf = (0 if part is None else int(part.sum()) for part in counts)
        if not (nan or posinf or neginf):
            counts = (None, None, None)
        return Tile(address, extent.shape, None, mean, low, high, *counts, nan, posinf, neginf)

    def on_hand(self, tiles: Sequence[TileAddress], *, statistics: bool) -> bool:
        """Whether these tiles, and the statistics, take no more than reading and copying their own cells.

        So it is where the source is resident, nothing is reduced, and what comes from a pass over all values is
        remembered.
        """
        tensor, plane = self.tensor, self.plane
        if not tensor.source.resident or plane.selection.statistic is not None:
            return False
        if statistics and known_statistics(tensor, plane.selection, plane.version, sampled=True) is None:
            return False
        finest = min((tile.level for tile in tiles if tile.level), default=None)
        if finest is None:
            return True
        base = self._base_level()
        return base is not None and finest >= base and tensor.recall(self._levels_key) is not None

    def statistics(self, progress: Progress | None = None, cancelled: Cancel | None = None) -> Statistics:
        """The plane's statistics (see `Tensor.statistics`); of a large tensor those that a sample suggests.

        Where a coarse level will be wanted too, asking for these first reads the values once
        less than asking the tensor.
        """
        self._check()
        tensor, plane = self.tensor, self.plane
        base = self._base_level()
        levels = None
        try:
            reader = PlaneReader(tensor, plane, progress, cancelled)
            large = prod(reader.source.shape) > LARGE
            if base is not None and plane.size:
                # The first of the two passes that statistics take, where it comes by every value.
                told = shifted(progress, 0, 2 * plane.size) if reader.covers and not large else progress
                levels = self._levels(base, told, cancelled)
        except (ValueError, IndexError):
            self._check()
            raise
        if not large:
            return statistics_of(tensor, plane.selection, progress, cancelled)
        known = known_statistics(tensor, plane.selection, plane.version, sampled=True)
        facts = _facts(levels[-1], plane) if levels and reader.covers else None
        return known or sampled_statistics(tensor, plane.selection, facts)

    def _check(self) -> None:
        version = self.tensor.version
        if version != self.plane.version:
            raise StaleError(
                f"{self.plane.address} is at version {version} and the plane at "
                f"{self.plane.version}: ask for the plane again"
            )
        self.tensor.check_values()

    def _exact(self, address: TileAddress, extent: Extent) -> Tile:
        values = PlaneReader(self.tensor, self.plane).read(*extent)
        if values.dtype.kind != "f" or np.isfinite(values).all():
            return Tile(address, extent.shape, values)
        return Tile(
            address,
            extent.shape,
            values,
            nan=int(np.count_nonzero(np.isnan(values))),
            posinf=int(np.count_nonzero(values == np.inf)),
            neginf=int(np.count_nonzero(values == -np.inf)),
        )

    def _base_level(self) -> int | None:
        """The finest level that comes from the pass over everything, if there is one."""
        plane = self.plane
        for level in range(1, plane.levels):
            height, width = plane.level_shape(level)
            if plane.facets * height * width <= BASE_CELLS:
                return level
        height, width = plane.level_shape(plane.levels - 1)
        few = plane.facets * height * width <= MOST_BASE_CELLS
        return plane.levels - 1 if few and plane.levels > 1 else None

    @property
    def _levels_key(self) -> tuple[object, ...]:
        return ("levels", self.plane.version, self.plane.selection.key)

    def _levels(self, base: int, progress: Progress | None, cancelled: Cancel | None) -> list[Cells]:
        """The base level and those above it."""
        plane, tensor = self.plane, self.tensor
        key = self._levels_key
        levels: list[Cells] | None = tensor.recall(key)
        if levels is not None:
            return levels
        height, width = plane.level_shape(base)
        extent = Extent(range(plane.facets), range(height), range(width))
        seen: list[Moments] = []
        picked: list[Array] = []
        levels = [self._pool(base, extent, seen, picked, progress, cancelled)]
        while base + len(levels) < plane.levels:
            levels.append(levels[-1].halved())
        # What was read while the tensor changed is shown once, and not kept.
        if tensor.version == plane.version:
            tensor.remember(key, levels, sum(cells.nbytes for cells in levels))
            if seen:
                keep_moments(tensor, plane.selection, Moments.merged(seen))
            if picked:
                keep_sample(tensor, plane.selection, np.concatenate(picked))
        return levels

    def _between(
        self, address: TileAddress, extent: Extent, progress: Progress | None, cancelled: Cancel | None
    ) -> Cells:
        """A tile that is finer than the base level: pooled alone, or with those that are read with it."""
        plane, tensor, level = self.plane, self.tensor, address.level
        strip = strip_of(plane, PlaneReader(tensor, plane), address)
        if strip is None:
            return self._pool(level, extent, None, None, progress, cancelled)
        key = ("strip", plane.version, plane.selection.key, level, *(each.start for each in strip))
        cells: Cells | None = tensor.recall(key)
        if cells is None:
            cells = self._pool(level, strip, None, None, progress, cancelled)
            if tensor.version == plane.version:
                tensor.remember(key, cells, cells.nbytes)
        return cells[_slices(extent, strip)]

    def _pool(
        self,
        level: int,
        extent: Extent,
        seen: list[Moments] | None,
        picked: list[Array] | None,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> Cells:
        """Pool the values under some cells of a level, band by band."""
        plane = self.plane
        reader = PlaneReader(self.tensor, plane)
        dtype = np.dtype(np.float32) if reader.dtype == np.float16 else reader.dtype
        dtype = np.dtype(np.uint8) if dtype == np.bool_ else dtype
        lock = Lock()
        boxes, places = [], []
        for band in bands(extent, level, plane, reader):
            rows, columns = below(band.rows, level, plane.rows), below(band.columns, level, plane.columns)
            for index, facets in reader.indices(band.facets, rows, columns):
                boxes.append(index)
                places.append(_slices(Extent(facets, band.rows, band.columns), extent))

        # Of one block they are its own: a copy of some megabytes would be most of the work.
        cells = None if len(boxes) == 1 else Cells.empty(extent.shape, dtype)

        def take(number: int, found: _Pooled) -> _Pooled:
            if cells is None:
                return found
            with lock:
                assert found.cells is not None
                cells[places[number]] = found.cells
            return replace(found, cells=None)

        source = reader.source
        if isinstance(source, PoolingSource) and source.pools:
            pool_block, roles = source.pool_block, reader.arrangement.roles
            found = each(
                range(len(boxes)),
                lambda number: take(number, _Pooled(pool_block(boxes[number], roles, level))),
                lambda number: places[number][0].stop - places[number][0].start,
                "Reading the values",
                progress,
                cancelled,
            )
            return _cells(found, cells)

        # A pass over everything takes the moments too, or of a large tensor, where that would take too long, a sample.
        covers = seen is not None and reader.covers
        work = partial(
            _pool_block,
            arranged=reader.arrangement,
            level=level,
            out_of=plane.size if covers else None,
            large=plane.size > LARGE,
        )
        found = map_blocks(source, boxes, work, "Reading the values", progress, cancelled, take)
        if seen is not None and picked is not None:
            seen.extend(part.moments for part in found if part.moments is not None)
            picked.extend(part.sample for part in found if part.sample is not None)
        return _cells(found, cells)


@dataclass(frozen=True)
class _Pooled:
    """What comes of a block; without its cells once these are in their place."""

    cells: Cells | None
    moments: Moments | None = None
    sample: Array | None = None


def _cells(found: Sequence[_Pooled], filled: Cells | None) -> Cells:
    """The cells that were filled, or those of the only block."""
    cells = found[0].cells if filled is None else filled
    assert cells is not None
    return cells


def _facts(cells: Cells, plane: Plane) -> Facts | None:
    """What the cells of a level that covers all of a tensor tell of it; `None` where no value is finite."""
    nan, posinf, neginf = (0 if a is None else int(a.sum()) for a in (cells.nan, cells.posinf, cells.neginf))
    count = plane.size - nan - posinf - neginf
    if count == 0:
        return None
    with np.errstate(all="ignore"):
        mean = float(cells.total.sum() / count)
    return Facts(count, nan, posinf, neginf, cells.low.min().item(), cells.high.max().item(), mean)


def _pool_block(
    values: Array, box: Index, *, arranged: Arrangement, level: int, out_of: int | None, large: bool
) -> _Pooled:
    """Pool a block; take its moments or a sample too where it is one of those that together have `out_of` values."""
    block = arranged(values)
    cells = pool(block, level)
    if out_of is None:
        return _Pooled(cells)
    if large:
        return _Pooled(cells, sample=pick(values, box, max(1, round(SAMPLE * values.size / out_of))))
    return _Pooled(cells, moments_of(block, out_of, box))


def _slices(extent: Extent, within: Extent | None = None) -> tuple[slice, ...]:
    """An extent's place in an array of its level, or of another extent's cells."""
    starts = [0, 0, 0] if within is None else [whole.start for whole in within]
    return tuple(slice(part.start - start, part.stop - start) for part, start in zip(extent, starts, strict=True))
