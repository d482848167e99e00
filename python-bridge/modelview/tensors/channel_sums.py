"""What blocks add to the statistics of each index of a dimension: the parts merge exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .dtype import Array

__all__ = ["ChannelSums", "near_zero_of", "sums_of"]

SAFE_EXPONENT = 400
"""Squares of magnitudes between 2**-400 and 2**400 neither overflow nor vanish in a float64."""
NOTHING = -3000
"""The exponent of a channel without a value other than 0: below that of any value."""


@dataclass
class ChannelSums:
    """Over the finite values of each channel, arrays of one length.

    `mean`, `l1` (sum of magnitudes) and `m2` (sum of squared deviations from the mean) are of values divided by
    2**`exponent`, so that none overflows.
    """

    count: Array
    nan: Array
    posinf: Array
    neginf: Array
    zero: Array
    low: Array
    high: Array
    mean: Array
    m2: Array
    l1: Array
    exponent: Array

    @classmethod
    def none(cls, size: int, dtype: np.dtype[Any]) -> ChannelSums:
        """Of no values yet. The range is kept in `dtype`."""
        count, nan, posinf, neginf, zero = (np.zeros(size, np.int64) for _ in range(5))
        mean, m2, l1 = (np.zeros(size) for _ in range(3))
        ends = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
        low, high = np.full(size, ends.max, dtype), np.full(size, ends.min, dtype)
        exponent = np.full(size, NOTHING, np.int32)
        return cls(count, nan, posinf, neginf, zero, low, high, mean, m2, l1, exponent)

    def add(self, where: slice, part: ChannelSums) -> None:
        """Merge a part into some neighbouring channels (Chan, Golub & LeVeque, 1983)."""
        for name in ("nan", "posinf", "neginf", "zero"):
            getattr(self, name)[where] += getattr(part, name)
        self.low[where] = np.minimum(self.low[where], part.low)
        self.high[where] = np.maximum(self.high[where], part.high)
        exponent = np.maximum(self.exponent[where], part.exponent)
        mean, m2, l1 = self._scaled(where, exponent)
        part_mean, part_m2, part_l1 = part._scaled(slice(None), exponent)
        total = self.count[where] + part.count
        share = part.count / np.maximum(total, 1)
        delta = part_mean - mean
        self.m2[where] = m2 + part_m2 + delta**2 * self.count[where] * share
        self.mean[where] = mean + delta * share
        self.l1[where] = l1 + part_l1
        self.count[where] = total
        self.exponent[where] = exponent

    def _scaled(self, where: slice, exponent: Array) -> tuple[Array, Array, Array]:
        shift = self.exponent[where] - exponent
        if not shift.any():
            return self.mean[where], self.m2[where], self.l1[where]
        return (
            np.ldexp(self.mean[where], shift),
            np.ldexp(self.m2[where], 2 * shift),
            np.ldexp(self.l1[where], shift),
        )

    def deviation(self) -> float:
        """The population standard deviation of all channels' values together; 0 of none."""
        total = self.count.sum()
        if total == 0:
            return 0.0
        exponent = self.exponent.max()
        mean, m2, _ = self._scaled(slice(None), np.full_like(self.exponent, exponent))
        middle = (mean * (self.count / total)).sum()
        square = (m2 + self.count * (mean - middle) ** 2).sum()
        return float(np.ldexp(np.sqrt(square / total), exponent))

    def columns(self) -> dict[str, Array]:
        """The numbers as they are told: NaN where a channel has no finite value, infinite past a float64's range."""
        some = self.count > 0
        count = np.maximum(self.count, 1)
        with np.errstate(over="ignore"):
            found = {
                "mean": np.ldexp(self.mean, self.exponent),
                "std": np.ldexp(np.sqrt(self.m2 / count), self.exponent),
                "l1": np.ldexp(self.l1, self.exponent),
                "l2": np.ldexp(np.sqrt(self.m2 + count * self.mean**2), self.exponent),
            }
        for name in ("mean", "std"):
            found[name][~some] = np.nan
        for name, ends in (("min", self.low), ("max", self.high)):
            found[name] = ends if some.all() else np.where(some, ends, np.nan)
        return {name: getattr(self, name) for name in ("count", "zero", "nan", "posinf", "neginf")} | found


def sums_of(values: Array, _box: object = None, *, axis: int) -> ChannelSums:
    """What a block of real values adds to its channels, along an axis."""
    block, others = _by_channel(values, axis)
    each = np.full(values.shape[axis], values.size // values.shape[axis])
    nan = posinf = neginf = np.zeros_like(each)
    wide = _wide(block)
    finite = None
    if block.dtype.kind == "f" and not np.isfinite(wide).all():
        finite = np.isfinite(wide)
        nan, posinf, neginf = (_counted(kind, others) for kind in (np.isnan(wide), wide == np.inf, wide == -np.inf))
        each = _counted(finite, others)
        low = wide.min(others, initial=np.finfo(np.float64).max, where=finite)
        high = wide.max(others, initial=np.finfo(np.float64).min, where=finite)
        wide[~finite] = 0
    else:
        exact = block if block.dtype.kind in "iu" else wide
        low, high = exact.min(others), exact.max(others)
    zero = _counted(wide == 0, others) - (nan + posinf + neginf)

    def along(numbers: Array) -> Array:
        return np.expand_dims(numbers, others)

    exponent = _exponent(np.maximum(-low.astype(np.float64), high.astype(np.float64)))
    exponent[each == 0] = 0
    if exponent.any():
        wide = np.ldexp(wide, along(-exponent))
    exponent[zero == each] = NOTHING
    mean = wide.sum(others) / np.maximum(each, 1)
    l1 = np.abs(wide).sum(others)
    wide -= along(mean)
    if finite is not None:
        wide[~finite] = 0
    np.square(wide, out=wide)
    return ChannelSums(each, nan, posinf, neginf, zero, low, high, mean, wide.sum(others), l1, exponent)


def near_zero_of(values: Array, _box: object = None, *, axis: int, threshold: float) -> Array:
    """How many of each channel's values have a magnitude below the threshold, and zeros."""
    block, others = _by_channel(values, axis)
    wide = _wide(block)
    with np.errstate(invalid="ignore"):
        np.abs(wide, out=wide)
        return _counted(wide < threshold if threshold > 0 else wide == 0, others)


def _by_channel(values: Array, axis: int) -> tuple[Array, tuple[int, ...]]:
    """A block with as few other dimensions as there may be, and which these are: NumPy is fastest along one."""
    if values.dtype == np.bool_:
        values = values.view(np.uint8)
    n, before, after = values.shape[axis], prod(values.shape[:axis]), prod(values.shape[axis + 1 :])
    if after == 1:
        return values.reshape(before, n), (0,)
    if before == 1:
        return values.reshape(n, after), (1,)
    return values.reshape(before, n, after), (0, 2)


def _wide(block: Array) -> Array:
    # A signalling NaN warns.
    with np.errstate(invalid="ignore"):
        return block.astype(np.float64)


def _counted(found: Array, others: tuple[int, ...]) -> Array:
    # Ten times faster than `count_nonzero` along an axis.
    return np.asarray(np.add.reduce(found.view(np.uint8), others, dtype=np.int64))


def _exponent(peak: Array) -> Array:
    """What values are divided by, as a power of 2: 1 wherever that is safe."""
    exponent = np.frexp(peak)[1]
    exponent[np.abs(exponent) <= SAFE_EXPONENT] = 0
    return exponent
