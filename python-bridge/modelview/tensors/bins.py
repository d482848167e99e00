"""The edges of histograms: of equal width, and symmetric about 0 with equal width in the logarithm of the magnitude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite, log10
from typing import Any

import numpy as np

from .dtype import Array
from .patterns import limit_key

__all__ = ["Bins", "linear_bins", "symlog_bins"]

LINEAR = 128
PER_DECADE = 16
DECADES = 4


@dataclass(frozen=True)
class Bins:
    """Bins that together hold all of some values.

    Attributes
    ----------
    edges : ndarray of float64
        Ascending, one more than there are bins.
    outwards : bool
        Where a value on an edge between two bins belongs: to the one farther from 0, or else to the upper one.
    """

    edges: Array
    outwards: bool = False

    def limits(self, dtype: np.dtype[Any]) -> list[int]:
        """The edges between bins, as keys of values of a dtype (`patterns.limit_key`)."""
        return [limit_key(edge, dtype, above=self.outwards and edge < 0) for edge in self.edges[1:-1].tolist()]

    def counts(self, below: Sequence[int] | Array, count: int) -> Array:
        """How many of `count` values are in each bin, from how many are below each of `limits`."""
        return np.diff(np.concatenate([[0], np.asarray(below, np.int64), [count]]))


def linear_bins(low: float, high: float) -> Bins:
    """128 bins of equal width; where all values are equal, all are in the first one.

    Examples
    --------
    >>> linear_bins(0, 64).edges[:3]
    array([0. , 0.5, 1. ])
    """
    if isfinite(high - low):
        edges = np.linspace(low, high, LINEAR + 1)
    else:
        # float64 from end to end: the width overflows, half of it does not.
        edges = np.linspace(low / 2, high / 2, LINEAR + 1) * 2
    return Bins(edges)


def symlog_bins(least: float, most: float) -> Bins | None:
    """16 bins a decade on either side of 0 and one about it; `None` where there is no room for any.

    They reach from the largest magnitude four decades down, or to the least magnitude that is not 0 if that comes
    first: then the bin in the middle has the zeros alone.

    Parameters
    ----------
    least : float
        The smallest finite magnitude that is not 0.
    most : float
        The largest finite magnitude.
    """
    if not most > 0:
        return None
    threshold = max(least, most * 10.0**-DECADES)
    if threshold == most:
        threshold = most * 10 ** (-1 / PER_DECADE)
    if not 0 < threshold < most:
        return None
    count = max(1, ceil((log10(most) - log10(threshold)) * PER_DECADE - 1e-9))
    side = threshold * (most / threshold) ** (np.arange(count + 1) / count)
    side[0], side[-1] = threshold, most
    side = np.unique(side)
    return Bins(np.concatenate([-side[::-1], side]), outwards=True)
