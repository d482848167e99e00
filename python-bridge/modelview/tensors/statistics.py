"""A tensor's values in a few numbers, every one of them counted and none guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, isfinite, prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SelectionError
from .blocks import BLOCK, blocks, memory_order
from .derived import derive, derived_key
from .dtype import Array
from .histogram import BINS, Counts, Thresholds, count_block
from .moments import SAMPLE, Moments, moments_of
from .progress import Cancel, Progress, each, shifted
from .selection import Selection
from .source import TensorSource

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["Histogram", "Robust", "Statistics", "clipped", "keep_moments", "known_statistics", "statistics_of"]

COVERED = 0.998
EXACT_IN_JSON = 2**53


@dataclass(frozen=True, repr=False)
class Histogram:
    """Counts in 128 bins of equal width from the least to the greatest value.

    A value on an edge is in the bin above it, the greatest in the last one. Where all values are
    equal, `low == high` and all are in the first bin.
    """

    low: float
    high: float
    counts: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Histogram({len(self.counts)} bins from {self.low:.6g} to {self.high:.6g})"


@dataclass(frozen=True)
class Robust:
    """A range that holds at least 99.8 % of the values, and how many it leaves out."""

    low: float
    high: float
    clipped: int


@dataclass(frozen=True)
class Statistics:
    """Of the finite values: how many, their range, mean and (population) standard deviation.

    `count` is the finite ones alone; `nan`, `posinf` and `neginf` are the rest. Integers' `min` and
    `max` are Python integers. `signed` says that there are negative values; then `robust` is
    symmetric about 0.
    """

    count: int
    nan: int
    posinf: int
    neginf: int
    zero: int
    min: int | float | None
    max: int | float | None
    mean: float | None
    std: float | None
    histogram: Histogram | None
    robust: Robust | None
    signed: bool
    sampled: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        histogram, robust = self.histogram, self.robust
        return {
            "count": self.count,
            "nan": self.nan,
            "posinf": self.posinf,
            "neginf": self.neginf,
            "zero": self.zero,
            "min": _json(self.min),
            "max": _json(self.max),
            "mean": self.mean,
            "std": self.std,
            "histogram": histogram and {"low": histogram.low, "high": histogram.high, "counts": [*histogram.counts]},
            "robust": robust and {"low": robust.low, "high": robust.high, "clipped": robust.clipped},
            "signed": self.signed,
            "sampled": self.sampled,
        }


def statistics_of(
    tensor: Tensor,
    selection: Selection,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Statistics:
    """The statistics of what a selection's fixed indices, rows, columns and facets point into.

    Two passes over the values: moments, then a histogram and the exact count of what the robust
    range leaves out. The first is left out where a pyramid has made it already.
    """
    tensor.check_values()
    version = tensor.version
    known = known_statistics(tensor, selection, version)
    if known is not None:
        return known
    source = derive(tensor, selection)
    size = prod(source.shape)
    total = 2 * size
    moments = tensor.recall(_key("moments", version, selection))
    if moments is None:
        moments = Moments.merged(
            each(
                list(blocks(source.shape, BLOCK, memory_order(source))),
                lambda box: moments_of(source.read(box), size, str(box)),
                _size,
                "Reading the values",
                shifted(progress, 0, total),
                cancelled,
            )
        )
    statistics = _finish(source, moments, shifted(progress, size, total), cancelled)
    if tensor.version == version:
        tensor.remember(_key("statistics", version, selection), statistics, 8 * BINS)
    return statistics


def known_statistics(tensor: Tensor, selection: Selection, version: int) -> Statistics | None:
    """What `statistics_of` returns without reading a value, if it has been asked at this version before."""
    known: Statistics | None = tensor.recall(_key("statistics", version, selection))
    return known


def keep_moments(tensor: Tensor, selection: Selection, moments: Moments) -> None:
    """Leave the moments that another pass came by for `statistics_of` to find."""
    tensor.remember(_key("moments", tensor.version, selection), moments, 8 * SAMPLE)


def _key(what: str, version: int, selection: Selection) -> tuple[object, ...]:
    return what, version, *derived_key(selection)


def clipped(
    tensor: Tensor,
    selection: Selection | Mapping[str, Any] | None,
    low: float,
    high: float,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> tuple[int, int]:
    """How many finite values are below `low` and above `high`: exact counts.

    Of the same values that `Tensor.statistics(selection)` is about.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    tensor.check_values()
    source = derive(tensor, Selection.of(tensor, selection, keep=True))
    if low != low or high != high:
        raise SelectionError(f"a range of {low} to {high}: give two numbers")
    counts = _count(source, None, (low, high), progress, cancelled)
    return counts.below, counts.above


