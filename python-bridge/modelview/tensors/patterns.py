"""Values as whole numbers in the same order: of a float its bits, turned so that they compare as the values do."""

from __future__ import annotations

import sys
from functools import lru_cache
from math import ceil, floor, inf, isfinite
from typing import Any

import numpy as np

from .dtype import Array

__all__ = [
    "bits_of",
    "digits",
    "key_type",
    "leading",
    "limit_key",
    "ordered",
    "ordered_patterns",
    "pattern_values",
    "values_of",
]

LONGEST_DIGIT = 16


def bits_of(dtype: np.dtype[Any]) -> int:
    """How many bits a value has."""
    return dtype.itemsize * 8


def digits(dtype: np.dtype[Any]) -> int:
    """How many bits a leading digit has: 16, or 8 where there are no more."""
    return min(bits_of(dtype), LONGEST_DIGIT)


def key_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the keys: unsigned, and of the same width."""
    return np.dtype(f"u{dtype.itemsize}")


def leading(values: Array) -> Array:
    """The leading digit of each value's bits as they are, of a flat array: a view where the memory is contiguous."""
    digit = np.dtype(f"u{min(2, values.dtype.itemsize)}")
    parts = values.dtype.itemsize // digit.itemsize
    flat = np.ascontiguousarray(values).view(digit)
    return flat[parts - 1 :: parts] if sys.byteorder == "little" else flat[::parts]


def ordered(values: Array) -> Array:
    """Unsigned integers that compare as the values do; -0 is below +0.

    Examples
    --------
    >>> ordered(np.array([-1.0, 0.0, 2.0], np.float16))
    array([17407, 32768, 49152], dtype=uint16)
    """
    dtype = values.dtype
    unsigned = key_type(dtype)
    found = np.ascontiguousarray(values).view(unsigned)
    sign = unsigned.type(1 << (bits_of(dtype) - 1))
    if dtype.kind in "bu":
        return found
    if dtype.kind == "i":
        return np.asarray(found ^ sign)
    # All bits of a negative number are turned over, of another its sign alone.
    turn = (found.view(f"i{dtype.itemsize}") >> (bits_of(dtype) - 1)).view(unsigned) | sign
    return np.asarray(found ^ turn)


def values_of(keys: Array, dtype: np.dtype[Any]) -> Array:
    """What `ordered` was given."""
    unsigned = key_type(dtype)
    keys = np.asarray(keys, unsigned)
    sign = unsigned.type(1 << (bits_of(dtype) - 1))
    if dtype.kind in "bu":
        return np.asarray(keys.view(dtype))
    if dtype.kind == "i":
        return np.asarray((keys ^ sign).view(dtype))
    every = unsigned.type((1 << bits_of(dtype)) - 1)
    return np.asarray((keys ^ np.where(keys & sign, sign, every)).view(dtype))


def ordered_patterns(dtype: np.dtype[Any]) -> Array:
    """For each leading digit in ascending order of the values, what it is as `leading` gives it."""
    short = np.dtype(f"{dtype.kind}{digits(dtype) // 8}") if dtype.kind != "b" else np.dtype(np.uint8)
    keys = np.arange(1 << digits(dtype)).astype(key_type(short))
    return values_of(keys, short).view(key_type(short))


@lru_cache(maxsize=16)
def pattern_values(dtype: np.dtype[Any]) -> Array:
    """The value of each leading digit whose other bits are 0, ascending, in float64."""
    raw = ordered_patterns(dtype)
    if dtype.itemsize > 2:
        # Signalling NaNs are among them.
        with np.errstate(invalid="ignore"):
            return np.asarray((raw.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64))
    with np.errstate(invalid="ignore"):
        return np.asarray(raw.view(np.uint8 if dtype.kind == "b" else dtype).astype(np.float64))


def limit_key(limit: float, dtype: np.dtype[Any], *, above: bool = False) -> int:
    """How many keys belong to values below a limit; with `above`, to values that are not above it.

    Examples
    --------
    >>> limit_key(0.5, np.dtype("int8")), limit_key(1, np.dtype("int8")), limit_key(1, np.dtype("int8"), above=True)
    (129, 129, 130)
    """
    if dtype.kind != "f":
        low, high = (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
        if not isfinite(limit):
            return 0 if limit < 0 else high - low + 1
        least = floor(limit) + 1 if above else ceil(limit)
        return min(max(least, low), high + 1) - low
    with np.errstate(over="ignore"):
        near = np.asarray(limit, dtype)
    if float(near) < limit or (above and float(near) <= limit):
        near = np.nextafter(near, np.asarray(inf, dtype))
    if near == 0 and not (above and limit == 0):
        near = np.asarray(-0.0, dtype)
    return int(ordered(near.reshape(1))[0])
