"""Where an exported operation ran: the modules' own paths, whatever names `torch.export` has for them."""

from __future__ import annotations

from typing import Any

from torch import fx, nn

from ...structure import DataflowBuilder

__all__ = ["Places"]


class Places:
    """The places of an exported graph's operations, made where they are new.

    `torch.export` tells of each operation in which calls of which modules it ran, by a key for each call:
    `L__self___block_fc@1` is a second one. A module that is held under several names is called by any of them, and each
    name counts by itself; here it has the path under which it comes first, and all of its calls are counted.

    Parameters
    ----------
    model
        The one that was exported.
    """

    def __init__(self, builder: DataflowBuilder, model: nn.Module) -> None:
        self._builder = builder
        self._model = model
        self._modules = {path: module for path, module in model.named_modules() if builder.has(path)}
        self._first = {id(module): path for path, module in self._modules.items()}
        self._listed: dict[tuple[str, str], str | None] = {}
        # Of each module, the number of each call by its key.
        self._calls: dict[str, dict[str, int]] = {}

    def of(self, node: fx.Node) -> str:
        """The innermost call of a module that an operation ran in."""
        place = ""
        for key, (path, kind) in (node.meta.get("nn_module_stack") or {}).items():
            name = self._path(path.partition("@")[0], _kind(kind))
            if not name:
                continue
            number = self._number(name, key)
            here = f"{name}@{number}" if number else name
            if not self._builder.has(here):
                self._builder.call(here, name, place)
            place = here
        return place

    def _number(self, name: str, key: str) -> int:
        calls = self._calls.setdefault(name, {})
        if key not in calls:
            _, mark, last = key.rpartition("@")
            number = int(last) if mark and last.isdigit() else 0
            calls[key] = number if number not in calls.values() else max(calls.values()) + 1
        return calls[key]

    def _path(self, said: str, kind: str) -> str | None:
        """The path under which a module comes first, or `None` where it is none of the model's."""
        if (said, kind) not in self._listed:
            self._listed[said, kind] = self._find(said, kind)
        return self._listed[said, kind]

    def _find(self, said: str, kind: str) -> str | None:
        try:
            module = self._model.get_submodule(said)
        except AttributeError:
            # Of a module in a list that is held elsewhere too, the name within the list alone is told.
            ends = f".{said}"
            like = [path for path, each in self._modules.items() if path.endswith(ends) and _kind(type(each)) == kind]
            return like[0] if len(like) == 1 else None
        return self._first.get(id(module))


def _kind(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__qualname__}" if isinstance(kind, type) else str(kind)
