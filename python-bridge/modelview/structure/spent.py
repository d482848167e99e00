"""From what was spent while modules were at work to a number for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .node import Node
from .profile import Measure

__all__ = ["Stack", "added_up", "called", "highest"]

Stack = tuple[str, ...]
"""Paths of the modules that were at work: the model's own first, last the one that did it."""


def added_up(modules: Sequence[Node], name: str, label: str, unit: str, spent: Mapping[Stack, float]) -> Measure:
    """Make a measure whose numbers add up, from what was spent by each stack of modules, the last one's own.

    A module has all that was spent while it was at work, however often and from wherever it was called; while it is at
    work within itself, once. One that is held in several places has that in each, and its own number in the first, so
    that all own numbers add up to the model's.
    """
    places = _Places(modules, spent)
    total: dict[str, float] = {}
    own: dict[str, float] = {}
    for stack, number in spent.items():
        own[stack[-1]] = own.get(stack[-1], 0) + number
        for path in places.within(stack):
            total[path] = total.get(path, 0) + number
    alone = tuple(own.get(node.path, 0) if node.path in total else None for node in modules)
    return Measure(name, label, unit, places.spread(total), alone)


def highest(modules: Sequence[Node], name: str, label: str, unit: str, reached: Mapping[Stack, float]) -> Measure:
    """Make a measure of which only the highest counts: of a module's calls, and of modules that only hold others."""
    places = _Places(modules, reached)
    total: dict[str, float] = {}
    for stack, number in reached.items():
        for path in places.holding(stack[-1]):
            total[path] = max(total.get(path, 0), number)
    return Measure(name, label, unit, places.spread(total), (None,) * len(modules))


def called(modules: Sequence[Node], calls: Mapping[Stack, int]) -> tuple[int, ...]:
    """How often each module was called, from how often each stack was."""
    counts: dict[str, int] = {}
    for stack, number in calls.items():
        counts[stack[-1]] = counts.get(stack[-1], 0) + number
    return tuple(counts.get(_first(node), 0) for node in modules)


class _Places:
    """Where modules stand, a shared one in several places; `stacks` tell which of them were called."""

    def __init__(self, modules: Sequence[Node], stacks: Iterable[Stack]) -> None:
        self._modules = modules
        self._at_work = {path for stack in stacks for path in stack}
        self._indices: dict[str, list[int]] = {}
        for index, node in enumerate(modules):
            self._indices.setdefault(_first(node), []).append(index)
        self._holding: dict[str, frozenset[str]] = {}

    def within(self, stack: Stack) -> set[str]:
        """The modules of a stack, and those that only hold one of them."""
        return {holder for path in stack for holder in self.holding(path)}

    def holding(self, path: str) -> frozenset[str]:
        """A module, and those above it that are not called themselves."""
        known = self._holding.get(path)
        if known is None:
            found = {path}
            for place in self._indices.get(path, ()):
                parent = self._modules[place].parent
                while parent is not None:
                    node = self._modules[parent]
                    if node.path not in self._at_work:
                        found.add(node.path)
                    parent = node.parent
            known = self._holding[path] = frozenset(found)
        return known

    def spread(self, numbers: Mapping[str, float]) -> tuple[float | None, ...]:
        """By index, in each place."""
        return tuple(numbers.get(_first(node)) for node in self._modules)


def _first(node: Node) -> str:
    return node.path if node.shared is None else node.shared
