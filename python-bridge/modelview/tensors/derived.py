"""Sources made of a source: a component of complex values, and dimensions reduced away.

To everything that follows (planes, pyramids, statistics) these are sources like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .accumulate import Accumulator, Partial, partial_of
from .blocks import boxes_of, chunks_of, within
from .dtype import Array, is_complex, real_dtype, reduced_dtype
from .mapped import MappingSource, map_blocks
from .selection import Selection
from .source import Index, TensorSource

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .tensor import Tensor

Result = TypeVar("Result")

__all__ = ["ComponentSource", "Derived", "ReducedSource", "derived_key", "kept_dims", "reduced_source"]

SMALL_ENOUGH_TO_KEEP = 2**22
"""Cells. A reduced tensor of up to this many is computed once and cached."""


def reduced_source(
    tensor: Tensor,
    selection: Selection,
    *,
    whole: bool = False,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> TensorSource:
    """The source of a selection's component, with its reduced dimensions gone: see `derive.derive`.

    Its dimensions are `kept_dims(tensor, selection)`. With `whole`, complex values stay complex. To reduce reads all
    values, the first time: hence the progress.
    """
    source = tensor.source
    if is_complex(source.dtype) and not whole:
        kind = MappedComponentSource if isinstance(source, MappingSource) else ComponentSource
        source = kind(source, selection.component)
    if selection.statistic is None:
        return source
    axes = tuple(tensor.dims.index(name) for name in selection.reduced)
    return remembered_reduction(tensor, selection, source, axes, selection.statistic, progress, cancelled)


def remembered_reduction(
    tensor: Tensor,
    selection: Selection,
    source: TensorSource,
    axes: tuple[int, ...],
    statistic: str,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> ReducedSource:
    """Reduce, at once and for good where little is left of it."""
    reduced = ReducedSource(source, axes, statistic)
    if prod(reduced.shape) > SMALL_ENOUGH_TO_KEEP:
        return reduced
    key = ("reduced", tensor.version, *derived_key(selection.plain), axes, statistic)
    values = tensor.recall(key)
    if values is None:
        values = reduced.compute(tuple(slice(0, size) for size in reduced.shape), progress, cancelled)
        tensor.remember(key, values, values.nbytes)
    reduced.values = values
    return reduced


def derived_key(selection: Selection) -> tuple[Any, ...]:
    """What tells the values of one derived source of a tensor from another's, in whatever order they stand."""
    rows: tuple[Any, ...] = ()
    if selection.normalise is not None:
        across = "column" if selection.normalise == "row" else "row"
        rows = (selection.normalise, selection.named(across))
    return (selection.component, selection.statistic, selection.reduced, *rows)


def kept_dims(tensor: Tensor, selection: Selection) -> tuple[str, ...]:
    """The dimensions of the derived source: those that are not reduced."""
    return tuple(name for name in tensor.dims if name not in selection.reduced)


class Derived:
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
        """Where the values below are."""
        return self.source.device

    @property
    def layout(self) -> str:
        """They are computed."""
        return "strided"

    @property
    def dtype(self) -> str:
        """Its own."""
        raise NotImplementedError

    @property
    def nbytes(self) -> int:
        """The bytes that all its values would take."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def problem(self) -> str | None:
        """That of the source below."""
        return self.source.problem

    def version(self) -> object:
        """That of the source below."""
        return self.source.version()


class ComponentSource(Derived):
    """The magnitude, phase (radians, -π … π), real or imaginary part of complex values."""

    def __init__(self, source: TensorSource, component: str) -> None:
        super().__init__(source)
        self.component = component
        self.strides = getattr(source, "strides", None)
        self.chunks = chunks_of(source)

    @property
    def dtype(self) -> str:
        """That of the component."""
        return real_dtype(self.source.dtype).name

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        return _component_of(self.source.read(index), self.component)


class MappedComponentSource(ComponentSource):
    """A component of complex values that are elsewhere."""

    source: Any

    def map_blocks(
        self,
        boxes: Sequence[Index],
        function: Callable[[Array, Index], Result],
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> list[Result]:
        """See `MappingSource.map_blocks`."""
        on_component = partial(_of_component, component=self.component, function=function)
        found: list[Result] = self.source.map_blocks(boxes, on_component, progress, cancelled)
        return found


def _of_component(values: Array, box: Index, component: str, function: Callable[[Array, Index], Result]) -> Result:
    return function(_component_of(values, component), box)


def _component_of(values: Array, component: str) -> Array:
    if component == "real":
        return values.real
    if component == "imaginary":
        return values.imag
    if component == "phase":
        return np.asarray(np.angle(values))
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(values))


class ReducedSource(Derived):
    """Dimensions reduced together by one statistic, accumulated in float64.

    NaN and infinities go through as in NumPy: the mean of a slice with a NaN is NaN. Of an empty
    slice the sum and the norm are 0, and the rest NaN.
    """

    def __init__(self, source: TensorSource, axes: tuple[int, ...], statistic: str) -> None:
        super().__init__(source)
        self.axes = axes
        self.statistic = statistic
        self.values: Array | None = None
        chunks = chunks_of(source)
        self.chunks = None if chunks is None else [each for axis, each in enumerate(chunks) if axis not in axes]

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
        return self.compute(index) if self.values is None else np.asarray(self.values[index])

    def compute(self, index: Index, progress: Progress | None = None, cancelled: Cancel | None = None) -> Array:
        """What `read` gives, from the values below.

        Raises
        ------
        NoValuesError, Cancelled
        """
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
            values = self._reduce(box, progress, cancelled).astype(reduced_dtype(self.source.dtype))
        return np.asarray(values[tuple(drop)])

    def _reduce(self, box: list[slice], progress: Progress | None, cancelled: Cancel | None) -> Array:
        """The statistic over a box, whose extents along the reduced axes become 1 and go."""
        shape = tuple(b.stop - b.start for b in box)
        out = Accumulator(self.statistic, tuple(1 if a in self.axes else n for a, n in enumerate(shape)))
        boxes = boxes_of(self.source, box)
        lock = Lock()

        def take(number: int, found: Partial) -> None:
            where = tuple(slice(0, 1) if a in self.axes else p for a, p in enumerate(within(boxes[number], box)))
            with lock:
                out.add(where, found)

        work = partial(partial_of, statistic=self.statistic, axes=self.axes)
        map_blocks(self.source, boxes, work, "Reducing the values", progress, cancelled, take)
        return out.result(prod(shape[axis] for axis in self.axes)).squeeze(self.axes)
