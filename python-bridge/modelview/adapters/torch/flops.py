"""Floating-point operations by module, by PyTorch's own counter."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from ...inputs import Inputs
from ...structure import Stack
from ...tensors.progress import Cancel
from .call import following

__all__ = ["Flops", "count_flops", "on_meta"]

Shape = Sequence[int]

# What moves, makes or looks at values and computes none.
_MOVES = frozenset(
    """
    _to_copy clone copy copy_ contiguous fill fill_ zero_ zeros_like ones_like empty_like full_like new_zeros new_ones
    new_empty new_full lift_fresh resize_ set_ cat stack repeat index_select gather embedding constant_pad_nd
    _local_scalar_dense item is_same_size equal detach _reshape_alias as_strided_ slice_scatter masked_fill
    masked_fill_ where roll flip tril triu expand_copy view_copy permute_copy _unsafe_view split_with_sizes_copy
    """.split()  # noqa: SIM905
)


class Flops(NamedTuple):
    """What was counted.

    Attributes
    ----------
    spent : dict
        By the stack of modules at work, the last one's own.
    calls : Counter of stacks
    added : dict
        Of these, by operator, what was counted by a formula of ours, since PyTorch's counter has none.
    unknown : Counter of str
        Operators that compute and that the counter has no formula for, and how often they ran.
    """

    spent: dict[Stack, float]
    calls: Counter[Stack]
    added: dict[str, float]
    unknown: Counter[str]


def count_flops(model: nn.Module, inputs: Inputs, cancelled: Cancel | None = None) -> Flops:
    """Call a model (a copy, please), and count.

    A multiply-add counts as two. A fused encoder layer is taken apart, so that its parts are counted where they are.
    """
    formulas = _formulas()
    counter = FlopCounterMode(display=False, custom_mapping=formulas)
    counter.mod_tracker = _Untracked()  # type: ignore[assignment]
    others = _Others(counter.flop_registry)
    spent: dict[Stack, float] = {}
    calls: Counter[Stack] = Counter()
    settled = 0

    def settle(stack: Stack) -> None:
        nonlocal settled
        total = counter.get_total_flops()
        spent[stack] = spent.get(stack, 0) + total - settled
        settled = total

    def begin(stack: Stack) -> None:
        if len(stack) > 1:
            settle(stack[:-1])
        spent.setdefault(stack, 0)
        calls[stack] += 1

    # The counter takes operators apart; the other mode sees what it then runs.
    with _unfused(), others, counter, following(model, cancelled, begin, settle):
        model(*inputs.args, **inputs.kwargs)
    counted = counter.get_flop_counts().get("Global", {})
    added = {str(packet.__name__): float(counted[packet]) for packet in formulas if counted.get(packet)}
    return Flops(spent, calls, added, others.seen)


def on_meta(model: nn.Module, inputs: Inputs) -> tuple[nn.Module, Inputs]:
    """A model (a copy, please) and inputs without values: shapes are enough to count.

    The copy's own lists of parameters are filled anew. `Module.to` would write into the parameters, which are shared.
    """
    made: dict[int, torch.Tensor] = {}

    def bare(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        if id(value) not in made:
            empty = torch.empty_like(value, device="meta", requires_grad=False)
            made[id(value)] = nn.Parameter(empty, value.requires_grad) if isinstance(value, nn.Parameter) else empty
        return made[id(value)]

    for module in model.modules():
        for held in (module._parameters, module._buffers, module.__dict__):
            for name, value in list(held.items()):
                if isinstance(value, torch.Tensor):
                    held[name] = bare(value)
    args, kwargs = pytree.tree_map(bare, (inputs.args, dict(inputs.kwargs)))
    return model, Inputs(args, kwargs)


class _Untracked:
    """In place of the counter's own way to follow modules, which has no end where a module holds itself."""

    parents = frozenset({"Global"})

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class _Others(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the operators that compute and that no formula is known for."""

    supports_higher_order_operators = True

    def __init__(self, known: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.known = known
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        packet = getattr(func, "_overloadpacket", func)
        name = getattr(packet, "__name__", str(packet))
        if packet not in self.known and name not in _MOVES and not getattr(func, "is_view", False):
            leaves = pytree.tree_leaves((args, kwargs))
            if any(isinstance(leaf, torch.Tensor) and leaf.is_floating_point() for leaf in leaves):
                self.seen[name] += 1
        return func(*args, **kwargs)


@contextlib.contextmanager
def _unfused() -> Iterator[None]:
    """Have `nn.TransformerEncoderLayer` call its parts: what it is in one piece has no formula."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


def _formulas() -> dict[Any, Callable[..., int]]:
    """For what the counter does not know, and an ordinary model on a CPU spends most of its work in."""
    wanted = {"_scaled_dot_product_flash_attention_for_cpu": _attention, "mkldnn_rnn_layer": _lstm_layer}
    found = {getattr(torch.ops.aten, name, None): formula for name, formula in wanted.items()}
    return {packet: formula for packet, formula in found.items() if packet not in (None, *flop_registry)}


def _attention(query: Shape, key: Shape, value: Shape, *_: Any, **__: Any) -> int:
    """Two products: query by key, and what came of it by value."""
    *batch, queries, width = query
    heads = 1
    for size in batch:
        heads *= size
    return 2 * heads * queries * key[-2] * (width + value[-1])


def _lstm_layer(sequence: Shape, of_input: Shape, of_state: Shape, *_: Any, **__: Any) -> int:
    """At each step the input and the state by their weights."""
    steps, batch, width = sequence
    return 2 * steps * batch * (of_input[0] * width + of_state[0] * of_state[1])
