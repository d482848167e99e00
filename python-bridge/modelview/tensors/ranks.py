"""Exact ranks: how many values are below limits, and which value stands at a rank.

Leading digits are counted first (`survey`). A further pass looks only at values whose leading digit a limit cuts or a
wanted rank falls on, and goes on digit by digit, until there are so few that they can be kept and sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from .blocks import chunks, is_constant
from .dtype import Array
from .patterns import bits_of, digits, key_type, leading, ordered, ordered_patterns, values_of
from .source import Index

__all__ = ["Pass", "Ranks", "resolve"]

KEEP = 2**20
"""Values that are kept to be sorted at the end: 8 MB at most."""


@dataclass(frozen=True)
class Ranks:
    """The answers, in the order of the questions.

    Attributes
    ----------
    below : ndarray of int64
        How many values are below each limit.
    values : ndarray
        The value at each rank, in the dtype of the values.
    """

    below: Array
    values: Array


@dataclass(frozen=True)
class Span:
    """The values whose keys begin as `low` does and differ in the last `free` bits alone.

    `before` values have a smaller key, `count` are in it.
    """

    low: int
    free: int
    before: int
    count: int

    @property
    def last(self) -> int:
        """The greatest key."""
        return self.low + (1 << self.free) - 1


@dataclass(frozen=True)
class Look:
    """What a pass is to look for, and what it then says of a block: see `_look_at`."""

    wanted: Array
    limits: Array
    spans: tuple[Span, ...]
    drop: int


Found: TypeAlias = "tuple[Array, list[tuple[Array, Array]]]"
"""How many of the values that were looked at are below each limit; of each span keys (less `drop` bits) and counts."""
Pass: TypeAlias = "Callable[[Callable[[Array, Index], Found], Callable[[Found], None]], None]"
"""Applies a function to all blocks and hands over each result, one at a time."""


def resolve(
    patterns: Array, dtype: np.dtype[Any], limits: Sequence[int], ranks: Sequence[int], run: Pass, *, short: bool
) -> Ranks:
    """Count below limits, and find the values at ranks (from 0).

    Parameters
    ----------
    patterns : ndarray of int64
        How many values have each leading digit, ascending (`Survey.patterns`).
    limits : sequence of int
        As `patterns.limit_key` gives them.
    run : callable
        Makes a pass over the same values. It is not called where the leading digits say all.
    short : bool
        Whether they do, the other bits being 0.
    """
    free = bits_of(dtype) - digits(dtype)
    up_to = np.concatenate([[0], np.cumsum(patterns)])
    places = np.searchsorted(up_to[1:], np.asarray(ranks, np.int64), "right")
    if free == 0 or short:
        below = up_to[[_short_key(limit, free, len(patterns)) for limit in limits]]
        raw = ordered_patterns(dtype)[places].astype(f"u{dtype.itemsize}") << free
        return Ranks(below, np.asarray(raw, f"u{dtype.itemsize}").view(dtype))

    heads = np.array([limit >> free for limit in limits], np.int64)
    tails = np.array([limit & ((1 << free) - 1) != 0 for limit in limits], bool)
    cut = tails & (np.append(patterns, 0)[heads] > 0)
    spans = {int(place): Span(int(place) << free, free, int(up_to[place]), int(patterns[place])) for place in places}
    looked = np.zeros(len(patterns), bool)
    looked[heads[cut]] = True
    # What the next pass sees is counted there; all else by its leading digit.
    looked[places] = True
    rest = np.concatenate([[0], np.cumsum(np.where(looked, 0, patterns))])
    some = np.unique(np.array([limit for limit, is_cut in zip(limits, cut, strict=True) if is_cut], key_type(dtype)))
    current = [spans[int(place)] for place in places]
    below = up_to[heads]
    values: dict[int, int] = {}
    if looked.any():
        counted = _next(dtype, looked, some, current, list(ranks), values, run)
        inner = dict(zip(some.tolist(), counted.tolist(), strict=True))
        for number in np.flatnonzero(cut).tolist():
            below[number] = rest[heads[number]] + inner[limits[number]]
    keys = np.array([values[rank] for rank in ranks], key_type(dtype))
    return Ranks(below, values_of(keys, dtype))


def _next(
    dtype: np.dtype[Any],
    looked: Array,
    limits: Array,
    current: list[Span],
    ranks: list[int],
    values: dict[int, int],
    run: Pass,
) -> Array:
    """Make passes until every rank's key is in `values`; gives the counts below the limits."""
    below: Array | None = None
    while below is None or len(values) < len(set(ranks)):
        open_spans = sorted({span for rank, span in zip(ranks, current, strict=True) if rank not in values}, key=_low)
        if below is not None:
            looked = np.zeros(looked.size, bool)
            looked[[span.low >> (bits_of(dtype) - digits(dtype)) for span in open_spans]] = True
            limits = limits[:0]
        keep = sum(span.count for span in open_spans) <= KEEP
        drop = 0 if keep or not open_spans else max(0, open_spans[0].free - 16)
        wanted = np.zeros(looked.size, bool)
        wanted[ordered_patterns(dtype)] = looked
        found = _Sum(len(limits), len(open_spans))
        run(partial(_look_at, look=Look(wanted, limits, tuple(open_spans), drop)), found.add)
        if below is None:
            below = found.below
        merged = {span: found.merged(number) for number, span in enumerate(open_spans)}
        for number, rank in enumerate(ranks):
            if rank in values:
                continue
            span = current[number]
            keys, counts = merged[span]
            up_to = np.cumsum(counts)
            place = int(np.searchsorted(up_to, rank - span.before, "right"))
            key, count = int(keys[place]) << drop, int(counts[place])
            current[number] = Span(key, drop, span.before + int(up_to[place]) - count, count)
            if drop == 0:
                values[rank] = key
    return below


