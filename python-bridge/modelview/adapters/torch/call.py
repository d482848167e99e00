"""A call of a model's copy: with inputs of its own, watched module by module, and everything else as before."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils import _pytree as pytree

from ...errors import Cancelled
from ...inputs import Inputs
from ...structure import Stack
from ...tensors.progress import Cancel
from .._random import random_as_before

__all__ = ["as_before", "following", "fresh", "watching"]


@contextlib.contextmanager
def as_before() -> Iterator[None]:
    """Put everybody's states back, whatever draws from the random ones and sets the others."""
    used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    devices = range(torch.cuda.device_count()) if used else []
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    try:
        with random_as_before(), torch.random.fork_rng(devices=devices):
            yield
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)


def fresh(inputs: Inputs) -> Inputs:
    """Inputs that a model may write to: copies of the tensors, and of what else can be copied (a cache of keys)."""
    memo: dict[int, Any] = {}

    def copied(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if id(value) not in memo:
                memo[id(value)] = value.detach().clone().requires_grad_(value.requires_grad)
            return memo[id(value)]
        try:
            return copy.deepcopy(value, memo)
        except Exception:
            return value

    args, kwargs = pytree.tree_map(copied, (inputs.args, dict(inputs.kwargs)))
    return Inputs(args, kwargs)


@contextlib.contextmanager
def watching(
    model: nn.Module, enter: Callable[[str], None], leave: Callable[[str, nn.Module, Any, Any], None]
) -> Iterator[None]:
    """Be told by path which module of a model begins, and which has ended, with its arguments and its result.

    What ended by raising has a result of `None`. Other threads' calls are not told of.
    """
    paths = {id(module): path for path, module in model.named_modules()}
    thread = threading.get_ident()

    def ours(module: nn.Module) -> str | None:
        return paths.get(id(module)) if threading.get_ident() == thread else None

    def begins(module: nn.Module, args: Any) -> None:
        path = ours(module)
        if path is not None:
            enter(path)

    def ended(module: nn.Module, args: Any, result: Any) -> None:
        path = ours(module)
        if path is not None:
            leave(path, module, args, result)

    # For every module, since a scripted one takes no hook of its own.
    handles = [register_module_forward_pre_hook(begins)]
    try:
        handles.append(register_module_forward_hook(ended, always_call=True))
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextlib.contextmanager
def following(
    model: nn.Module,
    cancelled: Cancel | None,
    begin: Callable[[Stack], None] | None = None,
    end: Callable[[Stack], None] | None = None,
) -> Iterator[None]:
    """Be told by the stack of modules at work when one begins and ends; what has begun is always told to have ended.

    Raises
    ------
    Cancelled
        From within the model, when it calls a module after `cancelled()` became true.
    """
    stacks: list[Stack] = []

    def enter(path: str) -> None:
        stacks.append((*(stacks[-1] if stacks else ()), path))
        if begin is not None:
            begin(stacks[-1])
        if cancelled is not None and cancelled():
            raise Cancelled

    def leave(path: str, *_: Any) -> None:
        # One that another's hook kept from beginning has not begun here.
        if stacks and stacks[-1][-1] == path:
            stack = stacks.pop()
            if end is not None:
                end(stack)

    with watching(model, enter, leave):
        try:
            yield
        finally:
            # An interrupt of the kernel passes by the modules' own endings.
            while stacks:
                leave(stacks[-1][-1])
    if cancelled is not None and cancelled():
        # The model may catch what its modules raise.
        raise Cancelled
