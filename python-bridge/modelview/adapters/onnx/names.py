"""Which module a node is in, as its metadata or its name has it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

import onnx_ir as ir

from .._names import DEEPEST, split

__all__ = ["common", "dotted", "line_of", "local_name", "scope_of"]

SCOPES = "pkg.torch.onnx.name_scopes"
CLASSES = "pkg.torch.onnx.class_hierarchy"
STACK = "pkg.torch.onnx.stack_trace"
NO_MODULE = "_empty_nn_module_stack_from_metadata_hook"
"""What PyTorch's exporter writes for a module where it put a node in itself."""

LONGEST = 100_000
"""Letters of metadata that are read."""

# What is between PyTorch and the person's own code.
_TORCH = ("/site-packages/torch/", "\\site-packages\\torch\\")


def scope_of(node: ir.Node, kinds: dict[str, str]) -> str | None:
    """The dotted path of the module that a node says it is in, or `None`.

    Parameters
    ----------
    kinds : dict
        Takes the classes that the node's metadata has for the modules around it, by path.

    Examples
    --------
    >>> node = ir.Node("", "MatMul", [], name="/encoder/layer.0/attention/MatMul")
    >>> scope_of(node, {})
    'encoder.layer.0.attention'
    """
    metadata = node.metadata_props
    scopes = _words(metadata.get(SCOPES))
    if scopes and scopes[0] == NO_MODULE:
        return None
    if scopes:
        # The last one is the operation's own name.
        paths = [_shallow(scope) for scope in scopes[:-1]]
        for path, kind in zip(paths, _words(metadata.get(CLASSES)), strict=False):
            kinds.setdefault(path, kind.rpartition(".")[2])
        return paths[-1] if paths else ""
    name = node.name or ""
    if "/" not in name:
        return None
    parts: list[str] = []
    for part in name.split("/")[:-1]:
        # PyTorch's older exporter writes what is in a Sequential with its name: '/layer1/layer1.0/conv'.
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return _shallow(".".join(parts))


def local_name(node: ir.Node) -> str:
    """What a node is called within its module.

    Examples
    --------
    >>> local_name(ir.Node("", "MatMul", [], name="/encoder/MatMul_1")), local_name(ir.Node("", "Add", []))
    ('MatMul_1', 'Add')
    """
    return (node.name or "").rpartition("/")[2] or node.op_type


def dotted(name: str | None) -> str | None:
    """The path of the module that a tensor of this name belongs to, or `None` where its name has none.

    Examples
    --------
    >>> dotted("encoder.layer.0.query.weight"), dotted("onnx::MatMul_12"), dotted("weight.1")
    ('encoder.layer.0.query', None, None)
    """
    if name is None or "/" in name:
        return None
    path, local = split(name)
    # 'weight.1' is the second of its name.
    return _shallow(path) or None if local and not local.isdigit() else None


def common(paths: Iterable[str]) -> str:
    """The innermost module that all of the paths are in.

    Examples
    --------
    >>> common(["encoder.layer.0.query", "encoder.layer.0.key"])
    'encoder.layer.0'
    """
    known = list(dict.fromkeys(paths))
    if len(known) == 1:
        return known[0]
    parts = [path.split(".") for path in known]
    shared = []
    for same in zip(*parts, strict=False):
        if len(set(same)) > 1:
            break
        shared.append(same[0])
    return ".".join(shared)


def line_of(node: ir.Node) -> str | None:
    """The innermost line of PyTorch's stack trace that is not PyTorch's own: 'model.py:12'."""
    trace = node.metadata_props.get(STACK)
    if not trace:
        return None
    frames = []
    for line in trace[-LONGEST:].splitlines():
        # File "model.py", line 12, in forward
        where, found, rest = line.strip().removeprefix('File "').partition('", line ')
        if found:
            frames.append((where, rest.partition(",")[0]))
    outside = [frame for frame in frames if not any(part in frame[0] for part in _TORCH)] or frames
    return ":".join(outside[-1]) if outside else None


def _shallow(path: str) -> str:
    return ".".join([part for part in path.split(".") if part][:DEEPEST])


@lru_cache(maxsize=4096)
def _words(text: str | None) -> list[str]:
    """The list of strings that a string is the Python of."""
    if not text or len(text) > LONGEST:
        return []
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else []
