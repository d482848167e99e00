"""Counts, range, mean, deviation and a sample of some values: the parts merge exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from .blocks import chunks
from .dtype import Array

__all__ = ["Moments", "moments_of"]

SAMPLE = 2**18
"""Values kept to guess the robust range from. The guess is then checked against all values."""


@dataclass
class Moments:
    """Over the finite values; `m2` is the sum of squared deviations from the mean."""

    count: int = 0
    nan: int = 0
    posinf: int = 0
    neginf: int = 0
    zero: int = 0
    min: int | float | None = None
    max: int | float | None = None
    mean: float = 0.0
    m2: float = 0.0
    sample: list[Array] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    @classmethod
    def merged(cls, parts: Sequence[Moments]) -> Moments:
        """All parts as one (Chan, Golub & LeVeque, 1983)."""
        whole = cls()
        for part in parts:
            whole.add(part)
        return whole

    def add(self, part: Moments) -> None:
        """Merge a part into this."""
        self.nan += part.nan
        self.posinf += part.posinf
        self.neginf += part.neginf
        self.zero += part.zero
        self.sample += part.sample
        self.weights += part.weights
        if part.count == 0:
            return
        if self.min is None or (part.min is not None and part.min < self.min):
            self.min = part.min
        if self.max is None or (part.max is not None and part.max > self.max):
            self.max = part.max
        total = self.count + part.count
        with np.errstate(all="ignore"):
            delta = np.float64(part.mean) - self.mean
            self.m2 = float(self.m2 + part.m2 + delta * delta * (self.count * part.count / total))
            self.mean = float(self.mean + delta * (part.count / total))
        self.count = total

    @property
    def unusual(self) -> int:
        """How many values are not finite."""
        return self.nan + self.posinf + self.neginf


def moments_of(block: Array, out_of: int, seed: object) -> Moments:
    """The moments of a block of real values, which is one of several of `out_of` values together.

    `seed` makes the sample the same each time, and different from block to block.
    """
    whole = Moments()
    picks = block.size if out_of <= SAMPLE else max(1, round(block.size * SAMPLE / out_of))
    random = np.random.default_rng(crc32(repr(seed).encode()))
    for chunk, times in chunks(block):
        part, finite = _moments(chunk)
        if times > 1:
            _repeat(part, times)
        if finite.size:
            if picks < block.size and times == 1:
                wanted = max(1, picks * chunk.size // block.size)
                finite = finite[random.integers(0, finite.size, wanted)]
            part.sample.append(np.array(finite))
            part.weights.append(picks if times > 1 else 1)
        whole.add(part)
    return whole


def _moments(chunk: Array) -> tuple[Moments, Array]:
    if chunk.dtype == np.float16:
        chunk = chunk.astype(np.float32)
    part = Moments()
    low, high = chunk.min(), chunk.max()
    if chunk.dtype.kind == "f" and not (np.isfinite(low) and np.isfinite(high)):
        part.nan = int(np.count_nonzero(np.isnan(chunk)))
        part.posinf = int(np.count_nonzero(chunk == np.inf))
        part.neginf = int(np.count_nonzero(chunk == -np.inf))
        chunk = chunk[np.isfinite(chunk)]
        if chunk.size == 0:
            return part, chunk
        low, high = chunk.min(), chunk.max()
    part.count = chunk.size
    part.zero = int(np.count_nonzero(chunk == 0))
    part.min, part.max = low.item(), high.item()
    wide = chunk.astype(np.float64)
    with np.errstate(all="ignore"):
        mean = wide.mean()
        wide -= mean
        part.mean = float(mean)
        part.m2 = float(np.einsum("i,i->", wide, wide))
    return part, chunk


def _repeat(part: Moments, times: int) -> None:
    for name in ("count", "nan", "posinf", "neginf", "zero", "m2"):
        setattr(part, name, getattr(part, name) * times)
