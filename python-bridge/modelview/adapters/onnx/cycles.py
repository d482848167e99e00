"""Circles in a graph that should have none."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["closing"]


def closing(edges: Iterable[tuple[int, int]], most: int) -> tuple[set[tuple[int, int]], list[list[int]]]:
    """The edges that close a circle, as depth-first search comes upon them: without them there is none.

    Parameters
    ----------
    most : int
        Circles that are wanted.

    Returns
    -------
    set of (int, int)
    list of list of int
        Of the first circles the nodes: from the last to the first goes the edge that closes it.

    Examples
    --------
    >>> closing([(0, 1), (1, 2), (2, 1), (2, 3)], 5)
    ({(2, 1)}, [[1, 2]])
    """
    targets: dict[int, list[int]] = {}
    for source, target in dict.fromkeys(edges):
        targets.setdefault(source, []).append(target)
    found: set[tuple[int, int]] = set()
    circles: list[list[int]] = []
    done: set[int] = set()
    for first in sorted(targets):
        if first in done:
            continue
        # The way from the first node, and for each node on it what is left to be looked at.
        way = {first: iter(targets.get(first, ()))}
        while way:
            node = next(reversed(way))
            target = next(way[node], -1)
            if target < 0:
                del way[node]
                done.add(node)
            elif target in way:
                found.add((node, target))
                if len(circles) < most:
                    nodes = list(way)
                    circles.append(nodes[nodes.index(target) :])
            elif target not in done:
                way[target] = iter(targets.get(target, ()))
    return found, circles
