"""What a call of a model writes into the person's parameters, put back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from .facts import written_arguments

__all__ = ["kept"]


@contextlib.contextmanager
def kept(model: nn.Module) -> Iterator[dict[int, Any]]:
    """Put the values of a model's parameters back, as soon as the model was called.

    Some models write into their own weights: they clip or renormalise them in `forward`. Each operation's schema tells
    what it writes into, so only the memory that is written is copied, before it is. Given is what was written so
    far, by `memory_of` its tensors.
    """
    keeper = _Keeper(model)
    try:
        with keeper:
            yield keeper.before
    finally:
        for storage, values in keeper.before.values():
            storage.copy_(values)


class _Keeper(TorchDispatchMode):  # type: ignore[no-untyped-call]
    # Such as `torch.cond`: what they call is seen, operator by operator.
    supports_higher_order_operators = True

    def __init__(self, model: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.storages: dict[int, Any] = {}
        self.before: dict[int, tuple[Any, Any]] = {}
        for parameter in model.parameters():
            storage = _storage(parameter)
            if storage is not None and storage.device.type != "meta":
                self.storages[storage._cdata] = storage

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Keep what is about to be written, and go on."""
        kwargs = kwargs or {}
        for position, name in written_arguments(func):
            given = args[position] if position < len(args) else kwargs.get(name)
            for tensor in pytree.tree_leaves(given):
                storage = _storage(tensor)
                key = None if storage is None else storage._cdata
                if key in self.storages and key not in self.before:
                    self.before[key] = storage, storage.clone()
        # What one of PyTorch's functions does within is no call of the model's own, for those that watch these.
        with torch._C.DisableTorchFunction():
            return func(*args, **kwargs)


def _storage(tensor: Any) -> Any:
    """Where a tensor's values are; `None` for what is none, and for those that have no memory of one kind."""
    try:
        return tensor.untyped_storage() if isinstance(tensor, torch.Tensor) else None
    except Exception:
        return None
