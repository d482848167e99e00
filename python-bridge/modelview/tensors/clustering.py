"""An order in which neighbours are alike: that of the leaves of a hierarchical clustering."""

from __future__ import annotations

from functools import lru_cache, partial
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SelectionError
from .blocks import block_of, blocks, memory_order
from .dtype import Array
from .mapped import map_blocks
from .progress import Cancel, Progress, each
from .source import Index, TensorSource

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["MOST_CLUSTERED", "SKETCHED", "cluster_order", "is_sketched"]

MOST_CLUSTERED = 8192
"""Indices: the distances between them take 268 MB, and as much again while they are clustered."""
BEST_ORDERED = 1024
"""Indices whose leaves are put into the best of all orders that the tree allows: in time that grows with the cube."""
SKETCHED = 256
"""Numbers that stand for an index where it has many values."""
EXACT_WORK = 2**32
"""Subtractions, about two seconds of them. Beyond, distances are of sketches."""
EXACT_VALUES = 2**24
DISTANCES_AT_ONCE = 2**24


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
    per cent. Up to 1,024 indices the leaves are in the best order that the tree allows (Bar-Joseph et al., 2001).

    Indices with a value that is not finite come last, in their own order.

    Raises
    ------
    SelectionError
        Where there are too many indices, or SciPy is missing.
    NoValuesError, Cancelled
    """
    shape = tuple(part.stop - part.start for part in box)
    size = shape[axis]
    if size > MOST_CLUSTERED:
        raise SelectionError(
            f"to cluster {size:,} indices would need the {size * (size - 1) // 2:,} distances between them: at most "
            f"{MOST_CLUSTERED:,} are clustered. Order them by 'norm' or 'mean'"
        )
    distance, hierarchy = _scipy()
    rows = _rows(source, box, axis, progress, cancelled)
    known = np.isfinite(rows).all(axis=1)
    places = np.flatnonzero(known)
    others = np.flatnonzero(~known)
    if len(places) < 3 or not rows.size:
        return np.concatenate([places, others])
    rows = rows[known]
    # Squares of what is very large or very small are not numbers.
    rows /= np.abs(rows).max(initial=0) or 1
    apart = _distances(rows, distance, progress, cancelled)
    tree = hierarchy.linkage(apart, "ward")
    if len(places) <= BEST_ORDERED:
        tree = hierarchy.optimal_leaf_ordering(tree, apart)
    return np.concatenate([places[hierarchy.leaves_list(tree)], others])


def _scipy() -> tuple[ModuleType, ModuleType]:
    try:
        from scipy.cluster import hierarchy
        from scipy.spatial import distance
    except ImportError:
        raise SelectionError("to order by 'cluster' needs SciPy: pip install modelview[cluster]") from None
    return distance, hierarchy


def _rows(
    source: TensorSource, box: tuple[slice, ...], axis: int, progress: Progress | None, cancelled: Cancel | None
) -> Array:
    """The values of each index as a row, or a sketch of them."""
    shape = tuple(part.stop - part.start for part in box)
    size, others = shape[axis], (*shape[:axis], *shape[axis + 1 :])
    columns = prod(others)
    sketched = is_sketched(size, columns)
    rows = np.zeros((size, SKETCHED if sketched else columns))
    cuts = list(blocks(shape, block_of(source), memory_order(source)))
    # The same columns one after another.
    cuts.sort(key=lambda cut: [part.start for part in (*cut[:axis], *cut[axis + 1 :], cut[axis])])
    starts = tuple(part.start for part in box)
    boxes: list[Index] = [
        tuple(slice(part.start + start, part.stop + start) for part, start in zip(cut, starts, strict=True))
        for cut in cuts
    ]
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


def _distances(rows: Array, distance: ModuleType, progress: Progress | None, cancelled: Cancel | None) -> Array:
    """Of each row to each that follows, one after the other."""
    size = len(rows)
    found = np.empty(size * (size - 1) // 2)
    step = max(1, DISTANCES_AT_ONCE // max(1, rows.size))

    def some(start: int) -> None:
        stop = min(start + step, size)
        whole = distance.cdist(rows[start:stop], rows[start:])
        at = start * (2 * size - start - 1) // 2
        for row, line in enumerate(whole):
            following = line[row + 1 :]
            found[at : at + len(following)] = following
            at += len(following)

    each(range(0, size - 1, step), some, lambda start: (size - start) * step, "Comparing", progress, cancelled)
    return found
