"""From the calls that Keras remembers to a dataflow."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import keras
import numpy as np

from ...errors import Cancelled
from ...structure import DataflowBuilder, Value
from ...tensors.progress import Cancel
from .facts import call_attributes, value_of
from .follow import Follower
from .inside import Inside
from .layers import Layer, has_graph, is_layer, snake
from .traced import Step
from .walk import KerasWalk

__all__ = ["Graph"]


class Graph:
    """Puts what leads to symbolic tensors into a `DataflowBuilder`, each call of a layer into its place.

    Keras has a node for each call of a layer or an operation; a tensor knows the node that it comes from. What happens
    inside a call of a layer is a graph of its own: the one that the layer holds (functional models), or that the
    follower found. The tensors at its edge are those of the call.
    """

    def __init__(
        self, builder: DataflowBuilder, walk: KerasWalk, follower: Follower, cancelled: Cancel | None = None
    ) -> None:
        self.builder = builder
        self.follower = follower
        self._cancelled = cancelled
        self._addresses = walk.addresses()
        self._root = walk.root
        # Which node a tensor comes from, and as what it left it. Of tensors that somebody keeps.
        self._made: MutableMapping[int, tuple[int, Value]] = {}
        self._constants: dict[int, int] = {}
        self._paths: dict[int, str] = {}
        self._within: dict[tuple[str, int], str] = {}
        for item, module in zip(walk.found, walk.modules, strict=True):
            self._paths.setdefault(id(module), item.path)
            if item.parent is not None:
                self._within[walk.found[item.parent].path, id(module)] = item.path
        self._modules = {"": ""}
        """The path of the module that each place is a call of."""
        self._calls: dict[str, int] = {}

    def give(self, tensor: Any, name: str, layer: Layer | None = None) -> None:
        """Make a node for an input of the model; of a functional one it stands in its input layer."""
        place = "" if layer is None else self._enter("", layer)
        index = self.builder.add(place or "", name, "input", role="input")
        self._made[id(tensor)] = index, value_of(tensor)

    def take(self, results: Iterable[tuple[str, Any]]) -> None:
        """Make nodes for the results of the model, after all that leads to them."""
        named = list(results)
        for _, tensor in named:
            self._lead_to(tensor, "", None)
        for name, tensor in named:
            index = self.builder.add("", name, "output", role="output")
            self._connect(tensor, index, "", None)

    def _lead_to(self, tensor: Any, place: str, inside: Inside | None) -> None:
        """Add what a tensor comes from. With a stack of our own: models are deeper than Python recurses."""
        waiting = [tensor]
        while waiting:
            node = self._unknown(waiting[-1])
            needed = [] if node is None else [each for each in node.input_tensors if self._unknown(each) is not None]
            if needed:
                waiting += reversed(needed)
                continue
            waiting.pop()
            if node is not None:
                self._add(node, place, inside)

    def _unknown(self, tensor: Any) -> Any:
        """The call that a tensor comes from, where that is not here yet."""
        return None if id(tensor) in self._made else self.follower.node_of(tensor)

    def _add(self, node: Any, place: str, inside: Inside | None) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        operation = node.operation
        here = self._enter(place, operation) if is_layer(operation) else None
        if here is None:
            name = node.kind if isinstance(node, Step) and operation is None else operation.name
            self._operation(node, place, name, inside, operation.weights if is_layer(operation) else ())
        elif has_graph(operation):
            self._unfold_held(node, here)
        elif (found := self.follower.inside(node)) is not None:
            for outer, _ in found.entries:
                # A mask comes with a tensor, and not as an argument.
                self._lead_to(outer, place, inside)
            self._unfold(here, found)
        else:
            self._operation(node, here, snake(type(operation).__name__), inside, operation.weights)

    def _unfold_held(self, node: Any, place: str) -> None:
        """Put the graph that a functional model holds into its place, between the tensors of one call of it."""
        model = node.operation
        results = list(zip(model.outputs, node.outputs, strict=True))
        # The tensors within are the same in each call, and come from other nodes of ours.
        outside, self._made = self._made, ChainMap({}, self._made)
        entries = []
        for outer, inner in zip(node.input_tensors, model.inputs, strict=False):
            layer = inner._keras_history.operation
            at = self._enter(place, layer)
            if at is None:
                entries.append((outer, inner))
                continue
            kind = type(layer).__name__
            index = self.builder.add(at, snake(kind), kind)
            self._connect(outer, index, place, None)
            self._made[id(inner)] = index, value_of(inner)
        self._unfold(place, Inside(entries, results))
        made = [(outer, self._made.get(id(outer))) for _, outer in results]
        self._made = outside
        self._made.update({id(outer): known for outer, known in made if known is not None})

    def _unfold(self, place: str, inside: Inside) -> None:
        """Put what happens in a call of a layer into the layer's place."""
        for outer, inner in inside.entries:
            known = self._made.get(id(outer))
            if known is not None:
                self._made[id(inner)] = known
        for inner, outer in inside.results:
            self._lead_to(inner, place, inside)
            made = self._source(inner, place, inside)
            if made is not None:
                self._made[id(outer)] = made[0], value_of(outer)

    def _operation(self, node: Any, place: str, name: str, inside: Inside | None, weights: Any) -> None:
        made_by_tensorflow = isinstance(node, Step) and node.operation is None
        kind = node.kind if made_by_tensorflow else type(node.operation).__name__
        attributes = node.attributes if made_by_tensorflow else call_attributes(node)
        variables = [*weights, *(each for each in _flat(node) if isinstance(each, keras.Variable))]
        index = self.builder.add(place, name, kind, reads=self._reads(variables), attributes=attributes)
        for each in _flat(node):
            self._connect(each, index, place, inside)
        for tensor in node.outputs:
            self._made[id(tensor)] = index, value_of(tensor)

    def _connect(self, tensor: Any, index: int, place: str, inside: Inside | None) -> None:
        made = self._source(tensor, place, inside)
        if made is not None:
            self.builder.connect(made[0], index, made[1])

    def _source(self, tensor: Any, place: str, inside: Inside | None) -> tuple[int, Value] | None:
        """Where a tensor comes from; made where it is no symbolic one."""
        # What the layer's code made of its variables alone, on TensorFlow.
        self._lead_to(tensor, place, inside)
        made = self._made.get(id(tensor))
        if made is not None or isinstance(tensor, keras.Variable) or self.follower.traced.variable(tensor) is not None:
            return made
        array = isinstance(tensor, np.ndarray) and tensor.ndim > 0
        if not array and not isinstance(tensor, keras.KerasTensor) and not keras.ops.is_tensor(tensor):
            return None
        if id(tensor) not in self._constants:
            # Made of the layer's variables, or of nothing, when the model is called.
            reads = self._reads(inside.variables if inside is not None else ())
            self._constants[id(tensor)] = self.builder.add(place, "constant", "constant", role="constant", reads=reads)
        return self._constants[id(tensor)], value_of(tensor)

    def _reads(self, variables: Any) -> list[str]:
        found = (self._addresses.get(id(each)) for each in variables)
        return list(dict.fromkeys(address for address in found if address is not None))

    def _enter(self, place: str, layer: Layer) -> str | None:
        """The place for the next call of a layer, from within another; `None` where the tree does not have it."""
        if layer is self._root:
            return ""
        first = self._paths.get(id(layer))
        if first is None:
            return None
        module = self._modules[place]
        path = self._within.get((module, id(layer)))
        if path is None:
            wanted = first
        else:
            name = path[len(module) :].removeprefix(".")
            wanted = f"{place}.{name}" if place else name
        number = self._calls.get(wanted, 0)
        self._calls[wanted] = number + 1
        here = f"{wanted}@{number}" if number else wanted
        self._modules[here] = first
        self.builder.call(here, first, place)
        return here


def _flat(node: Any) -> list[Any]:
    arguments: Mapping[str, Any] = node.arguments.kwargs
    return [*keras.tree.flatten(node.arguments.args), *keras.tree.flatten(dict(arguments))]
