"""The adapters of frameworks that the user has imported, and nothing of those that not: they are not ours to import."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from ..tensors.source import TensorSource

__all__ = ["framework_source", "torch_adapter"]

ARRAYS = {
    "keras": ("Variable", "keras"),
    "dask.array": ("Array", "dask"),
    "zarr": ("Array", "zarr"),
    "jax": ("Array", "jax"),
    "tensorflow": ("Variable", "tensorflow"),
}
"""The packages that have arrays, what the array is called there (a stub, or an import under way, has none), and the
adapter, which has a `source_of`."""


def torch_adapter() -> Any:
    """The module `modelview.adapters.torch`, or `None` where torch has not been imported."""
    loaded = sys.modules.get("torch")
    # A stub, or an import that is still under way, has no `nn` yet.
    if loaded is None or not hasattr(loaded, "nn"):
        return None
    return import_module("modelview.adapters.torch")


def framework_source(value: object) -> TensorSource | None:
    """A source for a framework's tensor or variable, or `None` where the value is neither.

    Raises
    ------
    UnsupportedModelError
        For one that cannot be shown.
    """
    torch = torch_adapter()
    source: TensorSource | None = None if torch is None else torch.source_of(value)
    for package, (name, adapter) in ARRAYS.items():
        if source is None and hasattr(sys.modules.get(package), name):
            source = import_module(f"modelview.adapters.{adapter}").source_of(value)
    return source
