"""From the user's object to a `Model`.

Adapters are tried in order; none imports a framework that the user has not imported.

Another package adds one by an entry point of the group `modelview.adapters`: `docs/adapters.md` has an example.
"""

from __future__ import annotations

from ._build import Found, build
from ._registry import Adapter, describe, source_of
from .numpy import tensor_of

__all__ = ["Adapter", "Found", "build", "describe", "source_of", "tensor_of"]
