"""A plane's cells, read from where the tensor's values are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from .blocks import Chunks, block_of, chunks_of, memory_order
from .derive import derive
from .derived import kept_dims
from .dtype import Array, real_dtype
from .plane import Plane
from .source import Index

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .tensor import Tensor

__all__ = ["Arrangement", "PlaneReader"]


@dataclass(frozen=True)
class Arrangement:
    """How a block of a source becomes facets × rows × columns; it can be pickled.

    Attributes
    ----------
    roles : tuple of str
        What each of the block's dimensions is: 'facet', 'row' or 'column'.
    """

    roles: tuple[str, ...]

    def __call__(self, values: Array) -> Array:
        """The same memory, arranged."""
        order = sorted(range(len(self.roles)), key=lambda axis: ("facet", "row", "column").index(self.roles[axis]))
        turned = values.transpose(order)
        facets = self.roles.count("facet")
        ends = iter(turned.shape[facets:])
        rows, columns = (next(ends) if role in self.roles else 1 for role in ("row", "column"))
        return turned.reshape(prod(turned.shape[:facets]), rows, columns)


class PlaneReader:
    """Reads boxes of facets × rows × columns, views wherever the source gives views.

    Attributes
    ----------
    row_major : bool
        Whether a row's cells lie nearer to each other in memory than a column's.
    covers : bool
        Whether the plane has every value of the derived source: no index is fixed.
    block : int
        How many values are worth reading at once.
    chunks : sequence or None
        How facets, rows and columns are stored in chunks, if they are.
    """

    def __init__(
        self, tensor: Tensor, plane: Plane, progress: Progress | None = None, cancelled: Cancel | None = None
    ) -> None:
        selection = plane.selection
        self.source = derive(tensor, selection, progress=progress, cancelled=cancelled)
        self.plane = plane
        dims = kept_dims(tensor, selection)
        self._fixed = {axis: use for axis, name in enumerate(dims) if isinstance(use := selection.dims[name], int)}
        self._roles = [selection.dims[name] for name in dims]
        self._facet_axes = [axis for axis, use in enumerate(self._roles) if use == "facet"]
        self.covers = not self._fixed
        self.block = block_of(self.source)
        self.chunks = self._chunks()
        order = memory_order(self.source)
        row = self._position(order, "row")
        column = self._position(order, "column")
        self.row_major = row is None or column is None or row < column

    def _chunks(self) -> Chunks | None:
        stored = chunks_of(self.source)
        if stored is None:
            return None
        facets: int | Sequence[int] = 1
        if self._facet_axes:
            first, *others = self._facet_axes
            # Of facets in two dimensions those that follow each other in all of the second.
            across = prod(self.source.shape[axis] for axis in others)
            sizes = stored[first]
            facets = sizes * across if isinstance(sizes, int) else [size * across for size in sizes]
        rows, columns = (stored[self._roles.index(role)] if role in self._roles else 1 for role in ("row", "column"))
        return [facets, rows, columns]

    def _position(self, order: tuple[int, ...], role: str) -> int | None:
        axis = self._roles.index(role) if role in self._roles else None
        return None if axis is None else order.index(axis)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The dtype of the cells."""
        return real_dtype(self.source.dtype)

    @property
    def arrangement(self) -> Arrangement:
        """Makes cells of what the source gives for an index of `indices`."""
        return Arrangement(tuple(str(role) for role in self._roles if not isinstance(role, int)))

    def read(self, facets: range, rows: range, columns: range) -> Array:
        """The cells as an array of (facets, rows, columns)."""
        arranged = self.arrangement
        parts = [arranged(self.source.read(index)) for index, _ in self.indices(facets, rows, columns)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def indices(self, facets: range, rows: range, columns: range) -> list[tuple[Index, range]]:
        """The boxes of the source that together have these cells, and the facets of each, in order."""
        shape = self.plane.facet_shape
        if len(shape) < 2:
            return [(self._index([slice(facets.start, facets.stop)][: len(shape)], rows, columns), facets)]
        found, start = [], facets.start
        for box in _boxes(facets.start, facets.stop, shape[1]):
            stop = start + prod(part.stop - part.start for part in box)
            found.append((self._index(box, rows, columns), range(start, stop)))
            start = stop
        return found

    def _index(self, facets: list[slice], rows: range, columns: range) -> Index:
        boxes = dict(zip(self._facet_axes, facets, strict=True))
        index: list[int | slice] = []
        for axis, role in enumerate(self._roles):
            if axis in self._fixed:
                index.append(self._fixed[axis])
            elif axis in boxes:
                index.append(boxes[axis])
            else:
                cells = rows if role == "row" else columns
                index.append(slice(cells.start, cells.stop))
        return tuple(index)


def _boxes(start: int, stop: int, across: int) -> list[list[slice]]:
    """Cut a run of facets in C order over two dimensions into at most three rectangles.

    Examples
    --------
    >>> [[(s.start, s.stop) for s in box] for box in _boxes(2, 9, 4)]
    [[(0, 1), (2, 4)], [(1, 2), (0, 4)], [(2, 3), (0, 1)]]
    """
    boxes = []
    while start < stop:
        down, inner = divmod(start, across)
        if inner == 0 and stop - start >= across:
            last = stop // across
            boxes.append([slice(down, last), slice(0, across)])
            start = last * across
        else:
            end = min(across, inner + stop - start)
            boxes.append([slice(down, down + 1), slice(inner, end)])
            start += end - inner
    return boxes
