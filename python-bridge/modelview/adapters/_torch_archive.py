"""An archive that `torch.save` wrote, whose values are read where they are in it.

PyTorch would map it into memory, and to cut a file that is mapped ends the process that looks beyond the cut. So
PyTorch is asked for what is in it, without the values, and where these are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from ..errors import UnsupportedModelError
from ..tensors.dtype import Array
from ..tensors.source import Index
from ._stored import StoredFile
from ._zip import start_of, stored_archive
from .safetensors.dtypes import DTYPES, StoredDtype

__all__ = ["ArchivedSource", "archived_source"]

STORED = {each.name: each for each in (*DTYPES.values(), StoredDtype("complex128", 128, "<c16")) if each.stored}
"""The dtypes that are read, by PyTorch's names for them."""


@dataclass(frozen=True)
class _Archive:
    """A file, and the bytes of each storage in it by where they begin."""

    file: StoredFile
    storages: Mapping[int, int]


class ArchivedSource:
    """A tensor where it is in its archive: a slice reads its own bytes and hardly any others.

    Parameters
    ----------
    file : StoredFile
    tensor : torch.Tensor
        On the meta device: its shape, its strides, and whether it is trained.
    stored : StoredDtype
    start : int
        Where its first value is in the file.
    order : list of int
        Its dimensions as they are stored, the one whose values lie side by side last; those of stride 0 are not in it.
    """

    device = "cpu"
    layout = "strided"
    resident = False

    def __init__(self, file: StoredFile, tensor: Any, stored: StoredDtype, start: int, order: list[int]) -> None:
        self._file = file
        self._stored = stored
        self._start = start
        self._order = order
        self.shape = tuple(int(size) for size in tensor.shape)
        self.strides = tuple(int(step) for step in tensor.stride())
        self.dtype = stored.name
        self.nbytes = prod(self.shape) * stored.bits // 8
        # A tensor alone that does not may be a copy of one that does.
        self.requires_grad: bool | None = bool(tensor.requires_grad) or None

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._file.problem

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._file.token()

    def identity(self) -> object:
        """Equal for tensors that are the same bytes seen in the same way."""
        return "torch.save", id(self._file), self._start, self.shape, self.strides, self.dtype

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        whole = tuple(slice(use, use + 1) if isinstance(use, int) else use for use in index)
        order = self._order
        block = self._file.block(
            np.dtype(self._stored.stored),
            [self.shape[axis] for axis in order],
            self._start,
            tuple(whole[axis] for axis in order),
        )
        # Back into the tensor's order, with one place along what is repeated.
        repeated = [axis for axis in range(len(whole)) if axis not in order]
        block = block.reshape((*block.shape, *(1 for _ in repeated)))
        block = block.transpose(np.argsort([*order, *repeated]).tolist())
        block = np.broadcast_to(block, [use.stop - use.start for use in whole])
        values = self._stored.values(block)
        return np.asarray(values[tuple(0 if isinstance(use, int) else slice(None) for use in index)])


def archived_source(path: Path) -> Callable[[Any], ArchivedSource | None] | None:
    """What finds the source of a tensor that was loaded onto the meta device.

    It answers `None` for a tensor that is stored in a way of its own: quantised, sparse, a view with gaps in it. It
    raises `UnsupportedModelError` for one whose values are not all in the file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    callable or None
        `None` where the file is no archive as `torch.save` writes it on a machine like this: then nothing in it can be
        found in place.

    Raises
    ------
    OSError
    """
    try:
        archive = _read(path)
    except (BadZipFile, NotImplementedError, ValueError):
        return None
    return None if archive is None else lambda tensor: _source(archive, tensor)


def _read(path: Path) -> _Archive | None:
    with path.open("rb") as file, ZipFile(file) as archive:
        storages = {}
        for member in archive.infolist():
            if member.filename.endswith("/byteorder") and archive.read(member).decode() != sys.byteorder:
                return None
            if member.compress_type != ZIP_STORED or member.file_size != member.compress_size:
                return None
            storages[start_of(file, member)] = member.file_size
        return _Archive(stored_archive(path, file, archive), storages)


def _source(archive: _Archive, tensor: Any) -> ArchivedSource | None:
    stored = STORED.get(str(tensor.dtype).removeprefix("torch."))
    strided = str(tensor.layout) == "torch.strided" and not tensor.is_quantized
    if stored is None or not strided or tensor.is_conj() or tensor.is_neg():
        return None
    order = _order(tensor.shape, tensor.stride())
    offset = getattr(tensor.untyped_storage(), "_checkpoint_offset", None)
    if order is None or offset is None:
        return None
    first = int(tensor.storage_offset()) * stored.bits // 8
    nbytes = prod(int(tensor.shape[axis]) for axis in order) * stored.bits // 8
    has = archive.storages.get(offset)
    if has is None:
        return None
    if nbytes and first + nbytes > has:
        raise UnsupportedModelError(
            f"a tensor is said to end at byte {first + nbytes:,} of a storage that has {has:,}: the file is damaged"
        )
    return ArchivedSource(archive.file, tensor, stored, offset + first, order)


def _order(shape: Any, strides: Any) -> list[int] | None:
    """The dimensions as they are stored, without those that repeat; `None` where values lie apart."""
    kept = [axis for axis in range(len(shape)) if strides[axis] or shape[axis] < 2]
    # A dimension of one place may have any stride.
    kept.sort(key=lambda axis: -strides[axis] if shape[axis] > 1 else 1)
    step = 1
    for axis in reversed(kept):
        if shape[axis] > 1:
            if strides[axis] != step:
                return None
            step *= shape[axis]
    return kept
