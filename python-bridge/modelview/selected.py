"""What is selected in a view, as Python sees it: `mv.selection`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from .errors import AddressError, ClosedError
from .model import Model
from .state import StateError, check_channels, check_region
from .tensors import Selection, Tensor
from .tensors.dtype import Array
from .tensors.ordering import order_of

FOLLOWING = frozenset({"graph"})
"""Tabs that show where in the model a module is: selecting another moves what they show, and does not leave them."""


MOST_IN_WORDS = 8
SELECTION = ("dims", "component", "order", "normalise")


@dataclass(frozen=True, repr=False)
class Selected:
    """A node, a tensor, a way of slicing it and perhaps a rectangle of it.

    Attributes
    ----------
    address : str or None
        The tensor's.
    node : str or None
        The path of the node that is selected, or that the tensor belongs to.
    dims : mapping
        What each dimension is used for: 'row', 'column', 'facet', an index, or a statistic that reduces it.
    slices : mapping
        Each dimension's part that is selected: an index, a slice that follows the region, or a tuple of indices where
        channels were chosen, or a region of a dimension that is shown in another order.
    region : mapping or None
        The rectangle drawn on the page, `{dimension: (start, stop)}`: of a dimension that is shown in another order,
        places and not indices.
    channels : mapping or None
        The indices of a dimension that were chosen one by one, `{dimension: (index, …)}`.
    tensor : Tensor or None
        The tensor at the address.
    component : str
        'value', or for complex numbers 'magnitude', 'phase', 'real' or 'imaginary'.
    order : mapping
        The dimensions that are shown in another order, and by what: 'norm', 'mean' or 'cluster'.
    normalise : str or None
        'row' or 'column', where each of them is shown divided by its largest magnitude; `values` are the tensor's own.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview import TensorView
    >>> view = TensorView(np.arange(12.0).reshape(3, 4), dims=("out", "in"))
    >>> view.selection = {"region": {"out": (1, 3), "in": (0, 2)}}
    >>> view.selection.slices["out"], view.selection.values
    (slice(1, 3, None), array([[4., 5.],
           [8., 9.]]))
    """

    address: str | None = None
    node: str | None = None
    dims: Mapping[str, Any] = field(default_factory=dict)
    slices: Mapping[str, int | slice | tuple[int, ...]] = field(default_factory=dict)
    region: Mapping[str, tuple[int, int]] | None = None
    channels: Mapping[str, tuple[int, ...]] | None = None
    tensor: Tensor | None = None
    component: str = "value"
    order: Mapping[str, str] = field(default_factory=dict)
    normalise: str | None = None

    def __bool__(self) -> bool:
        return self.address is not None or self.node is not None

    def __repr__(self) -> str:
        if self.address is None:
            return "Selected(nothing)" if self.node is None else f"Selected(node={self.node!r})"
        part = {*(self.region or ()), *(self.channels or ())}
        words = [f"{dim}: {_words(use, self.slices[dim] if dim in part else None)}" for dim, use in self.dims.items()]
        words += [] if self.component == "value" else [self.component]
        words += [f"{dim} by {by}" for dim, by in self.order.items()]
        words += [] if self.normalise is None else [f"normalised by {self.normalise}"]
        return f"Selected({self.address!r}, {', '.join(words)})"

    @property
    def values(self) -> Array:
        """The selected values, read now: the channels or the region where there are such, else all that is shown.

        A fixed index drops its dimension, and a reduced one is gone.

        Raises
        ------
        ValueError
            Where no tensor is selected.
        """
        if self.tensor is None:
            raise ValueError("no tensor is selected: click one, or set `.selection` to an address")
        uses = {name: self.slices[name] if use in Selection.ROLES else use for name, use in self.dims.items()}
        component = None if self.component == "value" else self.component
        return self.tensor.read(uses, component)


def _words(use: object, part: int | slice | tuple[int, ...] | None) -> str:
    """`row`, `row 3:10`, `row [3, 7]`, `0`, `mean`."""
    if isinstance(part, tuple):
        more = ", …" if len(part) > MOST_IN_WORDS else ""
        return f"{use} [{', '.join(map(str, part[:MOST_IN_WORDS]))}{more}]"
    return f"{use} {part.start}:{part.stop}" if isinstance(part, slice) else str(use)


def selected_of(model: Model, state: Mapping[str, Any]) -> Selected:
    """Read a checked state."""
    address = state["address"]
    if address is None:
        return Selected(node=state["node"])
    tensor = model.tensors[address]
    selection = Selection.of(tensor, state["slices"].get(address))
    region = state["region"]
    channels = state["channels"] or {}
    slices: dict[str, int | slice | tuple[int, ...]] = {}
    for name, size in zip(tensor.dims, tensor.shape, strict=True):
        use = selection.dims[name]
        shown = use in Selection.ROLES if isinstance(use, str) else False
        if isinstance(use, int):
            slices[name] = use
        elif name in channels:
            slices[name] = tuple(channels[name])
        else:
            start, stop = (region or {}).get(name, (0, size)) if shown else (0, size)
            slices[name] = slice(start, stop)
            if name in selection.order and region is not None and name in region:
                # Places become indices. The page has asked for this order already: it is remembered.
                order = order_of(tensor, selection.plain, name, selection.order[name])
                slices[name] = tuple(order[start:stop].tolist())
    return Selected(
        address=address,
        node=tensor.node if state["node"] is None else state["node"],
        dims=MappingProxyType(dict(selection.dims)),
        slices=MappingProxyType(slices),
        region=None if region is None else MappingProxyType({dim: tuple(ends) for dim, ends in region.items()}),
        channels=MappingProxyType({dim: tuple(indices) for dim, indices in channels.items()}) or None,
        tensor=tensor,
        component=selection.component,
        order=MappingProxyType(dict(selection.order)),
        normalise=selection.normalise,
    )


def select(model: Model, state: Mapping[str, Any], wanted: object) -> dict[str, Any]:
    """Make the state in which `wanted` is selected.

    Parameters
    ----------
    model
        What is looked at.
    state
        The state now; colours and the slices of other tensors stay.
    wanted
        An address, a bare parameter name, a node's path, a `Tensor`, a `Selected`, `None`, or a mapping of
        `address` (default: the tensor that is selected now), `dims`, `component`, `order`, `normalise`, `region` and
        `channels`. Of what is not mentioned the first four stay.

    Raises
    ------
    AddressError, SelectionError, StateError
        The message lists what would have been right.
    """
    if wanted is None:
        return {**state, "node": None, "address": None, "region": None, "channels": None}
    if isinstance(wanted, Tensor):
        if model.tensors.resolve(wanted.address) is not wanted:
            raise AddressError(f"{wanted!r} is not a tensor of this view. Take one of its `.tensors`")
        return _at(state, wanted)
    if isinstance(wanted, Selected):
        if wanted.address is None:
            return {**state, "node": wanted.node, "address": None, "region": None, "channels": None}
        parts = {name: getattr(wanted, name) for name in ("address", *SELECTION)}
        if wanted.region is not None:
            parts["region"] = {dim: list(ends) for dim, ends in wanted.region.items()}
        if wanted.channels is not None:
            parts["channels"] = {dim: list(indices) for dim, indices in wanted.channels.items()}
        return _with_parts(model, state, parts)
    if isinstance(wanted, Mapping):
        return _with_parts(model, state, wanted)
    if not isinstance(wanted, str):
        raise StateError(
            "select an address, a parameter's name, a node's path, a tensor of `.tensors`, a dict with `address`, "
            f"`dims` and `region`, or None; not {type(wanted).__name__}"
        )
    tensor = model.tensors.resolve(wanted)
    if tensor is not None:
        return _at(state, tensor)
    paths = [node.path for node in model.structure.modules]
    if wanted in paths:
        tab = state["tab"] if state["tab"] in FOLLOWING else None
        return {**state, "node": wanted, "address": None, "tab": tab, "region": None, "channels": None}
    raise _unknown(model, wanted, paths)


def _at(state: Mapping[str, Any], tensor: Tensor) -> dict[str, Any]:
    # The page chooses the tab: what was open may not apply to this tensor.
    tab = state["tab"] if state["address"] == tensor.address else None
    return {**state, "node": tensor.node, "address": tensor.address, "tab": tab, "region": None, "channels": None}


def _with_parts(model: Model, state: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    known = ("address", *SELECTION, "region", "channels")
    unknown = [name for name in parts if name not in known]
    if unknown:
        raise StateError(f"a selection has no {unknown[0]!r}: it has {', '.join(known)}")
    address = parts.get("address", state["address"])
    if address is None:
        raise StateError("no tensor is selected: give its `address` too")
    tensor = model.tensors[address.address if isinstance(address, Tensor) else address]
    new = _at(state, tensor)
    if any(name in parts for name in SELECTION):
        before = Selection.of(tensor, state["slices"].get(tensor.address))
        dims = parts.get("dims")
        # A dimension that is not mentioned keeps its use, unless another takes that over.
        taken = {use for use in (dims or {}).values() if use in ("row", "column")}
        kept = {dim: 0 if use in taken else use for dim, use in before.dims.items()}
        uses = {**kept, **(dims or {})}
        wanted = {"dims": uses, "component": before.component, **_arrangement(before, uses)}
        wanted.update({name: parts[name] for name in ("component", "order", "normalise") if name in parts})
        selection = Selection.of(tensor, wanted)
        new["slices"] = {**state["slices"], tensor.address: selection.to_json()}
    if parts.get("region") is not None:
        new["region"] = check_region(tensor, _as_ranges(tensor, parts["region"]))
    if parts.get("channels") is not None:
        new["channels"] = check_channels(tensor, parts["channels"])
    return new


def _arrangement(before: Selection, uses: Mapping[str, Any]) -> dict[str, Any]:
    """The order and the normalisation of before, as far as they still apply."""
    order = {dim: by for dim, by in before.order.items() if uses.get(dim) in Selection.ROLES}
    both = {"row", "column"} <= {use for use in uses.values() if isinstance(use, str)}
    return {"order": order, "normalise": before.normalise if both else None}


def _as_ranges(tensor: Tensor, region: object) -> object:
    """Take slices and NumPy's integers for what they mean."""
    if not isinstance(region, Mapping):
        return region
    sizes = dict(zip(tensor.dims, tensor.shape, strict=True))
    ranges: dict[Any, Any] = {}
    for dim, ends in region.items():
        if isinstance(ends, slice):
            ranges[dim] = list(ends.indices(sizes.get(dim, 0))[:2])
        else:
            ranges[dim] = [int(end) for end in ends] if isinstance(ends, (list, tuple)) else ends
    return ranges


def _unknown(model: Model, wanted: str, paths: list[str]) -> AddressError:
    if model.closed:
        raise ClosedError("this view was closed: make a new one")
    names = [name for tensor in model.tensors.values() for name in tensor.names]
    bare = [name.split("/", 1)[-1] for name in names]
    pool = [*paths, *bare]
    close = get_close_matches(wanted, pool[:4000], n=3, cutoff=0.5)
    if not close:
        return AddressError.of(wanted, names)
    return AddressError(f"no tensor or node {wanted!r}. Close to it: {', '.join(map(repr, close))}")
