"""ONNX's types: what they are called here, and how the bytes of a tensor become numbers."""

from __future__ import annotations

from typing import Any

import onnx_ir as ir

from ...structure import Value
from ..safetensors.dtypes import StoredDtype

__all__ = [
    "KNOWN",
    "NESTED",
    "TENSORS",
    "TYPE",
    "dtype_name",
    "stored_dtype",
    "type_name",
    "value_of",
    "value_of_type",
]

TYPE = "modelview.type"
"""The metadata of a value whose type onnx_ir cannot hold: the type in words (see `mend`)."""

KNOWN = frozenset(int(dtype) for dtype in ir.DataType)
"""The numbers of the dtypes that onnx_ir has."""
TENSORS = ("tensor_type", "sparse_tensor_type")
NESTED = ("sequence_type", "optional_type")

# By the name of the enumeration's member: releases of onnx_ir differ in which of them they have.
_DTYPES = {
    "BOOL": StoredDtype("bool", 8, "u1"),
    "UINT8": StoredDtype("uint8", 8, "u1"),
    "INT8": StoredDtype("int8", 8, "i1"),
    "UINT16": StoredDtype("uint16", 16, "<u2"),
    "INT16": StoredDtype("int16", 16, "<i2"),
    "UINT32": StoredDtype("uint32", 32, "<u4"),
    "INT32": StoredDtype("int32", 32, "<i4"),
    "UINT64": StoredDtype("uint64", 64, "<u8"),
    "INT64": StoredDtype("int64", 64, "<i8"),
    "FLOAT16": StoredDtype("float16", 16, "<f2"),
    "BFLOAT16": StoredDtype("bfloat16", 16, "<u2"),
    "FLOAT": StoredDtype("float32", 32, "<f4"),
    "DOUBLE": StoredDtype("float64", 64, "<f8"),
    "COMPLEX64": StoredDtype("complex64", 64, "<c8"),
    "COMPLEX128": StoredDtype("complex128", 128, "<c16"),
    "FLOAT8E4M3FN": StoredDtype("float8_e4m3fn", 8, "u1"),
    "FLOAT8E4M3FNUZ": StoredDtype("float8_e4m3fnuz", 8, "u1"),
    "FLOAT8E5M2": StoredDtype("float8_e5m2", 8, "u1"),
    "FLOAT8E5M2FNUZ": StoredDtype("float8_e5m2fnuz", 8, "u1"),
    "FLOAT8E8M0": StoredDtype("float8_e8m0fnu", 8, "u1"),
    "FLOAT6E2M3": StoredDtype("float6_e2m3fn", 6, None),
    "FLOAT6E3M2": StoredDtype("float6_e3m2fn", 6, None),
    "UINT4": StoredDtype("uint4", 4, None),
    "INT4": StoredDtype("int4", 4, None),
    "FLOAT4E2M1": StoredDtype("float4_e2m1fn", 4, None),
    "UINT2": StoredDtype("uint2", 2, None),
    "INT2": StoredDtype("int2", 2, None),
}


def stored_dtype(dtype: ir.DataType) -> StoredDtype | None:
    """How values of a dtype are stored; `None` for words, and where a tensor does not say its dtype.

    Examples
    --------
    >>> stored_dtype(ir.DataType.BFLOAT16)
    StoredDtype(name='bfloat16', bits=16, stored='<u2')
    """
    return _DTYPES.get(dtype.name)


def value_of(value: ir.Value) -> Value:
    """What is known of a value without computing it.

    Examples
    --------
    >>> value_of(ir.val("x", ir.DataType.FLOAT, ["batch", 3]))
    Value(shape=('batch', 3), dtype='float32')
    """
    kind = value.type
    if kind is None:
        return Value(None, value.metadata_props.get(TYPE))
    shape = value.shape
    if shape is None or not isinstance(kind, (ir.TensorType, ir.SparseTensorType)):
        return Value(None, _named(kind))
    return Value(tuple(_size(size) for size in shape), _named(kind))


def _size(size: Any) -> int | str:
    # A size without a name may differ from any other that has none.
    return size if isinstance(size, int) else size.value or "?"


def _named(kind: Any) -> str | None:
    if isinstance(kind, ir.SequenceType):
        return f"sequence({_named(kind.elem_type)})"
    if isinstance(kind, ir.OptionalType):
        return f"optional({_named(kind.elem_type)})"
    return _dtype_name(kind.dtype)


def value_of_type(kind: Any) -> Value:
    """What an `onnx.TypeProto` says of a value: as `value_of`, without the way through onnx_ir, for many of them."""
    which = kind.WhichOneof("value")
    if which is None:
        return Value()
    tensor = getattr(kind, which)
    if which not in TENSORS or not tensor.HasField("shape"):
        return Value(None, type_name(kind))
    sizes = tuple(size.dim_value if size.HasField("dim_value") else size.dim_param or "?" for size in tensor.shape.dim)
    return Value(sizes, dtype_name(tensor.elem_type))


def type_name(kind: Any) -> str | None:
    """An `onnx.TypeProto` in words: 'float32', 'sequence(map(int64, float32))'; `None` where it says nothing."""
    which = kind.WhichOneof("value")
    if which in TENSORS:
        return dtype_name(getattr(kind, which).elem_type)
    if which in NESTED:
        return f"{which.removesuffix('_type')}({type_name(getattr(kind, which).elem_type)})"
    if which == "map_type":
        return f"map({dtype_name(kind.map_type.key_type)}, {type_name(kind.map_type.value_type)})"
    return None if which is None else str(which.removesuffix("_type"))


def dtype_name(dtype: int) -> str | None:
    """What ONNX's number of a dtype stands for; `None` for 0, which is for none."""
    if dtype not in KNOWN:
        return f"onnx type {dtype}"
    return _dtype_name(ir.DataType(dtype))


def _dtype_name(dtype: ir.DataType) -> str | None:
    known = stored_dtype(dtype)
    if known is not None:
        return known.name
    return "string" if dtype == ir.DataType.STRING else None
