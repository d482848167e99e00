"""A first look at all values: moments, sums, and how often each leading pattern of bits occurs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

from .blocks import chunks
from .dtype import Array
from .moments import Moments, moments_of
from .patterns import digits, leading, ordered_patterns, pattern_values

__all__ = ["Part", "Survey", "is_short", "survey_of"]


def is_short(name: str, dtype: np.dtype[Any]) -> bool:
    """Whether a value is known by its first 16 bits: 16 bits or fewer are all it has, or all that are not 0.

    Parameters
    ----------
    name : str
        The dtype's own name: a bfloat16 and the float8 kinds come as float32.
    dtype : dtype
        What the values come as.
    """
    return dtype.itemsize <= 2 or name == "bfloat16" or name.startswith(("float8_", "float6_", "float4_"))


@dataclass
class Part:
    """What a block adds to a survey: small, however many patterns there are.

    Attributes
    ----------
    moments : Moments
        Without its sample.
    l1, least : float
        As in `Survey`.
    size : int
        How many leading digits there are.
    places, counts : ndarray of int64
        Those that occur, ascending, and how often.
    """

    size: int
    moments: Moments = field(default_factory=Moments)
    l1: float = 0.0
    least: float = inf
    places: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    counts: Array = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass
class Survey:
    """What a pass over values finds.

    Attributes
    ----------
    moments : Moments
        Without its sample.
    l1 : float
        The sum of the finite magnitudes.
    least : float
        The smallest finite magnitude that is not 0, or infinity.
    patterns : ndarray of int64
        How many finite values have each leading digit (see `patterns.leading`), in the order of the values.
    """

    moments: Moments = field(default_factory=Moments)
    l1: float = 0.0
    least: float = inf
    patterns: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, part: Part) -> None:
        """Add what a block says."""
        self.moments.add(part.moments)
        self.l1 += part.l1
        self.least = min(self.least, part.least)
        if not self.patterns.size:
            self.patterns = np.zeros(part.size, np.int64)
        self.patterns[part.places] += part.counts


def survey_of(block: Array, _box: object = None, *, short: bool) -> Part:
    """Look at a block of real values; `short` as `is_short` says."""
    found = Part(1 << digits(block.dtype))
    if not block.size:
        return found
    counts = np.zeros(found.size, np.int64)
    if not short:
        found.moments = moments_of(block, block.size * 2**20, 0)
        found.moments.sample.clear()
        found.moments.weights.clear()
    for chunk, times in chunks(block):
        if not short:
            chunk = _magnitudes(found, chunk, times)
        if chunk.size:
            counts += times * np.bincount(leading(chunk), minlength=counts.size)
    counts = counts[_ascending(block.dtype)]
    if short:
        _finish(found, counts, block.dtype)
    found.places = np.flatnonzero(counts)
    found.counts = counts[found.places]
    return found


def _magnitudes(found: Part, chunk: Array, times: int) -> Array:
    """Add a chunk's magnitudes, and give what of it is finite."""
    if found.moments.unusual:
        chunk = chunk[np.isfinite(chunk)]
    if not chunk.size:
        return chunk
    sizes = np.abs(chunk if chunk.dtype.kind == "f" else chunk.astype(np.float64))
    with np.errstate(over="ignore"):
        found.l1 += times * float(np.add.reduce(sizes, dtype=np.float64))
    least = float(sizes.min())
    if least == 0:
        least = float(sizes.min(initial=inf, where=sizes > 0))
    found.least = min(found.least, least)
    return chunk


def _finish(found: Part, counts: Array, dtype: np.dtype[Any]) -> None:
    """All else, from the counts of values that are known by their patterns; what is not finite leaves the counts."""
    values = pattern_values(dtype)
    moments = found.moments
    finite = np.isfinite(values)
    if not finite.all():
        moments.nan = int(counts[np.isnan(values)].sum())
        moments.posinf = int(counts[values == inf].sum())
        moments.neginf = int(counts[values == -inf].sum())
        counts[~finite] = 0
    moments.count = int(counts.sum())
    if not moments.count:
        return
    places = np.flatnonzero(counts)
    seen, times = values[places], counts[places]
    moments.zero = int(times[seen == 0].sum())
    moments.min, moments.max = (_number(value, dtype) for value in (seen[0], seen[-1]))
    with np.errstate(over="ignore"):
        moments.mean = float(seen @ times) / moments.count
        away = seen - moments.mean
        moments.m2 = float(away * away @ times)
        found.l1 = float(np.abs(seen) @ times)
    found.least = float(np.abs(seen[seen != 0]).min(initial=inf))


@lru_cache(maxsize=16)
def _ascending(dtype: np.dtype[Any]) -> Array:
    return ordered_patterns(dtype).astype(np.intp)


def _number(value: Any, dtype: np.dtype[Any]) -> int | float:
    return float(value) if dtype.kind == "f" else int(value)
