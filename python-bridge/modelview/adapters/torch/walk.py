"""A module's tree, its parameters and its buffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from .._build import Found
from .._walk import Child, Held, Walk
from .dims import dim_names
from .source import TorchSource

__all__ = ["TorchWalk", "kind_of", "unwrapped"]


class TorchWalk(Walk):
    """A walk over `torch.nn.Module`s.

    `named_modules` drops a shared module's second occurrence, and recurses without end into a
    module that holds itself where that is asked not to.
    """

    def describe(self, module: nn.Module, path: str, name: str, parent: int | None) -> Found:
        """See `Walk.describe`."""
        return Found(path, name, kind_of(module), parent, training=_training(module))

    def children(self, module: nn.Module) -> Iterator[Child]:
        """See `Walk.children`."""
        return (Child(child, name) for name, child in _items(module, "_modules") if child is not None)

    def tensors_of(self, module: nn.Module) -> Iterator[Held]:
        """See `Walk.tensors_of`."""
        for kind, held in (("parameter", "_parameters"), ("buffer", "_buffers")):
            for name, value in _items(module, held):
                if value is not None:
                    source = TorchSource(module, held, name)
                    yield Held(kind, name, value, source, source.identity(), dim_names(module, name, source.shape))


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
