"""A model's layers as Keras nests them, and its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._build import Found
from .._walk import Child, Held, Walk
from .dims import dim_names
from .layers import Layer, alike, awaits_weights, children_of, variables_of
from .source import VariableSource

__all__ = ["KerasWalk"]

NOT_BUILT = " (not built)"


class KerasWalk(Walk):
    """A walk over layers, by the names that `summary()` shows.

    Attributes
    ----------
    unbuilt : int
        Layers that make their weights when they are built, and are not.
    """

    unbuilt = 0

    def run(self) -> None:
        """See `Walk.run`; what is not built says so where its kind is told, since its parameters are not there yet."""
        super().run()
        waiting = {id(module) for module in self.modules if awaits_weights(module)}
        self.unbuilt = len(waiting)
        # From the innermost out.
        for item, module in zip(reversed(self.found), reversed(self.modules), strict=True):
            above = None if item.parent is None else self.modules[item.parent]
            if id(module) in waiting and above is not None and not above.built:
                waiting.add(id(above))
        for item, module in zip(self.found, self.modules, strict=True):
            if id(module) in waiting:
                item.kind += NOT_BUILT

    def describe(self, module: Layer, path: str, name: str, parent: int | None) -> Found:
        """See `Walk.describe`. Layers have no mode: `training` is an argument of a call."""
        return Found(path, name, type(module).__name__, parent)

    def children(self, module: Layer) -> Iterator[Child]:
        """See `Walk.children`."""
        layers = children_of(module)
        for layer, name in zip(layers, _told_apart([layer.name for layer in layers]), strict=True):
            yield Child(layer, name, alike(layer))

    def tensors_of(self, module: Layer) -> Iterator[Held]:
        """See `Walk.tensors_of`."""
        variables = variables_of(module)
        for variable, name in zip(variables, _told_apart([each.name for each in variables]), strict=True):
            source = VariableSource(variable, self.root)
            dims = dim_names(module, variable.name, source.shape)
            yield Held("parameter", name, variable, source, None, dims)

    def addresses(self) -> dict[int, str]:
        """The address of each variable, by its `id`."""
        found: dict[int, str] = {}
        for item, module in zip(self.found, self.modules, strict=True):
            if item.shared is None:
                for variable, number in zip(variables_of(module), item.tensors, strict=True):
                    found[id(variable)] = self.tensors[number].address
        return found


def _told_apart(names: list[str]) -> Iterator[str]:
    taken: dict[str, Any] = {}
    for name in names:
        fresh = name
        while fresh in taken:
            fresh += "#2"
        taken[fresh] = None
        yield fresh
