"""Other orders of a dimension's indices: by norm, by mean, by likeness."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SelectionError
from .clustering import SKETCHED, cluster_order, is_sketched
from .derived import derived_key, kept_dims, reduced_source, remembered_reduction
from .dtype import Array
from .selection import ORDERS
from .steady import steady

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["order_note", "order_of"]


@steady
def order_of(
    tensor: Tensor,
    selection: Selection,
    dim: str,
    by: str,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Array:
    """The indices of a dimension in another order, as int64: what stands at each place.

    Of the values at the selection's fixed indices, all other dimensions together. By norm or mean the largest comes
    first, and of equals the lower index; what has none (a NaN is among its values) comes last. By cluster, what is
    alike stands together.

    Raises
    ------
    SelectionError
        Where the dimension or `by` is wrong, or the indices cannot be clustered.
    NoValuesError, Cancelled
    """
    fixed = _fixed(tensor, selection, dim, by)
    dims = kept_dims(tensor, selection)
    axis = dims.index(dim)
    version = tensor.version
    # Each tile of a plane in this order asks for it.
    key = ("order", by, version, derived_key(selection.plain), axis, tuple(fixed.items()))
    known = tensor.recall(key)
    if known is None:
        make = _clustered if by == "cluster" else partial(_ranked, by=by)
        known = make(tensor, selection, axis, fixed, progress=progress, cancelled=cancelled)
        if tensor.version == version:
            tensor.remember(key, known, known.nbytes)
    return np.array(known)


def _ranked(
    tensor: Tensor,
    selection: Selection,
    axis: int,
    fixed: dict[int, int],
    *,
    by: str,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Array:
    source = reduced_source(tensor, selection, progress=progress, cancelled=cancelled)
    rank, size = len(source.shape), source.shape[axis]
    axes = tuple(other for other in range(rank) if other != axis and other not in fixed)
    values = remembered_reduction(tensor, selection, source, axes, by, progress, cancelled)
    found = values.read(tuple(fixed.get(other, slice(0, size)) for other in range(rank) if other not in axes))
    return np.argsort(-found.astype(np.float64), kind="stable")


def order_note(tensor: Tensor, selection: Selection, dim: str, by: str) -> str | None:
    """A sentence on how an order was made, where that is not exact."""
    fixed = _fixed(tensor, selection, dim, by)
    shape = dict(zip(tensor.dims, tensor.shape, strict=True))
    kept = kept_dims(tensor, selection)
    values = prod(shape[name] for axis, name in enumerate(kept) if name != dim and axis not in fixed)
    if by != "cluster" or not is_sketched(shape[dim], values):
        return None
    return f"Compared by a sketch of {SKETCHED} numbers for the {values:,} values of each."


def _clustered(
    tensor: Tensor,
    selection: Selection,
    axis: int,
    fixed: dict[int, int],
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Array:
    source = reduced_source(tensor, selection, progress=progress, cancelled=cancelled)
    box = tuple(
        slice(use, use + 1) if (use := fixed.get(other)) is not None else slice(0, size)
        for other, size in enumerate(source.shape)
    )
    return cluster_order(source, box, axis, progress, cancelled)


def _fixed(tensor: Tensor, selection: Selection, dim: str, by: str) -> dict[int, int]:
    """The indices of the dimensions that are fixed, after the dimension and the order are checked."""
    tensor.check_values()
    if by not in ORDERS:
        raise SelectionError(f"an order cannot be by {str(by)[:80]!r}. Choose {', '.join(map(repr, ORDERS))}")
    kept = kept_dims(tensor, selection)
    fixed = {axis: use for axis, name in enumerate(kept) if isinstance(use := selection.dims[name], int)}
    free = [name for axis, name in enumerate(kept) if axis not in fixed]
    if dim not in free:
        choices = ", ".join(map(repr, free)) or "none, all are fixed or reduced"
        raise SelectionError(f"no dimension {str(dim)[:80]!r} to put in order. There is {choices}")
    return fixed
