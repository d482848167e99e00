"""What a Keras layer holds, and which of its graphs Keras itself knows.

Keras has no public word for a layer's own weights and sublayers (`weights` adds those below), nor for the calls that a
graph is made of: the names with an underscore are read here and in `graph.py`, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

import keras

__all__ = [
    "Layer",
    "alike",
    "all_layers",
    "awaits_weights",
    "children_of",
    "has_graph",
    "is_layer",
    "is_own",
    "snake",
    "variables_of",
]

Layer = Any
"""A `keras.layers.Layer`: Keras ships no types."""

_NUMBER = re.compile(r"_\d+$")


def is_layer(value: object) -> TypeGuard[Layer]:
    """Whether a value is a layer (a model is one), and not a metric."""
    return isinstance(value, keras.layers.Layer) and not isinstance(value, keras.metrics.Metric)


def has_graph(layer: Layer) -> bool:
    """Whether Keras holds the graph of a layer: a functional model, or a sequential one that is built."""
    if isinstance(layer, keras.Sequential):
        # A model of one input layer has nothing to hold, nor has one whose input is not a single tensor.
        return getattr(layer, "_functional", None) is not None
    return isinstance(layer, keras.Function) and _calls_its_graph(type(layer))


def _calls_its_graph(kind: type) -> bool:
    """Whether a subclass of functional models still does what its graph says."""
    for cls in kind.__mro__:
        if "call" in vars(cls):
            return is_own(cls)
    return False


def is_own(kind: type) -> bool:
    """Whether a class is Keras's own, and no user's."""
    return kind.__module__.partition(".")[0] == "keras"


def children_of(layer: Layer) -> list[Layer]:
    """The layers that a layer holds, each once: those of `summary()` first and in its order."""
    held: list[Layer] = []
    if isinstance(layer, keras.Model):
        held += layer.layers
    sequential = isinstance(layer, keras.Sequential)
    for child in getattr(layer, "_layers", ()):
        # A sequential model does not count the input layer that it made for itself.
        if not (sequential and isinstance(child, keras.layers.InputLayer)):
            held.append(child)
    return list({id(child): child for child in held if is_layer(child)}.values())


def all_layers(layer: Layer) -> Iterator[Layer]:
    """A layer and all below it, each once, those included that Keras makes for itself."""
    seen: dict[int, Layer] = {}
    waiting = [layer]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        yield each
        waiting += children_of(each)
        waiting += (child for child in getattr(each, "_layers", ()) if is_layer(child))
        graph = getattr(each, "_functional", None)
        if graph is not None:
            waiting.append(graph)


def variables_of(layer: Layer) -> list[Any]:
    """A layer's own weights, without seeds and metrics, as `layer.weights` and `summary()` count them."""
    held = [*getattr(layer, "_trainable_variables", ()), *getattr(layer, "_non_trainable_variables", ())]
    return list({id(each): each for each in held}.values())


def awaits_weights(layer: Layer) -> bool:
    """Whether a layer is not built and has a `build` to make weights in."""
    return not layer.built and type(layer).build not in (keras.layers.Layer.build, keras.Model.build)


def alike(layer: Layer) -> str | None:
    """The name of a layer without the number that Keras counted, where it was Keras that named it."""
    stem = snake(type(layer).__name__)
    return stem if _NUMBER.sub("", layer.name) == stem else None


def snake(name: str) -> str:
    """A class's name as Keras makes names of it.

    Examples
    --------
    >>> snake("MultiHeadAttention"), snake("Conv2D")
    ('multi_head_attention', 'conv2d')
    """
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
