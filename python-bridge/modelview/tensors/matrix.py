"""A tensor's values as one matrix of float64, whole or squared block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Cancelled, SelectionError
from .blocks import within
from .dtype import Array
from .mapped import map_blocks
from .scope import Scope, scope_of

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection, Use
    from .source import Index
    from .tensor import Tensor

__all__ = ["Matrix", "matrix_of"]

WIDE = 2**22
"""Values that are squared at a time."""


@dataclass(frozen=True)
class Matrix:
    """Some dimensions go down the rows, all others along the columns.

    Attributes
    ----------
    scope : Scope
        The values.
    down, along : tuple of str
        The dimensions, in the tensor's order, the last of each the fastest.
    flattened : str
        How the matrix was made, in a few words.
    """

    scope: Scope
    down: tuple[str, ...]
    along: tuple[str, ...]
    flattened: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return prod(map(self._size, self.down)), prod(map(self._size, self.along))

    def _size(self, dim: str) -> int:
        return self.scope.shape[self.scope.dims.index(dim)]

    def values(self, progress: Progress | None = None, cancelled: Cancel | None = None) -> Array:
        """All of it, as float64.

        Raises
        ------
        NoValuesError, Cancelled
        """
        whole = np.empty(self.scope.shape, np.float64)
        boxes = self.scope.boxes()

        def keep(number: int, block: Array) -> None:
            with np.errstate(invalid="ignore"):
                whole[within(boxes[number], self.scope.box)] = block

        map_blocks(self.scope.source, boxes, _as_read, "Reading the matrix", progress, cancelled, keep)
        return self._turned(whole, self.down, self.along)

    def strips(self, progress: Progress | None = None, cancelled: Cancel | None = None) -> Iterator[Array]:
        """All of it in parts, each whole along the shorter side: short × some of the long side, as float64.

        Raises
        ------
        NoValuesError, Cancelled
        """
        rows, columns = self.shape
        short, long = (self.down, self.along) if rows <= columns else (self.along, self.down)
        boxes = self.scope.boxes({dim: self._size(dim) for dim in short}, WIDE)
        done, total = 0, self.scope.size
        for box in boxes:
            if cancelled is not None and cancelled():
                raise Cancelled("Reading the matrix: cancelled")
            with np.errstate(invalid="ignore"):
                block = self.scope.source.read(box).astype(np.float64)
            yield self._turned(block, short, long)
            done += block.size
            if progress is not None:
                progress(done, total, "Multiplying the matrix by itself")

    def _turned(self, block: Array, down: tuple[str, ...], along: tuple[str, ...]) -> Array:
        dims = self.scope.dims
        others = tuple(name for name in dims if name not in down and name not in along)
        turned = block.transpose([dims.index(name) for name in (*others, *down, *along)])
        return turned.reshape(prod(block.shape[dims.index(name)] for name in down), -1)


def _as_read(values: Array, _box: Index) -> Array:
    return values


def matrix_of(
    tensor: Tensor,
    selection: Selection,
    flatten: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Matrix:
    """The rows and columns of a selection at its indices, or with `flatten` a dimension × all the others.

    Of a facet's dimension the first index is taken, if it is not flattened.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    if flatten is not None:
        scope = scope_of(tensor, selection, "tensor", progress, cancelled)
        scope.axis(flatten)
        others = tuple(name for name in scope.dims if name != flatten)
        return Matrix(scope, (flatten,), others, f"{flatten} × {_product(others)}")
    uses: dict[str, Use] = {name: 0 if use == "facet" else use for name, use in selection.dims.items()}
    scope = scope_of(tensor, replace(selection, dims=uses), "slice", progress, cancelled)
    down, along = selection.named("row"), selection.named("column")
    rest = tuple(name for name in scope.free if name not in down and name not in along)
    if not down and not along and len(rest) < 3:
        down, along = rest[:-1], rest[-1:]
    elif down and not along:
        along = rest
    elif along and not down:
        down = rest
    elif rest:
        raise SelectionError(
            f"a matrix has rows and columns, and the selection keeps {', '.join(map(repr, scope.free))}: give indices, "
            "or a dimension to flatten all others against"
        )
    fixed = [f"{name} = {use}" for name, use in uses.items() if isinstance(use, int)]
    words = f"{_product(down)} × {_product(along)}"
    return Matrix(scope, down, along, f"{words} at {', '.join(fixed)}" if fixed else words)


def _product(dims: tuple[str, ...]) -> str:
    if not dims:
        return "1"
    return dims[0] if len(dims) == 1 else f"({' · '.join(dims)})"
