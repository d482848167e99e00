"""How a tensor's values are spread: counts, moments, quantiles, histograms and patterns of zeros, all of them exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from .bins import Bins, linear_bins, symlog_bins
from .counting import Passes
from .dtype import Array
from .histogram import BINS
from .patterns import limit_key
from .progress import Cancel, Progress
from .scope import NEAR_ZERO, scope_of
from .selection import Selection
from .source import Index
from .sparsity import UNIT, Sparsity, ZeroBlocks, Zeros, zeros_of
from .statistics import Histogram, exact_json
from .steady import steady
from .survey import Part, Survey, survey_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .tensor import Tensor

__all__ = ["QUANTILES", "Distribution", "distribution_of", "finite_or_none", "quantiles_of"]

QUANTILES = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)
MOST_EXACT = 4096


@dataclass(frozen=True, repr=False)
class Distribution:
    """Of all values how many are what, and of the finite ones how they are spread. See `docs/statistics.md`.

    Attributes
    ----------
    count : int
        All values; `nan`, `posinf` and `neginf` of them are not finite, `zero` are 0.
    near_zero : int
        Values of a magnitude below `near_zero_threshold`, which is 0.001 standard deviations, and zeros.
    mean, std, min, max : float or None
        Of the finite values; the standard deviation is the population's. Integers' `min` and `max` are integers.
    l1, l2, largest : float or None
        The sum of the magnitudes, the root of the sum of the squares, and the largest magnitude.
    quantiles : mapping of float to number
        The value of rank ceil(p × finite): one of the tensor's own (NumPy's 'inverted_cdf').
    linear : Histogram or None
        128 bins of equal width. A value on an edge is in the bin above it.
    symlog_edges, symlog_counts : ndarray or None
        Bins symmetric about 0, of equal width in log10|x|, and one bin about 0. A value on an edge is in the bin
        farther from 0.
    values, counts : ndarray or None
        Of types of 16 bits or fewer, all finite values that occur and how often, where these are at most 4,096.
    sparsity : tuple of ZeroBlocks
        Of two dimensions or more.
    """

    count: int
    nan: int
    posinf: int
    neginf: int
    zero: int
    near_zero: int
    near_zero_threshold: float | None
    mean: float | None
    std: float | None
    min: int | float | None
    max: int | float | None
    l1: float | None
    l2: float | None
    largest: int | float | None
    quantiles: Mapping[float, Any]
    linear: Histogram | None
    symlog_edges: Array | None
    symlog_counts: Array | None
    values: Array | None
    counts: Array | None
    sparsity: tuple[ZeroBlocks, ...]

    @property
    def finite(self) -> int:
        """How many values are neither NaN nor infinite."""
        return self.count - self.nan - self.posinf - self.neginf

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        return {
            **{name: getattr(self, name) for name in ("count", "nan", "posinf", "neginf", "zero", "mean", "std")},
            "near_zero": {
                "threshold": self.near_zero_threshold,
                "count": self.near_zero,
                "rule": f"|x| < {NEAR_ZERO:g} standard deviations, and zeros (Han et al., 2015)",
            },
            "min": exact_json(self.min),
            "max": exact_json(self.max),
            "norms": {"l1": self.l1, "l2": self.l2, "max": None if self.largest is None else float(self.largest)},
            "quantiles": [{"p": p, "value": float(value)} for p, value in self.quantiles.items()],
            "quantile_error": None,
            "linear": self.linear
            and {"low": self.linear.low, "high": self.linear.high, "counts": list(self.linear.counts)},
            "symlog": None
            if self.symlog_edges is None or self.symlog_counts is None
            else {"edges": self.symlog_edges.tolist(), "counts": self.symlog_counts.tolist()},
            "exact": None
            if self.values is None or self.counts is None
            else {"values": self.values.tolist(), "counts": self.counts.tolist()},
            "sparsity": {"blocks": [block.to_json() for block in self.sparsity]} if self.sparsity else None,
        }

    def __repr__(self) -> str:
        if self.min is None:
            return f"<Distribution of {self.count:,} values, none of them finite>"
        middle = self.quantiles.get(0.5)
        return f"<Distribution of {self.count:,} values from {self.min:.6g} to {self.max:.6g}, median {middle:.6g}>"


@steady
def distribution_of(
    tensor: Tensor,
    selection: Selection,
    scope: str = "tensor",
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Distribution:
    """The distribution of a tensor's values, or of a slice's.

    One pass over the values of types of at most 16 bits, two over those of 32 bits, three (or seldom four or five) over
    those of 64.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    tensor.check_values()
    version = tensor.version
    measured = scope_of(tensor, selection, scope, progress, cancelled)
    key = ("distribution", version, measured.key)
    known: Distribution | None = tensor.recall(key)
    if known is not None:
        return known
    passes = Passes(measured, progress, cancelled)
    axes = tuple(measured.dims.index(name) for name in measured.free)
    planes = len(axes) >= 2
    sparsity = Sparsity([measured.shape[axis] for axis in axes])
    survey = Survey()

    def take(part: tuple[Part, Zeros | None]) -> None:
        survey.add(part[0])
        if part[1] is not None:
            sparsity.add(part[1])

    units = dict.fromkeys(measured.free[-2:], UNIT) if planes else {}
    starts = tuple(measured.box[axis].start for axis in axes)
    look = partial(_look_at, short=passes.short, axes=axes if planes else (), starts=starts)
    passes.run(look, take, "Reading the values", units)
    found = _finish(survey, passes, sparsity.blocks(measured.free) if planes else ())
    if tensor.version == version:
        tensor.remember(key, found, 2**14 + (0 if found.values is None else 16 * found.values.size))
    return found


