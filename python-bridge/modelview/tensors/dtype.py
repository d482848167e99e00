"""The names of dtypes, and the NumPy dtype that holds a value of each without loss."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Array",
    "bfloat16_to_float32",
    "is_64bit",
    "is_complex",
    "is_integer",
    "real_dtype",
    "reduced_dtype",
    "summary_dtype",
    "value_dtype",
]

Array: TypeAlias = npt.NDArray[Any]

_NUMPY = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_VALUE = {name: np.dtype(name) for name in _NUMPY}
_VALUE["complex32"] = np.dtype("complex64")
_64BIT = frozenset({"int64", "uint64", "float64", "complex128"})


def value_dtype(name: str) -> np.dtype[Any]:
    """The NumPy dtype that `read` gives for a tensor whose dtype has this name.

    What NumPy lacks is widened: bfloat16, the float8 and the quantised kinds are exact in
    float32, and integers of fewer than eight bits in int8.

    Examples
    --------
    >>> value_dtype("bfloat16"), value_dtype("int64"), value_dtype("complex32")
    (dtype('float32'), dtype('int64'), dtype('complex64'))
    """
    known = _VALUE.get(name)
    if known is not None:
        return known
    if name.startswith("int"):
        return np.dtype(np.int8)
    if name.startswith("uint"):
        return np.dtype(np.uint8)
    return np.dtype(np.float32)


def is_complex(name: str) -> bool:
    """Whether a value has a real and an imaginary part."""
    return name.startswith("complex")


def is_64bit(name: str) -> bool:
    """Whether a value (or its component) needs 64 bits to be exact.

    Examples
    --------
    >>> is_64bit("int64"), is_64bit("complex128"), is_64bit("complex64")
    (True, True, False)
    """
    return name in _64BIT


def is_integer(name: str) -> bool:
    """Whether values are whole numbers, bool included: there is no NaN and no infinity."""
    return value_dtype(name).kind in "biu"


def real_dtype(name: str) -> np.dtype[Any]:
    """The dtype of level 0: the value's own, or that of a complex value's component.

    Examples
    --------
    >>> real_dtype("complex128"), real_dtype("float16")
    (dtype('float64'), dtype('float16'))
    """
    dtype = value_dtype(name)
    if dtype.kind == "c":
        return np.dtype(np.float64 if dtype.itemsize == 16 else np.float32)
    return dtype


def reduced_dtype(name: str) -> np.dtype[Any]:
    """The dtype of a reduced value: float64 for 64-bit types and for 32-bit integers, float32 otherwise."""
    return np.dtype(np.float64 if is_64bit(name) or name in ("int32", "uint32") else np.float32)


def summary_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a pooled cell's mean, minimum and maximum.

    float32 wherever that holds every value, float64 for 32- and 64-bit integers and float64.

    Examples
    --------
    >>> summary_dtype(np.dtype("int32")), summary_dtype(np.dtype("float16"))
    (dtype('float64'), dtype('float32'))
    """
    wide = dtype.itemsize == 8 or (dtype.kind in "iu" and dtype.itemsize >= 4)
    return np.dtype(np.float64 if wide else np.float32)


def bfloat16_to_float32(bits: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """Widen bfloat16 bit patterns: a bfloat16 is the upper half of a float32.

    Five times faster than ml_dtypes' `astype`.

    Examples
    --------
    >>> bfloat16_to_float32(np.array([0x3F80, 0xC000], np.uint16))
    array([ 1., -2.], dtype=float32)
    """
    wide = bits.astype(np.uint32)
    wide <<= np.uint32(16)
    return wide.view(np.float32)
