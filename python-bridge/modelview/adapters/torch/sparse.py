"""Sparse tensors: dense blocks of what is looked at, from entries kept in order."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...tensors.dtype import Array, value_dtype
from ...tensors.source import Index

__all__ = ["SparseBlocks"]


class SparseBlocks:
    """A sparse tensor's entries, sorted by row, from which any block is filled in.

    Takes memory for the entries, never for the dense tensor. A block without entries is one zero,
    repeated by zero strides: what is pooled from it costs nothing.
    """

    def __init__(self, tensor: Any) -> None:
        self.shape = tuple(tensor.shape)
        entries = tensor if tensor.layout == torch.sparse_coo else _as_coo(tensor)
        entries = entries.coalesce()
        self._where = entries.indices().cpu().numpy()
        values = entries.values().cpu()
        dtype = value_dtype(str(values.dtype).removeprefix("torch."))
        if str(values.dtype).removeprefix("torch.") != dtype.name:
            values = values.to(getattr(torch, dtype.name))
        self._values = values.resolve_conj().resolve_neg().numpy()
        self._sparse_dims = self._where.shape[0]

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        ranges = [part if isinstance(part, slice) else slice(part, part + 1) for part in index]
        drop = tuple(slice(None) if isinstance(part, slice) else 0 for part in index)
        shape = tuple(part.stop - part.start for part in ranges)
        where, values = self._entries(ranges[: self._sparse_dims])
        if where.shape[1] == 0:
            return np.broadcast_to(np.zeros((), self._values.dtype), shape)[drop]
        # Dimensions after the sparse ones are dense within every entry.
        values = values[(slice(None), *ranges[self._sparse_dims :])]
        block = np.zeros(shape, self._values.dtype)
        block[tuple(where)] = values
        return np.asarray(block[drop])

    def _entries(self, ranges: list[slice]) -> tuple[Array, Array]:
        where, values = self._where, self._values
        if not ranges:
            return where, values
        start, stop = np.searchsorted(where[0], [ranges[0].start, ranges[0].stop])
        where, values = where[:, start:stop], values[start:stop]
        inside = np.ones(where.shape[1], np.bool_)
        for axis, part in enumerate(ranges[1:], 1):
            inside &= (where[axis] >= part.start) & (where[axis] < part.stop)
        if not inside.all():
            where, values = where[:, inside], values[inside]
        starts = np.array([part.start for part in ranges])
        return where - starts[:, None], values


def _as_coo(tensor: Any) -> Any:
    """Compressed rows, columns or blocks as coordinates."""
    return tensor.to_sparse_coo() if hasattr(tensor, "to_sparse_coo") else tensor.to_sparse()
