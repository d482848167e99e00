"""Values that stay in a file: a block of them is read when it is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from errno import EIO
from io import FileIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import NoValuesError
from ..tensors.dtype import Array
from ..tensors.source import Index

__all__ = ["StoredFile"]

CHANGED = "its file is no longer the one that was opened: show it again"

NEAR = 16 << 10
"""Bytes between two pieces that are read with them: to seek takes as long."""
MOST_AT_ONCE = 4 << 20
"""Bytes that are read to keep part of them."""
_READ_AT = getattr(os, "preadv", None)
"""Reads at a place in one call of the system; there is none on Windows."""


class StoredFile:
    """A file of values, opened for each block that is read.

    It is not mapped into memory. To cut a file that is mapped ends the process that looks beyond the cut, and whoever
    kept an array of it would: here an array is a copy, and what was cut off is an error.

    Parameters
    ----------
    path : Path
    size : int
        Of the file when it was described, in bytes.
    header : bytes
        What says what is in it.
    place : int
        Where in the file that stands.
    """

    def __init__(self, path: Path, size: int, header: bytes = b"", place: int = 0) -> None:
        self._path = path
        self._size = size
        self._header = header
        self._place = place
        # What it was when its header was last seen to be the same.
        self._seen: object = self.token()

    def token(self) -> object:
        """Different once the file was written, replaced or removed."""
        try:
            return _identity(self._path.stat())
        except OSError:
            return None

    @property
    def problem(self) -> str | None:
        """`None`, or a sentence: why there are no values."""
        if self.token() == self._seen is not None:
            return None
        try:
            self._open().close()
        except NoValuesError as problem:
            return str(problem)
        return None

    def read(self, start: int, nbytes: int) -> Array:
        """Bytes, as uint8.

        Raises
        ------
        NoValuesError
            Where the file is gone, or is another one by now.
        """
        return self.block(np.dtype(np.uint8), (nbytes,), start, (slice(0, nbytes),))

    def block(self, dtype: np.dtype[Any], shape: Sequence[int], start: int, index: Index) -> Array:
        """Part of an array that is stored in C order.

        Parameters
        ----------
        dtype, shape
            Of the whole array.
        start : int
            Where it begins in the file.
        index
            See `TensorSource.read`.

        Raises
        ------
        NoValuesError
            Where the file is gone, or is another one by now.
        """
        ranges = [range(use, use + 1) if isinstance(use, int) else range(use.start, use.stop) for use in index]
        found = np.empty([len(each) for each in ranges], dtype)
        if found.size:
            strides = [dtype.itemsize] * len(shape)
            for axis in range(len(shape) - 2, -1, -1):
                strides[axis] = strides[axis + 1] * shape[axis + 1]
            with self._open() as file:
                try:
                    self._fill(file, found, list(shape), strides, ranges, start)
                except OSError as problem:
                    raise self._gone(problem) from None
        return found.reshape([len(each) for each, use in zip(ranges, index, strict=True) if not isinstance(use, int)])

    def _open(self) -> FileIO:
        try:
            file = self._path.open("rb", buffering=0)
        except OSError as problem:
            raise self._gone(problem) from None
        try:
            state = os.fstat(file.fileno())
            if _identity(state) != self._seen:
                file.seek(self._place)
                if state.st_size != self._size or file.read(len(self._header)) != self._header:
                    raise NoValuesError(f"{self._path.name}: {CHANGED}")
                self._seen = _identity(state)
        except BaseException:
            file.close()
            raise
        return file

    def _fill(
        self, file: FileIO, found: Array, shape: list[int], strides: list[int], ranges: list[range], start: int
    ) -> None:
        """Read `ranges` of an array that begins at `start`."""
        # The last dimension of which not all is wanted, and what lies below it, is one piece of the file.
        axis = next((axis for axis in range(len(shape) - 1, -1, -1) if len(ranges[axis]) < shape[axis]), 0)
        if axis == 0:
            first = ranges[0].start * strides[0] if shape else 0
            _take(file, start + first, found.reshape(-1).view(np.uint8).data)
            return
        # The first dimension whose pieces are near to each other.
        near = axis
        while (
            near and strides[near - 1] - len(ranges[near]) * strides[near] <= NEAR and strides[near - 1] <= MOST_AT_ONCE
        ):
            near -= 1
        if near < axis:
            self._through(file, found, shape, strides, ranges, start, near)
        else:
            self._pieces(file, found, strides, ranges, start, axis)

    def _through(
        self,
        file: FileIO,
        found: Array,
        shape: list[int],
        strides: list[int],
        ranges: list[range],
        start: int,
        axis: int,
    ) -> None:
        """Read what is between the pieces too, some rows of `axis` at once, and leave it out."""
        kept = tuple(slice(each.start, each.stop) for each in ranges[axis + 1 :])
        rows = ranges[axis]
        many = max(1, MOST_AT_ONCE // strides[axis])
        for above, offset in _offsets(strides[:axis], ranges[:axis]):
            for place in range(0, len(rows), many):
                part = found[above][place : place + many]
                whole = np.empty((len(part), *shape[axis + 1 :]), found.dtype)
                at = start + offset + (rows.start + place) * strides[axis]
                _take(file, at, whole.reshape(-1).view(np.uint8).data)
                part[...] = whole[(slice(None), *kept)]

    def _pieces(
        self, file: FileIO, found: Array, strides: list[int], ranges: list[range], start: int, axis: int
    ) -> None:
        """Read each piece alone."""
        into = found.reshape(-1).view(np.uint8).data
        length = len(ranges[axis]) * strides[axis]
        first = start + ranges[axis].start * strides[axis]
        places = [first]
        for stride, each in zip(strides[:axis], ranges[:axis], strict=True):
            places = [place + at * stride for place in places for at in each]
        for number, place in enumerate(places):
            _take(file, place, into[number * length : (number + 1) * length])

    def _gone(self, problem: OSError) -> NoValuesError:
        return NoValuesError(f"the file {self._path.name} cannot be read any more: {problem.strerror}")


def _offsets(strides: list[int], ranges: list[range]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Each place in a block of these dimensions, in C order, and its offset in bytes."""
    steps = [
        [(place, at * stride) for place, at in enumerate(each)] for each, stride in zip(ranges, strides, strict=True)
    ]
    for places in product(*steps):
        yield tuple(place for place, _ in places), sum(offset for _, offset in places)


def _take(file: FileIO, start: int, into: memoryview) -> None:
    """Fill `into` with what begins at `start`."""
    while into:
        # Hundreds of short pieces are a tile: to seek first would take a third of the time.
        if _READ_AT is not None:
            count = _READ_AT(file.fileno(), (into,), start)
        else:
            file.seek(start)
            count = file.readinto(into)
        if not count:
            raise OSError(EIO, "it was cut while it was read")
        into = into[count:]
        start += count


def _identity(state: os.stat_result) -> object:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
