"""Repeated blocks: siblings of equal structure are one line, or one box."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from .node import Node

__all__ = ["folded"]


def folded(siblings: Sequence[Node], tell: Callable[[Node], Hashable] = lambda node: None) -> list[list[Node]]:
    """Group siblings that follow each other, have the same structure, and are told apart by a number alone.

    A name that says more is not hidden: query, key and value stay three.

    Parameters
    ----------
    tell
        What else must be equal.

    Examples
    --------
    >>> nodes = [Node(name, name, "Linear", 0, signature=1) for name in ("0", "1", "out")]
    >>> [[node.name for node in group] for group in folded(nodes)]
    [['0', '1'], ['out']]
    """
    groups: list[list[Node]] = []
    for node in siblings:
        before = groups[-1][0] if groups else None
        if before is not None and _equal(before, node) and tell(before) == tell(node):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _equal(first: Node, node: Node) -> bool:
    if first.role != "module" or node.role != "module" or first.signature != node.signature:
        return False
    if first.shared is not None or node.shared is not None:
        return False
    stem = _stem(node.name)
    return stem is not None and stem == _stem(first.name)


def _stem(name: str) -> str | None:
    """`layer3` gives `layer`, `3` gives the empty string, and a name without a number at its end `None`."""
    stem = name.rstrip("0123456789")
    return None if stem == name else stem
