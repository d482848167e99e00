"""TensorFlow's own variables and tensors, without Keras."""

from __future__ import annotations

from math import prod
from typing import Any
from zlib import crc32

import tensorflow as tf

from ..errors import UnsupportedModelError
from ..tensors.source import Index
from ._foreign import ForeignSource

__all__ = ["TensorFlowSource", "source_of"]


SAMPLE = 16384
"""Values that are compared: all of those of a small variable."""


class _Described:
    """What of a tensor `ForeignSource` asks for, with NumPy's dtype."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.dtype = value.dtype.as_numpy_dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)


def source_of(value: object) -> TensorFlowSource | None:
    """A source for a variable or an eager tensor, or `None` where the value is neither.

    Raises
    ------
    UnsupportedModelError
        For one that is part of a graph, ragged or sparse.
    """
    if isinstance(value, (tf.RaggedTensor, tf.SparseTensor)):
        advice = "tf.sparse.to_dense(tensor)" if isinstance(value, tf.SparseTensor) else "tensor.to_tensor()"
        raise UnsupportedModelError(f"a {type(value).__name__} is no array: show {advice}")
    if not isinstance(value, (tf.Tensor, tf.Variable)):
        return None
    if not value.shape.is_fully_defined() or not (isinstance(value, tf.Variable) or hasattr(value, "numpy")):
        raise UnsupportedModelError("a symbolic tensor has no values: show it outside of tf.function")
    return TensorFlowSource(value)


class TensorFlowSource(ForeignSource):
    """A variable or an eager tensor.

    TensorFlow does not count what is assigned to a variable: a change is noticed by comparing 16,384 of its values,
    spread evenly. A change of a few values of a larger one may be missed (`Tensor.touch`).
    """

    def __init__(self, value: Any) -> None:
        super().__init__(_Described(value))
        self._value = value
        self.requires_grad = bool(value.trainable) if isinstance(value, tf.Variable) else None
        device = str(value.device).rpartition("device:")[2].lower()
        self.device = "cpu" if device in ("cpu:0", "") else device

    def version(self) -> object:
        """See `TensorSource`."""
        if not isinstance(self._value, tf.Variable):
            return None
        step = max(1, prod(self.shape) // SAMPLE)
        return crc32(tf.reshape(self._value, (-1,))[::step].numpy().tobytes())

    def identity(self) -> object:
        """See `ForeignSource`."""
        return "tensorflow", id(self._value)

    def _fetch(self, index: Index) -> Any:
        return self._value[index].numpy() if index else self._value.numpy()
