"""A node's attributes as strings, numbers and lists."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import onnx_ir as ir

from .types import stored_dtype

__all__ = ["Bound", "attributes_of"]

Bound = Mapping[str, ir.Attr]
"""What a call of a function gives for the function's attributes, by name."""

LONGEST = 256
"""Letters and numbers that are shown of one attribute."""
FEW = 16
"""Values of a tensor that are shown in place of its shape."""

_GRAPHS = (ir.AttributeType.GRAPH, ir.AttributeType.GRAPHS)


def attributes_of(node: ir.Node, bound: Bound, opsets: Mapping[str, int]) -> dict[str, Any]:
    """What a file says of a node, but for the graphs within it, which are drawn.

    Parameters
    ----------
    bound : mapping
        Of the function that the node is in.
    opsets : mapping of str to int
        The version of each domain that is imported.
    """
    found: dict[str, Any] = {}
    if node.domain:
        found["domain"] = node.domain
    version = node.version if node.version is not None else opsets.get(node.domain)
    if version is not None:
        found["opset"] = version
    if node.overload:
        found["overload"] = node.overload
    if node.doc_string:
        found["doc_string"] = _short(node.doc_string)
    for name, attribute in node.attributes.items():
        reference = attribute.ref_attr_name
        if reference is not None:
            # One that the call does not give and that has no default is absent.
            given = bound.get(reference)
            if given is not None:
                found[name] = _plain(given)
        elif attribute.type not in _GRAPHS:
            found[name] = _plain(attribute)
    return found


def _plain(attribute: ir.Attr) -> Any:
    value, kind = attribute.value, attribute.type
    if kind == ir.AttributeType.FLOAT:
        return _float(value)
    if kind == ir.AttributeType.TENSOR:
        return _tensor(value)
    if isinstance(value, (int, str, bytes)):
        return _short(value)
    if not isinstance(value, (list, tuple)):
        return _short(str(value))
    if len(value) > LONGEST:
        return f"{len(value):,} values"
    if kind == ir.AttributeType.FLOATS:
        return [_float(each) for each in value]
    if kind == ir.AttributeType.TENSORS:
        return [_tensor(each) for each in value]
    return [each if isinstance(each, int) else _short(each if isinstance(each, bytes) else str(each)) for each in value]


def _float(value: float) -> float:
    # A float32's shortest digits: 0.1, and not 0.10000000149011612.
    return float(str(np.float32(value)))


def _short(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value[: LONGEST + 1].decode("utf-8", "backslashreplace")
    return value[:LONGEST] + "…" if isinstance(value, str) and len(value) > LONGEST else value


def _tensor(tensor: ir.TensorProtocol) -> Any:
    stored, shape = stored_dtype(tensor.dtype), tuple(tensor.shape.numpy())
    name = "string" if tensor.dtype == ir.DataType.STRING else "?" if stored is None else stored.name
    # The values of another file are not opened for an attribute.
    here = not isinstance(tensor, ir.ExternalTensor)
    if here and stored is not None and all(size >= 0 for size in shape) and prod(shape) <= FEW:
        try:
            values = tensor.numpy()
            return (values.astype(object) if values.dtype.kind in "biuf" else values.astype(np.float64)).tolist()
        except (TypeError, ValueError, AssertionError):
            # A file may say one shape and hold the bytes of another.
            pass
    return f"{name} {' × '.join(map(str, shape)) or 'scalar'}"
