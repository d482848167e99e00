"""Follow layers into their `call`: symbolic tensors go through it, and each operation on one is remembered by Keras."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras

from .facts import named_results, symbolic
from .layers import Layer, all_layers, children_of, has_graph, is_own

__all__ = ["Follower", "Inside"]

_REPEATING = (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.TimeDistributed)
"""What runs its layer once for each step, within the back end: one operation."""


@dataclass
class Inside:
    """What happens in one call of a layer.

    Attributes
    ----------
    entries : list of (KerasTensor, KerasTensor)
        A tensor that the call was given, and what it is within.
    results : list of (tensor, KerasTensor)
        A tensor within, and what the call gave back for it.
    variables : list of keras.Variable
        Those whose values the layer's code asked for: what is no symbolic tensor was made of these.
    given : tuple
        The arguments of the call, converted to the dtype that the layer computes in.
    """

    entries: list[tuple[Any, Any]] = field(default_factory=list)
    results: list[tuple[Any, Any]] = field(default_factory=list)
    variables: list[Any] = field(default_factory=list)
    given: tuple[Any, Any] = ((), {})


class Follower:
    """Has the layers of a model be followed when they are called on symbolic tensors.

    A layer of Keras's own that holds no others has no graph that anybody would want: it is one operation, as is one
    whose `call` does not take symbolic tensors, because it hands them to functions of the back end.

    Only for use within `untouched`, which also lets go of what is put on the layers here.
    """

    def __init__(self, model: Layer) -> None:
        self.problems: dict[int, Exception] = {}
        """Why a layer could not be followed, by its `id`."""
        self.results: list[tuple[str, Any]] = []
        """What the model returned, by name."""
        # By the first tensor that a call gave back: that of the node which Keras makes of the call.
        self._inside: dict[int, Inside] = {}
        self._kept: list[Any] = []
        self.model = model
        for layer in all_layers(model):
            if self._followed(layer):
                # As an attribute of this one layer, and past what a layer tracks.
                layer.__dict__["symbolic_call"] = partial(self._call, layer)

    def _followed(self, layer: Layer) -> bool:
        if has_graph(layer) or isinstance(layer, (*_REPEATING, keras.layers.InputLayer)):
            return False
        return bool(children_of(layer)) or not is_own(type(layer))

    def inside(self, node: Any) -> Inside | None:
        """What happens in the call that a node stands for; `None` where it is one operation."""
        layer = node.operation
        if "symbolic_call" not in vars(layer):
            return None
        known = self._inside.get(id(node.outputs[0])) if node.outputs else None
        if known is not None:
            return Inside([*_converted(node, known), *known.entries], known.results, known.variables, known.given)
        return None if id(layer) in self.problems else self._again(node)

    def _again(self, node: Any) -> Inside | None:
        """Make a call that Keras remembers from when the model was made, on tensors of our own."""
        copies = _Copies()
        args, kwargs = copies.of((node.arguments.args, node.arguments.kwargs))
        try:
            result = keras.tree.flatten(node.operation(*args, **kwargs))
        except Exception as problem:
            self.problems.setdefault(id(node.operation), problem)
            return None
        self._kept += [result, copies.pairs]
        again = node.operation._inbound_nodes[-1]
        known = self.inside(again) if id(node.operation) not in self.problems else None
        if known is None:
            return None
        results = [*known.results, *zip(result, node.outputs, strict=True)]
        return Inside([*copies.pairs, *known.entries], results, known.variables)

    def _call(self, layer: Layer, *args: Any, **kwargs: Any) -> Any:
        """In place of a layer's `symbolic_call`, which works out shapes only."""
        copies = _Copies()
        inner_args, inner_kwargs = copies.of((args, kwargs))
        try:
            with _Reads() as reads:
                result = layer.call(*inner_args, **inner_kwargs)
        except Exception as problem:
            self.problems.setdefault(id(layer), problem)
            result = _shapes(layer, args, kwargs, problem)
            return self._all(result) if layer is self.model else result
        inside = Inside(copies.pairs, [], reads.variables, (args, kwargs))
        # An `id` is a tensor's own only for as long as it lives.
        self._kept += [copies.pairs, result]
        given = keras.tree.map_structure(partial(self._result, inside), result)
        if layer is self.model:
            given = self._all(given)
        flat = keras.tree.flatten(given)
        if flat:
            self._kept.append(flat)
            self._inside[id(flat[0])] = inside
        return given

    def _all(self, result: Any) -> list[Any]:
        """The tensors of what the model returned, whatever that is; `results` has them by name."""
        self.results = list(named_results(result))
        return [tensor for _, tensor in self.results]

    @staticmethod
    def _result(inside: Inside, value: Any) -> Any:
        """A tensor as the caller has it: Keras will say that it comes from the layer as a whole."""
        if not isinstance(value, keras.KerasTensor) and not keras.ops.is_tensor(value):
            return value
        fresh = keras.KerasTensor(value.shape, value.dtype, sparse=getattr(value, "sparse", False))
        mask = getattr(value, "_keras_mask", None)
        if mask is not None:
            fresh._keras_mask = mask
        inside.results.append((value, fresh))
        return fresh


def _shapes(layer: Layer, args: Any, kwargs: Any, problem: Exception) -> Any:
    """What Keras itself makes of a symbolic call: the back end runs the layer's code for its shapes."""
    try:
        return type(layer).symbolic_call(layer, *args, **kwargs)
    except Exception as again:
        # Keras puts the layer's own error into one of its own.
        if str(problem) in str(again):
            raise problem from None
        raise


def _converted(node: Any, inside: Inside) -> Iterator[tuple[Any, Any]]:
    """The tensors that a caller gave, beside what Keras made of them."""
    args, kwargs = inside.given
    before, after = dict(enumerate(node.arguments.args)), dict(enumerate(args))
    before |= node.arguments.kwargs
    after |= kwargs
    for key, value in before.items():
        for outer, inner in zip(symbolic(value), symbolic(after.get(key)), strict=False):
            if outer is not inner:
                yield outer, inner


class _Copies:
    """Symbolic tensors in place of others, that nothing is remembered of; masks come along."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []
        self._made: dict[int, Any] = {}

    def of(self, values: Any) -> Any:
        return keras.tree.map_structure(self._copy, values)

    def _copy(self, value: Any) -> Any:
        if not isinstance(value, keras.KerasTensor):
            return value
        if id(value) not in self._made:
            fresh = keras.KerasTensor(value.shape, value.dtype, sparse=value.sparse, name=value.name)
            self._made[id(value)] = fresh
            self.pairs.append((value, fresh))
            mask = getattr(value, "_keras_mask", None)
            if mask is not None:
                fresh._keras_mask = self._copy(mask)
        return self._made[id(value)]


class _Reads(keras.StatelessScope):  # type: ignore[misc]
    """Notes which variables are asked for their values; what is written to one is dropped."""

    def __init__(self) -> None:
        super().__init__(initialize_variables=False)
        self._asked: dict[int, Any] = {}

    @property
    def variables(self) -> list[Any]:
        return list(self._asked.values())

    def get_current_value(self, variable: Any) -> Any:
        self._asked[id(variable)] = variable
        return super().get_current_value(variable)
