"""Values of fewer than eight bits, several to a byte."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from ...tensors.dtype import Array
from ...tensors.source import Index

__all__ = ["UNPACKED", "unpack"]

UNPACKED = frozenset({"int4", "uint4", "int2", "uint2", "float4_e2m1fn"})
"""The dtypes that are unpacked. A float6 lies across bytes."""

# One bit for the sign, two for the exponent, one for the mantissa.
_FLOAT4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)


def unpack(packed: npt.NDArray[np.uint8], dtype: str, bits: int, shape: tuple[int, ...], index: Index) -> Array:
    """Read a block of a tensor; only the bytes that it is in are touched.

    The first value is in the lowest bits of the first byte, and rows follow each other without a gap.

    Parameters
    ----------
    packed : ndarray of uint8
        All of the tensor's bytes.
    index
        As `TensorSource.read` has it.

    Examples
    --------
    >>> unpack(np.array([0x21, 0xF3], np.uint8), "int4", 4, (2, 2), (slice(0, 2), 1))
    array([ 2, -1], dtype=int8)
    """
    flat = np.zeros((), np.int64)
    for axis, use in enumerate(index):
        step = prod(shape[axis + 1 :])
        here = np.arange(use.start, use.stop) if isinstance(use, slice) else np.int64(use)
        flat = (flat[..., None] if isinstance(use, slice) else flat) + here * step
    each = 8 // bits
    shift = (flat % each * bits).astype(np.uint8)
    values = packed[flat // each] >> shift & np.uint8(2**bits - 1)
    if dtype == "float4_e2m1fn":
        return np.asarray(_FLOAT4[values])
    if dtype.startswith("uint"):
        return np.asarray(values)
    # The highest bit is the sign's.
    half = np.int8(2 ** (bits - 1))
    return np.asarray((values.view(np.int8) ^ half) - half)
