"""Sources made of a source for the eye: indices in another order, rows or columns each brought to the range -1 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from .derived import Derived
from .dtype import Array, summary_dtype, value_dtype
from .source import Index, TensorSource

__all__ = ["NormalisedSource", "OrderedSource"]


class OrderedSource(Derived):
    """The same values, with the indices of some dimensions in another order, or some of the indices alone.

    Parameters
    ----------
    source : TensorSource
    orders : mapping of int to ndarray of int64
        For an axis what stands at each place: its indices in another order, or some of them.
    """

    def __init__(self, source: TensorSource, orders: Mapping[int, Array]) -> None:
        super().__init__(source)
        self._orders = orders
        self.strides = getattr(source, "strides", None)
        self.chunks = getattr(source, "chunks", None)

    @property
    def dtype(self) -> str:
        """That of the source."""
        return self.source.dtype

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        index = tuple(
            int(self._orders[axis][use]) if isinstance(use, int) and axis in self._orders else use
            for axis, use in enumerate(index)
        )
        axes = [axis for axis, use in enumerate(index) if axis in self._orders and isinstance(use, slice)]
        return self._gather(index, axes)

    def _gather(self, index: Index, axes: list[int]) -> Array:
        if not axes:
            return self.source.read(index)
        axis, *others = axes
        use = index[axis]
        assert isinstance(use, slice)
        places = self._orders[axis][use]
        # What is left of the dimensions after the integers are gone.
        kept = sum(isinstance(before, slice) for before in index[:axis])
        if not places.size:
            return self._gather((*index[:axis], slice(0, 0), *index[axis + 1 :]), others)
        if self.source.resident or self._innermost(axis):
            # A view, or no more than what lies between.
            low, high = int(places.min()), int(places.max())
            whole = self._gather((*index[:axis], slice(low, high + 1), *index[axis + 1 :]), others)
            return np.take(whole, places - low, kept)
        rising = np.sort(places)
        runs = [
            self._gather((*index[:axis], slice(first, last + 1), *index[axis + 1 :]), others)
            for first, last in _runs(rising)
        ]
        return np.take(np.concatenate(runs, kept), np.searchsorted(rising, places), kept)

    def _innermost(self, axis: int) -> bool:
        strides = self.strides
        if strides is None:
            return axis == len(self.shape) - 1
        return bool(abs(strides[axis]) == min(abs(stride) for stride in strides))


class NormalisedSource(Derived):
    """Values divided by the largest finite magnitude of those that they stand with: from -1 to 1. Zeros stay zeros.

    Parameters
    ----------
    source : TensorSource
        Of real values.
    axis : int
        Along which they stand together: that of the columns for rows.
    scales : ndarray
        The largest magnitudes, over the other dimensions.
    """

    def __init__(self, source: TensorSource, axis: int, scales: Array) -> None:
        super().__init__(source)
        self._axis = axis
        self._scales = scales
        self.strides = getattr(source, "strides", None)
        self.chunks = getattr(source, "chunks", None)

    @property
    def dtype(self) -> str:
        """float64 for 32- and 64-bit integers and float64, else float32."""
        return summary_dtype(value_dtype(self.source.dtype)).name

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        scales = self._scales[tuple(use for axis, use in enumerate(index) if axis != self._axis)]
        use = index[self._axis]
        if isinstance(use, slice):
            before = sum(isinstance(each, slice) for each in index[: self._axis])
            scales = np.expand_dims(scales, before)
        values = self.source.read(index)
        with np.errstate(all="ignore"):
            return np.asarray(np.divide(values, np.where(scales == 0, 1, scales), dtype=np.float64), self.dtype)


def _runs(rising: Any) -> list[tuple[int, int]]:
    """Cut rising integers into runs of neighbours.

    Examples
    --------
    >>> _runs(np.array([2, 3, 4, 7]))
    [(2, 4), (7, 7)]
    """
    runs = []
    for _, group in groupby(enumerate(rising.tolist()), lambda pair: pair[1] - pair[0]):
        run = [place for _, place in group]
        runs.append((run[0], run[-1]))
    return runs
