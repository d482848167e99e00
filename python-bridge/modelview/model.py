"""A model as every view sees it, whatever framework it is from."""

from __future__ import annotations

from collections.abc import Callable

from .structure import Structure
from .tensors import Tensor

__all__ = ["Model"]


class Model:
    """A model as every view sees it: its structure and its tensors.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview.adapters import describe
    >>> model = describe({"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)}, name="tiny")
    >>> list(model.tensors)
    ['weight/fc.weight', 'weight/fc.bias']
    >>> model.structure.totals["parameters"]
    8
    """

    def __init__(self, structure: Structure, *, on_close: Callable[[], None] | None = None) -> None:
        self.structure = structure
        self.tensors = structure.tensors
        self.highlights: dict[str, Tensor] = {}
        self._on_close = on_close
        self.closed = False

    @property
    def name(self) -> str:
        """What the model is called: by the caller, or its class's name."""
        return self.structure.name

    def find(self, address: str) -> Tensor:
        """A tensor, or the mask of one that is highlighted, at `highlight/<its address>`.

        Raises
        ------
        AddressError
            Where there is none; the message lists what is near.
        """
        return self.highlights.get(address) or self.tensors[address]

    def highlight(self, tensor: Tensor, mask: Tensor | None) -> None:
        """Keep a mask of a tensor, or drop it."""
        before = self.highlights.pop(f"highlight/{tensor.address}", None)
        if before is not None:
            before.close()
        if mask is not None:
            self.highlights[mask.address] = mask

    def close(self) -> None:
        """Let go of the user's tensors and of everything cached for them. May be called twice."""
        if self.closed:
            return
        self.closed = True
        for tensor in (*self.tensors.values(), *self.highlights.values()):
            tensor.close()
        for asked in (self.structure.capture, self.structure.profiler):
            if asked is not None:
                asked.close()
        if self._on_close is not None:
            self._on_close()

    def __repr__(self) -> str:
        return f"<Model {self.name!r}: {len(self.tensors)} tensors>"
