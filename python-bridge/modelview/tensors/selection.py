"""What each dimension of a tensor is for: a row, a column, a facet, an index, or reduced."""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np

from ..errors import SelectionError
from .dtype import is_complex

__all__ = ["COMPLEX_COMPONENTS", "NORMALISED", "ORDERS", "REDUCTIONS", "Selection", "Shaped", "Use"]

REDUCTIONS = ("mean", "min", "max", "sum", "std", "norm")
ORDERS = ("norm", "mean", "cluster")
NORMALISED = ("row", "column")
COMPLEX_COMPONENTS = ("magnitude", "phase", "real", "imaginary")

Use: TypeAlias = "str | int | slice | tuple[int, ...]"
"""A role, a reduction, a fixed index; for `Tensor.read` also a slice of a kept dimension, or some of its indices."""

SMALL_KERNEL = 16


class Shaped(Protocol):
    """What a selection is checked against: a tensor, or anything with these three."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each dimension."""

    @property
    def dims(self) -> tuple[str, ...]:
        """The name of each dimension."""

    @property
    def dtype(self) -> str:
        """The dtype's name."""


@dataclass(frozen=True)
class Selection:
    """A use for every dimension, in the tensor's own order, and the component of its values.

    Attributes
    ----------
    dims : mapping of str to use
        'row', 'column', 'facet', an index, or a reduction ('mean', 'min', 'max', 'sum', 'std',
        'norm').
    component : str
        'value', or for complex values 'magnitude', 'phase', 'real', 'imaginary'.
    order : mapping of str to str
        The dimensions whose indices stand in another order: by 'norm', 'mean' or 'cluster'.
    normalise : str or None
        'row' or 'column': each is divided by its largest finite magnitude.

    Examples
    --------
    >>> Selection.default((384, 384), ("out", "in"), "float32").key
    '{"dims":{"out":"row","in":"column"},"component":"value"}'
    """

    dims: Mapping[str, Use]
    component: str = "value"
    order: Mapping[str, str] = field(default_factory=dict)
    normalise: str | None = None

    ROLES: ClassVar[tuple[str, ...]] = ("row", "column", "facet")

    @classmethod
    def of(
        cls,
        tensor: Shaped,
        mapping: Selection | Mapping[str, Any] | None = None,
        component: str | None = None,
        *,
        keep: bool = False,
    ) -> Selection:
        """Check a selection against a tensor, and put it into canonical form.

        Parameters
        ----------
        tensor : Shaped
            The tensor, or anything with `shape`, `dims` and `dtype`.
        mapping : mapping, Selection or None
            `{dimension: use}`, or the protocol's `{"dims": {...}, "component": ...}`. `None` is
            the default selection.
        component : str, optional
            Overrides the mapping's.
        keep : bool
            Slices are allowed, and dimensions that are not mentioned are kept whole.

        Raises
        ------
        SelectionError
            For a wrong name, use or index; the message lists the right ones.
        """
        shape, dims = tuple(tensor.shape), tuple(tensor.dims)
        uses, said, order, normalise = _unpack(mapping, dims)
        component = _component(component or said, getattr(tensor, "subject", tensor).dtype)
        if uses is None:
            if not keep:
                default = cls.default(shape, dims, tensor.dtype)
                return cls(default.dims, component)
            uses = {}
        unknown = [name for name in uses if name not in dims]
        if unknown:
            raise SelectionError(f"no dimension {unknown[0]!r}. This tensor has {_names(dims)}")
        missing = [name for name in dims if name not in uses]
        if missing and not keep:
            raise SelectionError(
                f"the selection does not say what {_names(missing)} is for. Give 'row', 'column', "
                f"'facet', an index, or one of {_names(REDUCTIONS)}"
            )
        checked = {
            name: _use(name, uses.get(name, slice(None)), size, keep) for name, size in zip(dims, shape, strict=True)
        }
        _check_together(checked)
        return cls(checked, component, _order(order, checked), _normalise(normalise, checked))

    @classmethod
    def default(cls, shape: Sequence[int], dims: Sequence[str], dtype: str) -> Selection:
        """The selection that a tensor is first shown with (`docs/protocol.md`, 'Selections').

        Examples
        --------
        >>> Selection.default((32, 3, 3, 3), ("out", "in", "height", "width"), "float32").dims
        {'out': 'facet', 'in': 'facet', 'height': 'row', 'width': 'column'}
        """
        rank = len(shape)
        component = "magnitude" if is_complex(dtype) else "value"
        uses: list[Use] = ["facet", *(0 for _ in range(rank - 3))] if rank > 2 else []
        uses += ["row", "column"][-rank:] if rank else []
        if rank == 4 and tuple(dims[:2]) == ("out", "in") and max(shape[1:]) <= SMALL_KERNEL:
            uses[1] = "facet"
        return cls(dict(zip(dims, uses, strict=True)), component)

    @classmethod
    def from_json(cls, tensor: Shaped, value: object) -> Selection:
        """Check what came over the wire: every dimension named, nothing Python-only.

        Raises
        ------
        SelectionError
        """
        if not isinstance(value, Mapping) or not isinstance(value.get("dims"), Mapping):
            raise SelectionError(
                f'a selection is {{"dims": {{<dimension>: <use>, …}}, "component": <component>}}, not {_short(value)}'
            )
        return cls.of(tensor, value)

    def to_json(self) -> dict[str, Any]:
        """The selection as the protocol's JSON value."""
        said: dict[str, Any] = {"dims": dict(self.dims), "component": self.component}
        if self.order:
            said["order"] = dict(self.order)
        if self.normalise is not None:
            said["normalise"] = self.normalise
        return said

    @property
    def unordered(self) -> Selection:
        """The same with the indices as given: equal in all that does not depend on where a value stands."""
        return replace(self, order={})

    @property
    def plain(self) -> Selection:
        """The same with the indices as given and the values as they are."""
        return replace(self, order={}, normalise=None)

    @property
    def key(self) -> str:
        """Canonical JSON: equal for equal selections of one tensor."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"), default=str)

    def named(self, role: str) -> tuple[str, ...]:
        """The dimensions with this role or reduction, in the tensor's order."""
        return tuple(n for n, use in self.dims.items() if isinstance(use, str) and use == role)

    @property
    def statistic(self) -> str | None:
        """The reduction, or `None` where nothing is reduced."""
        return next((u for u in self.dims.values() if isinstance(u, str) and u in REDUCTIONS), None)

    @property
    def reduced(self) -> tuple[str, ...]:
        """The reduced dimensions, in the tensor's order."""
        return () if self.statistic is None else self.named(self.statistic)


