"""Graphs within nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import onnx_ir as ir

__all__ = ["all_nodes", "graphs_of", "inner_messages"]


def graphs_of(node: ir.Node) -> Iterator[tuple[str, ir.Graph]]:
    """The graphs within a node, and what each is called: its attribute's name, and a number where that has several.

    One that a function is to be given is not here.
    """
    for name, attribute in node.attributes.items():
        if attribute.is_ref():
            continue
        if attribute.type == ir.AttributeType.GRAPH:
            yield name, attribute.value
        elif attribute.type == ir.AttributeType.GRAPHS:
            for number, graph in enumerate(attribute.value):
                yield f"{name}_{number}", graph


def inner_messages(node: Any) -> Iterator[Any]:
    """The same of an `onnx.NodeProto`."""
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            continue
        if attribute.type == ir.AttributeType.GRAPH:
            yield attribute.g
        elif attribute.type == ir.AttributeType.GRAPHS:
            yield from attribute.graphs


def all_nodes(graph: Iterable[ir.Node]) -> Iterator[ir.Node]:
    """The nodes of a graph, and of those within its nodes, in no order.

    onnx_ir's own ends with an error at a graph that a function is to be given.
    """
    waiting: list[Iterable[ir.Node]] = [graph]
    while waiting:
        for node in waiting.pop():
            yield node
            waiting += (inner for _, inner in graphs_of(node))
