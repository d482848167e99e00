"""The values that a picture shows, got as cheaply as they can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..tensors import Plane, Pyramid, Selection, Statistics, Tensor
from . import words

# Reading all of a larger tensor would keep its cell waiting; then every n-th value is drawn, and the picture says so.
LARGEST_READ = 8 * 2**20
# Values. To take every n-th of a file or of what is computed when it is read is to read what is between them too: of
# such a corner stands for the whole.
LARGEST_CORNER = 2**22


@dataclass(frozen=True)
class Cells:
    """What is drawn: an array of shape (facets, rows, columns), and how it came about."""

    values: npt.NDArray[Any]
    nan: npt.NDArray[Any]
    infinite: npt.NDArray[Any]
    statistics: Statistics | None
    note: str


def coarsest(tensor: Tensor, plane: Plane) -> Cells:
    """The tile that the page will ask for first: what is computed here is answered from the cache there."""
    pyramid = Pyramid(tensor, plane)
    statistics = pyramid.statistics()
    tile = pyramid.tile(plane.coarsest_tiles()[0])
    if tile.value is not None:
        values = np.asarray(tile.value)
        return Cells(values, np.isnan(values), np.isinf(values), statistics, "")
    mean = np.asarray(tile.mean)
    nowhere = np.zeros(mean.shape, bool)
    nan = nowhere if tile.nan_counts is None else np.asarray(tile.nan_counts) > 0
    infinite = nowhere
    for counts in (tile.posinf_counts, tile.neginf_counts):
        if counts is not None:
            infinite = infinite | (np.asarray(counts) > 0)
    pooled = [1 << (plane.levels - 1)] * 2
    pooled = [min(pooled[0], plane.rows), min(pooled[1], plane.columns)]
    return Cells(mean, nan, infinite, statistics, f"each cell is the mean of {words.shape(pooled)} values")


def sample(tensor: Tensor, selection: Selection, most: int = 256) -> Cells:
    """Every n-th value, without reading the rest: for tensors too large to be read for a picture."""
    uses: dict[str, Any] = {}
    steps, sides, whole = [], [], []
    kept: dict[str, tuple[str, int]] = {}
    shape = dict(zip(tensor.dims, tensor.shape, strict=True))
    facets = [dim for dim, use in selection.dims.items() if use == "facet"]
    drawn = min(shape[facets[0]], 16) if facets else 1
    longest = math.inf if tensor.source.resident else math.isqrt(LARGEST_CORNER // max(1, drawn))
    for dim, size in shape.items():
        use = selection.dims[dim]
        if use in ("row", "column"):
            side = int(min(size, longest))
            step = max(1, -(-side // most))
            uses[dim] = slice(0, side, step)
            kept[str(use)] = dim, -(-side // step)
            steps.append(step)
            sides.append(side)
            whole.append(size)
        elif use == "facet":
            # A few facets are enough for a picture; where there are two, the first of the other.
            uses[dim] = slice(0, drawn if dim == facets[0] else 1)
        else:
            # Reducing would read everything: an index stands for the whole.
            uses[dim] = use if isinstance(use, int) else 0
    values = tensor.read(uses, None if selection.component == "value" else selection.component)
    # The kept dimensions come in the tensor's order; a plane has facets, rows and columns.
    order = [dim for dim in tensor.dims if isinstance(uses[dim], slice)]
    roles = {"facet": 0, "row": 1, "column": 2}
    values = np.transpose(values, sorted(range(len(order)), key=lambda i: roles[str(selection.dims[order[i]])]))
    rows, columns = (kept[role][1] if role in kept else 1 for role in ("row", "column"))
    values = values.reshape(-1, rows, columns)
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    every = f"every {words.shape(steps)}th value" if any(step > 1 for step in steps) else "a part"
    if sides != whole:
        every += f" of the first {words.shape(sides)}"
    return Cells(values, np.isnan(values), np.isinf(values), None, f"a sample: {every}")


def scale(cells: Cells) -> tuple[float, float, bool]:
    """The colour range that the page chooses too: robust, and about 0 where there are negative values."""
    statistics = cells.statistics
    if statistics is not None and statistics.robust is not None:
        return statistics.robust.low, statistics.robust.high, statistics.signed
    finite = cells.values[np.isfinite(cells.values)].astype(np.float64)
    if not finite.size:
        return 0.0, 1.0, False
    if finite.min() < 0:
        reach = float(np.quantile(np.abs(finite), 0.998))
        return -reach, reach, True
    return float(finite.min()), float(np.quantile(finite, 0.998)), False
