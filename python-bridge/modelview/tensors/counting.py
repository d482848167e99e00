"""Passes over some values, each of which adds up what its blocks say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TypeVar

import numpy as np

from .dtype import Array, value_dtype
from .mapped import map_blocks
from .patterns import pattern_values
from .progress import Cancel, Progress, shifted
from .ranks import Found, Ranks, resolve
from .scope import Scope
from .source import Index
from .survey import is_short

__all__ = ["Passes"]

Part = TypeVar("Part")


class Passes:
    """Reads what is measured as often as it takes, and tells of all passes together how far they are.

    Attributes
    ----------
    dtype : dtype
        Of the values as they are read; uint8 for booleans.
    short : bool
        Whether 16 bits of a value say all (`survey.is_short`).
    """

    def __init__(self, scope: Scope, progress: Progress | None, cancelled: Cancel | None) -> None:
        self.scope = scope
        read = value_dtype(scope.source.dtype)
        self.dtype = np.dtype(np.uint8) if read.kind == "b" else read
        self.short = is_short(scope.source.dtype, read)
        self._progress = progress
        self._cancelled = cancelled
        self._done = 0
        self._expected = 1 if self.short else 1 + read.itemsize // 4

    def run(
        self,
        look: Callable[[Array, Index], Part],
        take: Callable[[Part], None],
        label: str,
        units: Mapping[str, int] | None = None,
    ) -> None:
        """Apply a function to all blocks, and hand over each result, one at a time."""
        lock = Lock()
        early: dict[int, Part] = {}
        turn = 0

        def keep(number: int, part: Part) -> None:
            # In the order of the blocks: sums are then the same each time, whichever thread was faster.
            nonlocal turn
            with lock:
                early[number] = part
                while turn in early:
                    take(early.pop(turn))
                    turn += 1

        total = self.scope.size * max(self._expected, self._done + 1)
        told = shifted(self._progress, self._done * self.scope.size, total)
        map_blocks(self.scope.source, self.scope.boxes(units), look, label, told, self._cancelled, keep)
        self._done += 1

    def resolve(self, patterns: Array, limits: Sequence[int], ranks: Sequence[int]) -> Ranks:
        """See `ranks.resolve`."""

        def again(look: Callable[[Array, Index], Found], take: Callable[[Found], None]) -> None:
            self.run(look, take, "Counting the values")

        return resolve(patterns, self.dtype, limits, ranks, again, short=self.short)

    def exact(self, patterns: Array) -> tuple[Array, Array]:
        """The finite values that occur, ascending, and how often, of values of which 16 bits say all."""
        places = np.flatnonzero(patterns)
        values, counts = pattern_values(self.dtype)[places], patterns[places]
        zero = np.flatnonzero(values == 0)
        if zero.size == 2:
            # -0 and +0 are one value.
            counts[zero[1]] += counts[zero[0]]
            values, counts = np.delete(values, zero[0]), np.delete(counts, zero[0])
        return values, counts
