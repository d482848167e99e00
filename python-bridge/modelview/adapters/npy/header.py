"""What stands before an array in a file of NumPy's: its dtype, shape and order."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from math import prod
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format

from ...errors import UnsupportedModelError
from .._shape import times, wrong_shape
from ..numpy import dtype_names
from ..safetensors.dtypes import StoredDtype

__all__ = ["ArrayHeader", "Unreadable"]

VERSIONS = ((1, 0), (2, 0), (3, 0))
LONGEST = 10_000
"""Bytes: NumPy itself reads no longer one, since to parse it may take long."""


class Unreadable(Exception):  # noqa: N818 - a sentence on its way to the error that names the file
    """Why an array cannot be shown."""


@dataclass(frozen=True)
class ArrayHeader:
    """A header, read and checked.

    Attributes
    ----------
    dtype : dtype
        Of the bytes, in their byte order.
    shape : tuple of int
    fortran : bool
        Whether the first dimension is the one whose values lie side by side.
    raw : bytes
        All that stands before the values.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    raw: bytes

    @property
    def nbytes(self) -> int:
        """The bytes of the values."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def stored(self) -> StoredDtype:
        """How the bytes become numbers."""
        # A file may have other bytes than 0 and 1, which NumPy must not take for bools.
        stored = "u1" if self.dtype.kind == "b" else self.dtype.str
        return StoredDtype(self.dtype.name, self.dtype.itemsize * 8, stored)

    @classmethod
    def read(cls, file: IO[bytes]) -> ArrayHeader:
        """Read the header that begins where the file is.

        Raises
        ------
        Unreadable
            Where there is none, or it is of an array that has no numbers.
        """
        raw, shape, fortran, dtype = _parse(file)
        if dtype.hasobject:
            raise Unreadable(
                "it is an array of Python objects (dtype=object), which are pickled: to read them could run anything "
                "that the file says, so ModelView does not. If you trust it, load it with "
                "numpy.load(path, allow_pickle=True), and show numbers"
            )
        if dtype.kind == "V" and dtype.names is None:
            raise Unreadable(
                f"its dtype is {dtype.str!r}, bytes without a meaning: NumPy writes so what it has no name for, as "
                "bfloat16. Load it, and say what they are: numpy.load(path).view(ml_dtypes.bfloat16)"
            )
        try:
            dtype_names(dtype)
        except UnsupportedModelError as problem:
            raise Unreadable(f"load it with numpy.load first, since {problem}") from None
        wrong = wrong_shape(shape, dtype.itemsize * 8)
        if wrong is not None:
            raise Unreadable(f"it is damaged: {wrong}")
        return cls(dtype, shape, fortran, raw)

    def check(self, size: int) -> None:
        """Refuse an array whose bytes are not there.

        Parameters
        ----------
        size : int
            Of the header and all that follows it, in bytes.

        Raises
        ------
        Unreadable
        """
        has = size - len(self.raw)
        if has < self.nbytes:
            said = f"{times(self.shape)} of {self.dtype.name} take {self.nbytes:,} bytes"
            raise Unreadable(f"{said}, and {has:,} follow its header: it was cut, or it lies")


def _parse(file: IO[bytes]) -> tuple[bytes, tuple[int, ...], bool, np.dtype[Any]]:
    magic = file.read(npy_format.MAGIC_LEN)
    if not magic.startswith(npy_format.MAGIC_PREFIX) or len(magic) < npy_format.MAGIC_LEN:
        raise Unreadable(f"it is no array as NumPy writes it: it begins with {magic!r}")
    version = npy_format.read_magic(BytesIO(magic))
    if version not in VERSIONS:
        raise Unreadable(f"it is of version {version[0]}.{version[1]} of the format; 1.0, 2.0 and 3.0 are read")
    field = file.read(2 if version == (1, 0) else 4)
    length = int.from_bytes(field, "little")
    if length > LONGEST:
        raise Unreadable(f"its header has {length:,} bytes; {LONGEST:,} are the most that are read")
    text = file.read(length)
    if len(text) < length:
        raise Unreadable(f"its header has {length:,} bytes, and {len(text):,} follow: it was cut, or it lies")
    try:
        # NumPy reads version 3 for itself alone: it is version 2 in UTF-8, and the text is Python's.
        latin = text.decode("utf-8").encode("ascii", "backslashreplace") if version == (3, 0) else text
        as_second = BytesIO(len(latin).to_bytes(4, "little") + latin)
        shape, fortran, dtype = npy_format.read_array_header_2_0(as_second, max_header_size=len(latin))
    except Exception as problem:
        # Whatever the parser of Python and NumPy's have to say of any text at all.
        raise Unreadable(f"its header cannot be read: {str(problem)[:200]}") from None
    return magic + field + text, shape, fortran, dtype
