"""The view's state: one small JSON value that the page and Python both write (docs/protocol.md).

Kept in step with `ViewState` of src/wire/protocol.ts. What comes from the page is no more to be trusted than any other
message: it is checked against the model before it becomes the state.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Mapping
from typing import Any

from .errors import ModelViewError
from .model import Model
from .tensors import Selection, Tensor

COLOUR_MODES = ("robust", "full", "percentile", "fixed", "locked")
COLOUR_STATISTICS = ("mean", "min", "max")
HIDDEN_SIDES = ("under", "over")
ASPECTS = ("square", "fill")
LONGEST_NAME = 200
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
        "channels": None,
        "highlights": [],
        "colour": {
            "mode": "robust",
            "low": None,
            "high": None,
            "percentile": 99,
            "statistic": "mean",
            "hidden": None,
        },
        "aspect": "square",
        "bookmarks": [],
        "revision": 0,
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
    state["channels"] = _channels(tensor, state["channels"])
    state["highlights"] = _highlights(model, state["highlights"])
    state["colour"] = _colour(state["colour"])
    state["aspect"] = _aspect(state["aspect"])
    state["bookmarks"] = _bookmarks(model, state["bookmarks"])
    if not isinstance(state["revision"], int) or isinstance(state["revision"], bool) or state["revision"] < 0:
        raise StateError(f"`revision` is the number of the revision that was seen, not {state['revision']!r:.80}")
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


def check_channels(tensor: Tensor, value: object) -> dict[str, list[int]]:
    """Check `{dimension: [index, …]}`: some indices of one of a tensor's dimensions, each once.

    Raises
    ------
    StateError
    """
    if not isinstance(value, Mapping) or len(value) != 1:
        raise StateError("`channels` is {dimension: [index, …]} of one dimension, or null")
    sizes = dict(zip(tensor.dims, tensor.shape, strict=True))
    [(dim, indices)] = value.items()
    if dim not in sizes:
        raise StateError(f"no dimension {dim!r} in {tensor.address}: it has {', '.join(sizes) or 'none'}")
    try:
        found = [operator.index(each) for each in indices]
    except TypeError:
        raise StateError(f"the channels of {dim!r} are a list of indices, not {indices!r:.80}") from None
    wrong = next((each for each in found if not 0 <= each < sizes[dim]), None)
    if wrong is not None:
        raise StateError(f"index {wrong} of {dim!r} is not within 0 to {sizes[dim] - 1}")
    return {dim: list(dict.fromkeys(found))}


def _channels(tensor: Tensor | None, value: object) -> dict[str, list[int]] | None:
    if value is None:
        return None
    if tensor is None:
        raise StateError("`channels` are of the tensor at `address`, and there is none")
    return check_channels(tensor, value)


def _highlights(model: Model, value: object) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise StateError("`highlights` is a list of the addresses of tensors with a mask")
    return [model.tensors[address].address for address in value]


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
        raise StateError("`colour` is an object with mode, low, high, percentile, statistic and hidden")
    colour = {**default_state()["colour"], **value}
    for name, valid in (("mode", COLOUR_MODES), ("statistic", COLOUR_STATISTICS)):
        if colour[name] not in valid:
            raise StateError(f"`colour.{name}` is one of {', '.join(valid)}, not {colour[name]!r:.80}")
    for name in ("low", "high"):
        if colour[name] is not None and not _is_number(colour[name]):
            raise StateError(f"`colour.{name}` is a number or null, not {colour[name]!r:.80}")
    percentile = colour["percentile"]
    if not _is_number(percentile) or not 0 < percentile <= 100:
        raise StateError(f"`colour.percentile` is over 0 and at most 100, not {percentile!r:.80}")
    hidden = colour["hidden"]
    if hidden is not None:
        good = isinstance(hidden, Mapping) and hidden.get("side") in HIDDEN_SIDES
        if not good or not _is_number(hidden.get("threshold")) or hidden["threshold"] < 0:
            raise StateError(
                '`colour.hidden` is {"side": "under" or "over", "threshold": a number of at least 0}, or null, '
                f"not {hidden!r:.80}"
            )
    return colour


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < math.inf


def _aspect(value: object) -> str:
    if value not in ASPECTS:
        raise StateError(f"`aspect` is one of {', '.join(ASPECTS)}, not {value!r:.80}")
    return str(value)


def _bookmarks(model: Model, value: object) -> list[dict[str, Any]]:
    if not isinstance(value, (list, tuple)):
        raise StateError(
            "`bookmarks` is a list of places, each with name, address, selection, place, colour and aspect"
        )
    bookmarks: dict[str, dict[str, Any]] = {}
    for bookmark in value:
        checked = _bookmark(model, bookmark)
        if checked["name"] in bookmarks:
            raise StateError(f"two bookmarks are called {checked['name']!r}: give each a name of its own")
        bookmarks[checked["name"]] = checked
    return list(bookmarks.values())


def _bookmark(model: Model, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise StateError(f"a bookmark is an object, not {type(value).__name__}")
    name = value.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise StateError(f"a bookmark has a `name` of 1 to {LONGEST_NAME} characters, not {name!r:.80}")
    tensor = _tensor(model, value.get("address"))
    if tensor is None:
        raise StateError(f"the bookmark {name!r} needs the `address` of a tensor")
    return {
        **value,
        "address": tensor.address,
        "selection": Selection.from_json(tensor, value.get("selection")).to_json(),
        "place": _place(name, value.get("place")),
        "colour": _colour(value.get("colour", {})),
        "aspect": _aspect(value.get("aspect", "square")),
    }


def _place(name: str, value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    good = isinstance(value, Mapping) and all(_is_number(value.get(key)) for key in ("facet", "row", "column", "zoom"))
    if not isinstance(value, Mapping) or not good or value["zoom"] <= 0:
        raise StateError(
            f"the `place` of the bookmark {name!r} is {{facet, row, column, zoom}}, four numbers of "
            "which zoom is over 0, or null"
        )
    return dict(value)
