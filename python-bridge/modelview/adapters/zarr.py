"""zarr arrays, which are read a chunk at a time, and groups of them."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model
from . import mapping
from ._foreign import ForeignSource

__all__ = ["ZarrSource", "describe", "describe_opened", "source_of"]


LARGEST_CHUNK = 2**32
"""Bytes: a chunk is unpacked whole."""


class ZarrSource(ForeignSource):
    """A zarr array where it is stored.

    A change of its values is not noticed (`Tensor.touch`), unless the whole array was written anew, into a folder.
    """

    layout = "chunked"

    def __init__(self, array: Any) -> None:
        super().__init__(array)
        self.chunks = tuple(array.chunks)
        # Of a store that is no folder nothing can be known without asking it for much.
        root = getattr(array.store_path.store, "root", None)
        name = ".zarray" if array.metadata.zarr_format == 2 else "zarr.json"
        self._metadata = Path(root, array.path, name) if isinstance(root, Path) else None

    @property
    def problem(self) -> str | None:
        """See `TensorSource`. What is not in a store reads as zeros, or whatever fills the array."""
        largest = prod(self.chunks) * np.dtype(self._array.dtype).itemsize
        if largest > LARGEST_CHUNK:
            return f"each of its chunks has {largest:,} bytes, and {LARGEST_CHUNK:,} are the most that are unpacked"
        if self._metadata is not None and not self._metadata.is_file():
            return f"the zarr array is not there any more: {self._metadata.name} is gone"
        return None

    def version(self) -> object:
        """See `TensorSource`: another one once what describes the array was written."""
        try:
            state = None if self._metadata is None else self._metadata.stat()
        except OSError:
            return "gone"
        return None if state is None else (state.st_ino, state.st_mtime_ns)

    def identity(self) -> object:
        """Equal for one array that is opened twice."""
        return "zarr", str(self._array.store_path)


def source_of(value: object) -> ZarrSource | None:
    """A source for a zarr array, or `None` where the value is none.

    Raises
    ------
    UnsupportedModelError
        Where it has no numbers.
    """
    return ZarrSource(value) if isinstance(value, zarr.Array) else None


def describe(obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a group of zarr arrays; `NotImplemented` for what is none.

    Raises
    ------
    UnsupportedModelError
        Where there is no array in it.
    """
    if isinstance(obj, zarr.Group):
        return describe_opened(obj, name or obj.basename or "zarr group")
    return NotImplemented  # type: ignore[no-any-return]


def describe_opened(opened: Any, name: str) -> Model:
    """Describe a group, or an array alone."""
    arrays = {name: opened} if isinstance(opened, zarr.Array) else _arrays(opened)
    if not arrays:
        raise UnsupportedModelError(f"the zarr group {name!r} has no arrays in it")
    return mapping.describe(arrays, source_of, name=name, kind="zarr")


def _arrays(group: Any, prefix: str = "") -> dict[str, Any]:
    """All arrays below a group, by their path with dots."""
    found: dict[str, Any] = {f"{prefix}{key}": array for key, array in group.arrays()}
    for key, below in group.groups():
        found |= _arrays(below, f"{prefix}{key}.")
    return found
