"""Pooling where a tensor is: on a GPU the cells are made there, and they alone are copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...tensors.pool import Cells

__all__ = ["can_pool", "pool_on_device"]

_FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
_INTEGERS = (torch.int8, torch.int16, torch.int32, torch.uint8, torch.bool)
"""Exact in float64. Of 64-bit integers that is not so."""


def can_pool(tensor: torch.Tensor) -> bool:
    """Whether `pool_on_device` does what `tensors.pool.pool` would: Apple's MPS has no float64 to add up in."""
    return tensor.layout == torch.strided and tensor.device.type != "mps" and tensor.dtype in (*_FLOATS, *_INTEGERS)


def pool_on_device(block: torch.Tensor, roles: tuple[str, ...], level: int) -> Cells:
    """Pool 2^level × 2^level cells of each facet of a block, whose dimensions have these roles.

    See `tensors.pool.pool`, whose results these equal.
    """
    order = sorted(range(len(roles)), key=lambda axis: ("facet", "row", "column").index(roles[axis]))
    facets = roles.count("facet")
    ends = iter([block.shape[axis] for axis in order[facets:]])
    rows, columns = (next(ends) if role in roles else 1 for role in ("row", "column"))
    cells = block.permute(order).reshape(-1, rows, columns)
    kept = cells.dtype if cells.dtype in (torch.float64, torch.float32) else torch.float32
    if cells.dtype in _INTEGERS:
        kept = torch.uint8 if cells.dtype == torch.bool else cells.dtype
        wide = cells.to(torch.float64)
        return Cells(
            _array(_split(wide, level, 0.0).sum((2, 4))),
            _array(_split(wide, level, torch.inf).amin((2, 4)).to(kept)),
            _array(_split(wide, level, -torch.inf).amax((2, 4)).to(kept)),
        )
    cells = cells.to(kept)
    unusual = ~torch.isfinite(cells)
    some = bool(unusual.any())

    def without(value: float) -> torch.Tensor:
        return torch.where(unusual, value, cells) if some else cells

    counts: list[Any] = [None, None, None]
    if some:
        masks = (torch.isnan(cells), cells == torch.inf, cells == -torch.inf)
        counts = [_array(_split(mask.to(torch.int64), level, 0).sum((2, 4))).astype(np.uint32) for mask in masks]
    return Cells(
        _array(_split(without(0.0).to(torch.float64), level, 0.0).sum((2, 4))),
        _array(_split(without(torch.inf), level, torch.inf).amin((2, 4))),
        _array(_split(without(-torch.inf), level, -torch.inf).amax((2, 4))),
        *counts,
    )


def _split(cells: torch.Tensor, level: int, neutral: float) -> torch.Tensor:
    """Facets × rows × cells of a pooled row × columns × cells of a pooled column, filled up to whole ones."""
    side = 1 << level
    facets, rows, columns = cells.shape
    down, across = -(-rows // side), -(-columns // side)
    if (down * side, across * side) != (rows, columns):
        cells = torch.nn.functional.pad(cells, (0, across * side - columns, 0, down * side - rows), value=neutral)
    return cells.reshape(facets, down, side, across, side)


def _array(tensor: torch.Tensor) -> Any:
    return tensor.cpu().numpy()
