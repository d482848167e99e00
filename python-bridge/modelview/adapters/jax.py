"""JAX arrays: on the processor they are read where they are, from a device a block is fetched."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy
import numpy as np

from ..errors import UnsupportedModelError
from ..tensors.dtype import Array
from ..tensors.source import Index
from ._foreign import ForeignSource

__all__ = ["JaxSource", "source_of"]


def source_of(value: object) -> JaxSource | None:
    """A source for a JAX array, or `None` where the value is none; a tracer has no values.

    Raises
    ------
    UnsupportedModelError
        For keys of random numbers.
    """
    if not isinstance(value, jax.Array):
        return None
    if jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key):
        raise UnsupportedModelError("a key of random numbers is no array of numbers: show jax.random.key_data(key)")
    return JaxSource(value)


class JaxSource(ForeignSource):
    """A JAX array. It never changes, but may be deleted or donated to a computation.

    Of an array that is spread over devices those parts are read that a slice meets. No memory of it is held between two
    reads: a computation that it is donated to would have to copy it.
    """

    def __init__(self, array: Any) -> None:
        super().__init__(array)
        self.device = _device(array)

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
        array = self._array
        if array.is_fully_replicated:
            return _part(array.addressable_data(0), index)
        wanted = [range(use, use + 1) if isinstance(use, int) else range(use.start, use.stop) for use in index]
        found = np.empty([len(each) for each in wanted], array.dtype)
        for place, data in {str(shard.index): (shard.index, shard.data) for shard in array.addressable_shards}.values():
            held = [range(*use.indices(size)) for use, size in zip(place, array.shape, strict=True)]
            both = [
                range(max(want.start, have.start), min(want.stop, have.stop))
                for want, have in zip(wanted, held, strict=True)
            ]
            if all(both):
                found[_within(both, wanted)] = _part(data, _within(both, held))
        return found[tuple(0 if isinstance(use, int) else slice(None) for use in index)]


def _part(data: Any, index: Index) -> Array:
    """A block of an array on one device: a processor's memory is JAX's own, and no copy."""
    on_processor = next(iter(data.devices())).platform == "cpu"
    return np.asarray(np.asarray(data)[index] if on_processor else data[index])


def _within(part: list[range], whole: list[range]) -> tuple[slice, ...]:
    return tuple(slice(one.start - all_.start, one.stop - all_.start) for one, all_ in zip(part, whole, strict=True))


def _device(array: Any) -> str:
    if isinstance(array, jax.core.Tracer):
        return "unknown"
    names = sorted({f"{device.platform}:{device.id}" for device in array.devices()})
    if len(names) > 1:
        return f"{len(names)} devices"
    return "cpu" if names == ["cpu:0"] else names[0]
