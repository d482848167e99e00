"""The tensors of an ONNX model as sources."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from threading import Lock
from typing import Any

import numpy as np
import onnx_ir as ir

from ...errors import NoValuesError
from ...tensors.dtype import Array
from ...tensors.source import Index, TensorSource
from .._absent import AbsentSource
from .._shape import times, wrong_shape
from .._stored import StoredFile
from ..numpy import NumpySource
from ..safetensors.dtypes import StoredDtype
from .external import ExternalFiles
from .packed import UNPACKED, unpack
from .types import stored_dtype

__all__ = ["PROBLEM", "source_of"]

PROBLEM = "modelview.problem"
"""The metadata of a tensor that cannot be read: why (see `mend`)."""

# Where a message has the values that are not in its `raw_data`, and the bytes of each number. All others are in
# `int32_data`: a number of each value, and of packed ones a number of each byte.
_FIELDS = {
    "float32": ("float_data", 4),
    "complex64": ("float_data", 4),
    "float64": ("double_data", 8),
    "complex128": ("double_data", 8),
    "int64": ("int64_data", 8),
    "uint64": ("uint64_data", 8),
    "uint32": ("uint64_data", 4),
}


class _Held:
    """The bytes of a tensor that are with the model."""

    problem: str | None = None

    def __init__(self, tensor: ir.serde.TensorProtoTensor) -> None:
        self._tensor = tensor
        self._kept: Array | None = None
        self._lock = Lock()

    def version(self) -> object:
        return None

    def piece(self, start: int, count: int) -> Array:
        with self._lock:
            if self._kept is None:
                # A protocol buffer gives a copy each time that it is asked.
                self._kept = np.frombuffer(self._tensor.tobytes(), np.uint8)
        return self._kept[start : start + count]

    def block(self, dtype: np.dtype[Any], shape: tuple[int, ...], index: Index) -> Array:
        return np.asarray(self.piece(0, prod(shape) * dtype.itemsize).view(dtype).reshape(shape)[index])


class _External:
    """The bytes of a tensor that are in another file: a block of them is read, and hardly any others."""

    def __init__(self, file: StoredFile, start: int) -> None:
        self._file = file
        self._start = start

    @property
    def problem(self) -> str | None:
        return self._file.problem

    def version(self) -> object:
        return self._file.token()

    def piece(self, start: int, count: int) -> Array:
        return self._file.read(self._start + start, count)

    def block(self, dtype: np.dtype[Any], shape: tuple[int, ...], index: Index) -> Array:
        return self._file.block(dtype, shape, self._start, index)


class _Source:
    """What all tensors of an ONNX model have in common."""

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, shape: tuple[int, ...], dtype: str, nbytes: int) -> None:
        self.shape = shape
        self.dtype = dtype
        self.nbytes = nbytes


class StoredSource(_Source):
    """A tensor as ONNX stores it, with the model or in another file."""

    def __init__(self, shape: tuple[int, ...], stored: StoredDtype, nbytes: int, data: _Held | _External) -> None:
        super().__init__(shape, stored.name, nbytes)
        self._stored = stored
        self._data = data

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._data.problem

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._data.version()

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        stored = self._stored
        if stored.stored is None:
            return unpack(self._data.piece, stored.name, stored.bits, self.shape, index)
        return np.asarray(stored.values(self._data.block(np.dtype(stored.stored), self.shape, index)))


class ObjectSource(_Source):
    """A tensor that some other class of onnx_ir's holds: it is asked for its values when they are first looked at."""

    def __init__(self, tensor: ir.TensorProtocol, shape: tuple[int, ...], stored: StoredDtype) -> None:
        super().__init__(shape, stored.name, _nbytes(shape, stored))
        self._tensor = tensor
        self._array: NumpySource | None = None
        self._problem: str | None = None
        self._lock = Lock()

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        return self._problem

    def version(self) -> object:
        """Nothing tells when the values change: see `Tensor.touch`."""
        return self._problem

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        with self._lock:
            if self._array is None:
                self._array = self._asked()
        return self._array.read(index)

    def _asked(self) -> NumpySource:
        try:
            array = NumpySource(np.asarray(self._tensor.numpy()))
            if array.shape != self.shape:
                raise ValueError(f"its shape is {array.shape}, and {self.shape} was said")
        except Exception as problem:
            self._problem = f"its {type(self._tensor).__name__} gave no values: {problem}"
            raise NoValuesError(self._problem) from problem
        return array


def source_of(tensor: ir.TensorProtocol, files: Callable[[ir.ExternalTensor], ExternalFiles]) -> TensorSource:
    """A source for a tensor; nothing is decoded.

    Parameters
    ----------
    files : callable
        Where to look for the values of a tensor that are not with the model.
    """
    problem = (tensor.metadata_props or {}).get(PROBLEM)
    stored = stored_dtype(tensor.dtype)
    shape = tuple(int(size) for size in tensor.shape.numpy())
    if tensor.dtype == ir.DataType.STRING:
        return AbsentSource(
            *(_real(shape), "string", 0), problem or "its values are words, which ModelView does not draw"
        )
    dtype = "unknown" if stored is None else stored.name
    if problem is None:
        problem = wrong_shape(shape, stored.bits if stored else 8)
    if problem is not None or stored is None:
        return AbsentSource(_real(shape), dtype, 0, problem or "the file does not say its dtype")
    nbytes = _nbytes(shape, stored)
    if stored.stored is None and stored.name not in UNPACKED:
        return AbsentSource(
            *(shape, dtype, nbytes),
            f"{dtype} values lie across bytes, and ModelView does not unpack them: "
            "dequantise the tensor with the library that packed it",
        )
    if isinstance(tensor, ir.ExternalTensor):
        found = files(tensor).find(str(tensor.location), tensor.offset or 0, tensor.length, nbytes)
        if isinstance(found, str):
            return AbsentSource(shape, dtype, nbytes, found)
        data: _Held | _External = _External(found, tensor.offset or 0)
    elif isinstance(tensor, ir.serde.TensorProtoTensor):
        has = _held(tensor, stored)
        if has != nbytes:
            said = f"{times(shape)} of {dtype} take {nbytes:,} bytes, and it has {has:,}"
            return AbsentSource(shape, dtype, nbytes, f"{said}: the file was cut, or it lies")
        data = _Held(tensor)
    else:
        return ObjectSource(tensor, shape, stored)
    return StoredSource(shape, stored, nbytes, data)


def _nbytes(shape: tuple[int, ...], stored: StoredDtype) -> int:
    return -(-prod(shape) * stored.bits // 8)


def _real(shape: tuple[int, ...]) -> tuple[int, ...]:
    return () if wrong_shape(shape, 8) else shape


def _held(tensor: ir.serde.TensorProtoTensor, stored: StoredDtype) -> int:
    """The bytes that a tensor's message has for it."""
    proto: Any = tensor.raw
    if proto.HasField("raw_data"):
        return len(proto.raw_data)
    field, size = _FIELDS.get(stored.name, ("int32_data", max(stored.bits // 8, 1)))
    return len(getattr(proto, field)) * size
