"""The tiles of a plane: level 0 as it is, coarser ones pooled.

The coarse levels of a plane all come from one pass over its values, which makes a base level of
about a million cells and halves that; finer ones are read and pooled tile by tile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import StaleError
from .blocks import BLOCK
from .dtype import Array
from .moments import Moments, moments_of
from .plane import Extent, Plane, TileAddress
from .pool import Cells, coverage, pool
from .progress import Cancel, Progress, each, shifted
from .reader import PlaneReader
from .statistics import Statistics, keep_moments, known_statistics, statistics_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tensor import Tensor

__all__ = ["Pyramid", "Tile"]

BASE_CELLS = 2**20
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
            cells = self._pool(address.level, extent, None, progress, cancelled)
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
        if statistics and known_statistics(tensor, plane.selection, plane.version) is None:
            return False
        finest = min((tile.level for tile in tiles if tile.level), default=None)
        if finest is None:
            return True
        base = self._base_level()
        return base is not None and finest >= base and tensor.recall(self._levels_key) is not None

    def statistics(self, progress: Progress | None = None, cancelled: Cancel | None = None) -> Statistics:
        """The plane's statistics (see `Tensor.statistics`).

        Where a coarse level will be wanted too, asking for these first reads the values once
        less than asking the tensor.
        """
        self._check()
        base = self._base_level()
        try:
            if base is not None and self.plane.size:
                # The first of the two passes that statistics take, where it comes by every value.
                covers = PlaneReader(self.tensor, self.plane).covers
                told = shifted(progress, 0, 2 * self.plane.size) if covers else progress
                self._levels(base, told, cancelled)
        except (ValueError, IndexError):
            self._check()
            raise
        return statistics_of(self.tensor, self.plane.selection, progress, cancelled)

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
        levels = [self._pool(base, extent, seen, progress, cancelled)]
        while base + len(levels) < plane.levels:
            levels.append(levels[-1].halved())
        # What was read while the tensor changed is shown once, and not kept.
        if tensor.version == plane.version:
            tensor.remember(key, levels, sum(cells.nbytes for cells in levels))
            if seen:
                keep_moments(tensor, plane.selection, Moments.merged(seen))
        return levels

    def _pool(
        self,
        level: int,
        extent: Extent,
        seen: list[Moments] | None,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> Cells:
        """Pool the values under some cells of a level, band by band."""
        reader = PlaneReader(self.tensor, self.plane)
        dtype = np.dtype(np.float32) if reader.dtype == np.float16 else reader.dtype
        dtype = np.dtype(np.uint8) if dtype == np.bool_ else dtype
        cells = Cells.empty(extent.shape, dtype)
        watch = seen is not None and reader.covers
        size = self.plane.size

        def work(box: Extent) -> Moments | None:
            rows = _below(box.rows, level, self.plane.rows)
            columns = _below(box.columns, level, self.plane.columns)
            block = reader.read(box.facets, rows, columns)
            where = tuple(
                slice(part.start - whole.start, part.stop - whole.start)
                for part, whole in zip(box, extent, strict=True)
            )
            cells[where] = pool(block, level)
            return moments_of(block, size, box) if watch else None

        boxes = _bands(extent, level, self.plane, reader.row_major)
        found = each(
            boxes,
            work,
            lambda box: len(box.facets) * len(box.rows) * len(box.columns) << 2 * level,
            "Reading the values",
            progress,
            cancelled,
        )
        if seen is not None:
            seen.extend(part for part in found if part is not None)
        return cells


def _slices(extent: Extent) -> tuple[slice, ...]:
    return tuple(slice(part.start, part.stop) for part in extent)


def _below(cells: range, level: int, size: int) -> range:
    """The values of level 0 along an axis that some cells cover."""
    return range(cells.start << level, min(cells.stop << level, size))


def _bands(extent: Extent, level: int, plane: Plane, row_major: bool) -> list[Extent]:
    """Cut an extent into parts of about `BLOCK` values that are each near in memory."""
    facets, rows, columns = extent
    high = len(_below(rows, level, plane.rows))
    wide = len(_below(columns, level, plane.columns))
    tall = min(1 << level, plane.rows)
    broad = min(1 << level, plane.columns)
    together = max(1, BLOCK // max(1, high * wide))
    if high * wide <= BLOCK:
        step_rows, step_columns = len(rows), len(columns)
    elif row_major:
        step_columns = max(1, min(len(columns), BLOCK // (tall * broad)))
        step_rows = max(1, BLOCK // (tall * min(wide, step_columns * broad)))
    else:
        step_rows = max(1, min(len(rows), BLOCK // (tall * broad)))
        step_columns = max(1, BLOCK // (broad * min(high, step_rows * tall)))
    return [
        Extent(f, r, c)
        for f in _parts(facets, together)
        for r in _parts(rows, step_rows)
        for c in _parts(columns, step_columns)
    ]


def _parts(whole: range, step: int) -> list[range]:
    return [range(start, min(start + step, whole.stop)) for start in range(whole.start, whole.stop, step)]
