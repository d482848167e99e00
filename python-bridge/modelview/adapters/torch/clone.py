"""A copy of a model to call in its place: the person's own is never run by us, nor changed."""

from __future__ import annotations

import copy
from collections.abc import Container, Iterator
from typing import Any

import torch
from torch import nn

from ...structure.words import listed
from .facts import memory_of

__all__ = ["clone", "give_own", "hooks_left_out"]

MOST_NAMED = 4
"""Hooks, and modules of each, that a sentence names."""

_FORWARD_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
_HOOKS = (*_FORWARD_HOOKS, "_backward_hooks", "_backward_pre_hooks")
# How a hook is called, by the same key.
_FLAGS = ("_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks_with_kwargs")

_NEEDED = ("torch.nn.utils.", "transformers.utils.output_capturing.")
"""Whose hooks a module's own forward reads: a weight that is made (weight and spectral norm), and hidden states."""


def clone(model: nn.Module, *, buffers: bool) -> nn.Module:
    """Copy the modules; their parameters are others that look at the same memory.

    So a call can set neither gradients nor flags of the person's parameters. What it writes into them is put back by
    `kept`. Hooks are left out, except those by which a library makes what its modules need: a person's hooks count,
    record or print, and would take our call for theirs.

    Parameters
    ----------
    buffers
        Copy the buffers too, for a call that may write to them (running statistics).
    """
    memo: dict[int, Any] = {}
    for module in model.modules():
        shared = () if buffers else {id(value) for value in module._buffers.values()}
        for tensor in _tensors(module):
            if id(tensor) in shared:
                memo[id(tensor)] = tensor
            elif id(tensor) not in memo:
                memo[id(tensor)] = _twin(tensor) if isinstance(tensor, nn.Parameter) else _copied(tensor)
    try:
        copied = copy.deepcopy(model, dict(memo))
    except Exception:
        # Something that it holds cannot be copied (a lock, a file, a generator): then only the modules are.
        copied = _shallow(model, memo)
    for module in copied.modules():
        needed = {key for name in _HOOKS for key, hook in _hooks(module, name).items() if _needed(hook)}
        for name in (*_HOOKS, *_FLAGS):
            held = _hooks(module, name)
            for key in [key for key in held if key not in needed]:
                del held[key]
    return copied


def hooks_left_out(model: nn.Module) -> str | None:
    """A sentence that names the forward hooks which a copy is without; `None` where it has all that people added."""
    found: dict[str, list[str]] = {}
    for path, module in model.named_modules():
        for hook in (hook for name in _FORWARD_HOOKS for hook in _hooks(module, name).values()):
            if not _needed(hook) and not _made_by(hook).startswith("torch.nn.modules."):
                named = getattr(hook, "__qualname__", None) or type(hook).__qualname__
                found.setdefault(named.rpartition("<locals>.")[2], []).append(path or "the model")
    if not found:
        return None
    hooks = [f"{name} of {listed(list(dict.fromkeys(paths)), MOST_NAMED)}" for name, paths in found.items()]
    return f"What was called is a copy without the forward hooks that were added to the model: {'; '.join(hooks)}."


def give_own(model: nn.Module, written: Container[int] | None = None) -> None:
    """Give a copy those parameters as its own that look at memory which is written; by default all of them."""
    own: dict[int, nn.Parameter] = {}
    for module in model.modules():
        for name, value in module._parameters.items():
            if value is not None and (written is None or memory_of(value) in written):
                if id(value) not in own:
                    own[id(value)] = nn.Parameter(value.detach().clone(), value.requires_grad)
                module._parameters[name] = own[id(value)]


def _tensors(module: nn.Module) -> Iterator[torch.Tensor]:
    """Every tensor that a module holds by name: those that are no leaves cannot be copied."""
    for held in (module._parameters, module._buffers, module.__dict__):
        for value in held.values():
            if isinstance(value, torch.Tensor):
                yield value


def _twin(parameter: nn.Parameter) -> nn.Parameter:
    """Another parameter on the same memory, with a version of its own."""
    if type(parameter) is not nn.Parameter:
        # One that is not initialised, quantised or distributed is known by its class alone.
        return parameter
    twin = nn.Parameter(parameter.data, requires_grad=parameter.requires_grad)
    twin.__dict__.update(parameter.__dict__)
    return twin


def _copied(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone().requires_grad_(tensor.requires_grad)


def _hooks(module: nn.Module, name: str) -> dict[int, Any]:
    held: dict[int, Any] | None = getattr(module, name, None)
    return {} if held is None else held


def _needed(hook: object) -> bool:
    """Whether a hook is a library's own, that makes what the module needs."""
    return _made_by(hook).startswith(_NEEDED)


def _made_by(hook: object) -> str:
    """The module of Python that a hook is from, with a dot behind it."""
    return f"{getattr(hook, '__module__', None) or type(hook).__module__}."


def _shallow(model: nn.Module, memo: dict[int, Any]) -> nn.Module:
    """Copy what can be copied, and share the rest."""
    modules = list(model.modules())
    for module in modules:
        memo[id(module)] = module.__class__.__new__(module.__class__)
    for module in modules:
        memo[id(module)].__dict__.update({name: _part(value, memo) for name, value in module.__dict__.items()})
    twin: nn.Module = memo[id(model)]
    return twin


def _part(value: Any, memo: dict[int, Any]) -> Any:
    """A copy of what a module holds, and where something in it cannot be copied, a copy of what it is in."""
    if id(value) in memo:
        return memo[id(value)]
    try:
        return copy.deepcopy(value, memo)
    except Exception:
        pass
    if isinstance(value, dict):
        found = copy.copy(value)
        memo[id(value)] = found
        found.update({key: _part(each, memo) for key, each in value.items()})
        return found
    if type(value) in (list, tuple, set):
        return type(value)(_part(each, memo) for each in value)
    return value
