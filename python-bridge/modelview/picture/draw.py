"""Chooses what is drawn: the tensor that is selected, or the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Model
from ..tensors import Selection, Tensor
from .model import draw_model
from .tensor import draw_tensor


@dataclass(frozen=True)
class Picture:
    """A PNG, and its size in CSS pixels: half of what it has in its own."""

    png: bytes
    width: int
    height: int


def draw(model: Model, state: Mapping[str, Any], tensor: Tensor | None = None) -> Picture:
    """Draw a view.

    Parameters
    ----------
    model
        What is looked at.
    state
        The view's; its slices are the picture's.
    tensor
        Draw this tensor rather than the model.
    """
    if tensor is None:
        canvas = draw_model(model)
    else:
        sliced = state["slices"].get(tensor.address)
        selection = None if sliced is None else Selection.from_json(tensor, sliced)
        canvas = draw_tensor(model.name, tensor, selection)
    return Picture(canvas.png(), canvas.width, canvas.height)
