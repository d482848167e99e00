"""Modules in the order in which data comes to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import onnx_ir as ir

if TYPE_CHECKING:
    from .plan import Plan

__all__ = ["order"]


def order(plan: Plan, owners: Mapping[ir.Value, int]) -> list[int]:
    """The modules of a plan, each followed by those within it, siblings in the order in which data comes to them.

    A file may begin with what needs no input, such as copies of tied weights, in any order.

    Parameters
    ----------
    owners : mapping of Value to int
        The modules that tensors are in: a module may have nothing but its weight.

    Returns
    -------
    list of int
        Indices into `plan.found`.
    """
    found = plan.found
    ranks = [_Rank(index) for index in range(len(found))]
    for position, (place, live) in enumerate(_places(plan, owners)):
        at: int | None = place
        # Where a module has its place already, so have those that it is in.
        while at is not None and ranks[at].meet(position, live):
            at = found[at].parent
    children: dict[int, list[int]] = {}
    for index, item in enumerate(found):
        if item.parent is not None:
            children.setdefault(item.parent, []).append(index)
    ordered = []
    waiting = [0]
    while waiting:
        index = waiting.pop()
        ordered.append(index)
        waiting += sorted(children.get(index, ()), key=lambda child: ranks[child].key, reverse=True)
    return ordered


class _Rank:
    """When data first comes to a module, and when anything in it runs."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._live: int | None = None
        self._first: int | None = None

    def meet(self, position: int, live: bool) -> bool:
        """Take note of a step; whether it is the first of its kind."""
        news = self._first is None or (live and self._live is None)
        if self._first is None:
            self._first = position
        if live and self._live is None:
            self._live = position
        return news

    @property
    def key(self) -> tuple[bool, int, int]:
        first = self._first if self._live is None else self._live
        # What nothing runs in comes last.
        return first is None, first or 0, self._index


def _places(plan: Plan, owners: Mapping[ir.Value, int]) -> Iterable[tuple[int, bool]]:
    """The modules that each step touches, and whether what it does depends on an input."""
    live = {(plan.main, value) for value in plan.model.graph.inputs if value not in owners}
    for step in plan.steps:
        if step.node is None:
            assert step.formal is not None
            live.add((step.frame, step.formal))
            yield step.place, True
            continue
        reads = False
        touched = []
        for value in step.node.inputs:
            if value is None:
                continue
            frame = step.frame
            if value in frame.aliases:
                *_, (frame, value) = frame.resolve(value)
            reads = reads or (frame, value) in live
            if value in owners:
                touched.append(owners[value])
        if reads:
            live.update((step.frame, value) for value in step.node.outputs)
        for place in (*touched, step.place):
            yield place, reads
