"""Ward's hierarchical clustering, and the order of its leaves.

SciPy's `linkage` and `optimal_leaf_ordering` hold the interpreter's lock for as long as they take, some seconds to a
minute of 1,000 to 8,000 leaves, in which the kernel would answer nothing and could not be told to stop. Here each merge
is a few operations of NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import Cancelled
from .dtype import Array

if TYPE_CHECKING:
    from .progress import Cancel, Progress

__all__ = ["leaves_of", "ward"]

OFTEN = 64
"""Merges between two looks at whether they are still wanted."""


def ward(
    squares: Array, progress: Progress | None = None, cancelled: Cancel | None = None
) -> list[tuple[int, int, float]]:
    """Merge clusters until there is one, by chains of nearest neighbours (F. Murtagh, 1983).

    Parameters
    ----------
    squares : ndarray of float64, n × n
        Squared Euclidean distances, symmetric. They are overwritten.

    Returns
    -------
    list of (int, int, float)
        The two that are merged, each named by one of its leaves, and the squared height: the second's name is that of
        both from then on. Children come before parents, but not the low before the high.

    Raises
    ------
    Cancelled
    """
    count = len(squares)
    np.fill_diagonal(squares, np.inf)
    sizes = np.ones(count)
    merges: list[tuple[int, int, float]] = []
    chain: list[int] = []
    while len(merges) < count - 1:
        if len(merges) % OFTEN == 0:
            _tell(len(merges), count - 1, progress, cancelled)
        if not chain:
            chain.append(int(np.flatnonzero(sizes)[0]))
        while True:
            near = int(np.argmin(squares[chain[-1]]))
            # Of equals the one before: else the chain would go round in a circle.
            if len(chain) > 1 and squares[chain[-1], chain[-2]] <= squares[chain[-1], near]:
                break
            chain.append(near)
        first, second = chain.pop(), chain.pop()
        merges.append((first, second, float(squares[first, second])))
        _merge(squares, sizes, first, second)
    _tell(count - 1, count - 1, progress, cancelled)
    return merges


def _merge(squares: Array, sizes: Array, first: int, second: int) -> None:
    """Put the first into the second (G. Lance & W. Williams, 1967)."""
    one, other = sizes[first], sizes[second]
    between = squares[first, second]
    merged = ((one + sizes) * squares[first] + (other + sizes) * squares[second] - sizes * between) / (
        one + other + sizes
    )
    merged[[first, second]] = np.inf
    squares[second] = squares[:, second] = merged
    squares[first] = squares[:, first] = np.inf
    sizes[first], sizes[second] = 0, one + other


def leaves_of(merges: list[tuple[int, int, float]], rows: Array) -> list[int]:
    """The leaves in an order in which each merge puts the nearest ends side by side (G. Gruvaeus & H. Wainer, 1972)."""
    leaves = {leaf: [leaf] for leaf in range(len(rows))}
    for first, second, _ in merges:
        left, right = leaves.pop(first), leaves[second]
        ends = [(-1, 0), (-1, -1), (0, 0), (0, -1)]
        apart = [float(np.square(rows[left[a]] - rows[right[b]]).sum()) for a, b in ends]
        a, b = ends[int(np.argmin(apart))]
        leaves[second] = (left if a == -1 else left[::-1]) + (right if b == 0 else right[::-1])
    [order] = leaves.values()
    return order if order[0] <= order[-1] else order[::-1]


def _tell(done: int, total: int, progress: Progress | None, cancelled: Cancel | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled("Clustering: cancelled")
    if progress is not None and done:
        progress(done, total, "Clustering")
