"""A structure as rows: each module, or run of equal ones, with what goes in and out and what it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .counts import counted_at
from .dataflow import Dataflow
from .fold import folded
from .node import Node, Value

if TYPE_CHECKING:
    from ..tensors import Tensor
    from .structure import Structure

__all__ = ["Row", "not_initialised", "rows_of"]

DEEPEST = 12
"""Levels that are shown where no depth was asked for, however short the rows are."""


@dataclass(frozen=True)
class Row:
    """One line of a summary.

    Attributes
    ----------
    path : str
        Of the module; of a run the first one's.
    name, kind : str
        '0 … 11' and 'EncoderLayer' of a run.
    depth : int
        1 for the model's own children.
    count : int
        How many equal modules it stands for.
    parameters, frozen : int
        Of one of them, with everything below, each tensor once; `frozen` of these are not trained.
    uninitialised : int
        Tensors in it that have no shape before the model's first call: they count as no parameters.
    inputs, outputs : tuple of Value, or None
        Of its first call; `None` where they are not known. What goes into the modules of a run may differ: then
        `inputs` is `None` too.
    calls : int
        How often the model calls it; 0 where that is not known.
    shared : str or None
        The module that it is, where that was listed before: its parameters count there.
    inside : int
        Modules in it that no row shows, since they are too deep.
    ends : tuple of bool
        For each level down to its own: whether nothing follows there.
    """

    path: str
    name: str
    kind: str
    depth: int
    count: int
    parameters: int
    frozen: int
    uninitialised: int
    inputs: tuple[Value, ...] | None
    outputs: tuple[Value, ...] | None
    calls: int
    shared: str | None
    inside: int
    ends: tuple[bool, ...]


def rows_of(
    structure: Structure, flow: Dataflow | None, *, depth: int | None, lines: int, fold: bool
) -> tuple[list[Row], bool]:
    """The rows, and whether there are more of them.

    Parameters
    ----------
    flow
        What is known of what flows, if anything is.
    depth
        Levels to show; as many as fit into `lines` where it is `None`.
    lines
        The most rows.
    fold
        Equal modules that follow each other are one row.
    """
    nodes = structure.modules
    if not nodes:
        return [], False
    frozen = _counted(structure, lambda tensor: tensor.size if _is_frozen(tensor) else 0)
    facts = _facts(nodes, flow, frozen, _counted(structure, not_initialised))
    tree = _Tree(nodes, facts if fold else None)
    deepest = tree.deepest(lines) if depth is None else depth
    rows: list[Row] = []
    for group, ends in tree.walk(deepest):
        if len(rows) == lines:
            return rows, True
        inside = tree.inside(group[0]) if len(ends) == deepest else 0
        rows.append(_row([nodes[index] for index in group], [facts[index] for index in group], ends, inside))
    return rows, False


class _Fact(NamedTuple):
    """What is known of one module beyond its node."""

    inputs: tuple[Value, ...] | None
    outputs: tuple[Value, ...] | None
    calls: int
    frozen: int
    uninitialised: int


class _Tree:
    """The modules in groups of equal ones, level by level."""

    def __init__(self, nodes: Sequence[Node], facts: Sequence[_Fact] | None) -> None:
        self._nodes = nodes
        self._facts = facts
        self._children: dict[int, list[int]] = {}
        for index, node in enumerate(nodes):
            if node.parent is not None:
                self._children.setdefault(node.parent, []).append(index)

    def groups(self, parent: int) -> list[list[int]]:
        """What is in a module; each alone where there are no facts to tell what is equal."""
        below = self._children.get(parent, [])
        if self._facts is None:
            return [[index] for index in below]
        tell = {id(self._nodes[index]): self._facts[index][1:] for index in below}
        places = iter(below)
        groups = folded([self._nodes[index] for index in below], lambda node: tell[id(node)])
        return [[next(places) for _ in group] for group in groups]

    def deepest(self, lines: int) -> int:
        """How many levels fit into so many lines; the first one always counts."""
        level, depth, used = [0], 0, 0
        while level and depth < DEEPEST:
            groups = [group for parent in level for group in self.groups(parent)]
            used += len(groups)
            if depth and used > lines:
                return depth
            depth += 1
            level = [group[0] for group in groups]
        return depth

    def inside(self, index: int) -> int:
        """How many modules are in one, at any depth."""
        waiting, count = [index], -1
        while waiting:
            waiting += self._children.get(waiting.pop(), ())
            count += 1
        return count

    def walk(self, depth: int) -> Iterator[tuple[list[int], tuple[bool, ...]]]:
        """Each group, parents first, and whether it is the last one: at its own level and at each above."""
        waiting: list[tuple[list[int], tuple[bool, ...]]] = []

        def enter(parent: int, above: tuple[bool, ...]) -> None:
            groups = self.groups(parent)
            entries = [(group, (*above, number == len(groups) - 1)) for number, group in enumerate(groups)]
            waiting.extend(reversed(entries))

        if depth > 0:
            enter(0, ())
        while waiting:
            group, ends = waiting.pop()
            yield group, ends
            if len(ends) < depth:
                enter(group[0], ends)


def _row(group: Sequence[Node], facts: Sequence[_Fact], ends: tuple[bool, ...], inside: int) -> Row:
    first, fact = group[0], facts[0]
    return Row(
        path=first.path,
        name=first.name if len(group) == 1 else f"{first.name} … {group[-1].name}",
        kind=first.kind,
        depth=len(ends),
        count=len(group),
        parameters=first.parameters,
        frozen=fact.frozen,
        uninitialised=fact.uninitialised,
        inputs=fact.inputs if all(each.inputs == fact.inputs for each in facts) else None,
        outputs=fact.outputs,
        calls=fact.calls,
        shared=first.shared,
        inside=inside,
        ends=ends,
    )


def _facts(
    modules: Sequence[Node], flow: Dataflow | None, frozen: Mapping[int, int], uninitialised: Mapping[int, int]
) -> list[_Fact]:
    """What is known of each module: of a model that was not followed, only what is of its tensors."""
    counts = [(frozen.get(index, 0), uninitialised.get(index, 0)) for index in range(len(modules))]
    if flow is None or not flow.edges:
        return [_Fact(None, None, 0, *each) for each in counts]
    again: dict[str, list[Node]] = {}
    for node in flow.nodes[len(modules) :]:
        if node.role == "module" and node.shared is not None:
            again.setdefault(node.shared, []).append(node)
    facts = []
    for index, node in enumerate(flow.nodes[: len(modules)]):
        if node.shared is None:
            ran = [node, *again.get(node.path, ())] if node.inputs or node.outputs else []
        else:
            # The calls inside of the same module: nothing else tells by which of its names it was called.
            ran = [call for call in again.get(node.shared, ()) if call.parent == node.parent]
        inputs, outputs = (ran[0].inputs, ran[0].outputs) if ran else (None, None)
        facts.append(_Fact(inputs, outputs, len(ran), *counts[index]))
    return facts


def not_initialised(tensor: Tensor) -> bool:
    """Whether a tensor waits for the model's first call, which it has its shape from."""
    return not tensor.shape and (tensor.problem or "").startswith("not initialised")


def _is_frozen(tensor: Tensor) -> bool:
    return tensor.kind == "parameter" and tensor.requires_grad is False


def _counted(structure: Structure, count: Callable[[Tensor], int]) -> dict[int, int]:
    """A number of each tensor added up for each module and those below it."""
    nodes = structure.modules
    parents = [node.parent for node in nodes]
    paths = {node.path: index for index, node in enumerate(nodes)}
    again: dict[int, list[int]] = {}
    holders: dict[str, list[int]] = {}
    for index, node in enumerate(nodes):
        if node.shared is not None:
            again.setdefault(paths[node.shared], []).append(index)
        for address in node.own:
            holders.setdefault(address, []).append(index)
    found: dict[int, int] = {}
    for address, places in holders.items():
        number = count(structure.tensors[address])
        if number:
            for place in counted_at(places, parents, again):
                found[place] = found.get(place, 0) + number
    return found
