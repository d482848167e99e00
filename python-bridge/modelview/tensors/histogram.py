"""Counting values into bins, and those outside a range exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf, isfinite
from typing import Any

import numpy as np

from .blocks import chunks
from .dtype import Array

__all__ = ["BINS", "Counts", "Thresholds", "count_block"]

BINS = 128


@dataclass
class Counts:
    """Values in each bin, and finite values below and above a range."""

    bins: Array = field(default_factory=lambda: np.zeros(BINS, np.int64))
    below: int = 0
    above: int = 0

    @classmethod
    def merged(cls, parts: Sequence[Counts]) -> Counts:
        """All parts as one."""
        whole = cls()
        for part in parts:
            whole.bins += part.bins
            whole.below += part.below
            whole.above += part.above
        return whole


@dataclass(frozen=True)
class Thresholds:
    """Two limits, as numbers of a given dtype that compare as the limits themselves would.

    A float32 is below 0.1 exactly if it is below the least float32 that is not; comparing with
    0.1 rounded to float32 would count wrong by those that equal it.

    Examples
    --------
    >>> Thresholds(0.5, 2.5).within(np.dtype("int8"))
    (1, 2)
    """

    low: float
    high: float

    def within(self, dtype: np.dtype[Any]) -> tuple[int | float, int | float]:
        """The least value that is not below, and the greatest that is not above."""
        if dtype.kind == "f":
            return _round(dtype, self.low, inf), _round(dtype, self.high, -inf)
        return (
            ceil(self.low) if isfinite(self.low) else self.low,
            floor(self.high) if isfinite(self.high) else self.high,
        )


def _round(dtype: np.dtype[Any], value: float, towards: float) -> float:
    with np.errstate(over="ignore"):
        near = np.asarray(value, dtype)
        wrong = near < value if towards > 0 else near > value
        return float(np.nextafter(near, np.asarray(towards, dtype)) if wrong else near)


def _outside(chunk: Array, low: int | float, high: int | float) -> tuple[int, int]:
    """How many are below and above; limits that the integers' own range does not reach need no look."""
    if chunk.dtype.kind == "f":
        return int(np.count_nonzero(chunk < low)), int(np.count_nonzero(chunk > high))
    info = np.iinfo(chunk.dtype)
    size = chunk.size
    below = 0 if low <= info.min else size if low > info.max else int(np.count_nonzero(chunk < low))
    above = 0 if high >= info.max else size if high < info.min else int(np.count_nonzero(chunk > high))
    return below, above


def count_block(block: Array, ends: tuple[float, float] | None, thresholds: Thresholds) -> Counts:
    """Count a block's finite values into bins from `ends[0]` to `ends[1]`, and outside a range."""
    counts = Counts()
    for chunk, times in chunks(block):
        if chunk.dtype == np.float16:
            chunk = chunk.astype(np.float32)
        low, high = thresholds.within(chunk.dtype)
        below, above = _outside(chunk, low, high)
        if chunk.dtype.kind == "f" and not np.isfinite(chunk).all():
            if low > -inf:
                below -= int(np.count_nonzero(chunk == -inf))
            if high < inf:
                above -= int(np.count_nonzero(chunk == inf))
            chunk = chunk[np.isfinite(chunk)]
        counts.below += below * times
        counts.above += above * times
        if ends is not None and chunk.size:
            counts.bins += times * _bins(chunk, *ends)
    return counts


def _bins(chunk: Array, low: float, high: float) -> Array:
    if low == high:
        return np.bincount(np.zeros(1, np.intp), [chunk.size], BINS).astype(np.int64)
    place = chunk.astype(np.float64)
    width = high - low
    if not isfinite(width):
        # float64 from end to end: the width overflows, half of it does not.
        place /= 2
        low, width = low / 2, high / 2 - low / 2
    place -= low
    place /= width
    place *= BINS
    np.minimum(place, BINS - 1, out=place)
    return np.bincount(place.astype(np.intp), minlength=BINS)
