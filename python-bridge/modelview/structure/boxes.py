"""A dataflow as boxes in boxes, of which some are closed: equal blocks as one, and what lies too deep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import AddressError
from .dataflow import Dataflow
from .fold import folded
from .node import Node, Value

__all__ = ["Box", "Boxes", "boxes_of"]


@dataclass
class Box:
    """A module, a run of equal modules, an operation, an input or an output.

    Attributes
    ----------
    members : list of int
        Indices of nodes: several of a run.
    depth : int
        0 for what all is in.
    open : bool
        Whether its children are drawn within it.
    """

    members: list[int]
    depth: int
    open: bool = False
    children: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class Boxes:
    """What is to be drawn.

    Attributes
    ----------
    root : Box
    edges : list of (int, int, tuple of Value)
        Between closed boxes, by their first members; each value once, and what stays within a box not at all.
    outside : list of int
        Nodes beyond the root that a value comes from or goes to.
    """

    root: Box
    edges: list[tuple[int, int, tuple[Value, ...]]]
    outside: list[int]

    def all(self) -> Iterator[Box]:
        """Every box, parents first."""
        waiting = [self.root]
        while waiting:
            box = waiting.pop()
            yield box
            waiting += reversed(box.children)


def boxes_of(flow: Dataflow, within: str = "", *, depth: int | None = None, fold: bool = True) -> Boxes:
    """Arrange a dataflow.

    Parameters
    ----------
    within
        The path of the module whose inside it is.
    depth
        Levels of modules that are open: none for 0, all where it is `None`.
    fold
        Equal modules that follow each other are one closed box, and so is a module of one operation.

    Raises
    ------
    AddressError
        Where there is no such module.
    """
    nodes = flow.nodes
    places = {node.path: index for index, node in enumerate(nodes)}
    if within not in places or nodes[places[within]].role != "module":
        modules = [node.path for node in nodes if node.role == "module" and node.path]
        raise AddressError.of(within, modules, what="module")
    ends = [(places[edge.source], places[edge.target], Value(edge.shape, edge.dtype)) for edge in flow.edges]
    children = _children(nodes, drawn=bool(ends))
    # An edge that begins or ends at a module has no end within it.
    closed = {end for source, target, _ in ends for end in (source, target)}
    root = Box([places[within]], 0)
    shown: dict[int, int] = {}
    waiting = [root]
    while waiting:
        box = waiting.pop()
        first = box.members[0]
        inside = children[first] if len(box.members) == 1 and first not in closed else []
        # A cluster around one operation would say the same thing twice.
        alone = fold and len(inside) == 1 and nodes[inside[0]].role == "operation" and box is not root
        box.open = bool(inside) and not alone and (depth is None or box.depth <= depth)
        if not box.open:
            for member in box.members:
                _stand_for(member, first, children, shown)
            continue
        box.children = [Box(group, box.depth + 1) for group in _groups(inside, nodes, fold)]
        waiting += box.children
    return _connected(root, ends, shown)


def _children(nodes: Sequence[Node], *, drawn: bool) -> list[list[int]]:
    """What is in each module; those in which nothing ran (an identity, a dropout that is off) only if nothing did."""
    ran = [node.role != "module" or not drawn for node in nodes]
    children: list[list[int]] = [[] for _ in nodes]
    # Parents come first.
    for index in range(len(nodes) - 1, 0, -1):
        parent = nodes[index].parent
        if ran[index] and parent is not None:
            ran[parent] = True
            children[parent].append(index)
    return [below[::-1] for below in children]


def _groups(inside: Sequence[int], nodes: Sequence[Node], fold: bool) -> list[list[int]]:
    if not fold:
        return [[index] for index in inside]
    places = iter(inside)
    return [[next(places) for _ in group] for group in folded([nodes[index] for index in inside])]


def _stand_for(member: int, first: int, children: Sequence[Sequence[int]], shown: dict[int, int]) -> None:
    """What is within a closed box is shown by it."""
    waiting = [member]
    while waiting:
        index = waiting.pop()
        shown[index] = first
        waiting += children[index]


def _connected(root: Box, ends: Sequence[tuple[int, int, Value]], shown: dict[int, int]) -> Boxes:
    merged: dict[tuple[int, int], dict[Value, None]] = {}
    outside: dict[int, None] = {}
    for source, target, value in ends:
        if source not in shown and target not in shown:
            continue
        for end in (source, target):
            if end not in shown:
                outside[end] = None
        pair = shown.get(source, source), shown.get(target, target)
        if pair[0] != pair[1]:
            merged.setdefault(pair, {})[value] = None
    return Boxes(root, [(source, target, tuple(values)) for (source, target), values in merged.items()], list(outside))
