"""One tensor of a safetensors file as a source."""

from __future__ import annotations

import numpy as np

from ...errors import NoValuesError
from ...tensors.dtype import Array
from ...tensors.source import Index
from .._stored import StoredFile
from .header import Entry

__all__ = ["SafetensorsSource"]


class SafetensorsSource:
    """A tensor where it is in its file: a slice reads its own bytes and hardly any others.

    Parameters
    ----------
    file : StoredFile
    entry : Entry
        Of the file's own header.
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, file: StoredFile, entry: Entry) -> None:
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
        stored = self._file.block(np.dtype(entry.dtype.stored), entry.shape, entry.start, index)
        # An index of integers alone gives a scalar.
        return np.asarray(entry.dtype.values(stored))
