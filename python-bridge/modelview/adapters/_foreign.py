"""Arrays of other packages that say their shape and NumPy dtype, and give a block as a NumPy array."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..errors import NoValuesError
from ..tensors.dtype import Array
from ..tensors.source import Index
from .numpy import NumpySource, dtype_names

__all__ = ["ForeignSource", "values_of"]


class ForeignSource:
    """What the sources of such arrays have in common.

    Parameters
    ----------
    array
        It is kept, and never written to.
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None

    def __init__(self, array: Any) -> None:
        self._array = array
        self.dtype = dtype_names(np.dtype(array.dtype))[1]

    @property
    def shape(self) -> tuple[int, ...]:
        """See `TensorSource`."""
        return tuple(int(size) for size in self._array.shape)

    @property
    def nbytes(self) -> int:
        """See `TensorSource`."""
        return prod(self.shape) * int(np.dtype(self._array.dtype).itemsize)

    @property
    def resident(self) -> bool:
        """See `TensorSource`."""
        return False

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return None

    def version(self) -> object:
        """See `TensorSource`; most such arrays do not change."""
        return None

    def identity(self) -> object:
        """Equal for one array that is met twice."""
        return type(self._array).__module__, id(self._array)

    def read(self, index: Index) -> Array:
        """See `TensorSource`."""
        problem = self.problem
        if problem is not None:
            raise NoValuesError(problem)
        try:
            block = self._fetch(index)
        except Exception as error:
            raise NoValuesError(f"{type(error).__name__} while it was read: {error}") from error
        return values_of(np.asarray(block))

    def _fetch(self, index: Index) -> Any:
        """A block, as anything that NumPy makes an array of."""
        return self._array[index]


def values_of(block: Array) -> Array:
    """A block of any dtype that is shown, as `TensorSource.read` gives it."""
    return NumpySource(block).read((slice(None),) * block.ndim)
