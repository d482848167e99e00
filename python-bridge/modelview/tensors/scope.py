"""What is measured of a tensor: all its values, or those of a slice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SelectionError
from .arranged import OrderedSource
from .blocks import boxes_of
from .derive import derive
from .derived import derived_key, kept_dims
from .selection import Use
from .source import Index, TensorSource

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["NEAR_ZERO", "SCOPES", "Scope", "scope_of"]

SCOPES = ("tensor", "slice")

NEAR_ZERO = 1e-3
"""A value is near zero where it is 0, or its magnitude below this times the standard deviation of all in scope."""


@dataclass(frozen=True)
class Scope:
    """Some of a source's values.

    Attributes
    ----------
    source : TensorSource
        A component, reduced and normalised as the selection says.
    dims : tuple of str
        The source's dimensions. A fixed one is among them, and has an extent of 1 in `box`.
    free : tuple of str
        Those that are not fixed.
    box : tuple of slice
        What is measured, in the source's own indices.
    indices : tuple of range or tuple of int
        For each dimension the tensor's own indices, in the order in which `box` has them.
    key : Hashable
        Equal for equal values of one version of a tensor.
    """

    source: TensorSource
    dims: tuple[str, ...]
    free: tuple[str, ...]
    box: tuple[slice, ...]
    indices: tuple[range | tuple[int, ...], ...]
    key: Hashable

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each dimension of what is measured."""
        return tuple(part.stop - part.start for part in self.box)

    @property
    def size(self) -> int:
        """How many values are measured."""
        return prod(self.shape)

    def boxes(self, units: Mapping[str, int] | None = None, limit: int = 0) -> list[Index]:
        """What is measured, in parts that are worth reading at once and that keep every dimension.

        Parameters
        ----------
        units : mapping of str to int, optional
            A dimension is cut at multiples of this many indices alone.
        limit : int
            Values of a part at most, where that is more than is otherwise read at once.
        """
        return list(boxes_of(self.source, self.box, [(units or {}).get(name, 1) for name in self.dims], limit))

    def axis(self, dim: str) -> int:
        """The place of a dimension that is measured along.

        Raises
        ------
        SelectionError
            Where it is reduced, fixed or unknown; the message lists the right ones.
        """
        if dim in self.free:
            return self.dims.index(dim)
        choices = ", ".join(map(repr, self.free)) or "none, all are fixed or reduced"
        raise SelectionError(f"no dimension {str(dim)[:80]!r} to measure along. There is {choices}")


def scope_of(
    tensor: Tensor,
    selection: Selection,
    scope: str = "tensor",
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Scope:
    """What is measured of a selection: the whole of what it points into ('tensor'), or what it points at ('slice').

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    if scope not in SCOPES:
        raise SelectionError(f"`scope` cannot be {str(scope)[:80]!r}. Choose 'tensor' (all values) or 'slice'")
    tensor.check_values()
    source = derive(tensor, selection.unordered, progress=progress, cancelled=cancelled)
    dims = kept_dims(tensor, selection)
    uses: list[Use] = [selection.dims[name] if scope == "slice" else slice(None) for name in dims]
    indices = tuple(_indices(use, size) for use, size in zip(uses, source.shape, strict=True))
    picked = {axis: np.array(own, np.int64) for axis, own in enumerate(indices) if not _is_run(own)}
    box = tuple(
        slice(0, len(own)) if axis in picked else slice(*((own[0], own[-1] + 1) if own else (0, 0)))
        for axis, own in enumerate(indices)
    )
    return Scope(
        OrderedSource(source, picked) if picked else source,
        dims,
        tuple(name for name, use in zip(dims, uses, strict=True) if not isinstance(use, int)),
        box,
        indices,
        (derived_key(selection), tuple(str(own) for own in indices)),
    )


def _indices(use: Use, size: int) -> range | tuple[int, ...]:
    if isinstance(use, tuple):
        return use
    if isinstance(use, int):
        # An empty dimension has no index 0, though one may look there.
        return range(use, min(use + 1, size))
    return range(*use.indices(size)) if isinstance(use, slice) else range(size)


def _is_run(own: range | tuple[int, ...]) -> bool:
    return isinstance(own, range) and (own.step == 1 or len(own) < 2)
