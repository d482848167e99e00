"""Zeros in a pattern: whole indices of a dimension, blocks of rows × columns, two of every four."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from .dtype import Array

__all__ = ["UNIT", "Sparsity", "ZeroBlocks", "Zeros", "zeros_of"]

UNIT = 16
"""A block of values is cut at multiples of this many rows and columns."""
SQUARES = (4, 16)
LONGEST = 2**26
"""Indices of a dimension that are kept apart: 64 MB."""


@dataclass(frozen=True)
class ZeroBlocks:
    """How many groups of values, of all that there are, are zero (of '2:4': have two zeros or more).

    Attributes
    ----------
    name : str
        'rows', 'columns', the name of a dimension, '2:4', '1×4', '4×4' or '16×16'.
    shape : (int, int)
        The rows and columns of a group.
    empty, total : int
    """

    name: str
    shape: tuple[int, int]
    empty: int
    total: int

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        return {"name": self.name, "shape": list(self.shape), "empty": self.empty, "total": self.total}


@dataclass
class Zeros:
    """What is found in a block of values.

    Attributes
    ----------
    pairs, fours : int
        Groups of four neighbours in a row with two zeros or more, and with zeros alone.
    squares : list of int
        Blocks of 4 × 4 and of 16 × 16 with zeros alone.
    used : mapping of int to (int, ndarray of bool)
        For each axis: from which index on, which ones have a value that is not 0.
    """

    pairs: int = 0
    fours: int = 0
    squares: list[int] = field(default_factory=lambda: [0] * len(SQUARES))
    used: Mapping[int, tuple[int, Array]] = field(default_factory=dict)


class Sparsity:
    """Adds up what blocks say that together are some values of two dimensions or more."""

    def __init__(self, shape: Sequence[int]) -> None:
        self.shape = tuple(shape)
        self._pairs = self._fours = 0
        self._squares = [0] * len(SQUARES)
        self._used = {axis: np.zeros(size, bool) for axis, size in enumerate(shape) if size <= LONGEST}

    def add(self, part: Zeros) -> None:
        """Merge what was found in a block."""
        self._pairs += part.pairs
        self._fours += part.fours
        self._squares = [one + other for one, other in zip(self._squares, part.squares, strict=True)]
        for axis, (start, used) in part.used.items():
            if axis in self._used:
                self._used[axis][start : start + used.size] |= used

    def blocks(self, dims: Sequence[str]) -> tuple[ZeroBlocks, ...]:
        """The counts; only whole groups are counted."""
        if 0 in self.shape:
            return ()
        rows, columns = self.shape[-2:]
        planes = prod(self.shape[:-2])
        found = []
        for axis, used in self._used.items():
            name, shape = dims[axis], (1, prod(self.shape) // self.shape[axis])
            if len(self.shape) == 2:
                name, shape = ("rows", (1, columns)) if axis == 0 else ("columns", (rows, 1))
            found.append(ZeroBlocks(name, shape, int(used.size - np.count_nonzero(used)), used.size))
        fours = planes * rows * (columns // 4)
        if fours:
            found.append(ZeroBlocks("2:4", (1, 4), self._pairs, fours))
            found.append(ZeroBlocks("1×4", (1, 4), self._fours, fours))
        for side, empty in zip(SQUARES, self._squares, strict=True):
            total = planes * (rows // side) * (columns // side)
            if total:
                found.append(ZeroBlocks(f"{side}×{side}", (side, side), empty, total))
        return tuple(found)


def zeros_of(values: Array, starts: Sequence[int]) -> Zeros:
    """Look at a block whose rows and columns begin at multiples of `UNIT`.

    Parameters
    ----------
    values : ndarray
        Of two dimensions or more.
    starts : sequence of int
        Where it begins along each dimension.
    """
    found = Zeros()
    used = np.ascontiguousarray(values != 0)
    full = bool(used.all())
    found.used = _used(used, starts, full)
    *_, rows, columns = used.shape
    if full or columns < 4:
        return found
    # Four neighbours are one number; the product has the sum of its bytes as its highest.
    fours = np.ascontiguousarray(used.reshape(-1, rows, columns)[:, :, : columns // 4 * 4]).view(np.uint32)
    found.pairs = int(np.count_nonzero((fours * np.uint32(0x01010101)) >> np.uint32(24) <= 2))
    found.fours = int(np.count_nonzero(fours == 0))
    cells = fours != 0
    for number in range(len(SQUARES)):
        if number:
            # Each goes on from the one before, four of its blocks at a time.
            cells = np.ascontiguousarray(cells[:, :, : cells.shape[2] // 4 * 4]).view(np.uint32) != 0
        cells = cells[:, : cells.shape[1] // 4 * 4]
        if 0 in cells.shape:
            break
        cells = cells.reshape(cells.shape[0], -1, 4, cells.shape[2]).any(2)
        found.squares[number] = int(cells.size - np.count_nonzero(cells))
    return found


def _used(used: Array, starts: Sequence[int], full: bool) -> dict[int, tuple[int, Array]]:
    """For each axis its first index, and which indices have a value that is not 0."""
    found: dict[int, tuple[int, Array]] = {}
    for axis, start in enumerate(starts):
        others = tuple(other for other in range(used.ndim) if other != axis)
        found[axis] = (start, np.ones(used.shape[axis], bool) if full else np.asarray(used.any(others)))
    return found
