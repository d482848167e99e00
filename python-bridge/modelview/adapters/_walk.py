"""One walk over modules that hold modules: each once, each tensor once, and every name that either has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..tensors.source import TensorSource
from ..tensors.tensor import Tensor
from ._build import Found

__all__ = ["Child", "Held", "Walk"]

MOST_NAMES = 16
"""Aliases of one tensor. Modules that share modules that share modules have exponentially many."""


class Child(NamedTuple):
    """A module within another: its name there, and how that counts where blocks are compared."""

    module: Any
    name: str
    alike: str | None = None


class Held(NamedTuple):
    """A tensor that a module holds itself: of the kind 'parameter' or 'buffer', under a name.

    Equal identities are the same values.
    """

    kind: str
    name: str
    value: object
    source: TensorSource
    identity: object
    dims: tuple[str, ...] | None


class Walk:
    """One walk over the modules, in module order and parents first.

    A framework's own says what a module holds, in `children` and `tensors_of`.

    Attributes
    ----------
    found : list of Found
    modules : list
        The modules of `found`.
    tensors : list of Tensor
    """

    def __init__(self, root: Any, name: str) -> None:
        self.root = root
        self.found = [self.describe(root, "", name, None)]
        self.tensors: list[Tensor] = []
        self.modules: list[Any] = [root]
        self._names: list[list[str]] = []
        self._taken: set[str] = set()
        self._known: dict[object, int] = {}
        self._first: dict[int, int] = {id(root): 0}
        self._aliases: list[tuple[int, str]] = []

    def describe(self, module: Any, path: str, name: str, parent: int | None) -> Found:
        """What the tree says of a module."""
        raise NotImplementedError

    def children(self, module: Any) -> Iterable[Child]:
        """The modules within a module, in order; no two have one name."""
        raise NotImplementedError

    def tensors_of(self, module: Any) -> Iterable[Held]:
        """A module's own tensors, in order."""
        raise NotImplementedError

    def run(self) -> None:
        """Fill `found`, `modules` and `tensors`."""
        waiting: list[tuple[Child, str, int]] = []
        self._enter(self.root, 0, waiting)
        while waiting:
            child, path, parent = waiting.pop()
            index = len(self.found)
            first = self._first.setdefault(id(child.module), index)
            item = self.describe(child.module, path, child.name, parent)
            item.alike = child.alike
            self.found.append(item)
            self.modules.append(child.module)
            if first != index:
                item.shared = first
                self._aliases.append((first, path))
                continue
            self._enter(child.module, index, waiting)
        for first, path in self._aliases:
            self._alias(first, path)
        for tensor, names in zip(self.tensors, self._names, strict=True):
            tensor.names = tuple(dict.fromkeys(names))

    def _enter(self, module: Any, index: int, waiting: list[tuple[Child, str, int]]) -> None:
        """Take a module's own tensors, and put its children in line."""
        path = self.found[index].path
        for held in self.tensors_of(module):
            self._add(held, index)
        children = [(child, f"{path}.{child.name}" if path else child.name, index) for child in self.children(module)]
        waiting += reversed(children)

    def _add(self, held: Held, index: int) -> None:
        item = self.found[index]
        path = f"{item.path}.{held.name}" if item.path else held.name
        address = f"{'weight' if held.kind == 'parameter' else 'buffer'}/{path}"
        identity = held.identity or id(held.value)
        number = self._known.get(id(held.value), self._known.get(identity))
        if number is None:
            number = len(self.tensors)
            self._known[id(held.value)] = self._known[identity] = number
            # A name with a dot in it can be equal to a path: the second of the two is marked.
            while address in self._taken:
                address += "#2"
            self._taken.add(address)
            self.tensors.append(Tensor(held.source, (address,), dims=held.dims, node=item.path, kind=held.kind))
            self._names.append([])
        if len(self._names[number]) < MOST_NAMES:
            self._names[number].append(address)
        item.tensors.append(number)
        item.local.append(held.name)

    def _alias(self, first: int, path: str) -> None:
        """Give the tensors of a shared module their second names, those below it too."""
        old = self.found[first].path
        start = f"{old}." if old else ""
        for number in self._below(first):
            names = self._names[number]
            for name in [*names]:
                kind, _, rest = name.partition("/")
                if len(names) < MOST_NAMES and rest.startswith(start):
                    names.append(f"{kind}/{path}.{rest[len(start) :]}")

    def _below(self, first: int) -> Iterator[int]:
        inside = {first}
        yield from self.found[first].tensors
        # What is below a module follows it without a gap.
        for index in range(first + 1, len(self.found)):
            if self.found[index].parent not in inside:
                break
            inside.add(index)
            yield from self.found[index].tensors
