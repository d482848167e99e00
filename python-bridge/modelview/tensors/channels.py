"""Statistics of each index of a dimension, in two passes over the values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SelectionError
from .channel_sums import ChannelSums, near_zero_of, sums_of
from .dtype import Array, real_dtype
from .mapped import map_blocks
from .progress import Cancel, Progress, shifted
from .scope import NEAR_ZERO, Scope, scope_of
from .steady import steady

if TYPE_CHECKING:
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["COLUMNS", "MOST_CHANNELS", "Channels", "channels_of"]

COLUMNS = (
    *("index", "count", "mean", "std", "min", "max", "l1", "l2"),
    *("zero", "near_zero", "nan", "posinf", "neginf"),
)
MOST_CHANNELS = 2**22
"""Rows of the table: 440 MB of them."""
SHOWN = 10


@dataclass(frozen=True, repr=False, eq=False)
class Channels:
    """A table with a row for each index of a dimension. `channels["l2"]` is a column, as an array.

    Every number but the last three columns is of the finite values.

    Attributes
    ----------
    dim : str
        The dimension.
    table : ndarray
        Structured: 'index', 'count' (finite values), 'mean', 'std' (population), 'min', 'max', 'l1' and 'l2' (norms),
        'zero', 'near_zero', 'nan', 'posinf', 'neginf'. What no finite value has is NaN.
    threshold : float
        A value is near zero where its magnitude is below this: a thousandth of the standard deviation of all finite
        values of all rows. Zeros are among them.
    """

    dim: str
    table: Array
    threshold: float

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return COLUMNS

    def keys(self) -> tuple[str, ...]:
        """The names of the columns, so that `dict(channels)` and a data frame have them."""
        return COLUMNS

    def __getitem__(self, column: str) -> Array:
        return np.asarray(self.table[_column(column)])

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.table, dtype=dtype, copy=copy)

    def sort(self, column: str, *, descending: bool = True) -> Channels:
        """The same rows by a column, of equals the lower index first, and last those that have no number there.

        Raises
        ------
        SelectionError
            Where there is no such column; the message lists them.
        """
        values = self[column]
        rank = np.unique(values, return_inverse=True)[1].reshape(-1)
        rank = -rank if descending else rank
        if values.dtype.kind == "f":
            rank[np.isnan(values)] = len(values)
        return replace(self, table=self.table[np.lexsort((self.table["index"], rank))])

    def ends(self, column: str) -> tuple[Any, Any]:
        """The least and the greatest number of a column; `None` where it has none."""
        values = self[column]
        if values.dtype.kind == "f":
            values = values[~np.isnan(values)]
        return (values.min().item(), values.max().item()) if values.size else (None, None)

    def to_json(self, offset: int, count: int) -> dict[str, Any]:
        """Some of the rows as the protocol's JSON value, and the ends of all: `null` is what has no number."""
        return {
            "dim": self.dim,
            "size": len(self),
            "columns": list(COLUMNS),
            "rows": [[_json(number) for number in row] for row in self.table[offset : offset + count].tolist()],
            "ends": {column: [_json(end) for end in self.ends(column)] for column in COLUMNS},
        }

    def __repr__(self) -> str:
        rows: list[tuple[Any, ...]] = self.table[:SHOWN].tolist()
        cells = [list(COLUMNS)]
        cells += [[f"{number:.4g}" if isinstance(number, float) else str(number) for number in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        more = [f"… {len(self) - SHOWN:,} more"] if len(self) > SHOWN else []
        return "\n".join([f"Channels of {self.dim!r}, {len(self):,}", *lines, *more])


@steady
def channels_of(
    tensor: Tensor,
    selection: Selection,
    dim: str,
    scope: str = "tensor",
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Channels:
    """The statistics of each index of a dimension, in the order of the indices.

    The first pass makes everything but 'near_zero', for which the second knows the standard deviation. Sums are made in
    float64, deviations by the parallel algorithm of Chan, Golub & LeVeque (1983).

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    measured = scope_of(tensor, selection, scope, progress, cancelled)
    axis = measured.axis(dim)
    size = measured.shape[axis]
    if size > MOST_CHANNELS:
        raise SelectionError(
            f"dimension {dim!r} has {size:,} indices, and a table has at most {MOST_CHANNELS:,} rows. "
            "Choose another dimension, or reduce this one"
        )
    version = tensor.version
    key = ("channels", version, measured.key, dim)
    known = tensor.recall(key)
    if isinstance(known, Channels):
        return known
    found = _count(measured, axis, dim, progress, cancelled)
    if tensor.version == version:
        tensor.remember(key, found, found.table.nbytes)
    return found


def _count(measured: Scope, axis: int, dim: str, progress: Progress | None, cancelled: Cancel | None) -> Channels:
    boxes = measured.boxes()
    first = measured.box[axis].start
    total = 2 * measured.size
    lock = Lock()
    sums = ChannelSums.none(measured.shape[axis], _ends(measured))
    near = np.zeros(measured.shape[axis], np.int64)

    def rows(number: int) -> slice:
        part = boxes[number][axis]
        assert isinstance(part, slice)
        return slice(part.start - first, part.stop - first)

    def take(number: int, found: ChannelSums) -> None:
        with lock:
            sums.add(rows(number), found)

    def take_near(number: int, found: Array) -> None:
        with lock:
            near[rows(number)] += found

    def go(work: Any, done: int, take: Any) -> None:
        map_blocks(
            measured.source, boxes, work, "Counting the channels", shifted(progress, done, total), cancelled, take
        )

    go(partial(sums_of, axis=axis), 0, take)
    threshold = NEAR_ZERO * sums.deviation()
    go(partial(near_zero_of, axis=axis, threshold=threshold), measured.size, take_near)
    return Channels(dim, _table(sums, near, measured.indices[axis]), threshold)


def _table(sums: ChannelSums, near: Array, indices: range | tuple[int, ...]) -> Array:
    # No finite value is NaN, which an integer cannot be.
    ends = sums.low.dtype if sums.count.all() else np.float64
    floats = {"mean", "std", "l1", "l2"}
    kinds = [(name, np.float64 if name in floats else ends if name in ("min", "max") else np.int64) for name in COLUMNS]
    table = np.zeros(len(near), kinds)
    table["index"] = indices
    for name, values in sums.columns().items():
        table[name] = values
    table["near_zero"] = near
    return table


def _ends(measured: Scope) -> np.dtype[Any]:
    """What holds the least and the greatest value exactly."""
    dtype = real_dtype(measured.source.dtype)
    if dtype.kind == "f":
        return np.dtype(np.float64)
    return np.dtype(np.uint64 if dtype == np.uint64 else np.int64)


def _json(number: int | float | None) -> int | float | None:
    return number if isinstance(number, int) or (number is not None and isfinite(number)) else None


def _column(column: str) -> str:
    if column not in COLUMNS:
        raise SelectionError(f"no column {str(column)[:80]!r}. There is {', '.join(map(repr, COLUMNS))}")
    return column