@steady
def quantiles_of(
    tensor: Tensor,
    selection: Selection,
    p: Sequence[float],
    scope: str = "tensor",
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[float | None]:
    """The values below which these parts of the finite values lie; `None` where there are none.

    Between two of them as NumPy does by default (method 'linear'), from exact ranks.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    tensor.check_values()
    version = tensor.version
    measured = scope_of(tensor, selection, scope, progress, cancelled)
    key = ("patterns", version, measured.key)
    passes = Passes(measured, progress, cancelled)
    survey: Survey | None = tensor.recall(key)
    if survey is None:
        survey = Survey()
        passes.run(partial(survey_of, short=passes.short), survey.add, "Reading the values")
        if tensor.version == version:
            tensor.remember(key, survey, survey.patterns.nbytes)
    count = survey.moments.count
    if not count:
        return [None] * len(p)
    places = [each * (count - 1) for each in p]
    ranks = [rank for place in places for rank in (floor(place), min(floor(place) + 1, count - 1))]
    found = passes.resolve(survey.patterns, [], ranks).values.tolist()
    return [
        _between(float(low), float(high), place - floor(place))
        for low, high, place in zip(found[::2], found[1::2], places, strict=True)
    ]


def _between(low: float, high: float, part: float) -> float:
    # Weighted, not by the difference: that may be past the largest number.
    return low if low == high else (1 - part) * low + part * high


def rank_of(p: float, count: int) -> int:
    """The rank, from 0, of a quantile of `count` values."""
    # As NumPy rounds it: 0.1 × 30 is a little more than 3.
    return min(max(ceil(p * count) - 1, 0), count - 1)


def finite_or_none(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return float(value) if isfinite(value) else None


def _look_at(
    values: Array, box: Index, *, short: bool, axes: tuple[int, ...], starts: tuple[int, ...]
) -> tuple[Part, Zeros | None]:
    """Survey a block, and look for zeros along the axes that are not fixed."""
    survey = survey_of(values, short=short)
    if not axes:
        return survey, None
    parts = [part for axis in axes if isinstance(part := box[axis], slice)]
    plane = values.reshape([values.shape[axis] for axis in axes])
    return survey, zeros_of(plane, [part.start - start for part, start in zip(parts, starts, strict=True)])


def _finish(survey: Survey, passes: Passes, sparsity: tuple[ZeroBlocks, ...]) -> Distribution:
    moments = survey.moments
    counted = (moments.count + moments.unusual, moments.nan, moments.posinf, moments.neginf, moments.zero)
    low, high = moments.min, moments.max
    if low is None or high is None:
        nothing = (None,) * 8
        return Distribution(*counted, 0, *nothing, {}, None, None, None, None, None, sparsity)
    dtype, count = passes.dtype, moments.count
    with np.errstate(all="ignore"):
        std = finite_or_none(float(np.sqrt(np.float64(moments.m2) / count)))
        l2 = finite_or_none(float(np.sqrt(np.float64(moments.m2) + count * np.float64(moments.mean) ** 2)))
    near = None if std is None else NEAR_ZERO * std
    linear = linear_bins(float(low), float(high))
    symlog = symlog_bins(survey.least, max(abs(float(low)), abs(float(high))))
    groups: list[list[int]] = [
        linear.limits(dtype) if low < high else [],
        symlog.limits(dtype) if symlog else [],
        [limit_key(-near, dtype, above=True), limit_key(near, dtype)] if near else [],
    ]
    ranks = [rank_of(p, count) for p in QUANTILES]
    found = passes.resolve(survey.patterns, [limit for group in groups for limit in group], ranks)
    first, second, third = np.split(found.below, np.cumsum([len(group) for group in groups])[:-1])
    exact = passes.exact(survey.patterns) if passes.short else None
    fits = exact is not None and exact[0].size <= MOST_EXACT
    return Distribution(
        *counted,
        near_zero=max(moments.zero, int(third[1] - third[0])) if near else moments.zero,
        near_zero_threshold=near,
        mean=finite_or_none(moments.mean),
        std=std,
        min=low,
        max=high,
        l1=finite_or_none(survey.l1),
        l2=l2,
        largest=max(abs(low), abs(high)),
        quantiles={p: value.item() for p, value in zip(QUANTILES, found.values, strict=True)},
        linear=Histogram(float(low), float(high), _linear_counts(linear, first, count)),
        symlog_edges=symlog.edges if symlog else None,
        symlog_counts=symlog.counts(second, count) if symlog else None,
        values=exact[0] if fits and exact is not None else None,
        counts=exact[1] if fits and exact is not None else None,
        sparsity=sparsity,
    )


def _linear_counts(bins: Bins, below: Array, count: int) -> tuple[int, ...]:
    if not below.size:
        return (count, *[0] * (BINS - 1))
    return tuple(bins.counts(below, count).tolist())
