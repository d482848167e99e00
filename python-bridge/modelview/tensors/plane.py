"""The geometry of a selection: facets of rows and columns, cut into levels and tiles.

The numbers are `docs/protocol.md`'s ('Planes and levels') and are kept in step with
`src/tensor/plane.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import TileError
from .selection import Selection

if TYPE_CHECKING:
    from .statistics import Statistics
    from .tensor import Tensor

__all__ = ["TILE", "Extent", "Plane", "TileAddress"]

TILE = 256
TILE_CELLS = TILE * TILE
TALLEST_STRIP = 4096
"""Facets of one tile times their rows: a tile is drawn as one strip of a texture."""


class TileAddress(NamedTuple):
    """Where a tile is in its plane, counted in tiles."""

    level: int
    facet: int
    row: int
    column: int


class Extent(NamedTuple):
    """The cells of a level that a tile covers, as half-open ranges."""

    facets: range
    rows: range
    columns: range

    @property
    def shape(self) -> tuple[int, int, int]:
        """Facets, rows, columns."""
        return len(self.facets), len(self.rows), len(self.columns)


@dataclass(frozen=True)
class Plane:
    """A selection of a tensor as `facets` × `rows` × `columns` cells.

    Examples
    --------
    >>> plane = Plane("weight/w", 0, Selection({"a": "row", "b": "column"}), 1000, 384)
    >>> plane.levels, plane.level_shape(2), plane.coarsest_tiles()
    (3, (250, 96), [TileAddress(level=2, facet=0, row=0, column=0)])
    """

    address: str
    version: int
    selection: Selection
    rows: int
    columns: int
    facet_shape: tuple[int, ...] = ()
    dtype: str = "float32"

    @classmethod
    def of(cls, tensor: Tensor, selection: Selection | Mapping[str, Any] | None = None) -> Plane:
        """The plane of a selection (default: the tensor's default selection).

        Raises
        ------
        SelectionError
            Where the selection does not fit the tensor.
        """
        selection = Selection.of(tensor, selection)
        size = dict(zip(tensor.dims, tensor.shape, strict=True))
        rows, columns = selection.named("row"), selection.named("column")
        # A fixed index into an empty dimension leaves nothing to show.
        empty = any(isinstance(use, int) and size[name] == 0 for name, use in selection.dims.items())
        return cls(
            address=tensor.address,
            version=tensor.version,
            selection=selection,
            rows=0 if empty else size[rows[0]] if rows else 1,
            columns=size[columns[0]] if columns else 1,
            facet_shape=tuple(size[name] for name in selection.named("facet")),
            dtype=tensor.dtype,
        )

    @property
    def facets(self) -> int:
        """How many facets there are: the product of `facet_shape`."""
        return prod(self.facet_shape)

    @property
    def size(self) -> int:
        """How many cells level 0 has."""
        return self.facets * self.rows * self.columns

    @cached_property
    def levels(self) -> int:
        """How many levels there are; the last is the coarsest."""
        if self.size == 0:
            return 1
        level = 0
        while True:
            height, width = self.level_shape(level)
            if height <= TILE and width <= TILE:
                if self.facets == 1 or height * width * self.facets <= TILE_CELLS:
                    return level + 1
                if height == width == 1:
                    return level + 1
            level += 1

    def level_shape(self, level: int) -> tuple[int, int]:
        """The rows and columns of a facet at this level."""
        return -(-self.rows >> level), -(-self.columns >> level)

    def tile_shape(self, level: int) -> tuple[int, int, int]:
        """The facets, rows and columns of a whole tile of this level."""
        height, width = self.level_shape(level)
        height, width = min(height, TILE), min(width, TILE)
        if self.facets == 1 or height * width == 0:
            return 1, height, width
        return max(1, min(TILE_CELLS // (height * width), TALLEST_STRIP // height)), height, width

    def tiles_per(self, level: int) -> tuple[int, int, int]:
        """How many tiles this level has along facets, rows and columns."""
        if self.size == 0:
            return 0, 0, 0
        together = self.tile_shape(level)[0]
        height, width = self.level_shape(level)
        return -(-self.facets // together), -(-height // TILE), -(-width // TILE)

    def extent(self, tile: TileAddress) -> Extent:
        """The cells that a tile covers.

        Raises
        ------
        TileError
            Where the plane has no such tile.
        """
        level, facet, row, column = tile
        if not 0 <= level < self.levels:
            raise TileError(f"level {level}: this plane has levels 0 to {self.levels - 1}")
        facets, rows, columns = self.tiles_per(level)
        if not (0 <= facet < facets and 0 <= row < rows and 0 <= column < columns):
            raise TileError(
                f"tile {[*tile]}: level {level} has {facets} × {rows} × {columns} tiles (facets × rows × columns)"
            )
        together = self.tile_shape(level)[0]
        height, width = self.level_shape(level)
        return Extent(
            range(facet * together, min((facet + 1) * together, self.facets)),
            range(row * TILE, min((row + 1) * TILE, height)),
            range(column * TILE, min((column + 1) * TILE, width)),
        )

    def coarsest_tiles(self) -> list[TileAddress]:
        """The tiles of the last level: one, or several where there are very many facets."""
        level = self.levels - 1
        facets, rows, columns = self.tiles_per(level)
        return [
            TileAddress(level, facet, row, column)
            for facet in range(facets)
            for row in range(rows)
            for column in range(columns)
        ]

    def describe(self, statistics: Statistics | None = None) -> dict[str, Any]:
        """The plane as the protocol's JSON value."""
        row, column = self.selection.named("row"), self.selection.named("column")
        return {
            "address": self.address,
            "version": self.version,
            "selection": self.selection.to_json(),
            "rows": self.rows,
            "columns": self.columns,
            "facets": self.facets,
            "dims": {
                "row": row[0] if row else None,
                "column": column[0] if column else None,
                "facets": list(self.selection.named("facet")),
            },
            "facetShape": list(self.facet_shape),
            "levels": self.levels,
            "dtype": self.dtype,
            "statistics": None if statistics is None else statistics.to_json(),
        }
