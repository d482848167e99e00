"""From a file, or a message in memory, to onnx_ir's model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
import onnx_ir as ir
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from ...errors import UnsupportedModelError
from .mend import mended
from .text import check_text

__all__ = ["read_file", "to_ir"]

LARGEST = 2**31 - 1
"""Bytes of one message: protobuf reads no more."""


def read_file(path: Path) -> Any:
    """The message in a file; what it has in other files is not opened.

    Raises
    ------
    UnsupportedModelError
        Where there is none, with what is wrong.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnsupportedModelError(
                f"{path.name} has {size:,} bytes, and protobuf reads at most {LARGEST:,}: "
                "save it with its tensors in another file, onnx.save(model, path, save_as_external_data=True)"
            )
        data = path.read_bytes()
    except OSError as problem:
        raise UnsupportedModelError(f"{path.name}: it cannot be read: {problem.strerror}") from None
    if not data:
        raise UnsupportedModelError(f"{path.name} is empty: it has 0 bytes")
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as problem:
        raise UnsupportedModelError(
            f"{path.name} is no ONNX model, or one that was cut: "
            f"protobuf cannot read its {len(data):,} bytes ({problem})"
        ) from None
    if not model.HasField("graph"):
        raise UnsupportedModelError(f"{path.name} has no graph in it: it is no ONNX model, or one that was cut")
    return model


def to_ir(proto: Any, shown: str, *, ours: bool) -> ir.Model:
    """A message as onnx_ir's model, whose tensors are the message's own.

    Parameters
    ----------
    proto : onnx.ModelProto
    ours : bool
        Whether the message may be changed.

    Raises
    ------
    UnsupportedModelError
        Where onnx_ir cannot take it.
    """
    try:
        with _quiet():
            check_text(proto, shown)
            model: ir.Model = ir.from_proto(mended(proto, shown, ours=ours))
    except UnsupportedModelError:
        raise
    except Exception as problem:
        cause: BaseException = problem
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise UnsupportedModelError(
            f"{shown} is no ONNX model that onnx_ir can read: {type(cause).__name__}: {str(cause)[:300]}"
        ) from None
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Without onnx_ir's warnings of names that nothing makes: the dataflow's notes tell of them."""
    logger = logging.getLogger("onnx_ir.serde")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
