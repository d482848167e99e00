"""Follow layers into their `call`: symbolic tensors go through it, and each operation on one is remembered by Keras."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import keras

from .facts import named_results
from .inside import Copies, Inside, Reads, converted
from .layers import Layer, all_layers, children_of, has_graph, is_own
from .traced import Traced
from .untouched import in_graph, tf_functions_inline

__all__ = ["Follower"]

_REPEATING = (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.TimeDistributed)
"""What runs its layer once for each step, within the back end: one operation."""


class Follower:
    """Has the layers of a model be followed when they are called on symbolic tensors.

    A layer's `call` is given symbolic tensors of Keras, which remember what is done with them. Where it hands them to
    functions of TensorFlow, it is called on TensorFlow's instead: see `Traced`. A layer of Keras's own that holds no
    others has no graph that anybody would want: it is one operation, as is one that can be followed in neither way.

    Only for use within `untouched`, which also lets go of what is put on the layers here.
    """

    def __init__(self, model: Layer) -> None:
        self.model = model
        self.problems: dict[int, Exception] = {}
        """Why a layer could not be followed, by its `id`."""
        self.results: list[tuple[str, Any]] = []
        """What the model returned, by name."""
        self.traced = Traced(model)
        self._begun = False
        # By the first tensor that a call gave back: that of the node which Keras makes of the call.
        self._inside: dict[int, Inside] = {}
        # An `id` is a tensor's own only for as long as it lives.
        self._kept: list[Any] = []
        # The layers that TensorFlow's tensors are in; of one that is one operation nothing within is noted.
        self._open: list[bool] = []
        for layer in all_layers(model):
            # As attributes of this one layer, and past what a layer tracks.
            if self._followed(layer):
                layer.__dict__["symbolic_call"] = partial(self._call, layer)
            layer.__dict__["call"] = self._noting(layer, layer.call)

    def _followed(self, layer: Layer) -> bool:
        if has_graph(layer) or isinstance(layer, (*_REPEATING, keras.layers.InputLayer)):
            return False
        return bool(children_of(layer)) or not is_own(type(layer))

    def node_of(self, tensor: Any) -> Any:
        """The call that a tensor comes from; none for what a call was given, and for constants."""
        operation, index, _ = getattr(tensor, "_keras_history", (None, 0, 0))
        return self.traced.step(tensor) if operation is None else operation._inbound_nodes[index]

    def inside(self, node: Any) -> Inside | None:
        """What happens in the call that a node stands for; `None` where it is one operation."""
        layer = node.operation
        if "symbolic_call" not in vars(layer):
            return None
        known = self._inside.get(id(node.outputs[0])) if node.outputs else None
        if known is not None:
            return Inside([*converted(node, known), *known.entries], known.results, known.variables, known.given)
        return None if id(layer) in self.problems else self._again(node)

    def _again(self, node: Any) -> Inside | None:
        """Make a call that Keras remembers from when the model was made, on tensors of our own."""
        copies = Copies()
        args, kwargs = copies.of((node.arguments.args, node.arguments.kwargs))
        try:
            result = keras.tree.flatten(node.operation(*args, **kwargs))
        except Exception as problem:
            self.problems.setdefault(id(node.operation), problem)
            return None
        self._kept += [result, copies.pairs]
        if id(node.operation) in self.problems:
            return None
        known = self.inside(node.operation._inbound_nodes[-1])
        if known is None:
            return None
        results = [*known.results, *zip(result, node.outputs, strict=True)]
        return Inside([*copies.pairs, *known.entries], results, known.variables)

    def _call(self, layer: Layer, *args: Any, **kwargs: Any) -> Any:
        """In place of a layer's `symbolic_call`, which works out shapes only."""
        # A model may call itself: only the first call's result is the model's.
        give = self._results_of if layer is self.model and not self._begun else self._results_within
        self._begun |= layer is self.model
        try:
            inside, result = self._symbolically(layer, args, kwargs)
        except Exception as problem:
            try:
                inside, result = self._by_tensorflow(layer, args, kwargs)
            except Exception:
                self.problems.setdefault(id(layer), problem)
                return give(None, _shapes(layer, args, kwargs, problem))
        given = give(inside, result)
        flat = keras.tree.flatten(given)
        self._kept += [inside, result, flat]
        if flat:
            self._inside[id(flat[0])] = inside
        return given

    def _symbolically(self, layer: Layer, args: Any, kwargs: Any) -> tuple[Inside, Any]:
        copies = Copies()
        inner_args, inner_kwargs = copies.of((args, kwargs))
        with Reads(self.traced) as reads:
            result = layer.call(*inner_args, **inner_kwargs)
        return Inside(copies.pairs, [], reads.variables, (args, kwargs)), result

    def _by_tensorflow(self, layer: Layer, args: Any, kwargs: Any) -> tuple[Inside, Any]:
        if keras.backend.backend() != "tensorflow":
            raise NotImplementedError("other back ends keep no graph")
        inside = Inside(given=(args, kwargs))
        given = keras.tree.flatten((args, kwargs))
        results: list[Any] = []

        def act(*inner_args: Any, **inner_kwargs: Any) -> None:
            inner = keras.tree.flatten((inner_args, inner_kwargs))
            inside.entries += [pair for pair in zip(given, inner, strict=True) if pair[0] is not pair[1]]
            before, self._open = self._open, [False]
            try:
                # Past the note that is taken of a call from outside.
                with Reads(self.traced):
                    results.append(layer.call.__wrapped__(*inner_args, **inner_kwargs))
            finally:
                self._open = before

        in_graph(act, *args, **kwargs)
        return inside, results[0]

    def _results_of(self, inside: Inside | None, result: Any) -> list[Any]:
        """The tensors of what the model returned, whatever that is; `results` has them by name."""
        named = list(named_results(result))
        self.results = [(name, self._result(inside, tensor)) for name, tensor in named]
        return [tensor for _, tensor in self.results]

    def _results_within(self, inside: Inside | None, result: Any) -> Any:
        return keras.tree.map_structure(partial(self._result, inside), result)

    def _noting(self, layer: Layer, call: Callable[..., Any]) -> Callable[..., Any]:
        """A layer's `call` that notes when it is called on tensors of TensorFlow's."""

        @wraps(call)
        def noting(*args: Any, **kwargs: Any) -> Any:
            if not self._open or self._open[-1]:
                return call(*args, **kwargs)
            followed = self._followed(layer)
            self._open.append(not followed)
            try:
                result = call(*args, **kwargs)
            finally:
                self._open.pop()
            inside = Inside()
            # New ones, since one that is known to come from this layer cannot also come from within it.
            given = keras.tree.map_structure(partial(_passed_on, inside), result)
            flat = [fresh for _, fresh in inside.results]
            self.traced.add(layer, args, kwargs, flat)
            self._kept += [inside, args, kwargs]
            if followed and flat:
                self._inside[id(flat[0])] = inside
            return given

        return noting

    @staticmethod
    def _result(inside: Inside | None, value: Any) -> Any:
        """A tensor as the caller has it: Keras will say that it comes from the layer as a whole."""
        if inside is None or not (isinstance(value, keras.KerasTensor) or keras.ops.is_tensor(value)):
            return value
        fresh = keras.KerasTensor(value.shape, value.dtype, sparse=getattr(value, "sparse", False))
        mask = getattr(value, "_keras_mask", None)
        if mask is not None:
            fresh._keras_mask = mask
        inside.results.append((value, fresh))
        return fresh


def _passed_on(inside: Inside, value: Any) -> Any:
    if not keras.ops.is_tensor(value):
        return value
    fresh = keras.ops.stop_gradient(value)
    mask = getattr(value, "_keras_mask", None)
    if mask is not None:
        fresh._keras_mask = mask
    inside.results.append((value, fresh))
    return fresh


def _shapes(layer: Layer, args: Any, kwargs: Any, problem: Exception) -> Any:
    """What Keras itself makes of a symbolic call: the back end runs the layer's code for its shapes."""
    try:
        # Only TensorFlow's own translation of Python takes an `if` on a tensor.
        with tf_functions_inline(False):
            return type(layer).symbolic_call(layer, *args, **kwargs)
    except Exception as again:
        # Keras puts the layer's own error into one of its own.
        if str(problem) in str(again):
            raise problem from None
        raise
