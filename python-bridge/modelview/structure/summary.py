"""A structure as text: a tree of its modules, in which repeated blocks fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .node import Node
    from .structure import Structure

__all__ = ["format_bytes", "summarise"]

MOST_LINES = 60
DEEPEST = 6


def summarise(structure: Structure) -> str:
    """The tree, at most 60 lines of it.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview.adapters import describe
    >>> weights = {f"block.{i}.weight": np.ones((4, 4), np.float32) for i in range(3)}
    >>> print(summarise(describe(weights, name="tiny").structure))
    tiny: state dict, 48 parameters in 3 tensors, 192 B
    └─ block  48
       └─ 0 … 2 × 3  16 each
    """
    totals = structure.totals
    count = totals["tensors"]
    head = (
        f"{structure.name}: {structure.kind}, {totals['parameters']:,} parameters in {count:,} "
        f"tensor{'' if count == 1 else 's'}, {format_bytes(totals['bytes'])}"
    )
    if not structure.modules:
        return head
    children: dict[int, list[int]] = {}
    for index, node in enumerate(structure.modules):
        if node.parent is not None:
            children.setdefault(node.parent, []).append(index)
    lines = [head]
    for line in _lines(structure.modules, children, 0, "", 0):
        if len(lines) == MOST_LINES:
            lines.append(f"… ({len(structure.modules):,} modules)")
            break
        lines.append(line)
    return "\n".join(lines)


def _lines(
    nodes: Sequence[Node], children: dict[int, list[int]], parent: int, indent: str, depth: int
) -> Iterator[str]:
    groups = fold([nodes[i] for i in children.get(parent, [])])
    places = iter(children.get(parent, []))
    for number, group in enumerate(groups):
        first = next(places)
        for _ in group[1:]:
            next(places)
        last = number == len(groups) - 1
        yield f"{indent}{'└─ ' if last else '├─ '}{_label(group)}"
        if depth < DEEPEST and group[0].shared is None:
            below = indent + ("   " if last else "│  ")
            yield from _lines(nodes, children, first, below, depth + 1)


def fold(siblings: Sequence[Node]) -> list[list[Node]]:
    """Group siblings that follow each other, have the same structure, and are told apart by a number alone.

    A name that says more is not hidden: query, key and value stay three.
    """
    groups: list[list[Node]] = []
    for node in siblings:
        if groups and groups[-1][0].signature == node.signature and node.shared is None:
            stem = _stem(node.name)
            if stem is not None and stem == _stem(groups[-1][0].name):
                groups[-1].append(node)
                continue
        groups.append([node])
    return groups


def _stem(name: str) -> str | None:
    """`layer3` gives `layer`, `3` gives the empty string, and a name without a number at its end `None`."""
    stem = name.rstrip("0123456789")
    return None if stem == name else stem


def _label(group: Sequence[Node]) -> str:
    node = group[0]
    kind = f" {node.kind}" if node.kind else ""
    count = f"  {node.parameters:,}" if node.parameters else ""
    if len(group) > 1:
        each = f"{count} each" if count else ""
        return f"{node.name} … {group[-1].name}{kind} × {len(group)}{each}"
    shared = f" (the same as {node.shared or 'the model'})" if node.shared is not None else ""
    return f"{node.name}{kind}{count}{shared}"


def format_bytes(size: int) -> str:
    """Bytes for people, in powers of 1000 as the page has them.

    Examples
    --------
    >>> format_bytes(3_200_000_000)
    '3.2 GB'
    """
    if size < 1000:
        return f"{size} B"
    value = size / 1000
    for unit in ("KB", "MB", "GB"):
        # 999.5 and more would be written as 1e+03.
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"
