"""What PyTorch tells of a value and of an operation's arguments, in words of ours."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.utils import _pytree as pytree

from ...structure import Value

__all__ = [
    "IN_TORCH",
    "PLUMBING",
    "attributes_of",
    "dtype_name",
    "leaf_name",
    "memory_of",
    "named_outputs",
    "scripted",
    "value_of",
    "written_arguments",
]

LONGEST = 16
"""Of a list among the attributes."""

DEEPEST = 20
"""Of results within results: an object may hold itself."""

IN_TORCH = os.path.dirname(torch.__file__) + os.sep
"""Where PyTorch's own code is."""

PLUMBING = tuple(
    IN_TORCH + os.path.join(*parts)
    for parts in (
        ("nn", "modules", "module.py"),
        ("nn", "modules", "container.py"),
        ("_compile.py",),
        ("_dynamo", "eval_frame.py"),
        ("_ops.py",),
        ("overrides.py",),
    )
)
"""Where PyTorch calls modules, and calls us who watch: some frames for each level of the model, which say nothing."""


def dtype_name(dtype: torch.dtype) -> str:
    """'float32' for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def value_of(value: object) -> Value:
    """The shape and dtype of a tensor; of several the first one's; the type of what is none."""
    if isinstance(value, torch.Tensor):
        return Value(tuple(_size(size) for size in value.shape), dtype_name(value.dtype))
    if isinstance(value, (list, tuple)):
        tensors = [each for each in value if isinstance(each, torch.Tensor)]
        return value_of(tensors[0]) if tensors else Value(None, type(value).__name__)
    return Value() if value is None else Value(None, type(value).__name__)


def memory_of(tensor: torch.Tensor) -> int:
    """The same number for tensors that look at one memory, as long as one of them lives."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except Exception:
        return id(tensor)  # a sparse one has several


def scripted(model: nn.Module) -> list[str]:
    """Paths of the modules that PyTorch has compiled to run without Python: what they do inside nobody sees."""
    return [path for path, module in model.named_modules() if isinstance(module, torch.jit.ScriptModule)]


def leaf_name(path: Sequence[Any]) -> str:
    """Where a tensor is in nested mappings, sequences and dataclasses: 'past_key_values[0].key'."""
    name = ""
    for key in path:
        if isinstance(key, pytree.SequenceKey):
            name += f"[{key.idx}]"
        elif isinstance(key, (pytree.MappingKey, pytree.GetAttrKey)):
            name += f".{key.key if isinstance(key, pytree.MappingKey) else key.name}"
        else:
            name += str(key)
    return name.removeprefix(".")


def named_outputs(result: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """A model's results: 'logits', 'output' where it is the only one, 'output[1]'."""
    tensors = _leaves(result)
    if not tensors and hasattr(result, "__dict__"):
        # An object of another kind, such as a distribution: what it holds.
        tensors = _leaves(dict(vars(result)))
    for path, leaf in tensors:
        name = leaf_name(path)
        yield f"output{name}" if not name or name.startswith("[") else name, leaf


def _leaves(result: Any) -> list[tuple[Sequence[Any], torch.Tensor]]:
    leaves = pytree.tree_flatten_with_path(_opened(result))[0]
    return [(path, leaf) for path, leaf in leaves if isinstance(leaf, torch.Tensor)]


def _opened(value: Any, depth: int = 0) -> Any:
    """Dataclasses as dictionaries: PyTorch's trees do not look into one."""
    if depth > DEEPEST:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, Mapping)):
        return {field.name: _opened(getattr(value, field.name, None), depth + 1) for field in dataclasses.fields(value)}
    if type(value) is dict:
        return {name: _opened(each, depth + 1) for name, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_opened(each, depth + 1) for each in value)
    return value


def _size(size: object) -> int | str:
    return size if isinstance(size, int) else str(size)


@cache
def written_arguments(target: Any) -> Sequence[tuple[int, str]]:
    """The arguments that an operation writes into, by its schema: position and name."""
    schema = getattr(target, "_schema", None)
    return [
        (position, argument.name)
        for position, argument in enumerate(schema.arguments if schema is not None else ())
        if argument.alias_info is not None and argument.alias_info.is_write
    ]


def attributes_of(target: object, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are no tensors, by the names that the operation's schema has for them."""
    schema = getattr(target, "_schema", None)
    names = [argument.name for argument in schema.arguments] if schema is not None else []
    found: dict[str, Any] = {}
    for position, value in enumerate(args):
        plain = _plain(value)
        if plain is not None:
            found[names[position] if position < len(names) else str(position)] = plain
    for name, value in kwargs.items():
        plain = _plain(value)
        if plain is not None:
            found[name] = plain
    return found


def _plain(value: object) -> Any:
    """A value as JSON has it, or `None` for what is not to be shown."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, torch.dtype):
        return dtype_name(value)
    if isinstance(value, (torch.device, torch.memory_format, torch.layout)):
        return str(value)
    if isinstance(value, (list, tuple)) and len(value) <= LONGEST:
        items = [_plain(each) for each in value]
        return items if items and None not in items else None
    return None
