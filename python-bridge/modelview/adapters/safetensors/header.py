"""A file's header: which tensors it has, and where their bytes are."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from .._shape import times, wrong_shape
from .dtypes import DTYPES, StoredDtype

__all__ = ["Entry", "Header", "no_duplicates"]

LONGEST_HEADER = 100_000_000
"""Bytes: the reference implementation reads no longer one."""
LONGEST_NAME = 4096


@dataclass(frozen=True)
class Entry:
    """One tensor of a file.

    Attributes
    ----------
    dtype : StoredDtype
    shape : tuple of int
    start, nbytes : int
        Where its bytes are, counted from the file's first.
    """

    dtype: StoredDtype
    shape: tuple[int, ...]
    start: int
    nbytes: int


@dataclass(frozen=True)
class Header:
    """What stands before the values, read and checked.

    Attributes
    ----------
    entries : mapping of str to Entry
        By the tensor's name, in the file's order.
    metadata : mapping of str to str
        What the writer says of the file: `__metadata__`.
    raw : bytes
        The length and the header as they are in the file.
    size : int
        Of the whole file, in bytes.
    """

    entries: Mapping[str, Entry]
    metadata: Mapping[str, str]
    raw: bytes
    size: int

    @classmethod
    def read(cls, path: Path, *, shown: str | None = None) -> Header:
        """Read the header of a file, and check it as the reference implementation does.

        Raises
        ------
        UnsupportedModelError
            Where there is no such file, or it is not as the format has it.
        """
        try:
            return cls._read(path)
        except OSError as problem:
            raise UnsupportedModelError(f"{shown or path.name}: it cannot be read: {problem.strerror}") from None
        except _Wrong as wrong:
            raise UnsupportedModelError(
                f"{shown or path.name} is no safetensors file, or a damaged one: {wrong}"
            ) from None

    @classmethod
    def _read(cls, path: Path) -> Header:
        # A pipe would be waited for without end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _Wrong("it is no regular file")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            first = file.read(8)
            if len(first) < 8:
                raise _Wrong(f"it has {size} bytes, and the first 8 are the length of the header")
            length = int.from_bytes(first, "little")
            if length > LONGEST_HEADER:
                raise _Wrong(f"its first 8 bytes give the header {length:,} bytes; {LONGEST_HEADER:,} are the most")
            if length > size - 8:
                raise _Wrong(f"its header has {length:,} bytes, and only {size - 8:,} follow: it was cut, or it lies")
            text = file.read(length)
        values = _parse(text)
        metadata = _metadata(values.pop("__metadata__", None))
        entries = {name: _entry(name, value, 8 + length) for name, value in values.items()}
        _cover(entries, 8 + length, size)
        return cls(entries, metadata, first + text, size)


class _Wrong(Exception):  # noqa: N818 - a sentence on its way to the error that names the file
    """What is wrong with a header."""


def _parse(text: bytes) -> dict[str, Any]:
    if not text.startswith(b"{"):
        raise _Wrong("its header does not begin with '{'")
    try:
        values = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise _Wrong("its header is nested too deep") from None
    except ValueError as problem:
        raise _Wrong(f"its header is no JSON: {problem}") from None
    assert isinstance(values, dict)
    return values


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dictionary of a JSON object's members.

    Raises
    ------
    ValueError
        Where two have one name: which of them is meant cannot be known.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        [(again, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"{again[:80]!r} is in it twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of JSON")


def _metadata(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise _Wrong("its '__metadata__' is no object of strings")
    return value


def _entry(name: str, value: Any, offset: int) -> Entry:
    shown = repr(name[:80])
    if len(name) > LONGEST_NAME:
        raise _Wrong(f"the name {shown}… has {len(name):,} letters; {LONGEST_NAME:,} are the most that are read")
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise _Wrong(f"the name {shown} has half of a surrogate pair in it")
    if not isinstance(value, dict) or not {"dtype", "shape", "data_offsets"} <= value.keys():
        raise _Wrong(f"{shown} is no object with 'dtype', 'shape' and 'data_offsets'")
    known = value["dtype"]
    dtype = DTYPES.get(known) if isinstance(known, str) else None
    if dtype is None:
        raise _Wrong(f"{shown} is of dtype {str(known)[:40]!r}, which is none of {', '.join(DTYPES)}")
    shape, offsets = value["shape"], value["data_offsets"]
    if not _sizes(shape):
        raise _Wrong(f"the shape of {shown} is no list of sizes: {str(shape)[:80]}")
    if not _sizes(offsets) or len(offsets) != 2:
        raise _Wrong(f"the 'data_offsets' of {shown} are no pair of sizes: {str(offsets)[:80]}")
    start, end = offsets
    if end < start:
        raise _Wrong(f"{shown} ends at {end:,} before it begins at {start:,}")
    wrong = wrong_shape(shape, dtype.bits)
    if wrong is not None:
        raise _Wrong(f"{shown}: {wrong}")
    bits = prod(shape) * dtype.bits
    if bits != 8 * (end - start):
        raise _Wrong(
            f"{shown} has {end - start:,} bytes, and {times(shape)} of {known} "
            + (f"take {bits // 8:,}" if bits % 8 == 0 else "end within a byte")
        )
    return Entry(dtype, tuple(shape), offset + start, end - start)


def _sizes(value: Any) -> bool:
    # A bool is an int to Python.
    return isinstance(value, list) and all(type(size) is int and 0 <= size < 2**63 for size in value)


def _cover(entries: Mapping[str, Entry], start: int, size: int) -> None:
    """Every byte after the header is of one tensor."""
    at, before = start, "the header"
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].nbytes)):
        shown = repr(name[:80])
        if entry.start < at:
            raise _Wrong(f"{shown} begins {at - entry.start:,} bytes before {before} ends: they overlap")
        if entry.start > at:
            raise _Wrong(f"{entry.start - at:,} bytes between {before} and {shown} are of no tensor")
        at, before = entry.start + entry.nbytes, shown
    if at > size:
        raise _Wrong(f"{before} ends {at - size:,} bytes after the file: it was cut, or its header lies")
    if at < size:
        raise _Wrong(f"{size - at:,} bytes after {before} are of no tensor")
