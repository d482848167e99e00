"""A folder that zarr wrote: opened by zarr, which is imported for it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model

__all__ = ["describe"]


def describe(path: Path, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe the group, or the array, that is at a path.

    Raises
    ------
    UnsupportedModelError
        Where zarr is not installed, finds nothing there, or there is no array in it.
    """
    try:
        zarr: Any = import_module("zarr")
    except ImportError:
        raise UnsupportedModelError(
            f"{path.name} is a folder of zarr's, which is needed to read it: pip install modelview[zarr]"
        ) from None
    try:
        opened = zarr.open(str(path), mode="r")
    except Exception as error:
        raise UnsupportedModelError(f"{str(path)[:80]!r} cannot be opened by zarr: {error}") from error
    adapter: Any = import_module("modelview.adapters.zarr")
    model: Model = adapter.describe_opened(opened, name or path.name.removesuffix(".zarr"))
    return model
