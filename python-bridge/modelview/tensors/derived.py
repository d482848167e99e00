"""Sources made of a source: a component of complex values, and dimensions reduced away.

To everything that follows (planes, pyramids, statistics) these are sources like any other.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .blocks import blocks
from .dtype import Array, is_complex, real_dtype, reduced_dtype
from .selection import Selection
from .source import Index, TensorSource

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["ComponentSource", "ReducedSource", "derive", "derived_key", "kept_dims"]

SMALL_ENOUGH_TO_KEEP = 2**22
"""Cells. A reduced tensor of up to this many is computed once and cached."""


def derive(tensor: Tensor, selection: Selection, *, whole: bool = False) -> TensorSource:
    """The source that a selection's rows, columns, facets and indices point into.

    Its dimensions are `kept_dims(tensor, selection)`. With `whole`, complex values stay complex.
    """
    source = tensor.source
    if is_complex(source.dtype) and not whole:
        source = ComponentSource(source, selection.component)
    if selection.statistic is None:
        return source
    axes = tuple(tensor.dims.index(name) for name in selection.reduced)
    reduced = ReducedSource(source, axes, selection.statistic)
    if prod(reduced.shape) > SMALL_ENOUGH_TO_KEEP:
        return reduced
    key = ("reduced", tensor.version, *derived_key(selection))
    values = tensor.recall(key)
    if values is None:
        values = reduced.read(tuple(slice(0, size) for size in reduced.shape))
        tensor.remember(key, values, values.nbytes)
    reduced.values = values
    return reduced


def derived_key(selection: Selection) -> tuple[Any, ...]:
    """What tells one derived source of a tensor from another."""
    return (selection.component, selection.statistic, selection.reduced)


def kept_dims(tensor: Tensor, selection: Selection) -> tuple[str, ...]:
    """The dimensions of the derived source: those that are not reduced."""
    return tuple(name for name in tensor.dims if name not in selection.reduced)


class _Derived:
    """What a derived source has from the one below it."""

    requires_grad: bool | None = None

    def __init__(self, source: TensorSource) -> None:
        self.source = source

    @property
    def resident(self) -> bool:
        """Something is computed."""
        return False

    @property
    def shape(self) -> tuple[int, ...]:
        """See `TensorSource`, as for all that follow."""
        return self.source.shape

    @property
    def device(self) -> str:
        return self.source.device

    @property
    def layout(self) -> str:
        return "strided"

    @property
    def dtype(self) -> str:
        raise NotImplementedError

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def problem(self) -> str | None:
        return self.source.problem

    def version(self) -> object:
        """That of the source below."""
        return self.source.version()


class ComponentSource(_Derived):
    """The magnitude, phase (radians, -π … π), real or imaginary part of complex values."""

    def __init__(self, source: TensorSource, component: str) -> None:
        super().__init__(source)
        self.component = component
        self.strides = getattr(source, "strides", None)

    @property
    def dtype(self) -> str:
        """That of the component."""
        return real_dtype(self.source.dtype).name

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        values = self.source.read(index)
        if self.component == "real":
            return values.real
        if self.component == "imaginary":
            return values.imag
        if self.component == "phase":
            return np.asarray(np.angle(values))
        with np.errstate(all="ignore"):
            return np.asarray(np.abs(values))


class ReducedSource(_Derived):
    """Dimensions reduced together by one statistic, accumulated in float64.

    NaN and infinities go through as in NumPy: the mean of a slice with a NaN is NaN. Of an empty
    slice the sum and the norm are 0, and the rest NaN.
    """

    def __init__(self, source: TensorSource, axes: tuple[int, ...], statistic: str) -> None:
        super().__init__(source)
        self.axes = axes
        self.statistic = statistic
        self.values: Array | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Without the reduced dimensions."""
        return tuple(n for axis, n in enumerate(self.source.shape) if axis not in self.axes)

    @property
    def dtype(self) -> str:
        """float64 for 64-bit types and for 32-bit integers, float32 otherwise."""
        return reduced_dtype(self.source.dtype).name

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        if self.values is not None:
            return np.asarray(self.values[index])
        kept = iter(index)
        box: list[slice] = []
        drop: list[int | slice] = []
        for axis, size in enumerate(self.source.shape):
            if axis in self.axes:
                box.append(slice(0, size))
                continue
            use = next(kept)
            box.append(use if isinstance(use, slice) else slice(use, use + 1))
            drop.append(slice(None) if isinstance(use, slice) else 0)
        with np.errstate(all="ignore"):
            values = self._reduce(box)
        return np.asarray(values.astype(reduced_dtype(self.source.dtype))[tuple(drop)])

    def _reduce(self, box: list[slice]) -> Array:
        """The statistic over a box, whose extents along the reduced axes become 1 and go."""
        shape = tuple(b.stop - b.start for b in box)
        out = _Accumulator(self.statistic, tuple(1 if a in self.axes else n for a, n in enumerate(shape)))
        for part in blocks(shape):
            where = tuple(slice(0, 1) if a in self.axes else p for a, p in enumerate(part))
            moved = tuple(slice(p.start + b.start, p.stop + b.start) for p, b in zip(part, box, strict=True))
            out.add(where, self.source.read(moved), self.axes)
        return out.result(prod(shape[axis] for axis in self.axes)).squeeze(self.axes)


class _Accumulator:
    """One float64 per kept cell, to which blocks are added in any order."""

    def __init__(self, statistic: str, shape: tuple[int, ...]) -> None:
        self.statistic = statistic
        start = {"min": np.inf, "max": -np.inf}.get(statistic, 0.0)
        self.value = np.full(shape, start)
        if statistic == "std":
            # Chan, Golub & LeVeque (1983): counts, means and squared deviations merge exactly
            # where sums of squares would cancel.
            self.count = np.zeros(shape)
            self.mean = np.zeros(shape)

    def add(self, where: tuple[slice, ...], block: Array, axes: tuple[int, ...]) -> None:
        target = self.value[where]
        if self.statistic == "min":
            np.minimum(target, block.min(axes, keepdims=True), out=target)
        elif self.statistic == "max":
            np.maximum(target, block.max(axes, keepdims=True), out=target)
        elif self.statistic == "std":
            self._merge(where, block.astype(np.float64), axes)
        elif self.statistic == "norm":
            wide = block.astype(np.float64)
            np.square(wide, out=wide)
            target += wide.sum(axes, keepdims=True)
        else:
            target += block.astype(np.float64).sum(axes, keepdims=True)

    def _merge(self, where: tuple[slice, ...], block: Array, axes: tuple[int, ...]) -> None:
        more = prod(block.shape[axis] for axis in axes)
        mean = block.mean(axes, keepdims=True)
        block -= mean
        np.square(block, out=block)
        count, old = self.count[where], self.mean[where]
        total = count + more
        delta = mean - old
        self.value[where] += block.sum(axes, keepdims=True) + delta**2 * count * more / total
        old += delta * more / total
        count += more

    def result(self, count: int) -> Array:
        if count == 0 and self.statistic not in ("sum", "norm"):
            return np.full(self.value.shape, np.nan)
        if self.statistic == "mean":
            return self.value / count
        if self.statistic == "std":
            return np.asarray(np.sqrt(self.value / count))
        if self.statistic == "norm":
            return np.asarray(np.sqrt(self.value))
        return self.value
