"""Other orders of a dimension's indices: by norm, by mean, by likeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .derived import kept_dims, reduced_source, remembered_reduction
from .dtype import Array

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["order_of"]


def order_of(
    tensor: Tensor,
    selection: Selection,
    dim: str,
    by: str,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Array:
    """The indices of a dimension in another order, as int64: what stands at each place.

    Of the values at the selection's fixed indices, all other dimensions together. The largest norm or mean comes first,
    and of equals the lower index; what has none (a NaN is among its values) comes last.
    """
    dims = kept_dims(tensor, selection)
    source = reduced_source(tensor, selection, progress=progress, cancelled=cancelled)
    fixed = {axis: use for axis, name in enumerate(dims) if isinstance(use := selection.dims[name], int)}
    axes = tuple(axis for axis, name in enumerate(dims) if name != dim and axis not in fixed)
    values = remembered_reduction(tensor, selection, source, axes, by, progress, cancelled)
    size = source.shape[dims.index(dim)]
    found = values.read(tuple(fixed.get(axis, slice(0, size)) for axis in range(len(dims)) if axis not in axes))
    return np.argsort(-found.astype(np.float64), kind="stable")
