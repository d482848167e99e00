"""The strings of a message: protobuf hands over as bytes what is no text."""

from __future__ import annotations

from typing import Any

import onnx
from google.protobuf.message import Message  # type: ignore[import-untyped]

from ...errors import UnsupportedModelError

__all__ = ["check_text"]

# What there is to read of a tensor beside its values, of which each look would make a copy.
_OF_TENSORS = ("name", "doc_string", "external_data", "metadata_props")


def check_text(model: Any, shown: str) -> None:
    """Refuse a message in which a string is no text.

    Raises
    ------
    UnsupportedModelError
        With the string.
    """
    waiting = [model]
    while waiting:
        message = waiting.pop()
        if isinstance(message, onnx.TensorProto):
            fields = [(message.DESCRIPTOR.fields_by_name[name], getattr(message, name)) for name in _OF_TENSORS]
        else:
            fields = message.ListFields()
        for field, value in fields:
            if field.type == field.TYPE_MESSAGE:
                waiting += (value,) if isinstance(value, Message) else value
            elif field.type == field.TYPE_STRING:
                for text in (value,) if isinstance(value, (str, bytes)) else value:
                    if isinstance(text, bytes):
                        raise UnsupportedModelError(
                            f"{shown} is no ONNX model, or it is damaged: its {field.name} {text[:60]!r} is no text"
                        )
