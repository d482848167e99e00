"""The view's state: one small JSON value that the page and Python both write (docs/protocol.md).

Kept in step with `ViewState` of src/wire/protocol.ts. What comes from the page is no more to be trusted than any other
message: it is checked against the model before it becomes the state.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from .errors import ModelViewError
from .model import Model
from .tensors import Selection, Tensor

COLOUR_MODES = ("robust", "full", "fixed")
COLOUR_STATISTICS = ("mean", "min", "max")
LARGEST = 1024 * 1024


class StateError(ModelViewError, ValueError):
    """A state that does not fit the model."""

    code = "malformed"


def default_state(address: str | None = None, tab: str | None = None) -> dict[str, Any]:
    """Make the state that a view opens with."""
    return {
        "node": None,
        "address": address,
        "tab": tab,
        "slices": {},
        "region": None,
        "colour": {"mode": "robust", "low": None, "high": None, "statistic": "mean"},
    }


def check_state(model: Model, value: object) -> dict[str, Any]:
    """Check a state against a model, and put it into canonical form.

    Fields that are missing take their defaults; fields that this version does not know are kept, since a newer page may
    need them.

    Raises
    ------
    StateError, AddressError, SelectionError
    """
    if not isinstance(value, Mapping):
        raise StateError(f"the state is an object, not {type(value).__name__}")
    try:
        size = len(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as problem:
        raise StateError(f"the state must be plain JSON: {problem}") from problem
    if size > LARGEST:
        raise StateError(f"the state takes {size} bytes, and at most {LARGEST} are allowed")
    state = {**default_state(), **value}
    state["node"] = _node(model, state["node"])
    tensor = _tensor(model, state["address"])
    state["address"] = None if tensor is None else tensor.address
    if state["tab"] is not None and not isinstance(state["tab"], str):
        raise StateError("`tab` is the name of a tab, or null")
    state["slices"] = _slices(model, state["slices"])
    state["region"] = _region(tensor, state["region"])
    state["colour"] = _colour(state["colour"])
    return state


def check_region(tensor: Tensor, value: object) -> dict[str, list[int]]:
    """Check `{dimension: [start, stop]}`, half-open ranges of a tensor's dimensions.

    Raises
    ------
    StateError
    """
    if not isinstance(value, Mapping):
        raise StateError("`region` is {dimension: [start, stop]}, or null")
    sizes = dict(zip(tensor.dims, tensor.shape, strict=True))
    region = {}
    for dim, ends in value.items():
        if dim not in sizes:
            raise StateError(f"no dimension {dim!r} in {tensor.address}: it has {', '.join(sizes) or 'none'}")
        good = isinstance(ends, (list, tuple)) and len(ends) == 2
        if not good or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
            raise StateError(f"the region of {dim!r} is [start, stop], two integers, not {ends!r}")
        start, stop = ends
        if not 0 <= start <= stop <= sizes[dim]:
            raise StateError(f"the region [{start}, {stop}] of {dim!r} is not within 0 to {sizes[dim]}")
        region[dim] = [start, stop]
    return region


def _node(model: Model, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or all(node.path != value for node in model.structure.modules):
        raise StateError(f"no node {value!r:.200} in this model")
    return value


def _tensor(model: Model, value: object) -> Tensor | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise StateError("`address` is a tensor's address, or null")
    return model.tensors[value]


def _slices(model: Model, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise StateError("`slices` is {address: selection}")
    slices = {}
    for address, selection in value.items():
        tensor = model.tensors[address]
        slices[tensor.address] = Selection.from_json(tensor, selection).to_json()
    return slices


def _region(tensor: Tensor | None, value: object) -> dict[str, list[int]] | None:
    if value is None:
        return None
    if tensor is None:
        raise StateError("`region` is of the tensor at `address`, and there is none")
    return check_region(tensor, value)


def _colour(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise StateError("`colour` is an object with mode, low, high and statistic")
    colour = {**default_state()["colour"], **value}
    for name, valid in (("mode", COLOUR_MODES), ("statistic", COLOUR_STATISTICS)):
        if colour[name] not in valid:
            raise StateError(f"`colour.{name}` is one of {', '.join(valid)}, not {colour[name]!r:.80}")
    for name in ("low", "high"):
        end = colour[name]
        number = isinstance(end, (int, float)) and not isinstance(end, bool)
        if end is not None and not (number and abs(end) < math.inf):
            raise StateError(f"`colour.{name}` is a number or null, not {end!r:.80}")
    return colour
