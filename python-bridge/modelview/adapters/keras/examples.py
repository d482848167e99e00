"""What a model is called with, as symbolic tensors: of an example that a person gave, or as it was built."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from ...inputs import Inputs
from .._signature import Shape, Signature, same_sizes
from .facts import leaf_name, value_of
from .layers import Layer

__all__ = ["Call", "built_with", "calls_with", "check_example"]

_CONTEXT = ("training", "mask")


class Call:
    """The arguments of a call, and the symbolic tensors in them by name."""

    def __init__(self, layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self.args = args
        self.kwargs = dict(kwargs)
        self.inputs: list[tuple[str, Any]] = []
        names = [each.name for each in _parameters(layer)]
        for position, value in enumerate(args):
            self._name(names[position] if position < len(names) else f"args_{position}", value)
        for name, value in self.kwargs.items():
            self._name(name, value)

    def _name(self, name: str, value: Any) -> None:
        for path, leaf in keras.tree.flatten_with_path(value):
            if isinstance(leaf, keras.KerasTensor):
                # The names of a dictionary are the inputs' own.
                inner = leaf_name(path)
                self.inputs.append((inner if inner and not inner.startswith("[") else f"{name}{inner}", leaf))


def calls_with(layer: Layer, inputs: Inputs) -> Iterator[Call]:
    """The call that an example stands for: for a batch of any size, and for one of the example's."""
    args, kwargs = _as_taken(layer, inputs)
    for batch in (None, 0):
        yield Call(layer, *keras.tree.map_structure(lambda value, batch=batch: _symbolic(value, batch), (args, kwargs)))


def built_with(layer: Layer) -> Call | None:
    """The call that a layer was built for, or `None` where it does not say all of it. The dtypes are a guess."""
    try:
        config = layer.get_build_config() or {}
        shapes = config.get("shapes_dict") or {"": config["input_shape"]}
        tensors = {
            name.removesuffix("_shape"): keras.tree.map_shape_structure(
                lambda shape: keras.KerasTensor(shape, layer.input_dtype, name="input"), shape
            )
            for name, shape in shapes.items()
            if shape is not None
        }
        args, kwargs = ((tensors.pop(""),), {}) if "" in tensors else ((), tensors)
        inspect.signature(layer.call).bind(*args, **kwargs)
    except Exception:
        # Not built, with a `build` of its own, or for more than its first argument.
        return None
    return Call(layer, args, kwargs) if args or kwargs else None


def check_example(model: Layer, inputs: Inputs) -> None:
    """Compare an example with the inputs of a model whose graph Keras holds, which is not called with it.

    Raises
    ------
    InputsError
        Where it does not fit, with what would.
    """
    kwargs = {name: value for name, value in inputs.kwargs.items() if name not in _CONTEXT}
    value = inputs.args[0] if len(inputs.args) == 1 else kwargs if kwargs else list(inputs.args)
    # A functional model keeps what was nested; a sequential one has a single input.
    nested = model.input if isinstance(model, keras.Function) else model.inputs
    named: dict[str, Any] = {}
    for path, tensor in keras.tree.flatten_with_path(nested):
        named[leaf_name(path) if isinstance(nested, Mapping) else tensor.name] = value_of(tensor)
    signature = Signature(named, fits=_fits)
    if isinstance(value, Mapping) and [*value] == ["inputs"] and "inputs" not in named:
        # By the name of the argument.
        value = value["inputs"]
    if isinstance(value, Mapping):
        # By name it takes more than it needs, as Keras does.
        leaves = {leaf_name(path): leaf for path, leaf in keras.tree.flatten_with_path(value)}
        signature.check(kwargs={name: leaf for name, leaf in leaves.items() if name in named})
    else:
        signature.check(keras.tree.flatten(value))


def _fits(taken: Shape, given: Shape) -> bool:
    """Whether Keras takes a shape: a batch of any size, and a last axis of one more or less."""
    free = (None, *taken[1:]) if taken else ()
    return (
        same_sizes(free, given)
        or (given[-1:] == (1,) and same_sizes(free, given[:-1]))
        or (free[-1:] == (1,) and same_sizes(free[:-1], given))
    )


def _as_taken(layer: Layer, inputs: Inputs) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments as `call` takes them: a model of Keras takes all of its inputs as its first."""
    taken = [each.name for each in _parameters(layer) if each.name not in _CONTEXT]
    args, kwargs = inputs.args, dict(inputs.kwargs)
    if not args and kwargs and taken and not set(kwargs) <= {*taken, *_CONTEXT} and not _takes_any(layer):
        context = {name: kwargs.pop(name) for name in _CONTEXT if name in kwargs}
        return (kwargs,), context
    if len(args) > len(taken) > 0 and not _takes_any(layer):
        return (list(args),), kwargs
    return args, kwargs


def _parameters(layer: Layer) -> list[inspect.Parameter]:
    try:
        parameters = list(inspect.signature(layer.call).parameters.values())
    except (TypeError, ValueError):
        return []
    return [each for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.POSITIONAL_ONLY)]


def _takes_any(layer: Layer) -> bool:
    kinds = {each.kind for each in inspect.signature(layer.call).parameters.values()}
    return bool(kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})


def _symbolic(value: Any, batch: int | None) -> Any:
    """A symbolic tensor for an array; anything else is an argument as it is."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is None or dtype is None:
        return value
    shape = tuple(shape)
    if batch is None and shape:
        shape = (None, *shape[1:])
    # With a name, or Keras would count one.
    return keras.KerasTensor(shape, keras.backend.standardize_dtype(dtype), name="input")
