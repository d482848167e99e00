"""What happens in one call of a layer, and the tensors that it is called on to find out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from .facts import symbolic
from .traced import Traced

__all__ = ["Copies", "Inside", "Reads", "converted"]


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


def converted(node: Any, inside: Inside) -> Iterator[tuple[Any, Any]]:
    """The tensors that a caller gave, beside what Keras made of them."""
    args, kwargs = inside.given
    before, after = dict(enumerate(node.arguments.args)), dict(enumerate(args))
    before |= node.arguments.kwargs
    after |= kwargs
    for key, value in before.items():
        for outer, inner in zip(symbolic(value), symbolic(after.get(key)), strict=False):
            if outer is not inner:
                yield outer, inner


class Copies:
    """Symbolic tensors in place of others, that nothing is remembered of; masks come along."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []
        self._made: dict[int, Any] = {}

    def of(self, values: Any) -> Any:
        """The values with the symbolic tensors in them replaced, each by one of ours: see `pairs`."""
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


class Reads(keras.StatelessScope):  # type: ignore[misc]
    """Notes which variables are asked for their values; what is written to one is dropped."""

    def __init__(self, traced: Traced) -> None:
        super().__init__(initialize_variables=False)
        self._traced = traced
        self._asked: dict[int, Any] = {}

    @property
    def variables(self) -> list[Any]:
        """Those that were asked for."""
        return list(self._asked.values())

    def get_current_value(self, variable: Any) -> Any:
        """What was written to a variable within; `None` for its own value."""
        self._asked[id(variable)] = variable
        written = super().get_current_value(variable)
        return self._traced.stand_in(variable) if written is None and variable._value is None else written
