"""An order in which neighbours are alike: that of the leaves of a hierarchical clustering."""

from __future__ import annotations

from functools import lru_cache, partial
from math import prod
from threading import Lock
from typing import Any

import numpy as np

from ..errors import SelectionError
from .blocks import boxes_of, within
from .dtype import Array
from .mapped import map_blocks
from .progress import Cancel, Progress, each
from .source import Index, TensorSource
from .ward import leaves_of, ward

__all__ = ["MOST_CLUSTERED", "SKETCHED", "cluster_order", "is_sketched"]

MOST_CLUSTERED = 8192
"""Indices: the distances between them take 512 MB."""
SKETCHED = 256
"""Numbers that stand for an index where it has many values."""
EXACT_WORK = 2**36
"""Multiplications, a few seconds of them. Beyond, distances are of sketches."""
EXACT_VALUES = 2**25
COMPARED_AT_ONCE = 256


def is_sketched(size: int, values: int) -> bool:
    """Whether `size` indices of `values` values each are compared by sketches."""
    return values > SKETCHED and (size * size * values > EXACT_WORK or size * values > EXACT_VALUES)


def cluster_order(
    source: TensorSource,
    box: tuple[slice, ...],
    axis: int,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Array:
    """The indices of an axis, by Ward's clustering of the Euclidean distances between their values.

    Where there are many values, each index is compared by a sketch of 256 numbers: every value is added to one of
    these or subtracted, by a hash of its place (Charikar, Chen & Farach-Colton, 2002), which keeps distances to a few
    per cent.

    Indices with a value that is not finite come last, in their own order.

    Raises
    ------
    SelectionError
        Where there are too many indices.
    NoValuesError, Cancelled
    """
    shape = tuple(part.stop - part.start for part in box)
    size = shape[axis]
    if size > MOST_CLUSTERED:
        raise SelectionError(
            f"to cluster {size:,} indices would need the {size * (size - 1) // 2:,} distances between them: at most "
            f"{MOST_CLUSTERED:,} are clustered. Order them by 'norm' or 'mean'"
        )
    rows = _rows(source, box, axis, progress, cancelled)
    known = np.isfinite(rows).all(axis=1)
    places = np.flatnonzero(known)
    others = np.flatnonzero(~known)
    if len(places) < 3 or not rows.size:
        return np.concatenate([places, others])
    rows = rows[known]
    # Squares of what is very large or very small are not numbers.
    rows /= np.abs(rows).max(initial=0) or 1
    merges = ward(_squares(rows, progress, cancelled), progress, cancelled)
    return np.concatenate([places[leaves_of(merges, rows)], others])


def _rows(
    source: TensorSource, box: tuple[slice, ...], axis: int, progress: Progress | None, cancelled: Cancel | None
) -> Array:
    """The values of each index as a row, or a sketch of them."""
    shape = tuple(part.stop - part.start for part in box)
    size, others = shape[axis], (*shape[:axis], *shape[axis + 1 :])
    columns = prod(others)
    sketched = is_sketched(size, columns)
    rows = np.zeros((size, SKETCHED if sketched else columns))
    # The same columns one after another.
    boxes = sorted(
        boxes_of(source, box), key=lambda part: [each.start for each in (*part[:axis], *part[axis + 1 :], part[axis])]
    )
    cuts = [within(each, box) for each in boxes]
    starts = tuple(part.start for part in box)
    lock = Lock()

    def take(number: int, found: Array) -> None:
        cut = cuts[number]
        with lock:
            if sketched:
                rows[cut[axis]] += found
            else:
                rows.reshape(size, *others)[(cut[axis], *cut[:axis], *cut[axis + 1 :])] = found

    work = partial(_sketch_of, axis=axis, starts=starts, others=others) if sketched else partial(_row_of, axis=axis)
    map_blocks(source, boxes, work, "Reading the values", progress, cancelled, take)
    return rows


def _row_of(values: Array, _box: Index, *, axis: int) -> Array:
    with np.errstate(all="ignore"):
        return np.moveaxis(values, axis, 0).astype(np.float64)


def _sketch_of(values: Array, box: Index, *, axis: int, starts: tuple[int, ...], others: tuple[int, ...]) -> Array:
    rows = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
    ends = [(p.start - s, p.stop - s) for p, s in zip(box, starts, strict=True) if isinstance(p, slice)]
    order, sign, bucket, first = _plan((*ends[:axis], *ends[axis + 1 :]), others)
    sketch = np.zeros((len(rows), SKETCHED))
    with np.errstate(all="ignore"):
        sketch[:, bucket] = np.add.reduceat(rows[:, order] * sign, first, axis=1)
    return sketch


@lru_cache(maxsize=8)
def _plan(ends: tuple[tuple[int, int], ...], others: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    """For the columns of a box: their order by the number that they are added to, their signs, and where each begins.

    Of the same columns of other rows it is the same.
    """
    place = np.zeros((1,) * len(others), np.uint64)
    for dim, ((start, stop), size) in enumerate(zip(ends, others, strict=True)):
        along = np.arange(start, stop, dtype=np.uint64)
        place = place * np.uint64(size) + along.reshape((-1,) + (1,) * (len(others) - 1 - dim))
    mixed = _mixed(place.ravel())
    # Of bytes the sort is by radix.
    bucket = (mixed % np.uint64(SKETCHED)).astype(np.uint8)
    order = np.argsort(bucket, kind="stable")
    found, first = np.unique(bucket[order], return_index=True)
    return order, np.where(mixed >> np.uint64(63), -1.0, 1.0)[order], found, first


def _mixed(numbers: Any) -> Any:
    """A hash of 64-bit numbers: the finaliser of MurmurHash3."""
    numbers = numbers + np.uint64(1)
    for multiplier in (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)):
        numbers ^= numbers >> np.uint64(33)
        numbers *= multiplier
    return numbers ^ (numbers >> np.uint64(33))


def _squares(rows: Array, progress: Progress | None, cancelled: Cancel | None) -> Array:
    """The squared distance of each row to each."""
    # About the middle little is lost where two long rows differ by little.
    rows = rows - rows.mean(axis=0)
    lengths = np.einsum("ij,ij->i", rows, rows)
    found = np.empty((len(rows), len(rows)))

    def some(start: int) -> None:
        part = slice(start, start + COMPARED_AT_ONCE)
        np.matmul(rows[part], rows.T, out=found[part])
        found[part] *= -2
        found[part] += lengths
        found[part] += lengths[part, None]

    starts = range(0, len(rows), COMPARED_AT_ONCE)
    each(starts, some, lambda start: min(COMPARED_AT_ONCE, len(rows) - start), "Comparing", progress, cancelled)
    np.maximum(found, 0, out=found)
    for start in starts:
        # Both ways the same to the last bit.
        part = slice(start, start + COMPARED_AT_ONCE)
        found[start:, part] = found[part, start:].T.copy()
        found[part, part] = np.maximum(found[part, part], found[part, part].T)
    return found
