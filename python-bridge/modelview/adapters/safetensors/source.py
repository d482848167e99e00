"""One tensor of a safetensors file as a source."""

from __future__ import annotations

import numpy as np

from ...errors import NoValuesError
from ...tensors.dtype import Array
from ...tensors.source import Index
from .header import Entry
from .mapped import MappedFile

__all__ = ["SafetensorsSource"]


class SafetensorsSource:
    """A tensor where it is in its file: a slice reads the pages that it is on and no others.

    Parameters
    ----------
    file : MappedFile
    entry : Entry
        Of the file's own header.
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, file: MappedFile, entry: Entry) -> None:
        self._file = file
        self._entry = entry
        self.shape = entry.shape
        self.dtype = entry.dtype.name
        self.nbytes = entry.nbytes

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        if self._entry.dtype.stored is None:
            return (
                f"{self.dtype} values share bytes, and ModelView does not unpack them: "
                "dequantise the tensor with the library that packed it"
            )
        return self._file.problem

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._file.token()

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        entry = self._entry
        if entry.dtype.stored is None:
            raise NoValuesError(self.problem)
        if not entry.nbytes:
            stored = np.empty(entry.shape, entry.dtype.stored)
        else:
            dtype = np.dtype(entry.dtype.stored)
            stored = np.frombuffer(self._file.bytes(), dtype, entry.nbytes // dtype.itemsize, entry.start)
        # An index of integers alone gives a scalar.
        return np.asarray(entry.dtype.values(np.asarray(stored.reshape(entry.shape)[index])))
