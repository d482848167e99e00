"""A copy of a model to call in its place: the person's own is never run by us, nor changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

__all__ = ["clone"]

_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs",
)


def clone(model: nn.Module, *, buffers: bool) -> nn.Module:
    """Copy the modules and share their parameters.

    Hooks are left out, except PyTorch's own that make a weight (weight and spectral norm): a person's hooks count,
    record or print, and would take our call for theirs.

    Parameters
    ----------
    buffers
        Copy the buffers too, for a call that may write to them (running statistics).
    """
    memo: dict[int, Any] = {}
    for module in model.modules():
        for tensor in _tensors(module):
            memo[id(tensor)] = tensor
        if buffers:
            for buffer in module._buffers.values():
                if buffer is not None:
                    memo[id(buffer)] = buffer.detach().clone()
    try:
        copied = copy.deepcopy(model, dict(memo))
    except Exception:
        # Something that it holds cannot be copied (a lock, a file, a generator): then only the modules are.
        copied = _shallow(model, memo)
    for module in copied.modules():
        for name in _HOOKS:
            hooks = getattr(module, name, None)
            if hooks:
                for key in [key for key, hook in hooks.items() if not _own(hook)]:
                    del hooks[key]
    return copied


def _tensors(module: nn.Module) -> Iterator[torch.Tensor]:
    """Every tensor that a module holds by name: those that are no leaves cannot be copied."""
    for held in (module._parameters, module._buffers, module.__dict__):
        for value in held.values():
            if isinstance(value, torch.Tensor):
                yield value


def _own(hook: object) -> bool:
    """Whether a hook is one of PyTorch's, that makes what the module needs."""
    named = getattr(hook, "__module__", None) or type(hook).__module__
    return str(named).startswith("torch.nn.utils")


def _shallow(model: nn.Module, memo: dict[int, Any]) -> nn.Module:
    made: dict[int, nn.Module] = {}
    for module in model.modules():
        twin = module.__class__.__new__(module.__class__)
        twin.__dict__.update(module.__dict__)
        for name in ("_parameters", *_HOOKS):
            if name in module.__dict__:
                twin.__dict__[name] = module.__dict__[name].copy()
        twin.__dict__["_buffers"] = {name: memo.get(id(value), value) for name, value in module._buffers.items()}
        made[id(module)] = twin
    for module in model.modules():
        twin = made[id(module)]
        children = {name: child if child is None else made[id(child)] for name, child in module._modules.items()}
        twin.__dict__["_modules"] = children
        # What a module also holds as a plain attribute is the same module.
        for name, value in module.__dict__.items():
            if isinstance(value, nn.Module) and id(value) in made:
                twin.__dict__[name] = made[id(value)]
    return made[id(model)]
