"""A tensor's values in a few numbers, every one of them counted and none guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor, isfinite, prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SelectionError
from .blocks import boxes_of
from .derive import derive
from .derived import derived_key
from .dtype import Array
from .histogram import BINS, Counts, Thresholds, count_block
from .mapped import map_blocks
from .moments import SAMPLE, Moments, moments_of
from .progress import Cancel, Progress, shifted
from .sample import sample_of
from .selection import Selection
from .source import Index, TensorSource
from .steady import stale_where_changed

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = [
    "Facts",
    "Histogram",
    "Robust",
    "Statistics",
    "clipped",
    "exact_json",
    "keep_moments",
    "known_statistics",
    "sampled_statistics",
    "statistics_of",
]

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

    `sampled` is `None` where every value was read. Else it is how many were: the range, the mean and the counts of
    what is not finite may then still be of all values (see `Facts`), and the rest is what the sample suggests, counts
    scaled up.
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
            "min": exact_json(self.min),
            "max": exact_json(self.max),
            "mean": self.mean,
            "std": self.std,
            "histogram": histogram and {"low": histogram.low, "high": histogram.high, "counts": [*histogram.counts]},
            "robust": robust and {"low": robust.low, "high": robust.high, "clipped": robust.clipped},
            "signed": self.signed,
            "sampled": self.sampled,
        }


@stale_where_changed
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
    source = derive(tensor, selection.unordered, progress=progress, cancelled=cancelled)
    size = prod(source.shape)
    total = 2 * size
    moments = tensor.recall(_key("moments", version, selection))
    if moments is None:
        work = partial(_moments_of, out_of=size)
        reading = shifted(progress, 0, total)
        moments = Moments.merged(map_blocks(source, boxes_of(source), work, "Reading the values", reading, cancelled))
    shown = tensor.recall(_key("sampled", version, selection))
    statistics = _finish(source, moments, shown and shown.robust, shifted(progress, size, total), cancelled)
    if tensor.version == version:
        tensor.remember(_key("statistics", version, selection), statistics, 8 * BINS)
    return statistics


@dataclass(frozen=True)
class Facts:
    """What a pass over all values has found by the way: exact.

    Attributes
    ----------
    count, nan, posinf, neginf : int
        As in `Statistics`.
    min, max : int or float
        Of the finite values, of which there are some.
    mean : float
    """

    count: int
    nan: int
    posinf: int
    neginf: int
    min: int | float
    max: int | float
    mean: float


def sampled_statistics(tensor: Tensor, selection: Selection, facts: Facts | None) -> Statistics:
    """What can be said before all values are read: `statistics_of` of a sample, and of `facts` where they are known.

    Its robust range is kept by `statistics_of`, if it proves right: the colours stay.
    """
    tensor.check_values()
    version = tensor.version
    size = prod(derive(tensor, selection.unordered).shape)
    values = sample_of(tensor, selection)
    moments = moments_of(values, values.size, "sample")
    if moments.min is None or moments.max is None:
        found = replace(_of_nothing(moments), sampled=values.size)
    else:
        found = _sampled(values, moments, facts or _facts_of(moments, size), size / values.size)
    if tensor.version == version:
        tensor.remember(_key("sampled", version, selection), found, 8 * BINS)
    return found


def _facts_of(moments: Moments, size: int) -> Facts:
    """What a sample tells of `size` values."""
    scale = size / (moments.count + moments.unusual)
    nan, posinf, neginf = (round(n * scale) for n in (moments.nan, moments.posinf, moments.neginf))
    least, most = moments.min, moments.max
    assert least is not None
    assert most is not None
    return Facts(size - nan - posinf - neginf, nan, posinf, neginf, least, most, moments.mean)


def _sampled(values: Array, moments: Moments, facts: Facts, scale: float) -> Statistics:
    ends = float(facts.min), float(facts.max)
    signed = facts.min < 0
    low, high = _robust(_sample(moments), signed, ends, _cautious(values.size))
    counts = count_block(values, ends, Thresholds(low, high))
    return Statistics(
        facts.count,
        facts.nan,
        facts.posinf,
        facts.neginf,
        zero=round(moments.zero * scale),
        min=facts.min,
        max=facts.max,
        mean=facts.mean if isfinite(facts.mean) else None,
        std=_std(moments),
        histogram=Histogram(*ends, tuple(round(int(n) * scale) for n in counts.bins)),
        robust=Robust(low, high, round((counts.below + counts.above) * scale)),
        signed=signed,
        sampled=values.size,
    )


def known_statistics(tensor: Tensor, selection: Selection, version: int, *, sampled: bool = False) -> Statistics | None:
    """What `statistics_of` returns without reading a value, if it has been asked at this version before.

    With `sampled`, failing that what `sampled_statistics` has returned.
    """
    known: Statistics | None = tensor.recall(_key("statistics", version, selection))
    if known is None and sampled:
        known = tensor.recall(_key("sampled", version, selection))
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
    source = derive(tensor, Selection.of(tensor, selection, keep=True).unordered)
    if low != low or high != high:
        raise SelectionError(f"a range of {low} to {high}: give two numbers")
    counts = _count(source, None, (low, high), progress, cancelled)
    return counts.below, counts.above


def _finish(
    source: TensorSource,
    moments: Moments,
    shown: Robust | None,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Statistics:
    """The statistics: `shown` is the robust range that is on screen, which stays if it holds enough of the values."""
    least, most = moments.min, moments.max
    if least is None or most is None:
        return _of_nothing(moments)
    ends = float(least), float(most)
    signed = least < 0
    if shown is not None and (shown.low < 0) == signed:
        low, high = shown.low, shown.high
    else:
        complete = moments.count + moments.unusual <= SAMPLE
        sample = _sample(moments)
        low, high = _robust(sample, signed, ends, COVERED if complete else _cautious(sample.size))
    counts = _count(source, ends, (low, high), progress, cancelled)
    if counts.below + counts.above > (1 - COVERED) * moments.count:
        if shown is not None:
            return _finish(source, moments, None, progress, cancelled)
        # The sample misled us, as values in a pattern can.
        edge = max(-ends[0], ends[1])
        low, high = (-edge, edge) if signed else ends
        counts.below = counts.above = 0
    return Statistics(
        moments.count,
        moments.nan,
        moments.posinf,
        moments.neginf,
        moments.zero,
        min=least,
        max=most,
        mean=moments.mean if isfinite(moments.mean) else None,
        std=_std(moments),
        histogram=Histogram(*ends, tuple(int(n) for n in counts.bins)),
        robust=Robust(low, high, counts.below + counts.above),
        signed=signed,
    )


def _of_nothing(moments: Moments) -> Statistics:
    """Where no value is finite."""
    counted = (moments.count, moments.nan, moments.posinf, moments.neginf, moments.zero)
    return Statistics(*counted, None, None, None, None, None, None, signed=False)


def _std(moments: Moments) -> float | None:
    with np.errstate(all="ignore"):
        return sqrt(moments.m2 / moments.count) if isfinite(moments.m2) else None


def _count(
    source: TensorSource,
    ends: tuple[float, float] | None,
    limits: tuple[float, float],
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Counts:
    work = partial(_count_of, ends=ends, thresholds=Thresholds(*limits))
    return Counts.merged(map_blocks(source, boxes_of(source), work, "Counting the values", progress, cancelled))


def _moments_of(values: Array, box: Index, *, out_of: int) -> Moments:
    return moments_of(values, out_of, str(box))


def _count_of(values: Array, _box: Index, *, ends: tuple[float, float] | None, thresholds: Thresholds) -> Counts:
    return count_block(values, ends, thresholds)


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


def exact_json(value: int | float | None) -> int | float | str | None:
    """A number as JSON: a decimal string where an integer is past 2^53."""
    if isinstance(value, int) and abs(value) > EXACT_IN_JSON:
        return str(value)
    return value