def _unpack(
    mapping: Selection | Mapping[str, Any] | None, dims: tuple[str, ...]
) -> tuple[dict[str, Any] | None, str | None, object, object]:
    """What is said of the dimensions, the component, the order and the normalisation."""
    if mapping is None:
        return None, None, None, None
    if isinstance(mapping, Selection):
        return dict(mapping.dims), mapping.component, mapping.order, mapping.normalise
    if not isinstance(mapping, Mapping):
        raise SelectionError(f"a selection is a mapping of dimensions ({_names(dims)}) to uses, not {_short(mapping)}")
    inner = mapping.get("dims")
    if isinstance(inner, Mapping):
        return dict(inner), mapping.get("component"), mapping.get("order"), mapping.get("normalise")
    return dict(mapping), None, None, None


def _order(order: object, uses: Mapping[str, Use]) -> dict[str, str]:
    if order is None:
        return {}
    if not isinstance(order, Mapping):
        raise SelectionError(f"`order` is {{dimension: {_names(ORDERS, 'or')}}}, not {_short(order)}")
    for name, by in order.items():
        if uses.get(name) not in Selection.ROLES:
            shown = [each for each, use in uses.items() if isinstance(use, str) and use in Selection.ROLES]
            raise SelectionError(f"`order` of {_short(name)}: only what is shown has an order, here {_names(shown)}")
        if by not in ORDERS:
            raise SelectionError(f"`order` of {name!r} cannot be {_short(by)}. Choose {_names(ORDERS, 'or')}")
    return {name: str(order[name]) for name in uses if name in order}


def _normalise(by: object, uses: Mapping[str, Use]) -> str | None:
    if by is None:
        return None
    if by not in NORMALISED:
        raise SelectionError(f"`normalise` cannot be {_short(by)}. Choose {_names(NORMALISED, 'or')}, or leave it out")
    if not {"row", "column"} <= {use for use in uses.values() if isinstance(use, str)}:
        raise SelectionError("`normalise` needs a dimension for the rows and one for the columns")
    return str(by)


def _component(component: Any, dtype: str) -> str:
    valid = COMPLEX_COMPONENTS if is_complex(dtype) else ("value",)
    if component is None:
        return valid[0]
    if component not in valid:
        raise SelectionError(f"component {_short(component)} of {dtype} values. Choose {_names(valid, 'or')}")
    return str(component)


def _use(name: str, use: Any, size: int, keep: bool) -> Use:
    if isinstance(use, str):
        if use in Selection.ROLES or use in REDUCTIONS:
            return use
    elif isinstance(use, slice) and keep:
        try:
            use.indices(size)
        except (TypeError, ValueError) as error:
            raise SelectionError(f"dimension {name!r} cannot be {use}: {error}") from None
        return use
    elif keep and isinstance(use, (list, tuple, np.ndarray)):
        return tuple(_index(name, each, size) for each in use)
    elif not isinstance(use, bool) and use is not None:
        return _index(name, use, size)
    raise SelectionError(
        f"dimension {name!r} cannot be {_short(use)}. Give 'row', 'column', 'facet', an index, or "
        f"one of {_names(REDUCTIONS)}"
    )


def _index(name: str, use: Any, size: int) -> int:
    try:
        index = operator.index(use)
    except TypeError:
        raise SelectionError(f"dimension {name!r} cannot be {_short(use)}: an index is a whole number") from None
    if size == 0 and index == 0:
        return 0
    if not -size <= index < size:
        advice = f": give {-size} to {size - 1}" if size else ""
        raise SelectionError(f"index {index} of dimension {name!r}, whose size is {size}{advice}")
    return index + size if index < 0 else index


def _check_together(uses: Mapping[str, Use]) -> None:
    strings = [use for use in uses.values() if isinstance(use, str)]
    for role, most in (("row", 1), ("column", 1), ("facet", 2)):
        if strings.count(role) > most:
            who = [name for name, use in uses.items() if use == role]
            raise SelectionError(f"{_names(who)} are all {role!r}: at most {most} may be")
    statistics = sorted({use for use in strings if use in REDUCTIONS})
    if len(statistics) > 1:
        raise SelectionError(f"reduced by {_names(statistics)} at once: dimensions are reduced together, by one")


def _names(names: Sequence[str], last: str = "and") -> str:
    quoted = [repr(name) for name in names]
    if len(quoted) < 2:
        return "".join(quoted) or "no dimensions"
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
