"""Tiles beside each other, which are read together where values are in a file."""

from __future__ import annotations

from .mapped import MappingSource
from .plane import Extent, Plane, TileAddress
from .reader import PlaneReader

__all__ = ["strip_of"]

TILES = 4
"""To read the rows of a tile takes hundreds of calls of the system. Those of a few tiles take hardly longer, and who
looks at one looks at its neighbours."""
VALUES = 2**23
"""At most, which are pooled in some milliseconds. Where a tile has more its rows are long enough."""


def strip_of(plane: Plane, reader: PlaneReader, tile: TileAddress) -> Extent | None:
    """The cells of a tile and of those beside it in memory; `None` where it is as well read alone.

    The tiles of a strip have the same one.
    """
    source = reader.source
    if source.resident or isinstance(source, MappingSource):
        return None
    extent = plane.extent(tile)
    values = (len(extent.facets) * len(extent.rows) * len(extent.columns)) << 2 * tile.level
    together = min(TILES, VALUES // max(1, values))
    if together < 2:
        return None
    _, rows, columns = plane.tiles_per(tile.level)
    if reader.row_major:
        first, last = _group(tile.column, together, columns)
        ends = [plane.extent(tile._replace(column=each)).columns for each in (first, last)]
        return extent._replace(columns=range(ends[0].start, ends[1].stop))
    first, last = _group(tile.row, together, rows)
    ends = [plane.extent(tile._replace(row=each)).rows for each in (first, last)]
    return extent._replace(rows=range(ends[0].start, ends[1].stop))


def _group(place: int, together: int, count: int) -> tuple[int, int]:
    first = place - place % together
    return first, min(first + together, count) - 1
