"""What a layer does with the functions of TensorFlow, read off the graph that TensorFlow makes of it.

`tf.concat` takes no symbolic tensor of Keras. So a layer that calls it is called on placeholders, in a graph that is
then thrown away. A tensor in it knows the operation that it comes from; which layers were called in between is noted as
they are. TensorFlow itself is not imported for this: the tensors are asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import keras

from .layers import Layer

__all__ = ["Arguments", "Step", "Traced"]

SMALL = 16
"""Values of a constant that is an argument, as an axis is, and no tensor that flows."""


class Arguments(NamedTuple):
    """What an operation was called with, as Keras has it."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A call in TensorFlow's graph, with the attributes that a node of Keras's has.

    Attributes
    ----------
    operation : keras.layers.Layer or None
        `None` for an operation of TensorFlow.
    kind : str
        What such an operation is called: 'ConcatV2'.
    """

    operation: Layer | None
    arguments: Arguments
    input_tensors: list[Any]
    outputs: list[Any]
    kind: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


class Traced:
    """The calls in the graphs that TensorFlow made of a model's layers."""

    def __init__(self, model: Layer) -> None:
        self._calls: dict[int, Step] = {}
        self._steps: dict[int, Step | None] = {}
        # By their handles, and by the values of those that have none.
        self._variables: dict[int, Any] = {}
        self._kept: list[Any] = []
        for variable in model.weights:
            handle = getattr(getattr(variable, "_value", None), "handle", None)
            if handle is not None:
                self._variables[id(handle)] = variable

    def stand_in(self, variable: Any) -> Any:
        """Values for a variable that has none yet: Keras would compute its first ones, among the layer's operations."""
        values = keras.ops.zeros(variable.shape, variable.dtype)
        self._variables[id(values)] = variable
        self._kept.append(values)
        return values

    def add(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: list[Any]) -> None:
        """Note the call of a layer, that gave these tensors."""
        given = [each for each in keras.tree.flatten((args, kwargs)) if keras.ops.is_tensor(each)]
        step = Step(layer, Arguments(args, kwargs), given, outputs)
        self._calls.update((id(tensor), step) for tensor in outputs)

    def step(self, tensor: Any) -> Step | None:
        """The call that a tensor comes from; none for a constant, a placeholder, a variable, or what is no tensor."""
        known = self._calls.get(id(tensor))
        operation = getattr(tensor, "op", None)
        if known is not None or operation is None or operation.type in ("Const", "Placeholder", "ReadVariableOp"):
            return known
        if id(tensor) in self._variables:
            return None
        if id(operation) not in self._steps:
            self._steps[id(operation)] = self._of(operation)
        return self._steps[id(operation)]

    def variable(self, tensor: Any) -> Any:
        """The variable of the model whose values or whose handle a tensor is, or `None`."""
        if id(tensor) in self._variables:
            return self._variables[id(tensor)]
        operation = getattr(tensor, "op", None)
        if operation is not None and operation.type == "ReadVariableOp":
            tensor = operation.inputs[0]
        outside = self._captured(tensor)
        return None if outside is None else self._variables.get(id(outside))

    def _of(self, operation: Any) -> Step:
        given = [each for each in operation.inputs if not _small(each)]
        variables = [each for each in map(self.variable, given) if each is not None]
        tensors = [each for each in given if self.variable(each) is None and each.dtype.name != "resource"]
        return Step(
            None,
            Arguments((*tensors, *variables), {}),
            tensors,
            list(operation.outputs),
            operation.type,
            _attributes(operation),
        )

    def _captured(self, tensor: Any) -> Any:
        """What a placeholder stands for that is outside of its graph."""
        operation = getattr(tensor, "op", None)
        if operation is None or operation.type != "Placeholder":
            return None
        captures = getattr(tensor.graph, "captures", ())
        return next((outer for outer, inner in captures if inner is tensor), None)


def _small(tensor: Any) -> bool:
    size = tensor.shape.num_elements()
    return tensor.op.type == "Const" and size is not None and size <= SMALL and tensor.shape.rank <= 1


def _attributes(operation: Any) -> dict[str, Any]:
    """Those that are numbers and words: strides, padding."""
    found: dict[str, Any] = {}
    for name in operation.node_def.attr:
        value = None if name.startswith("_") else operation.get_attr(name)
        # Some are settings in a binary format.
        plain = value.decode() if isinstance(value, bytes) and value.isalnum() else value
        items = plain if isinstance(plain, list) else [plain]
        if items and all(isinstance(each, (bool, int, float, str)) for each in items):
            found[name] = plain
    return found
