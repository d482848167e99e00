"""What onnx_ir cannot take of a model's message: said in words that it can, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import onnx

from ...errors import UnsupportedModelError
from .graphs import inner_messages
from .source import PROBLEM
from .types import KNOWN, NESTED, TENSORS, TYPE, dtype_name, type_name

__all__ = ["mended"]

_SPARSE = (onnx.AttributeProto.SPARSE_TENSOR, onnx.AttributeProto.SPARSE_TENSORS)

_Mend = Callable[[], None]


def mended(model: Any, shown: str, *, ours: bool) -> Any:
    """A message that onnx_ir takes.

    Maps (of classifiers), sparse tensors, and dtypes that are newer than onnx_ir are told in metadata instead.

    Parameters
    ----------
    model : onnx.ModelProto
    ours : bool
        Whether it may be changed; else it is copied where it must be.

    Raises
    ------
    UnsupportedModelError
        Where one name stands for two things.
    """
    mends = list(_mends(model, shown))
    if mends and not ours:
        copied = onnx.ModelProto()
        copied.CopyFrom(model)
        model, mends = copied, list(_mends(copied, shown))
    for mend in mends:
        mend()
    return model


def _mends(model: Any, shown: str) -> Iterator[_Mend]:
    known = set()
    for function in model.functions:
        key = (function.domain, function.name, getattr(function, "overload", ""))
        if key in known:
            raise UnsupportedModelError(f"{shown}: it has two functions named {function.name[:80]!r}")
        known.add(key)
        yield from _values(getattr(function, "value_info", ()))
        names = _Names(shown, function.name)
        for name in function.input:
            names.add(name, "an input")
        yield from _nodes(function.node, names)
        missing = next((name for name in function.output if name not in names), None)
        if missing is not None:
            raise UnsupportedModelError(
                f"{shown}: nothing in the function {function.name[:80]!r} makes its output {missing[:80]!r}"
            )
    inside = (node for function in model.functions for node in function.node)
    waiting = [model.graph, *(graph for node in inside for graph in inner_messages(node))]
    while waiting:
        graph = waiting.pop()
        yield from _graph(graph, shown)
        waiting += (inner for node in graph.node for inner in inner_messages(node))


class _Names:
    """The names of a graph's values: each is made once."""

    def __init__(self, shown: str, graph: str) -> None:
        self._where = f"{shown}: the graph {graph[:80]!r}"
        self._known: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def add(self, name: str, what: str) -> None:
        if name in self._known:
            raise UnsupportedModelError(
                f"{self._where} makes {name[:80]!r} twice (the second time it is {what}): "
                "what reads it cannot be known. ONNX has each name once"
            )
        self._known.add(name)


def _graph(graph: Any, shown: str) -> Iterator[_Mend]:
    names = _Names(shown, graph.name)
    inputs = set()
    for info in graph.input:
        names.add(info.name, "an input")
        inputs.add(info.name)
    held = set()
    sparse = [tensor.values.name for tensor in graph.sparse_initializer]
    for name in (*(tensor.name for tensor in graph.initializer), *sparse):
        # An initializer may be an input's default.
        if name in inputs and name not in held:
            held.add(name)
        elif name:
            names.add(name, "an initializer")
    for values in (graph.input, graph.output, graph.value_info):
        yield from _values(values)
    for tensor in graph.initializer:
        yield from _tensor(tensor)
    yield from _nodes(graph.node, names)
    if sparse:
        yield partial(_dense, graph)


def _nodes(nodes: Any, names: _Names) -> Iterator[_Mend]:
    for node in nodes:
        for name in node.output:
            if name:
                names.add(name, f"made by {(node.name or node.op_type)[:80]!r}")
        for attribute in node.attribute:
            kind = attribute.type
            if kind in _SPARSE:
                yield partial(_words, attribute)
            elif kind == onnx.AttributeProto.TENSOR:
                yield from _tensor(attribute.t)
            elif kind == onnx.AttributeProto.TYPE_PROTO and _strange(attribute.tp):
                yield partial(_text, attribute, type_name(attribute.tp) or "?")
            elif kind == onnx.AttributeProto.STRINGS and not all(map(_utf8, attribute.strings)):
                yield partial(_decoded, attribute)


def _values(values: Any) -> Iterator[_Mend]:
    for info in values:
        if _strange(info.type):
            yield partial(_untyped, info)


def _strange(kind: Any) -> bool:
    """Whether onnx_ir has no such type."""
    which = kind.WhichOneof("value")
    if which in TENSORS:
        return getattr(kind, which).elem_type not in KNOWN
    if which in NESTED:
        inner = getattr(kind, which).elem_type
        return inner.WhichOneof("value") is None or _strange(inner)
    return which is not None


def _untyped(info: Any) -> None:
    info.metadata_props.add(key=TYPE, value=type_name(info.type) or "?")
    info.ClearField("type")


def _tensor(tensor: Any) -> Iterator[_Mend]:
    if tensor.data_type not in KNOWN:
        problem = f"its data type has the number {tensor.data_type}, which this onnx_ir does not know"
        yield partial(_unread, tensor, problem, 0)
    elif tensor.data_location == onnx.TensorProto.EXTERNAL:
        for entry in tensor.external_data:
            if entry.key in ("offset", "length") and not (entry.value.isascii() and entry.value.isdigit()):
                problem = f"the {entry.key} of its values in another file is no number: {entry.value[:40]!r}"
                yield partial(_unread, tensor, problem, tensor.data_type)
                return


def _unread(tensor: Any, problem: str, dtype: int) -> None:
    tensor.metadata_props.add(key=PROBLEM, value=problem)
    tensor.data_type = dtype
    tensor.ClearField("external_data")


def _dense(graph: Any) -> None:
    """Put an initializer without values in the place of each sparse one."""
    for sparse in graph.sparse_initializer:
        tensor = graph.initializer.add(name=sparse.values.name, dims=sparse.dims, data_type=sparse.values.data_type)
        if tensor.data_type not in KNOWN:
            tensor.data_type = 0
        problem = f"it is sparse: {_size(sparse.values.dims)} of its values are stored, which ModelView does not draw"
        tensor.metadata_props.add(key=PROBLEM, value=problem)
    graph.ClearField("sparse_initializer")


def _size(dims: Any) -> str:
    return f"{dims[0]:,}" if len(dims) else "some"


def _words(attribute: Any) -> None:
    sparse = [attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else attribute.sparse_tensors
    text = [
        f"sparse {dtype_name(each.values.data_type)} {' × '.join(map(str, each.dims))}, "
        f"{_size(each.values.dims)} values stored"
        for each in sparse
    ]
    _text(attribute, "; ".join(text))


def _text(attribute: Any, text: str) -> None:
    name = attribute.name
    attribute.Clear()
    attribute.name, attribute.type, attribute.s = name, onnx.AttributeProto.STRING, text.encode()


def _utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(attribute: Any) -> None:
    strings = [text.decode("utf-8", "backslashreplace").encode() for text in attribute.strings]
    del attribute.strings[:]
    attribute.strings.extend(strings)
