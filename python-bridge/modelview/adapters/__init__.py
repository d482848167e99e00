"""From the user's object to a `Model`.

Adapters are tried in order; none imports a framework that the user has not imported.

Another package adds one by the entry point group `modelview.adapters`, each entry naming a
function `describe(obj, *, name=None, inputs=None) -> Model | NotImplemented`.
"""

from __future__ import annotations

from ._registry import Adapter, describe, source_of
from .numpy import tensor_of

__all__ = ["Adapter", "describe", "source_of", "tensor_of"]
