"""What stands before the values of a GGUF file: settings, and which tensors there are and where."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from .._shape import times, wrong_shape
from .kinds import Kind, kind_of
from .reading import Reading, Wrong
from .settings import setting

__all__ = ["Entry", "Header"]

VERSIONS = (2, 3)
ALIGNMENT = 32
"""Bytes, where a file does not say another one."""
LONGEST_NAME = 4096
MOST_DIMENSIONS = 8
"""The format's programs have four today."""
SMALLEST_ENTRY = 8 + 4 + 4 + 8
"""Bytes of a tensor without a name and dimensions: more tensors than fit are not read."""
SMALLEST_SETTING = 8 + 4 + 1


@dataclass(frozen=True)
class Entry:
    """One tensor of a file.

    Attributes
    ----------
    kind : Kind
    shape : tuple of int
        In NumPy's order.
    start, nbytes : int
        Where its bytes are, counted from the file's first.
    """

    kind: Kind
    shape: tuple[int, ...]
    start: int
    nbytes: int


@dataclass(frozen=True)
class Header:
    """A header, read and checked.

    Attributes
    ----------
    entries : mapping of str to Entry
        By the tensor's name, in the file's order.
    metadata : mapping
        The settings; of a long list its length and its first few.
    swapped : bool
        Whether the file is big-endian.
    raw : bytes
        All that stands before the values.
    size : int
        Of the whole file, in bytes.
    """

    entries: Mapping[str, Entry]
    metadata: Mapping[str, Any]
    swapped: bool
    raw: bytes
    size: int

    @classmethod
    def read(cls, path: Path) -> Header:
        """Read the header of a file, and check that all it says of is there.

        Raises
        ------
        UnsupportedModelError
            Where there is no such file, or it is not as the format has it.
        """
        try:
            # A pipe would be waited for without end.
            if not stat.S_ISREG(path.stat().st_mode):
                raise Wrong("it is no regular file")
            with path.open("rb") as file:
                return cls._read(Reading(file, os.fstat(file.fileno()).st_size))
        except OSError as problem:
            raise UnsupportedModelError(f"{path.name}: it cannot be read: {problem.strerror}") from None
        except Wrong as wrong:
            raise UnsupportedModelError(f"{path.name} is no GGUF file, or a damaged one: {wrong}") from None

    @classmethod
    def _read(cls, file: Reading) -> Header:
        if (magic := file.take(4)) != b"GGUF":
            raise Wrong(f"it begins with {magic!r}, and not with b'GGUF'")
        version = file.number(4)
        if version & 0xFFFF == 0:
            file.order = "big"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in VERSIONS:
            raise Wrong(f"it is of version {version} of the format; {' and '.join(map(str, VERSIONS))} are read")
        tensors, settings = file.number(8), file.number(8)
        for many, smallest, what in ((tensors, SMALLEST_ENTRY, "tensors"), (settings, SMALLEST_SETTING, "settings")):
            if many * smallest > file.left:
                raise Wrong(f"it says that it has {many:,} {what}, and only {file.left:,} bytes follow")
        metadata: dict[str, Any] = {}
        for _ in range(settings):
            name = file.text()
            if name in metadata:
                raise Wrong(f"the setting {name[:80]!r} is in it twice")
            metadata[name] = setting(file)
        told: dict[str, tuple[Kind, tuple[int, ...], int]] = {}
        for _ in range(tensors):
            name = file.text(LONGEST_NAME)
            if name in told:
                raise Wrong(f"the tensor {name[:80]!r} is in it twice")
            told[name] = _told(file, name)
        alignment = metadata.get("general.alignment", ALIGNMENT)
        if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
            raise Wrong(f"its alignment is {str(alignment)[:40]!r}, which is no power of two")
        start = -(-file.place // alignment) * alignment
        entries = {name: _entry(name, each, start, alignment, file.size) for name, each in told.items()}
        _apart(entries)
        return cls(entries, metadata, file.order == "big", file.all_before(file.place), file.size)


def _told(file: Reading, name: str) -> tuple[Kind, tuple[int, ...], int]:
    """What is said of a tensor: its kind, shape, and place among the values."""
    shown = repr(name[:80])
    rank = file.number(4)
    if rank > MOST_DIMENSIONS:
        raise Wrong(f"{shown} has {rank:,} dimensions; {MOST_DIMENSIONS} are the most that are read")
    shape = tuple(reversed([file.number(8) for _ in range(rank)]))
    number = file.number(4)
    kind = kind_of(number)
    if kind is None:
        raise Wrong(f"{shown} is of kind {number}, which the installed package gguf does not know: a newer one may")
    wrong = wrong_shape(shape, 64)
    if wrong is not None:
        raise Wrong(f"{shown}: {wrong}")
    if kind.plain is None and (not shape or shape[-1] % kind.values):
        raise Wrong(f"{shown} is {times(shape)} of {kind.name}, whose blocks have {kind.values} values: no whole rows")
    return kind, shape, file.number(8)


def _entry(name: str, told: tuple[Kind, tuple[int, ...], int], start: int, alignment: int, size: int) -> Entry:
    kind, shape, offset = told
    nbytes = prod(shape) // kind.values * kind.nbytes
    if offset % alignment:
        raise Wrong(f"{name[:80]!r} begins at {offset:,} among the values, which is no multiple of {alignment}")
    if start + offset + nbytes > size:
        beyond = start + offset + nbytes - size
        raise Wrong(f"{name[:80]!r} ends {beyond:,} bytes after the file: it was cut, or its header lies")
    return Entry(kind, shape, start + offset, nbytes)


def _apart(entries: Mapping[str, Entry]) -> None:
    """No two tensors share bytes."""
    end, before = 0, ""
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].nbytes)):
        if entry.start < end and entry.nbytes:
            raise Wrong(f"{name[:80]!r} begins {end - entry.start:,} bytes before {before[:80]!r} ends: they overlap")
        end, before = entry.start + entry.nbytes, name