def _low(span: Span) -> int:
    return span.low


class _Sum:
    """The results of the blocks so far."""

    def __init__(self, limits: int, spans: int) -> None:
        self.below = np.zeros(limits, np.int64)
        self._parts: list[list[tuple[Array, Array]]] = [[] for _ in range(spans)]
        self._held = [0] * spans

    def add(self, found: Found) -> None:
        below, spans = found
        self.below += below
        for number, (keys, counts) in enumerate(spans):
            if keys.size:
                self._parts[number].append((keys, counts))
                self._held[number] += keys.size
                if self._held[number] > KEEP:
                    self.merged(number)

    def merged(self, number: int) -> tuple[Array, Array]:
        """The keys of a span, ascending, and how often each occurs."""
        parts = self._parts[number]
        keys, places = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
        counts = np.bincount(places, np.concatenate([part[1] for part in parts]), len(keys)).astype(np.int64)
        self._parts[number] = [(keys, counts)]
        # Merged again when as much has come once more: there are never more keys than a digit or `KEEP` has.
        self._held[number] = 0
        return keys, counts


def _look_at(values: Array, _box: Index, *, look: Look) -> Found:
    parts = []
    # A block of one value gives one chunk, which counts so many times.
    times = values.size if is_constant(values) else 1
    for chunk, _ in chunks(values):
        chosen = look.wanted[leading(chunk)]
        if chosen.any():
            parts.append(ordered(chunk[chosen]))
    if not parts:
        return np.zeros(len(look.limits), np.int64), [_NONE] * len(look.spans)
    keys = np.sort(np.concatenate(parts))
    below = np.searchsorted(keys, look.limits) * times
    spans = []
    for span in look.spans:
        first = np.searchsorted(keys, keys.dtype.type(span.low))
        last = np.searchsorted(keys, keys.dtype.type(span.last), "right")
        spans.append(_runs(keys[first:last] >> keys.dtype.type(look.drop), times))
    return below, spans


_NONE = (np.zeros(0, np.uint8), np.zeros(0, np.int64))


def _runs(rising: Array, times: int) -> tuple[Array, Array]:
    """The different ones of rising numbers, and how often each occurs."""
    if not rising.size:
        return _NONE
    starts = np.flatnonzero(np.concatenate([[True], rising[1:] != rising[:-1]]))
    return rising[starts], np.diff(np.append(starts, rising.size)) * times


def _short_key(limit: int, free: int, patterns: int) -> int:
    """How many leading digits belong to values below a limit, where all other bits are 0.

    The key of a negative number has ones there.
    """
    head = limit >> free
    return head if head < patterns // 2 else -(-limit >> free)
