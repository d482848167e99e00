"""A dataflow in Graphviz's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from .boxes import Box, Boxes, boxes_of
from .dataflow import Dataflow
from .node import Node, Value
from .words import on_one_line

__all__ = ["Direction", "dot_of"]

Direction = Literal["down", "right"]

MOST_VALUES = 3
"""Values that the label of one edge tells of."""

_HEAD = """\
  graph [label={label}, labelloc=t, rankdir={rank}, fontname=Helvetica, fontsize=14, color="#8a94a0", style=rounded];
  node [shape=box, style="rounded,filled", fillcolor=white, color="#8a94a0", fontname=Helvetica, fontsize=11];
  edge [color="#5c6670", fontname=Helvetica, fontsize=9, arrowsize=0.6];"""

_LOOKS = {
    "module": 'fillcolor="#e3ebf6"',
    "operation": "",
    "input": 'shape=ellipse, fillcolor="#e4f1e4"',
    "output": 'shape=ellipse, fillcolor="#fbeadb"',
    "constant": 'shape=ellipse, fillcolor="#eeeeee"',
}


def dot_of(
    name: str, flow: Dataflow, *, within: str = "", depth: int | None = None, fold: bool = True, direction: Direction
) -> str:
    """Write a dataflow: see `Structure.to_dot`."""
    boxes = boxes_of(flow, within, depth=depth, fold=fold)
    rank = "TB" if direction == "down" else "LR"
    title = f"{name}: {within}" if within else name
    lines = [f"digraph {_quoted(name)} {{", _HEAD.format(label=_quoted(title), rank=rank)]
    lines += _contents(flow.nodes, boxes.root) if flow.edges else _listed(flow.nodes, boxes)
    lines += [f"  n{index} [{_outside(flow.nodes[index])}];" for index in boxes.outside]
    if flow.edges:
        lines += [f"  n{source} -> n{target} [label={_edge(values)}];" for source, target, values in boxes.edges]
    else:
        # A model whose modules alone are known is a tree of them.
        lines += [
            f"  n{box.members[0]} -> n{child.members[0]} [arrowhead=none];"
            for box in boxes.all()
            for child in box.children
        ]
    return "\n".join([*lines, "}", ""])


def _contents(nodes: Sequence[Node], root: Box) -> Iterator[str]:
    """What is in the graph: nodes, and clusters around them."""
    waiting: list[Box | str] = [*reversed(root.children)] if root.open else [replace(root, depth=1)]
    while waiting:
        box = waiting.pop()
        if isinstance(box, str):
            yield box
            continue
        indent = "  " * box.depth
        node = nodes[box.members[0]]
        if not box.open:
            yield f"{indent}n{box.members[0]} [{_attributes(_label(nodes, box), _tip(node), _LOOKS[node.role])}];"
            continue
        yield f"{indent}subgraph cluster_{box.members[0]} {{"
        yield f"{indent}  label={_quoted(_title(nodes, box))}; tooltip={_quoted(_tip(node))}; fontsize=11;"
        waiting.append(f"{indent}}}")
        waiting += reversed(box.children)


def _listed(nodes: Sequence[Node], boxes: Boxes) -> Iterator[str]:
    """The same as nodes alone, for a tree."""
    for box in boxes.all():
        yield f"  n{box.members[0]} [{_attributes(_label(nodes, box), _tip(nodes[box.members[0]]), _LOOKS['module'])}];"


def _label(nodes: Sequence[Node], box: Box) -> str:
    node, count = nodes[box.members[0]], len(box.members)
    if node.role != "module":
        own = ", ".join(address.rpartition("/")[2].rpartition(".")[2] for address in node.reads[:4])
        return f"{on_one_line(node.name)}\n{on_one_line(own)}" if own else node.name
    title = _title(nodes, box)
    if not node.parameters:
        return title
    return f"{title}\n{f'{count} × ' if count > 1 else ''}{node.parameters:,} parameters"


def _title(nodes: Sequence[Node], box: Box) -> str:
    node, last, count = nodes[box.members[0]], nodes[box.members[-1]], len(box.members)
    name = on_one_line(node.name if count == 1 else f"{node.name} … {last.name}")
    title = ": ".join(part for part in (name, on_one_line(node.kind)) if part)
    many = f" × {count}" if count > 1 else ""
    shared = f" (the same as {on_one_line(node.shared) or 'the model'})" if node.shared is not None else ""
    return title + many + shared


def _tip(node: Node) -> str:
    return on_one_line(f"{node.path or node.name}" + (f" ({node.source})" if node.source else ""), 300)


def _outside(node: Node) -> str:
    """What a value comes from, or goes to, beyond what is drawn."""
    return _attributes(on_one_line(node.path), _tip(node), 'shape=plain, style="", fontcolor="#5c6670"')


def _attributes(label: str, tip: str, look: str) -> str:
    return ", ".join(part for part in (f"label={_quoted(label)}", f"tooltip={_quoted(tip)}", look) if part)


def _edge(values: Sequence[Value]) -> str:
    more = [f"and {len(values) - MOST_VALUES} more"] if len(values) > MOST_VALUES else []
    return _quoted("\n".join([*map(str, values[:MOST_VALUES]), *more]))


def _quoted(text: Any) -> str:
    """A string of DOT in which nothing has a meaning of its own: no quote, no escape, no HTML entity."""
    lines = [on_one_line(line, 400) for line in str(text).split("\n")]
    escaped = [re.sub(r"&(?=#?\w+;)", "&amp;", line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"' + "\\n".join(escaped) + '"'
