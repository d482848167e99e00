"""The protocol's planes, tiles and statistics again, the obvious way: each cell from all that it covers, in float64."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

REDUCE = {
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "sum": np.sum,
    "std": np.std,
    "norm": lambda a, axis: np.sqrt(np.sum(np.square(a), axis=axis)),
}


def cells(array: np.ndarray[Any, Any], uses: list[Any]) -> np.ndarray[Any, Any]:
    """The plane's cells as (facets, rows, columns), by uses in the order of the dimensions."""
    reductions = {u for u in uses if u in REDUCE}
    if reductions:
        axes = tuple(i for i, u in enumerate(uses) if u in REDUCE)
        array = REDUCE[reductions.pop()](array.astype(np.float64), axis=axes)
        uses = [u for u in uses if u not in REDUCE]
    array = np.asarray(array)[tuple(u if isinstance(u, int) else slice(None) for u in uses)]
    uses = [u for u in uses if not isinstance(u, int)]
    order = [i for i, u in enumerate(uses) if u == "facet"]
    facets = int(np.prod([array.shape[i] for i in order], dtype=int))
    shape = [facets]
    for role in ("row", "column"):
        if role in uses:
            order.append(uses.index(role))
            shape.append(array.shape[uses.index(role)])
        else:
            shape.append(1)
    return array.transpose(order).reshape(shape)


def levels(facets: int, rows: int, columns: int) -> int:
    if facets * rows * columns == 0:
        return 1
    level = 0
    while True:
        h, w = ceil(rows / 2**level), ceil(columns / 2**level)
        if h <= 256 and w <= 256 and (facets == 1 or h * w * facets <= 65536 or (h == 1 and w == 1)):
            return level + 1
        level += 1


def tile_shape(facets: int, rows: int, columns: int, level: int) -> tuple[int, int, int]:
    h, w = ceil(rows / 2**level), ceil(columns / 2**level)
    th, tw = min(h, 256), min(w, 256)
    n = 1 if facets == 1 else max(1, min(65536 // (th * tw), 4096 // th))
    return n, th, tw


def pooled(plane: np.ndarray[Any, Any], level: int) -> dict[str, np.ndarray[Any, Any]]:
    """Every cell of a level, from the values that it covers; `size` is the mean of their magnitudes."""
    facets, rows, columns = plane.shape
    k = 2**level
    height, width = ceil(rows / k), ceil(columns / k)
    values = np.full((facets, height * k, width * k), np.nan)
    values[:, :rows, :columns] = plane
    covered = np.zeros((1, height * k, width * k), bool)
    covered[:, :rows, :columns] = True

    def each(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return array.reshape(-1, height, k, width, k).swapaxes(2, 3).reshape(-1, height, width, k * k)

    values, covered = each(values), each(covered)
    finite = np.isfinite(values)
    none = ~finite.any(-1)
    known = np.where(finite, values, 0)
    with np.errstate(all="ignore"):
        mean, size = known.sum(-1) / finite.sum(-1), np.abs(known).sum(-1) / finite.sum(-1)
    return {
        "mean": mean,
        "size": size,
        "min": np.where(none, np.nan, np.where(finite, values, np.inf).min(-1)),
        "max": np.where(none, np.nan, np.where(finite, values, -np.inf).max(-1)),
        "nan": (np.isnan(values) & covered).sum(-1),
        "posinf": (values == np.inf).sum(-1),
        "neginf": (values == -np.inf).sum(-1),
    }
