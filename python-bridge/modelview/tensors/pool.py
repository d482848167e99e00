"""Pooling: cells that keep the sum, minimum and maximum of what they cover, and count the rest.

The axis with the larger stride goes first: its rows are combined by one NumPy call over whole rows, which
its vector loops like best, and what is left of the data is a fraction. The other is halved step by step over
strided views. `reshape(…).mean((1, 3))` takes two hundred times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .blocks import is_constant
from .dtype import Array, summary_dtype

__all__ = ["Cells", "coverage", "pool"]

NARROW = 64
"""Columns. Narrower facets are turned so that NumPy's inner loop runs over facets instead."""
SHORT = 16
"""Cells of a row. Shorter ones are not worth a loop of NumPy's each."""
FEW = 3
"""A power of two: so many float32 are added before they are widened, which is what takes long. The mean of a cell is
then right to `2^FEW` roundings of float32 of the mean magnitude, half a unit of its last digit each."""
LARGEST_SUMMED = 2.0**100
"""Larger magnitudes are widened first."""


@dataclass
class Cells:
    """Pooled cells, as arrays of (facets, rows, columns).

    `low` and `high` of a cell with no finite value are the neutral +Inf and -Inf.
    `nan`, `posinf` and `neginf` are uint32 counts, all three `None` where there are none.
    """

    total: Array
    low: Array
    high: Array
    nan: Array | None = None
    posinf: Array | None = None
    neginf: Array | None = None

    @classmethod
    def empty(cls, shape: tuple[int, int, int], dtype: np.dtype[np.generic]) -> Cells:
        """Cells to be filled in part by part."""
        return cls(np.empty(shape), np.empty(shape, dtype), np.empty(shape, dtype))

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(a.nbytes for a in self._arrays() if a is not None)

    def _arrays(self) -> tuple[Array | None, ...]:
        return self.total, self.low, self.high, self.nan, self.posinf, self.neginf

    def __getitem__(self, where: tuple[slice, ...]) -> Cells:
        return Cells(*(None if a is None else a[where] for a in self._arrays()))  # type: ignore[arg-type]

    def __setitem__(self, where: tuple[slice, ...], part: Cells) -> None:
        self.total[where] = part.total
        self.low[where] = part.low
        self.high[where] = part.high
        if part.nan is not None:
            self.count_unusual()
            for mine, other in zip(self._arrays()[3:], part._arrays()[3:], strict=True):
                assert mine is not None
                assert other is not None
                mine[where] = other

    def count_unusual(self) -> None:
        """Make room for counts of NaN and infinities."""
        if self.nan is None:
            shape = self.total.shape
            self.posinf, self.neginf = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
            self.nan = np.zeros(shape, np.uint32)

    def halved(self) -> Cells:
        """The next coarser level."""
        with np.errstate(all="ignore"):
            return self._halved()

    def _halved(self) -> Cells:
        counts = [None if a is None else _halve_both(a, np.add) for a in self._arrays()[3:]]
        return Cells(
            _halve_both(self.total, np.add),
            _halve_both(self.low, np.minimum),
            _halve_both(self.high, np.maximum),
            *counts,
        )

    def summary(self, covered: Array) -> tuple[Array, Array, Array]:
        """Mean, minimum and maximum in float32 or float64; NaN where nothing is finite.

        `covered` is how many values of level 0 each cell covers, finite or not.
        """
        dtype = summary_dtype(self.low.dtype)
        finite = covered.astype(np.float64)
        if self.nan is None or self.posinf is None or self.neginf is None:
            mean = self.total / finite
            return mean.astype(dtype), self.low.astype(dtype), self.high.astype(dtype)
        finite = finite - self.nan - self.posinf - self.neginf
        with np.errstate(all="ignore"):
            mean = self.total / finite
        empty = finite == 0
        low, high = self.low.astype(dtype), self.high.astype(dtype)
        mean[empty], low[empty], high[empty] = np.nan, np.nan, np.nan
        return mean.astype(dtype), low, high


def pool(block: Array, level: int) -> Cells:
    """Pool 2^level × 2^level cells of each facet of a (facets, rows, columns) block of reals.

    The block's corner lies on the level's grid; its last row and column may be ragged. A sum that no float64 holds is
    infinite, as NumPy's is.
    """
    # A signalling NaN is a NaN like others.
    with np.errstate(all="ignore"):
        return _pooled(block, level)


def _pooled(block: Array, level: int) -> Cells:
    if block.dtype == np.bool_:
        block = block.view(np.uint8)
    if is_constant(block):
        return _constant(block, level)
    facets, _, columns = block.shape
    turned = columns < NARROW and facets > columns
    if turned:
        block = np.ascontiguousarray(np.moveaxis(block, 0, -1))
    axes = (0, 1) if turned else (1, 2)
    cells = _pool(block, level, axes)
    if not turned:
        return cells
    return _moved(cells, lambda array: np.moveaxis(array, -1, 0))


