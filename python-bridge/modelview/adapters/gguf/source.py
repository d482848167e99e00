"""The tensors of a GGUF file as sources."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np

from ...tensors.dtype import Array
from ...tensors.source import Index, TensorSource
from .._absent import AbsentSource
from .._stored import StoredFile
from .header import Entry, Header

__all__ = ["PackedSource", "PlainSource", "source_of"]

AT_ONCE = 2**20
"""Values that are unpacked at a time: the package needs some times as much memory for it."""


class _Source:
    """What all tensors of a file have in common."""

    device = "cpu"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, file: StoredFile, entry: Entry, *, swapped: bool) -> None:
        self._file = file
        self._entry = entry
        self._swapped = swapped
        self.shape = entry.shape
        self.dtype = entry.kind.name
        self.nbytes = entry.nbytes

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._file.problem

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._file.token()


class PlainSource(_Source):
    """A tensor of plain numbers."""

    layout = "strided"

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        plain = self._entry.kind.plain
        assert plain is not None
        assert plain.stored is not None
        dtype = np.dtype(plain.stored).newbyteorder(">" if self._swapped else "<")
        block = self._file.block(dtype, self.shape, self._entry.start, index)
        # An index of integers alone gives a scalar.
        return np.asarray(plain.values(block))


class PackedSource(_Source):
    """A tensor of blocks, some values of a row in each: those that a slice meets are read and unpacked."""

    layout = "packed"

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        kind, shape = self._entry.kind, self.shape
        last = index[-1]
        wanted = range(last, last + 1) if isinstance(last, int) else range(last.start, last.stop)
        first = wanted.start // kind.values
        whole = slice(first, max(first, -(-wanted.stop // kind.values)))
        packed = self._file.block(
            np.dtype((np.void, kind.nbytes)),
            (*shape[:-1], shape[-1] // kind.values),
            self._entry.start,
            (*index[:-1], whole),
        )
        above = packed.shape[:-1]
        rows = packed.reshape(prod(above), packed.shape[-1])
        found = np.empty((len(rows), len(wanted)), np.float32)
        if found.size:
            kept = slice(wanted.start - first * kind.values, wanted.stop - first * kind.values)
            many = max(1, AT_ONCE // (rows.shape[1] * kind.values))
            for place in range(0, len(rows), many):
                part = np.ascontiguousarray(rows[place : place + many]).view(np.uint8)
                found[place : place + many] = kind.unpack(part)[:, kept]
        found = found.reshape(*above, len(wanted))
        return found[..., 0] if isinstance(last, int) else found


def source_of(path: Path, header: Header) -> dict[str, TensorSource]:
    """A source for each tensor of a file."""
    file = StoredFile(path, header.size, header.raw)
    return {name: _source(file, entry, header) for name, entry in header.entries.items()}


def _source(file: StoredFile, entry: Entry, header: Header) -> TensorSource:
    kind = entry.kind
    if kind.plain is not None:
        return PlainSource(file, entry, swapped=header.swapped)
    problem = None
    if not kind.unpacks:
        problem = f"the package gguf does not unpack {kind.name} values: a newer one may, pip install -U gguf"
    elif header.swapped:
        problem = f"the file is big-endian, and the package gguf unpacks {kind.name} values of little-endian ones alone"
    if problem is not None:
        return AbsentSource(entry.shape, kind.name, entry.nbytes, problem)
    return PackedSource(file, entry, swapped=False)
