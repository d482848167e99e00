"""Statistics over some dimensions, from blocks in any order: each makes a partial result, and these add up."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from .dtype import Array

__all__ = ["Accumulator", "Partial", "partial_of"]


@dataclass(frozen=True)
class Partial:
    """What a block adds, with an extent of 1 along each reduced dimension; `mean` and `count` for deviations alone."""

    value: Array
    mean: Array | None = None
    count: int = 0


def partial_of(block: Array, _box: object = None, *, statistic: str, axes: tuple[int, ...]) -> Partial:
    """What a block adds to a statistic over some axes."""
    with np.errstate(all="ignore"):
        if statistic in ("min", "max"):
            return Partial(getattr(block, statistic)(axes, keepdims=True))
        wide = block.astype(np.float64)
        if statistic == "peak":
            finite = np.where(np.isfinite(wide), np.abs(wide), 0)
            return Partial(finite.max(axes, keepdims=True, initial=0))
        if statistic == "norm":
            np.square(wide, out=wide)
        if statistic != "std":
            return Partial(wide.sum(axes, keepdims=True))
        mean = wide.mean(axes, keepdims=True)
        wide -= mean
        np.square(wide, out=wide)
        return Partial(wide.sum(axes, keepdims=True), mean, prod(block.shape[axis] for axis in axes))


class Accumulator:
    """One float64 per kept cell: of a reduction, or of 'peak', the largest magnitude of the finite values.

    Examples
    --------
    >>> total = Accumulator("mean", (2, 1))
    >>> total.add((slice(0, 2), slice(0, 1)), partial_of(np.array([[1, 2], [3, 4]]), statistic="mean", axes=(1,)))
    >>> total.result(2)
    array([[1.5],
           [3.5]])
    """

    def __init__(self, statistic: str, shape: tuple[int, ...]) -> None:
        self.statistic = statistic
        start = {"min": np.inf, "max": -np.inf}.get(statistic, 0.0)
        self.value = np.full(shape, start)
        if statistic == "std":
            # Chan, Golub & LeVeque (1983): counts, means and squared deviations merge exactly
            # where sums of squares would cancel.
            self.count = np.zeros(shape)
            self.mean = np.zeros(shape)

    def add(self, where: tuple[slice, ...], part: Partial) -> None:
        """Add a block's part to the cells that it belongs to."""
        target = self.value[where]
        with np.errstate(all="ignore"):
            if self.statistic == "min":
                np.minimum(target, part.value, out=target)
            elif self.statistic in ("max", "peak"):
                np.maximum(target, part.value, out=target)
            elif part.mean is None:
                target += part.value
            else:
                count, old = self.count[where], self.mean[where]
                total = count + part.count
                delta = part.mean - old
                target += part.value + delta**2 * count * part.count / total
                old += delta * part.count / total
                count += part.count

    def result(self, count: int) -> Array:
        """The statistic, of `count` values a cell."""
        if count == 0 and self.statistic not in ("sum", "norm", "peak"):
            return np.full(self.value.shape, np.nan)
        if self.statistic == "mean":
            return self.value / count
        if self.statistic == "std":
            return np.asarray(np.sqrt(self.value / count))
        if self.statistic == "norm":
            return np.asarray(np.sqrt(self.value))
        return self.value