def _pool(block: Array, level: int, axes: tuple[int, int]) -> Cells:
    if block.dtype == np.float16:
        # NumPy's arithmetic on float16 goes through float32 one value at a time.
        block = block.astype(np.float32)
    if abs(block.strides[axes[0]]) < abs(block.strides[axes[1]]):
        # Turned, and not only taken in the other order: what NumPy makes on the way is then laid out like the block.
        return _moved(_pool(block.swapaxes(*axes), level, axes), lambda array: array.swapaxes(*axes))
    low = _combine(block, np.minimum, level, axes)
    high = _combine(block, np.maximum, level, axes)
    # NaN and infinities reach these two, which are smaller, if there are any.
    if block.dtype.kind != "f" or (np.isfinite(low).all() and np.isfinite(high).all()):
        return Cells(_sums(block, level, axes, low, high), low, high)
    nan, posinf, neginf = np.isnan(block), block == np.inf, block == -np.inf
    unusual = nan | posinf | neginf
    dtype = block.dtype.type
    return Cells(
        _combine(np.where(unusual, 0, block.astype(np.float64)), np.add, level, axes),
        _combine(np.where(unusual, dtype(np.inf), block), np.minimum, level, axes),
        _combine(np.where(unusual, dtype(-np.inf), block), np.maximum, level, axes),
        *(_combine(m.astype(np.uint32), np.add, level, axes) for m in (nan, posinf, neginf)),
    )


def _moved(cells: Cells, move: Callable[[Array], Array]) -> Cells:
    return Cells(*(None if a is None else move(a) for a in cells._arrays()))  # type: ignore[arg-type]


def _constant(block: Array, level: int) -> Cells:
    facets, rows, columns = block.shape
    one = pool(block[:1, :1, :1].copy(), 0)
    shape = (facets, -(-rows >> level), -(-columns >> level))
    covered = coverage(range(shape[1]), range(shape[2]), rows, columns, level)
    counts = [None if a is None else np.broadcast_to(a * covered.astype(np.uint32), shape) for a in one._arrays()[3:]]
    return Cells(
        np.broadcast_to(one.total * covered, shape),
        np.broadcast_to(one.low, shape),
        np.broadcast_to(one.high, shape),
        *counts,
    )


def _sums(block: Array, level: int, axes: tuple[int, int], low: Array, high: Array) -> Array:
    """The sums of finite values, in float64."""
    few = min(FEW, level)
    if few and block.dtype == np.float32 and max(-low.min(), high.max()) < LARGEST_SUMMED:
        narrow = min(FEW - few, level)
        partial = _halve_times(_combine_axis(block, np.add, few, axes), np.add, narrow, axes[1])
        rest = _combine_axis(partial.astype(np.float64), np.add, level - few, axes)
        return _halve_times(rest, np.add, level - narrow, axes[1])
    return _combine(block.astype(np.float64), np.add, level, axes)


def _combine(array: Array, ufunc: np.ufunc, level: int, axes: tuple[int, int]) -> Array:
    """Combine 2^level × 2^level neighbours along both axes, the outer one first."""
    return _halve_times(_combine_axis(array, ufunc, level, axes), ufunc, level, axes[1])


def _combine_axis(array: Array, ufunc: np.ufunc, level: int, axes: tuple[int, int]) -> Array:
    """Combine 2^level neighbours along the outer axis, the first of the two."""
    axis, inner = axes
    if array.shape[inner] < SHORT and array.ndim - 1 in axes:
        return _halve_times(array, ufunc, level, axis)
    size, together = array.shape[axis], 1 << level
    if together == 1 or size == 1:
        return array
    whole, rest = divmod(size, together)
    shape, before = array.shape, (slice(None),) * axis
    dtype = array.dtype
    out = np.empty((*shape[:axis], -(-size // together), *shape[axis + 1 :]), dtype)
    if whole:
        split = array[(*before, slice(0, whole * together))]
        # To split an axis in two is a view, whatever the strides.
        split = split.reshape(*shape[:axis], whole, together, *shape[axis + 1 :])
        ufunc.reduce(split, axis=axis + 1, dtype=dtype, out=out[(*before, slice(0, whole))])
    if rest:
        last = array[(*before, slice(whole * together, size))]
        ufunc.reduce(last, axis=axis, dtype=dtype, out=out[(*before, whole)])
    return out


def _halve_times(array: Array, ufunc: np.ufunc, times: int, axis: int) -> Array:
    for _ in range(times):
        array = _halve(array, ufunc, axis)
    return array


def _halve_both(array: Array, ufunc: np.ufunc) -> Array:
    return _halve(_halve(array, ufunc, 1), ufunc, 2)


def _halve(array: Array, ufunc: np.ufunc, axis: int) -> Array:
    """Combine neighbours along an axis; the last of an odd number stays as it is."""
    size = array.shape[axis]
    if size == 1:
        return array
    before: tuple[slice, ...] = (slice(None),) * axis
    even, odd = array[(*before, slice(0, None, 2))], array[(*before, slice(1, None, 2))]
    if size % 2 == 0:
        return np.asarray(ufunc(even, odd))
    out = even.copy(order="K")
    body = out[(*before, slice(0, size // 2))]
    ufunc(body, odd, out=body)
    return out


def coverage(rows: range, columns: range, all_rows: int, all_columns: int, level: int) -> Array:
    """How many values of level 0 each cell covers: fewer at the ragged edge.

    Returns
    -------
    ndarray of int64, (rows, columns)

    Examples
    --------
    >>> coverage(range(2), range(2), 3, 4, 1)
    array([[4, 4],
           [2, 2]])
    """
    return np.asarray(np.multiply.outer(_extents(rows, all_rows, level), _extents(columns, all_columns, level)))


def _extents(cells: range, size: int, level: int) -> Array:
    starts = np.arange(cells.start, cells.stop, dtype=np.int64) << level
    return np.asarray(np.minimum(starts + (1 << level), size) - starts)
