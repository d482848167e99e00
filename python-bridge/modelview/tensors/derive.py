"""The source that a selection points into: a component, reduced, normalised, in an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arranged import NormalisedSource, OrderedSource
from .derived import kept_dims, reduced_source, remembered_reduction
from .dtype import Array
from .ordering import order_of
from .source import TensorSource

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["derive", "scales_of"]


def derive(
    tensor: Tensor,
    selection: Selection,
    *,
    whole: bool = False,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> TensorSource:
    """The source that a selection's rows, columns, facets and indices point into.

    Its dimensions are `kept_dims(tensor, selection)`. With `whole`, complex values stay complex. To reduce, to
    normalise and to order read all values, the first time: hence the progress.
    """
    source = reduced_source(tensor, selection, whole=whole, progress=progress, cancelled=cancelled)
    dims = kept_dims(tensor, selection)
    if selection.normalise is not None:
        axis = dims.index(_across(selection))
        source = NormalisedSource(source, axis, scales_of(tensor, selection, progress, cancelled))
    if selection.order:
        orders: dict[int, Array] = {}
        for name, by in selection.order.items():
            orders[dims.index(name)] = order_of(tensor.subject, selection.plain, name, by, progress, cancelled)
        source = OrderedSource(source, orders)
    return source


def scales_of(
    tensor: Tensor, selection: Selection, progress: Progress | None = None, cancelled: Cancel | None = None
) -> Array:
    """What the rows (or columns) of a normalised selection are divided by: over all dimensions but the other one."""
    source = reduced_source(tensor, selection, progress=progress, cancelled=cancelled)
    axis = kept_dims(tensor, selection).index(_across(selection))
    peaks = remembered_reduction(tensor, selection, source, (axis,), "peak", progress, cancelled)
    return peaks.read(tuple(slice(0, size) for size in peaks.shape))


def _across(selection: Selection) -> str:
    """The dimension along which values are divided by the same number."""
    return selection.named("column" if selection.normalise == "row" else "row")[0]
