"""Values of fewer than eight bits, several to a byte."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TypeAlias

import numpy as np

from ...tensors.dtype import Array
from ...tensors.source import Index

__all__ = ["UNPACKED", "unpack"]

Piece: TypeAlias = Callable[[int, int], Array]

UNPACKED = frozenset({"int4", "uint4", "int2", "uint2", "float4_e2m1fn"})
"""The dtypes that are unpacked. A float6 lies across bytes."""

# One bit for the sign, two for the exponent, one for the mantissa.
_FLOAT4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)


def unpack(piece: Piece, dtype: str, bits: int, shape: tuple[int, ...], index: Index) -> Array:
    """Read a block of a tensor; only the bytes from its first value to its last are asked for.

    The first value is in the lowest bits of the first byte, and rows follow each other without a gap.

    Parameters
    ----------
    piece : callable
        Gives some of the tensor's bytes as uint8: from where, and how many.
    index
        As `TensorSource.read` has it.

    Examples
    --------
    >>> data = np.array([0x21, 0xF3], np.uint8)
    >>> unpack(lambda start, count: data[start : start + count], "int4", 4, (2, 2), (slice(0, 2), 1))
    array([ 2, -1], dtype=int8)
    """
    flat = np.zeros((), np.int64)
    for axis, use in enumerate(index):
        step = prod(shape[axis + 1 :])
        here = np.arange(use.start, use.stop) if isinstance(use, slice) else np.int64(use)
        flat = (flat[..., None] if isinstance(use, slice) else flat) + here * step
    each = 8 // bits
    # An empty block has no first value.
    first, last = (int(flat.min()) // each, int(flat.max()) // each) if flat.size else (0, -1)
    packed = piece(first, last - first + 1)
    shift = (flat % each * bits).astype(np.uint8)
    values = packed[flat // each - first] >> shift & np.uint8(2**bits - 1)
    if dtype == "float4_e2m1fn":
        return np.asarray(_FLOAT4[values])
    if dtype.startswith("uint"):
        return np.asarray(values)
    # The highest bit is the sign's.
    half = np.int8(2 ** (bits - 1))
    return np.asarray((values.view(np.int8) ^ half) - half)
