"""How much the functions of a model are, each call counted with what is inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import onnx_ir as ir

from ...errors import UnsupportedModelError
from .graphs import all_nodes

__all__ = ["Identifier", "count_nodes"]

Identifier: TypeAlias = tuple[str, str, str]
"""A function's domain, name and overload."""


def count_nodes(model: ir.Model) -> int:
    """The nodes of a model, with those inside each call of a function, and those of graphs within nodes.

    Raises
    ------
    UnsupportedModelError
        Where a function calls itself, by way of others or not.
    """
    functions = model.functions
    calls = {key: _calls(all_nodes(function), functions) for key, function in functions.items()}
    counts: dict[Identifier, int] = {}
    for first in functions:
        # Depth first, on a stack of our own: functions may call each other deeper than Python recurses.
        stack = [] if first in counts else [(first, iter(calls[first][1]))]
        open_ = dict.fromkeys(key for key, _ in stack)
        while stack:
            key, others = stack[-1]
            following = next((each for each in others if each not in counts), None)
            if following is None:
                stack.pop()
                del open_[key]
                counts[key] = calls[key][0] + sum(counts[each] for each in calls[key][1])
            elif following in open_:
                raise UnsupportedModelError(_recursion(list(open_), following))
            else:
                open_[following] = None
                stack.append((following, iter(calls[following][1])))
    own, called = _calls(all_nodes(model.graph), functions)
    return own + sum(counts[each] for each in called)


def _calls(nodes: Iterator[ir.Node], functions: Mapping[Identifier, ir.Function]) -> tuple[int, Sequence[Identifier]]:
    number, called = 0, []
    for node in nodes:
        number += 1
        if node.op_identifier() in functions:
            called.append(node.op_identifier())
    return number, called


def _recursion(open_: Sequence[Identifier], again: Identifier) -> str:
    ring = [name[:80] for _, name, _ in (*open_[open_.index(again) :], again)]
    shown = " → ".join(ring if len(ring) <= 8 else [*ring[:4], "…", *ring[-3:]])
    return f"the function {again[1][:80]!r} calls itself ({shown}): ONNX has no recursion, and it would have no end"
