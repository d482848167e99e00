"""JAX arrays: on the processor they are read where they are, from a device a block is fetched."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from ..tensors.dtype import Array
from ..tensors.source import Index
from ._foreign import ForeignSource

__all__ = ["JaxSource", "source_of"]


def source_of(value: object) -> JaxSource | None:
    """A source for a JAX array, or `None` where the value is none; a tracer has no values."""
    return JaxSource(value) if isinstance(value, jax.Array) else None


class JaxSource(ForeignSource):
    """A JAX array. It never changes, but may be deleted or donated to a computation."""

    def __init__(self, array: Any) -> None:
        super().__init__(array)
        self.device = _device(array)
        self._here: Array | None = None

    @property
    def resident(self) -> bool:
        """See `TensorSource`: a single processor's memory is read as it is."""
        return self.device.startswith("cpu") and self.problem is None

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        if isinstance(self._array, jax.core.Tracer):
            return "a tracer stands for values that are not known yet: show it outside of jit, grad and vmap"
        if self._array.is_deleted():
            return "the array was deleted, or donated to a computation: show what that returned"
        if not self._array.is_fully_addressable:
            return "parts of it are on devices of another process: show array.addressable_data(0), or gather it first"
        return None

    def _fetch(self, index: Index) -> Any:
        if self.device.startswith("cpu"):
            if self._here is None:
                # JAX hands out its own memory, and no copy.
                self._here = np.asarray(self._array)
            return self._here[index]
        return np.asarray(self._array[index])


def _device(array: Any) -> str:
    if isinstance(array, jax.core.Tracer):
        return "unknown"
    names = sorted({f"{device.platform}:{device.id}" for device in array.devices()})
    if len(names) > 1:
        return f"{len(names)} devices"
    return "cpu" if names == ["cpu:0"] else names[0]
