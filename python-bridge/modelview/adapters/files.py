"""A path to a model: which adapter reads files of its kind."""

from __future__ import annotations

import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model

__all__ = ["FORMATS", "describe"]

FORMATS = {
    ".gguf": "gguf",
    ".npy": "npy",
    ".npz": "npy",
    ".pt": "torch_file",
    ".pth": "torch_file",
    ".ckpt": "torch_file",
    ".bin": "torch_file",
    ".bin.index.json": "torch_file",
    ".onnx": "onnx",
    ".safetensors": "safetensors",
    ".safetensors.index.json": "safetensors",
}
"""The ends of the names of files that are read, and the adapter of each."""

ZARR = ("zarr.json", ".zarray", ".zgroup")
"""What a folder has in it that is a zarr array or group."""

IN_A_FOLDER = (
    "model.safetensors.index.json",
    "model.safetensors",
    "model.onnx",
    "pytorch_model.bin.index.json",
    "pytorch_model.bin",
)
"""What is looked for in a folder, as Hugging Face's libraries leave it; then any one file that is read."""

INDEX = ".index.json"
LATER_PART = re.compile(r"-(?!00001-)\d{5}-of-\d{5}\.gguf")
"""Of a file that was split: its first part stands for it."""
MOST_NAMED = 8


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
    folder = path.is_dir()
    zarr = folder and (path.suffix == ".zarr" or any((path / each).is_file() for each in ZARR))
    if folder and not zarr:
        path = _in_folder(path)
    format_ = "zarr_folder" if zarr else _format(path)
    if format_ is None or not (zarr or path.is_file()):
        raise UnsupportedModelError(_refusal(path, format_))
    adapter: Any = import_module(f"modelview.adapters.{format_}")
    model: Model = adapter.describe(path, name=name, inputs=inputs)
    return model


def _format(path: Path) -> str | None:
    return next((FORMATS[end] for end in sorted(FORMATS, key=len, reverse=True) if path.name.endswith(end)), None)


def _in_folder(folder: Path) -> Path:
    """The file that is meant by the folder that it is in; the folder itself where there is none."""
    usual = next((folder / each for each in IN_A_FOLDER if (folder / each).is_file()), None)
    if usual is not None:
        return usual
    found = [each for each in sorted(folder.iterdir()) if _format(each) and each.name[0] != "." and each.is_file()]
    # An index is of the shards beside it.
    found = [each for each in found if each.name.endswith(INDEX)] or found
    found = [each for each in found if not LATER_PART.search(each.name)] or found
    if len(found) > 1:
        named = ", ".join(each.name for each in found[:MOST_NAMED]) + ", …" * (len(found) > MOST_NAMED)
        raise UnsupportedModelError(
            f"{str(folder)[:80]!r} is a folder with {len(found)} files that can be shown: "
            f"pass the path of one of {named}"
        )
    return found[0] if found else folder


def _refusal(path: Path, format_: str | None) -> str:
    shown = repr(str(path)[:80])
    if path.is_dir():
        return (
            f"{shown} is a folder with none of {', '.join(IN_A_FOLDER)} in it, and no other file that ends in "
            f"{', '.join(FORMATS)}"
        )
    if format_ is not None:
        return f"there is no file {shown}"
    return (
        f"{shown} is a path or a name, not a model or an array. Load it first, for example with "
        "torch.load(path, weights_only=True) or AutoModel.from_pretrained(name), and show that. "
        f"Files that end in {', '.join(FORMATS)} are read by modelview itself"
    )
