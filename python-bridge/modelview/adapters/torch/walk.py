"""A module's tree, its parameters and its buffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from ...tensors.tensor import Tensor
from .._build import Found
from .dims import dim_names
from .source import TorchSource

__all__ = ["Walk", "kind_of", "unwrapped"]

MOST_NAMES = 16
"""Aliases of one tensor. Modules that share modules that share modules have exponentially many."""


class Walk:
    """One walk over the modules, in module order and parents first.

    `named_modules` drops a shared module's second occurrence, and recurses without end into a
    module that holds itself where that is asked not to.
    """

    def __init__(self, root: nn.Module, name: str) -> None:
        self.root = root
        self.found = [Found("", name, kind_of(root), None, training=_training(root))]
        self.tensors: list[Tensor] = []
        self._names: list[list[str]] = []
        self._taken: set[str] = set()
        self._known: dict[object, int] = {}
        self._first: dict[int, int] = {id(root): 0}
        self._modules: list[nn.Module] = [root]
        self._aliases: list[tuple[int, str]] = []

    def run(self) -> None:
        """Fill `found` and `tensors`."""
        waiting: list[tuple[nn.Module, str, str, int]] = []
        self._enter(self.root, 0, waiting)
        while waiting:
            module, path, local, parent = waiting.pop()
            index = len(self.found)
            first = self._first.setdefault(id(module), index)
            item = Found(path, local, kind_of(module), parent, training=_training(module))
            self.found.append(item)
            self._modules.append(module)
            if first != index:
                item.shared = first
                self._aliases.append((first, path))
                continue
            self._enter(module, index, waiting)
        for first, path in self._aliases:
            self._alias(first, path)
        for tensor, names in zip(self.tensors, self._names, strict=True):
            tensor.names = tuple(dict.fromkeys(names))

    def _enter(self, module: nn.Module, index: int, waiting: list[tuple[nn.Module, str, str, int]]) -> None:
        """Take a module's own tensors, and put its children in line."""
        path = self.found[index].path
        for kind, held in (("parameter", "_parameters"), ("buffer", "_buffers")):
            for local, value in _items(module, held):
                if value is not None:
                    self._add(module, index, kind, held, local, value)
        children = [
            (child, f"{path}.{local}" if path else local, local, index)
            for local, child in _items(module, "_modules")
            if child is not None
        ]
        waiting += reversed(children)

    def _add(self, module: nn.Module, index: int, kind: str, held: str, local: str, value: Any) -> None:
        item = self.found[index]
        path = f"{item.path}.{local}" if item.path else local
        address = f"{'weight' if kind == 'parameter' else 'buffer'}/{path}"
        source = TorchSource(module, held, local)
        identity = source.identity() or id(value)
        number = self._known.get(id(value), self._known.get(identity))
        if number is None:
            number = len(self.tensors)
            self._known[id(value)] = self._known[identity] = number
            # A name with a dot in it can be equal to a path: the second of the two is marked.
            while address in self._taken:
                address += "#2"
            self._taken.add(address)
            dims = dim_names(module, local, source.shape)
            self.tensors.append(Tensor(source, (address,), dims=dims, node=item.path, kind=kind))
            self._names.append([])
        if len(self._names[number]) < MOST_NAMES:
            self._names[number].append(address)
        item.tensors.append(number)
        item.local.append(local)

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


def _items(module: nn.Module, held: str) -> list[tuple[str, Any]]:
    """A module's own entries; none where a subclass skipped `Module.__init__` or hides them."""
    try:
        return [(str(key), value) for key, value in getattr(module, held).items()]
    except Exception:
        return []


def _training(module: nn.Module) -> bool | None:
    try:
        training: object = module.training
    except Exception:
        return None
    return training if isinstance(training, bool) else None


def kind_of(module: nn.Module) -> str:
    """The name of a module's class."""
    name = getattr(module, "original_name", None)
    # A scripted module's own class is always RecursiveScriptModule.
    return name if isinstance(name, str) else type(module).__name__


def unwrapped(model: nn.Module) -> nn.Module:
    """The model that `torch.compile` wraps, or the model itself."""
    inner = getattr(model, "_orig_mod", None)
    return inner if isinstance(inner, nn.Module) else model
