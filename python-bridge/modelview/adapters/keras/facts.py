"""What Keras tells of values, layers and operations, in words of ours."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from ...structure import Value
from .layers import Layer, has_graph, is_layer

__all__ = ["call_attributes", "layer_attributes", "leaf_name", "named_results", "symbolic", "value_of"]

LONGEST = 16
"""Of a list among the attributes."""

_UNTOLD = ("name", "trainable", "dtype")


def symbolic(value: object) -> Iterator[Any]:
    """The symbolic tensors in nested sequences and mappings, in Keras's order."""
    return (leaf for leaf in keras.tree.flatten(value) if isinstance(leaf, keras.KerasTensor))


def value_of(tensor: Any) -> Value:
    """The shape and dtype of a tensor: a size that is not fixed is 'batch' on the first axis, and else '?'."""
    shape = tensor.shape
    # Of TensorFlow's; how many dimensions there are may not be known.
    rank = getattr(shape, "rank", len(shape) if isinstance(shape, tuple) else None)
    sizes = None
    if rank is not None:
        sizes = tuple(("?" if axis else "batch") if size is None else int(size) for axis, size in enumerate(shape))
    return Value(sizes, str(getattr(tensor.dtype, "name", tensor.dtype)))


def leaf_name(path: Sequence[Any]) -> str:
    """Where a tensor is in nested sequences and mappings: 'states[0].hidden'.

    Examples
    --------
    >>> leaf_name(("states", 0, "hidden"))
    'states[0].hidden'
    """
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def named_results(result: Any) -> Iterator[tuple[str, Any]]:
    """A model's results that are tensors: 'logits', 'output' where it is the only one, 'output[1]'."""
    if dataclasses.is_dataclass(result) and not isinstance(result, (type, Mapping)):
        # Keras's trees do not look into one.
        result = {each.name: getattr(result, each.name) for each in dataclasses.fields(result)}
    for path, leaf in keras.tree.flatten_with_path(result):
        if isinstance(leaf, keras.KerasTensor) or keras.ops.is_tensor(leaf):
            name = leaf_name(path)
            yield f"output{name}" if not name or name.startswith("[") else name, leaf


def layer_attributes(layer: Layer) -> dict[str, Any]:
    """What a layer was made with, as far as it is numbers and words."""
    if has_graph(layer):
        # Its configuration is the whole graph again.
        return {}
    try:
        config = layer.get_config()
    except Exception:
        # A layer of one's own need not have one.
        return {}
    return _plain_items({name: value for name, value in config.items() if name not in _UNTOLD})


def call_attributes(node: Any) -> dict[str, Any]:
    """What an operation was made and called with that is no tensor."""
    operation = node.operation
    made = {} if is_layer(operation) else {name: value for name, value in vars(operation).items() if name[0] != "_"}
    try:
        given = inspect.signature(operation.call).bind(*node.arguments.args, **node.arguments.kwargs).arguments
    except (TypeError, ValueError):
        given = dict(node.arguments.kwargs)
    return _plain_items({name: value for name, value in {**made, **given}.items() if name not in _UNTOLD})


def _plain_items(values: dict[str, Any]) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: object) -> Any:
    """A value as JSON has it, or `None` for what is not to be shown."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (slice, type(Ellipsis))):
        return _slice(value)
    if isinstance(value, (list, tuple)) and len(value) <= LONGEST:
        items = ["None" if each is None else _plain(each) for each in value]
        return items if items and None not in items else None
    return None


def _slice(value: object) -> str:
    if not isinstance(value, slice):
        return "..."
    parts = ["" if each is None else str(each) for each in (value.start, value.stop)]
    return ":".join(parts if value.step is None else [*parts, str(value.step)])
