"""The arrays of NumPy's files as sources."""

from __future__ import annotations

import numpy as np

from ...tensors.dtype import Array
from ...tensors.source import Index, TensorSource
from .._stored import StoredFile
from ..safetensors.header import Entry
from ..safetensors.source import SafetensorsSource
from .header import ArrayHeader
from .unpacked import Unpacked

__all__ = ["UnpackedSource", "stored_source"]


def stored_source(file: StoredFile, header: ArrayHeader, start: int) -> TensorSource:
    """A source for an array whose bytes begin at `start` of a file, as they are."""
    shape = header.shape[::-1] if header.fortran else header.shape
    source = SafetensorsSource(file, Entry(header.stored, shape, start, header.nbytes))
    return FortranSource(source, header.dtype.itemsize) if header.fortran else source


class FortranSource:
    """An array whose first dimension lies side by side: its transpose is stored in C order.

    Parameters
    ----------
    transpose : SafetensorsSource
    itemsize : int
        The bytes of a value.
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, transpose: SafetensorsSource, itemsize: int) -> None:
        self._transpose = transpose
        self.shape = transpose.shape[::-1]
        self.dtype = transpose.dtype
        self.nbytes = transpose.nbytes
        self.strides = tuple(
            itemsize * int(np.prod(self.shape[:axis], dtype=object)) for axis in range(len(self.shape))
        )

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._transpose.problem

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._transpose.version()

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        return self._transpose.read(index[::-1]).T


class UnpackedSource:
    """A deflated array of an archive: all of it is unpacked when some of it is wanted.

    Parameters
    ----------
    archive : Unpacked
    member : str
        Its name there.
    header : ArrayHeader
    """

    device = "cpu"
    layout = "deflated"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, archive: Unpacked, member: str, header: ArrayHeader) -> None:
        self._archive = archive
        self._member = member
        self._header = header
        self.shape = header.shape
        self.dtype = header.stored.name
        self.nbytes = header.nbytes

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._archive.problem(self._member)

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._archive.version()

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        header = self._header
        data = self._archive.member(self._member, len(header.raw), header.nbytes)
        array = data.view(np.dtype(header.stored.stored)).reshape(header.shape, order="F" if header.fortran else "C")
        return np.asarray(header.stored.values(np.asarray(array[index])))
