"""Torch's adapter if the user has imported torch, and nothing if not: it is not ours to import."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

__all__ = ["torch_adapter"]


def torch_adapter() -> Any:
    """The module `modelview.adapters.torch`, or `None` where torch has not been imported."""
    loaded = sys.modules.get("torch")
    # A stub, or an import that is still under way, has no `nn` yet.
    if loaded is None or not hasattr(loaded, "nn"):
        return None
    return import_module("modelview.adapters.torch")
