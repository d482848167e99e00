"""Cutting the cells of a level into bands, whose values are pooled at once."""

from __future__ import annotations

from .blocks import cut
from .plane import Extent, Plane
from .reader import PlaneReader

__all__ = ["bands", "below"]

BLOCK = 2**20
"""Values that are pooled at once: the calls for each block are as many as for half of it."""


def below(cells: range, level: int, size: int) -> range:
    """The values of level 0 along an axis that some cells cover."""
    return range(cells.start << level, min(cells.stop << level, size))


def bands(extent: Extent, level: int, plane: Plane, reader: PlaneReader) -> list[Extent]:
    """Cut an extent into parts of about `reader.block` values that are each near in memory."""
    facets, rows, columns = extent
    high = len(below(rows, level, plane.rows))
    wide = len(below(columns, level, plane.columns))
    tall = min(1 << level, plane.rows)
    broad = min(1 << level, plane.columns)
    limit = max(reader.block, BLOCK)
    if reader.chunks is not None:
        return _bands_of_chunks(extent, level, plane, reader)
    together = max(1, limit // max(1, high * wide))
    if high * wide <= limit:
        step_rows, step_columns = len(rows), len(columns)
    elif reader.row_major:
        step_columns = max(1, min(len(columns), limit // (tall * broad)))
        step_rows = max(1, limit // (tall * min(wide, step_columns * broad)))
    else:
        step_rows = max(1, min(len(rows), limit // (tall * broad)))
        step_columns = max(1, limit // (broad * min(high, step_rows * tall)))
    return [
        Extent(f, r, c)
        for f in _parts(facets, together)
        for r in _parts(rows, step_rows)
        for c in _parts(columns, step_columns)
    ]


def _bands_of_chunks(extent: Extent, level: int, plane: Plane, reader: PlaneReader) -> list[Extent]:
    """The same along borders of chunks, so that each is read once."""
    facets, rows, columns = extent
    values = facets, below(rows, level, plane.rows), below(columns, level, plane.columns)
    box = [slice(each.start, each.stop) for each in values]
    units = [1, 1 << level, 1 << level]
    order = (0, 1, 2) if reader.row_major else (0, 2, 1)
    return [
        Extent(*(range(part.start // unit, -(-part.stop // unit)) for part, unit in zip(parts, units, strict=True)))
        for parts in cut(box, units, reader.block, order, reader.chunks)
    ]


def _parts(whole: range, step: int) -> list[range]:
    return [range(start, min(start + step, whole.stop)) for start in range(whole.start, whole.stop, step)]
