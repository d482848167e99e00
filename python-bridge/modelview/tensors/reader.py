"""A plane's cells, read from where the tensor's values are."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from .blocks import memory_order
from .derived import derive, kept_dims
from .dtype import Array, real_dtype
from .plane import Plane

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["PlaneReader"]


class PlaneReader:
    """Reads boxes of facets × rows × columns, views wherever the source gives views.

    Attributes
    ----------
    row_major : bool
        Whether a row's cells lie nearer to each other in memory than a column's.
    covers : bool
        Whether the plane has every value of the derived source: no index is fixed.
    """

    def __init__(self, tensor: Tensor, plane: Plane) -> None:
        selection = plane.selection
        self.source = derive(tensor, selection)
        self.plane = plane
        dims = kept_dims(tensor, selection)
        self._fixed = {axis: use for axis, name in enumerate(dims) if isinstance(use := selection.dims[name], int)}
        self._roles = [selection.dims[name] for name in dims]
        self._facet_axes = [axis for axis, use in enumerate(self._roles) if use == "facet"]
        self.covers = not self._fixed
        order = memory_order(self.source)
        row = self._position(order, "row")
        column = self._position(order, "column")
        self.row_major = row is None or column is None or row < column

    def _position(self, order: tuple[int, ...], role: str) -> int | None:
        axis = self._roles.index(role) if role in self._roles else None
        return None if axis is None else order.index(axis)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The dtype of the cells."""
        return real_dtype(self.source.dtype)

    def read(self, facets: range, rows: range, columns: range) -> Array:
        """The cells as an array of (facets, rows, columns)."""
        shape = self.plane.facet_shape
        if len(shape) < 2:
            return self._read([slice(facets.start, facets.stop)][: len(shape)], rows, columns)
        across = shape[1]
        parts = [self._read(box, rows, columns) for box in _boxes(facets.start, facets.stop, across)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _read(self, facets: list[slice], rows: range, columns: range) -> Array:
        boxes = dict(zip(self._facet_axes, facets, strict=True))
        index: list[int | slice] = []
        kept: list[str] = []
        for axis, role in enumerate(self._roles):
            if axis in self._fixed:
                index.append(self._fixed[axis])
            elif axis in boxes:
                index.append(boxes[axis])
                kept.append("facet")
            else:
                cells = rows if role == "row" else columns
                index.append(slice(cells.start, cells.stop))
                kept.append(str(role))
        values = self.source.read(tuple(index))
        order = sorted(range(len(kept)), key=lambda i: ("facet", "row", "column").index(kept[i]))
        count = prod(box.stop - box.start for box in facets)
        return values.transpose(order).reshape(count, len(rows), len(columns))


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
