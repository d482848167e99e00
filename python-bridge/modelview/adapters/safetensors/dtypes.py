"""The format's dtypes: what they are called, how wide they are, and how their bytes become numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ...tensors.dtype import Array, bfloat16_to_float32

__all__ = ["DTYPES", "StoredDtype"]


@dataclass(frozen=True)
class StoredDtype:
    """A dtype as a file has it.

    Attributes
    ----------
    name : str
        As PyTorch calls it: 'bfloat16'.
    bits : int
        Of one value.
    stored : str or None
        NumPy's dtype of the bytes, little-endian; `None` where several values share a byte.
    """

    name: str
    bits: int
    stored: str | None

    def values(self, stored: Array) -> Array:
        """The numbers that the bytes stand for; the same memory wherever NumPy has the dtype."""
        if self.name == "bool":
            # A file may have other bytes than 0 and 1, which NumPy must not take for bools.
            return np.asarray(stored != 0)
        if self.name == "bfloat16":
            return bfloat16_to_float32(stored.astype(np.uint16, copy=False))
        if self.name.startswith("float8"):
            return np.asarray(_table(self.name)[stored])
        return stored.astype(stored.dtype.newbyteorder("="), copy=False)


DTYPES = {
    "BOOL": StoredDtype("bool", 8, "u1"),
    "U8": StoredDtype("uint8", 8, "u1"),
    "I8": StoredDtype("int8", 8, "i1"),
    "U16": StoredDtype("uint16", 16, "<u2"),
    "I16": StoredDtype("int16", 16, "<i2"),
    "U32": StoredDtype("uint32", 32, "<u4"),
    "I32": StoredDtype("int32", 32, "<i4"),
    "U64": StoredDtype("uint64", 64, "<u8"),
    "I64": StoredDtype("int64", 64, "<i8"),
    "F16": StoredDtype("float16", 16, "<f2"),
    "BF16": StoredDtype("bfloat16", 16, "<u2"),
    "F32": StoredDtype("float32", 32, "<f4"),
    "F64": StoredDtype("float64", 64, "<f8"),
    "C64": StoredDtype("complex64", 64, "<c8"),
    "F8_E4M3": StoredDtype("float8_e4m3fn", 8, "u1"),
    "F8_E5M2": StoredDtype("float8_e5m2", 8, "u1"),
    "F8_E8M0": StoredDtype("float8_e8m0fnu", 8, "u1"),
    "F8_E4M3FNUZ": StoredDtype("float8_e4m3fnuz", 8, "u1"),
    "F8_E5M2FNUZ": StoredDtype("float8_e5m2fnuz", 8, "u1"),
    "F6_E2M3": StoredDtype("float6_e2m3fn", 6, None),
    "F6_E3M2": StoredDtype("float6_e3m2fn", 6, None),
    "F4": StoredDtype("float4_e2m1fn", 4, None),
}
"""By the name that a header has for it."""

# Bits of the exponent and of the mantissa, and what is added to the exponent.
_EIGHT_BITS = {
    "float8_e4m3fn": (4, 3, 7),
    "float8_e5m2": (5, 2, 15),
    "float8_e8m0fnu": (8, 0, 127),
    "float8_e4m3fnuz": (4, 3, 8),
    "float8_e5m2fnuz": (5, 2, 16),
}


@cache
def _table(name: str) -> Array:
    """The values of all 256 patterns: looking up is faster than converting, and needs no other package."""
    exponent_bits, mantissa_bits, bias = _EIGHT_BITS[name]
    pattern = np.arange(256)
    mantissa = pattern & (2**mantissa_bits - 1)
    exponent = pattern >> mantissa_bits & (2**exponent_bits - 1)
    if name == "float8_e8m0fnu":
        values = np.ldexp(1.0, exponent - bias)
        values[255] = np.nan
        return np.asarray(values, np.float32)
    fraction = mantissa / 2**mantissa_bits
    normal = np.ldexp(1 + fraction, exponent - bias)
    values = np.where(exponent == 0, np.ldexp(fraction, 1 - bias), normal)
    values = np.where(pattern & 0x80, -values, values)
    if name.endswith("fnuz"):
        # No negative zero, no infinity: its pattern is the only NaN.
        values[0x80] = np.nan
    elif name == "float8_e4m3fn":
        values[[0x7F, 0xFF]] = np.nan
    else:
        highest = exponent == 2**exponent_bits - 1
        values[highest] = np.where(mantissa[highest] == 0, np.sign(values[highest]) * np.inf, np.nan)
    return np.asarray(values, np.float32)
