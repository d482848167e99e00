"""The dataflow by running the model once and watching: for what `torch.export` cannot follow."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils import _pytree as pytree
from torch.utils.weak import WeakTensorKeyDictionary

from ...errors import Cancelled
from ...inputs import Inputs
from ...structure import DataflowBuilder
from ...tensors import Tensors
from .call import watching
from .facts import IN_TORCH, attributes_of, leaf_name, memory_of, named_outputs, value_of
from .kept import kept

__all__ = ["trace_into"]

# What only asks about a tensor, or turns it into what is none.
_QUIET = frozenset(
    """
    __set__ __repr__ __str__ __format__ __len__ __hash__ __bool__ __int__ __float__ __index__ __contains__ __deepcopy__
    __reduce_ex__ size dim ndimension stride storage storage_offset untyped_storage data_ptr numel nelement element_size
    is_contiguous is_floating_point is_complex is_signed is_pinned is_sparse is_quantized is_nonzero is_same_size
    is_inference get_device item tolist numpy type register_hook requires_grad_ retain_grad backward has_names _is_view
    is_set_to is_shared is_coalesced result_type promote_types can_cast allclose equal is_tensor
    """.split()  # noqa: SIM905
)


def trace_into(
    builder: DataflowBuilder,
    model: nn.Module,
    inputs: Inputs,
    tensors: Tensors,
    unwanted: Callable[[], bool] | None = None,
) -> None:
    """Run a model (a copy, please) on real values, and put what it does into `builder`.

    Recorded are the functions of PyTorch that Python calls, as `torch.export` names them: what happens inside of a
    scripted module or an extension is one operation.

    Raises
    ------
    Exception
        Whatever the model raises.
    """
    recorder = _Recorder(builder, model, tensors, unwanted)
    recorder.give(inputs)
    with kept(model), watching(model, recorder.enter, recorder.leave), recorder:
        result = model(*inputs.args, **inputs.kwargs)
    recorder.take(result)


class _Recorder(TorchFunctionMode):
    def __init__(
        self, builder: DataflowBuilder, model: nn.Module, tensors: Tensors, unwanted: Callable[[], bool] | None
    ) -> None:
        super().__init__()
        self.builder = builder
        self.model = model
        self.unwanted = unwanted
        self.stack = [""]
        self.calls: dict[str, int] = {}
        # What made a tensor. Weak: a run's values are let go as the model lets them go.
        self.made: Any = WeakTensorKeyDictionary()
        self.held: dict[int, str] = {}
        # The last operation that wrote into a memory, for those that look at it through another view.
        self.written: dict[int, int] = {}
        for path, module in model.named_modules():
            for prefix, own in (("weight", module._parameters), ("buffer", module._buffers)):
                for name, value in own.items():
                    address = f"{path}.{name}" if path else name
                    tensor = tensors.resolve(f"{prefix}/{address}")
                    if value is not None and tensor is not None:
                        self.held.setdefault(id(value), tensor.address)

    def give(self, inputs: Inputs) -> None:
        """Make a node for each tensor that the model is called with."""
        names = _parameter_names(self.model, len(inputs.args))
        for name, value in (*zip(names, inputs.args, strict=False), *inputs.kwargs.items()):
            for path, leaf in pytree.tree_flatten_with_path(value)[0]:
                if isinstance(leaf, torch.Tensor) and leaf not in self.made:
                    self.made[leaf] = self.builder.add("", _joined(name, leaf_name(path)), "input", role="input")

    def take(self, result: Any) -> None:
        """Make a node for each tensor that the model returned."""
        for name, leaf in named_outputs(result):
            index = self.builder.add("", name, "output", role="output", reads=self._reads([leaf]))
            self._connect([leaf], index)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Record one call."""
        kwargs = kwargs or {}
        given = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        before = [_version(leaf) for leaf in given]
        result = func(*args, **kwargs)
        if self.unwanted is not None and self.unwanted():
            raise Cancelled
        changed = [leaf for leaf, version in zip(given, before, strict=True) if _version(leaf) != version]
        self._record(func, args, kwargs, given, changed, result)
        return result

    def _record(
        self,
        func: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        given: list[torch.Tensor],
        changed: list[torch.Tensor],
        result: Any,
    ) -> None:
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            # A property: `x.T`.
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        if name in _QUIET:
            return
        results = [leaf for leaf in pytree.tree_leaves(result) if isinstance(leaf, torch.Tensor)]
        wrote = args[:1] if name in ("__setitem__",) else ()
        results += [leaf for leaf in wrote if isinstance(leaf, torch.Tensor)]
        # What it returns of what it was given is new where it wrote there; the versions of some tensors tell nothing.
        uncounted = kwargs.get("inplace") is True and any(_version(leaf) is None for leaf in given)
        in_place = uncounted or name.endswith("_")
        old = [] if in_place else [leaf for leaf in given if all(leaf is not other for other in changed)]
        fresh = [leaf for leaf in results if all(leaf is not other for other in old)]
        if not fresh:
            return
        named = name.strip("_") or name
        index = self.builder.add(
            self.stack[-1],
            named,
            named,
            reads=self._reads(given),
            source=_line(),
            attributes=attributes_of(func, args, kwargs) | {"function": resolve_name(func) or name},
            result=[value_of(leaf) for leaf in fresh],
        )
        self._connect(given, index)
        memories = {memory_of(leaf) for leaf in given}
        for leaf in fresh:
            self.made[leaf] = index
            memory = memory_of(leaf)
            if any(leaf is other for other in given):
                self.written[memory] = index
            elif memory not in memories:
                self.written.pop(memory, None)  # freed since, and given to this one

    def enter(self, path: str) -> None:
        """Follow which module is running."""
        number = self.calls.get(path, 0)
        self.calls[path] = number + 1
        place = f"{path}@{number}" if number else path
        if number:
            self.builder.call(place, path, self.stack[-1])
        self.stack.append(place)

    def leave(self, _path: str, module: nn.Module, args: Any, result: Any) -> None:
        """Follow which module is running, and what came out of one of which Python saw nothing."""
        place = self.stack.pop()
        unknown = [leaf for _, leaf in named_outputs(result) if leaf not in self.made and id(leaf) not in self.held]
        if unknown:
            # It ran where Python does not see it: a scripted module, an extension.
            given = [leaf for leaf in pytree.tree_leaves(args) if isinstance(leaf, torch.Tensor)]
            held = [value for value in module.parameters() if id(value) in self.held]
            result = [value_of(leaf) for leaf in unknown]
            index = self.builder.add(place, "forward", "forward", reads=self._reads(held), result=result)
            self._connect(given, index)
            for leaf in unknown:
                self.made[leaf] = index

    def _reads(self, given: Sequence[torch.Tensor]) -> list[str]:
        return list(dict.fromkeys(self.held[id(leaf)] for leaf in given if id(leaf) in self.held))

    def _connect(self, given: list[torch.Tensor], index: int) -> None:
        for leaf in given:
            value = value_of(leaf)
            made = self.made.get(leaf)
            if made is None and id(leaf) not in self.held:
                # Made where nobody watched: a tensor that the module keeps as a plain attribute.
                made = self.made[leaf] = self.builder.add(self.stack[-1], "constant", "constant", role="constant")
            if made is not None and made != index:
                self.builder.connect(made, index, value)
            writer = self.written.get(memory_of(leaf))
            if writer is not None and writer not in (made, index) and (made is None or writer > made):
                self.builder.connect(writer, index, value)


def _version(tensor: torch.Tensor) -> int | None:
    """How often a tensor was written; `None` for one of inference mode, where nobody counts."""
    return None if tensor.is_inference() else tensor._version


_HIDDEN = (IN_TORCH, os.path.dirname(__file__) + os.sep)


def _line() -> str | None:
    """The line that is running, outside of PyTorch and of us."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_HIDDEN) and not file.startswith("<"):
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return None


def _parameter_names(model: nn.Module, count: int) -> list[str]:
    """What `forward` calls its positional inputs."""
    try:
        parameters = list(inspect.signature(model.forward).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return [names[i] if i < len(names) else f"args_{i}" for i in range(count)]


def _joined(name: str, rest: str) -> str:
    return f"{name}.{rest}" if rest and not rest.startswith("[") else f"{name}{rest}"