def _finish(
    source: TensorSource,
    moments: Moments,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Statistics:
    counted = (moments.count, moments.nan, moments.posinf, moments.neginf, moments.zero)
    if moments.min is None or moments.max is None:
        return Statistics(*counted, None, None, None, None, None, None, signed=False)
    least, most = moments.min, moments.max
    ends = float(least), float(most)
    signed = least < 0
    complete = moments.count + moments.unusual <= SAMPLE
    sample = _sample(moments)
    low, high = _robust(sample, signed, ends, COVERED if complete else _cautious(sample.size))
    counts = _count(source, ends, (low, high), progress, cancelled)
    if counts.below + counts.above > (1 - COVERED) * moments.count:
        # The sample misled us, as values in a pattern can.
        edge = max(-ends[0], ends[1])
        low, high = (-edge, edge) if signed else ends
        counts.below = counts.above = 0
    with np.errstate(all="ignore"):
        std = sqrt(moments.m2 / moments.count) if isfinite(moments.m2) else None
    return Statistics(
        *counted,
        min=least,
        max=most,
        mean=moments.mean if isfinite(moments.mean) else None,
        std=std,
        histogram=Histogram(*ends, tuple(int(n) for n in counts.bins)),
        robust=Robust(low, high, counts.below + counts.above),
        signed=signed,
    )


def _count(
    source: TensorSource,
    ends: tuple[float, float] | None,
    limits: tuple[float, float],
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Counts:
    thresholds = Thresholds(*limits)
    parts = each(
        list(blocks(source.shape, BLOCK, memory_order(source))),
        lambda box: count_block(source.read(box), ends, thresholds),
        _size,
        "Counting the values",
        progress,
        cancelled,
    )
    return Counts.merged(parts)


def _sample(moments: Moments) -> Array:
    parts = [
        np.repeat(values, weight) if weight > 1 else values
        for values, weight in zip(moments.sample, moments.weights, strict=True)
    ]
    return np.concatenate(parts).astype(np.float64)


def _cautious(size: int) -> float:
    """The share to aim for, so that a random sample's range holds enough of everything."""
    return COVERED + 5 * sqrt(COVERED * (1 - COVERED) / max(1, size))


def _robust(sample: Array, signed: bool, ends: tuple[float, float], share: float) -> tuple[float, float]:
    last = sample.size - 1
    if signed:
        rank = min(last, max(0, ceil(share * sample.size) - 1))
        edge = float(np.partition(np.abs(sample), rank)[rank])
        if edge == 0:
            edge = max(-ends[0], ends[1])
        return -edge, edge
    tail = max(0, floor((1 - share) / 2 * sample.size))
    ranked = np.partition(sample, [tail, last - tail])
    low, high = float(ranked[tail]), float(ranked[last - tail])
    # Nearly all values equal (a sparse tensor's zeros): the few others are what there is to see.
    return ends if low == high else (low, high)


def _size(box: tuple[slice, ...]) -> int:
    return prod(part.stop - part.start for part in box)


def _json(value: int | float | None) -> int | float | str | None:
    if isinstance(value, int) and abs(value) > EXACT_IN_JSON:
        return str(value)
    return value
