"""A Keras variable as a source: sliced where it is, then moved."""

from __future__ import annotations

import re
from contextlib import suppress
from math import prod
from threading import Lock
from typing import Any

import keras
import numpy as np

from ...errors import NoValuesError
from ...tensors.dtype import Array
from ...tensors.source import Index
from ..numpy import NumpySource

__all__ = ["VariableSource"]

SAMPLE = 16384
"""Values that are compared to notice a change: all of those of a small variable."""


class VariableSource:
    """A variable of whatever back end.

    No back end but PyTorch's counts what is written to a variable, and an optimizer writes in place. So a change is
    noticed by comparing: where the values are in memory, which is not told on a device, and 16,384 of them, spread
    evenly. What may be missed is a change of a few values of a larger variable, in place or on a device
    (`Tensor.touch`). Nothing is read for this before a view has read the variable.

    Parameters
    ----------
    variable : keras.Variable
    owner : keras.layers.Layer, optional
        The model that it is shown in: frozen, it trains nothing.
    """

    layout = "strided"

    def __init__(self, variable: Any, owner: Any = None) -> None:
        self._variable = variable
        self._owner = owner
        self._lock = Lock()
        self._count = 0
        self._seen: tuple[object, object] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """See `TensorSource`."""
        return tuple(int(size) for size in self._variable.shape)

    @property
    def dtype(self) -> str:
        """See `TensorSource`."""
        return str(keras.backend.standardize_dtype(self._variable.dtype))

    @property
    def device(self) -> str:
        """See `TensorSource`; of a variable that has no values yet, 'unknown'."""
        return "unknown" if self._unset else _device(self._variable.value)

    @property
    def nbytes(self) -> int:
        """See `TensorSource`."""
        return prod(self.shape) * _size(self.dtype)

    @property
    def requires_grad(self) -> bool | None:
        """See `TensorSource`: as `trainable_weights` has it."""
        return bool(self._variable.trainable and (self._owner is None or self._owner.trainable))

    @property
    def resident(self) -> bool:
        """See `TensorSource`."""
        return self.device == "cpu"

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        if self._unset:
            return "not initialised yet: build the model, or call it once, then show it again"
        if self.dtype == "string":
            return "text has no numbers to show"
        return None

    @property
    def _unset(self) -> bool:
        # The public `value` of such a variable makes values up.
        return getattr(self._variable, "_value", None) is None

    def version(self) -> object:
        """See `TensorSource`: which variable it is, and how many changes were noticed."""
        with self._lock:
            if self._seen is not None and not self._unset:
                seen = _look(self._variable)
                if seen != self._seen and not (seen[1] == self._seen[1] and _copies_itself(self._variable)):
                    self._count += 1
                self._seen = seen
            return id(self._variable), self._unset, self._count

    def read(self, index: Index) -> Array:
        """See `TensorSource`."""
        problem = self.problem
        if problem is not None:
            raise NoValuesError(problem)
        with self._lock:
            if self._seen is None:
                self._seen = _look(self._variable)
        tensor = _tensor(self._variable)
        if not index:
            tensor, index = keras.ops.reshape(tensor, (1,)), (0,)
        # TensorFlow makes no array of a single bfloat16.
        block = tuple(slice(use, use + 1) if isinstance(use, int) else use for use in index)
        inner = tuple(0 if isinstance(use, int) else slice(None) for use in index)
        values = np.asarray(keras.ops.convert_to_numpy(tensor[block])[inner])
        # It knows the kinds that NumPy lacks.
        return NumpySource(values).read((slice(None),) * values.ndim)


def _tensor(variable: Any) -> Any:
    """A variable's values as a tensor of the back end: nothing is copied."""
    value = variable.value
    # TensorFlow's variable copies itself before it is sliced.
    read = getattr(value, "read_value", None)
    value = value if read is None else read()
    detach = getattr(value, "detach", None)
    return value if detach is None else detach()


def _look(variable: Any) -> tuple[object, bytes | int]:
    """Where the values are, and some of them; of PyTorch's, which are counted, how often they changed."""
    tensor = _tensor(variable)
    counted = getattr(tensor, "_version", None)
    if counted is not None:
        return tensor.data_ptr(), int(counted)
    step = max(1, prod(int(size) for size in variable.shape) // SAMPLE)
    memory = _memory(tensor)
    if memory is not None:
        return _pointer(memory), memory.reshape(-1)[::step].tobytes()
    return None, keras.ops.convert_to_numpy(keras.ops.reshape(tensor, (-1,))[::step]).tobytes()


def _memory(tensor: Any) -> Array | None:
    """A tensor's values where they are, or `None` where that is not told: on a device."""
    with suppress(Exception):
        return np.asarray(memoryview(tensor))
    # A kind that Python's buffers lack is asked as integers of the same bits, where back end and Keras can do that.
    with suppress(Exception):
        bits = f"uint{8 * _size(str(keras.backend.standardize_dtype(tensor.dtype)))}"
        return np.asarray(memoryview(keras.ops.view(tensor, bits)))
    return None


def _pointer(memory: Array) -> int:
    return int(memory.__array_interface__["data"][0])


def _copies_itself(variable: Any) -> bool:
    """Whether a variable is copied whenever it is read: one that was written to sparsely, on TensorFlow."""
    both = [_memory(tensor) for tensor in (_tensor(variable), _tensor(variable))]
    return len({_pointer(each) for each in both if each is not None}) == 2


def _device(value: Any) -> str:
    """'cpu' and 'gpu:0' for TensorFlow's '/job:localhost/replica:0/task:0/device:GPU:0'."""
    name = str(getattr(value, "device", "unknown")).rpartition("device:")[2].lower()
    return "cpu" if name in ("cpu:0", "tfrt_cpu_0") else name


def _size(dtype: str) -> int:
    """The bytes of one value.

    Examples
    --------
    >>> _size("bfloat16"), _size("float8_e4m3fn"), _size("bool")
    (2, 1, 1)
    """
    bits = re.search(r"\d+", dtype)
    return 1 if bits is None else max(1, int(bits.group()) // 8)
