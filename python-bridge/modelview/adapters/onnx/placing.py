"""Which module each node of a graph is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import onnx_ir as ir

from .names import common, dotted, scope_of

__all__ = ["Placing"]


class Placing:
    """The modules that the nodes of one graph are in, as far as the file tells.

    By what a node's metadata or name says; else by the names of the initializers that it reads; else it stands in the
    innermost module that holds both what it reads and what reads it.

    Attributes
    ----------
    paths : list of str
        Dotted, one for each node of the graph in its own order.
    kinds : dict of str to str
        The classes of modules, by path, where the file has them.
    """

    def __init__(self, graph: Iterable[ir.Node], inputs: Iterable[ir.Value]) -> None:
        self.kinds: dict[str, str] = {}
        nodes = list(graph)
        said = [scope_of(node, self.kinds) for node in nodes]
        said = [_by_initializers(node) if path is None else path for node, path in zip(nodes, said, strict=True)]
        if None not in said or not any(said):
            self.paths = [path or "" for path in said]
            return
        places = {node: path for node, path in zip(nodes, said, strict=True) if path is not None}
        # What comes into the graph and goes out of it is in none of its modules.
        outside = set(inputs)
        before = _spread(nodes, places, lambda node: _sources(node, outside))
        after = _spread(nodes[::-1], places, _readers)
        self.paths = []
        for node in nodes:
            near = [found[node] for found in (before, after) if node in found]
            self.paths.append(common(near) if near else "")


def _by_initializers(node: ir.Node) -> str | None:
    paths = []
    for value in node.inputs:
        path = dotted(value.name) if value is not None and value.is_initializer() else None
        if path is not None:
            paths.append(path)
    return common(paths) if paths else None


def _spread(
    nodes: Iterable[ir.Node], places: dict[ir.Node, str], near: Callable[[ir.Node], Iterable[ir.Node | None]]
) -> dict[ir.Node, str]:
    """Place the nodes that say nothing with their neighbours on one side: `None` for the graph's own edge."""
    found: dict[ir.Node, str] = {}
    for node in nodes:
        if node in places:
            found[node] = places[node]
            continue
        around = ["" if other is None else found.get(other) for other in near(node)]
        known = [path for path in around if path is not None]
        if known:
            found[node] = common(known)
    return found


def _sources(node: ir.Node, outside: set[ir.Value]) -> Iterable[ir.Node | None]:
    for value in node.inputs:
        if value is None:
            continue
        producer = value.producer()
        if producer is not None or value in outside:
            yield producer


def _readers(node: ir.Node) -> Iterable[ir.Node | None]:
    for value in node.outputs:
        for reader, _ in value.uses():
            yield reader
        if value.is_graph_output():
            yield None
