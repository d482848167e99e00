"""A path to a model: which adapter reads files of its kind."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model

__all__ = ["FORMATS", "describe"]

FORMATS = {".onnx": "onnx", ".safetensors": "safetensors", ".safetensors.index.json": "safetensors"}
"""The ends of the names of files that are read, and the adapter of each."""

IN_A_FOLDER = ("model.safetensors.index.json", "model.safetensors", "model.onnx")
"""What is looked for in a folder, as Hugging Face's libraries leave it."""


def describe(obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a model that is in a file; `NotImplemented` for what is no path.

    Raises
    ------
    UnsupportedModelError
        Where there is no such file, or none of a kind that is read.
    """
    if not isinstance(obj, (str, os.PathLike)) or isinstance(obj, bytes):
        return NotImplemented  # type: ignore[no-any-return]
    if not os.fspath(obj):
        # To `Path` it would be the folder that Python runs in.
        raise UnsupportedModelError(f"the path is empty: pass that of a file that ends in {', '.join(FORMATS)}")
    path = Path(obj)
    if path.is_dir():
        found = [path / each for each in IN_A_FOLDER if (path / each).is_file()]
        path = found[0] if found else path
    format_ = next((FORMATS[end] for end in sorted(FORMATS, key=len, reverse=True) if path.name.endswith(end)), None)
    if format_ is None or not path.is_file():
        raise UnsupportedModelError(_refusal(path, format_))
    adapter: Any = import_module(f"modelview.adapters.{format_}")
    model: Model = adapter.describe(path, name=name, inputs=inputs)
    return model


def _refusal(path: Path, format_: str | None) -> str:
    shown = repr(str(path)[:80])
    if path.is_dir():
        return f"{shown} is a folder with none of {', '.join(IN_A_FOLDER)} in it"
    if format_ is not None:
        return f"there is no file {shown}"
    return (
        f"{shown} is a path or a name, not a model. Load it first, for example with "
        "torch.load(path, weights_only=True) or AutoModel.from_pretrained(name), and show that. "
        f"ModelView itself reads files that end in {', '.join(FORMATS)}"
    )
