"""What a call of a model costs, module by module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from ..errors import ProfileError
from ..tensors.progress import Cancel, Progress
from .node import Node
from .table import aligned
from .words import format_bytes, format_count, format_seconds, on_one_line

__all__ = ["Measure", "Profile", "Profiler", "Stack", "added_up", "called", "highest"]

Stack = tuple[str, ...]
"""Paths of the modules that were at work: the model's own first, last the one that did it."""

Numbers = tuple["float | None", ...]

MOST_LINES = 60
"""Of the table."""


@dataclass(frozen=True, repr=False)
class Measure:
    """One number for each module.

    Attributes
    ----------
    name : str
        'time', 'memory', 'peak', 'flops', …
    label : str
        What people call it: 'forward time'.
    unit : str
        's', 'B', 'FLOP', …
    total : tuple of float or None
        By index in `Structure.modules`: with what the module called, all of its calls together. `None` where it was not
        called. A module that only holds others, and is not called itself, has what these have.
    own : tuple of float or None
        Without what it called; `None` too where nothing can be said of a module alone.
    """

    name: str
    label: str
    unit: str
    total: Numbers
    own: Numbers

    def to_json(self) -> dict[str, Any]:
        """The protocol's measure."""
        return {
            "name": self.name,
            "label": self.label,
            "unit": self.unit,
            "total": list(self.total),
            "own": list(self.own),
        }

    def __repr__(self) -> str:
        return f"<Measure {self.name!r}: {self.label}, {_text(self.total[0] if self.total else None, self.unit)}>"


@dataclass(frozen=True, repr=False)
class Profile:
    """What a call of a model costs. Printing it gives a table.

    Attributes
    ----------
    modules : tuple of Node
        The structure's, in its order.
    measures : tuple of Measure
        Those that could be taken.
    calls : tuple of int
        How often each module was called in one call of the model.
    notes : tuple of str
        What was done and what the numbers mean, and why a measure is missing.
    seconds : float
        How long it took to find out.

    Examples
    --------
    >>> net, fc = Node("", "net", "Net", None), Node("fc", "fc", "Linear", 0)
    >>> spent = {("",): 0.001, ("", "fc"): 0.003}
    >>> profile = Profile((net, fc), (added_up((net, fc), "time", "forward time", "s", spent),), (1, 1))
    >>> profile["time"].total, profile["time"].own
    ((0.004, 0.003), (0.001, 0.003))
    >>> print(profile)
    module  kind    calls  forward time   own
    net     Net         1          4 ms  1 ms
    └─ fc   Linear      1          3 ms  3 ms
    """

    modules: tuple[Node, ...]
    measures: tuple[Measure, ...] = ()
    calls: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def __getitem__(self, name: str) -> Measure:
        """Find a measure by its name."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        known = ", ".join(repr(measure.name) for measure in self.measures) or "none"
        raise KeyError(f"no measure {name!r}: there is {known}. `notes` say why one is missing")

    def rows(self) -> list[dict[str, Any]]:
        """One mapping for each module: `path`, `kind`, `calls`, and each measure's total and own number.

        The keys of a measure are its name and its name with '_own': `time`, `time_own`; seconds, bytes, FLOPs.
        """
        return [
            {"path": node.path, "kind": node.kind, "calls": self.calls[index] if self.calls else 0}
            | {
                key: number
                for measure in self.measures
                for key, number in ((measure.name, measure.total[index]), (f"{measure.name}_own", measure.own[index]))
            }
            for index, node in enumerate(self.modules)
        ]

    def to_json(self) -> dict[str, Any]:
        """The result of the protocol's operation `profile`."""
        return {
            "measures": [measure.to_json() for measure in self.measures],
            "calls": list(self.calls),
            "notes": list(self.notes),
            "seconds": self.seconds,
        }

    def __str__(self) -> str:
        return "\n".join([*self._table(), *([""] if self.measures and self.notes else []), *self.notes])

    def __repr__(self) -> str:
        measured = ", ".join(
            f"{measure.label} {_text(measure.total[0], measure.unit)}" for measure in self.measures if measure.total
        )
        return f"<Profile of {len(self.modules):,} modules: {measured or 'nothing could be measured'}>"

    def _table(self) -> Iterator[str]:
        if not self.measures:
            return
        depths: list[int] = []
        for node in self.modules:
            depths.append(0 if node.parent is None else depths[node.parent] + 1)
        deepest = max(depths, default=0)
        while deepest > 1 and sum(depth <= deepest for depth in depths) > MOST_LINES:
            deepest -= 1
        shown = [index for index, depth in enumerate(depths) if depth <= deepest]
        split = [any(number is not None for number in measure.own) for measure in self.measures]
        head = ["module", "kind", "calls"]
        for measure, has_own in zip(self.measures, split, strict=True):
            head += [measure.label, "own"] if has_own else [measure.label]
        rows = [head]
        last = _last(self.modules)
        for index in shown[:MOST_LINES]:
            node = self.modules[index]
            row = [f"{_branch(self.modules, last, index)}{on_one_line(node.name)}", on_one_line(node.kind)]
            row.append(str(self.calls[index]))
            for measure, has_own in zip(self.measures, split, strict=True):
                row.append(_text(measure.total[index], measure.unit))
                if has_own:
                    row.append(_text(measure.own[index], measure.unit))
            rows.append(row)
        yield from aligned(rows, right=range(2, len(head)))
        if len(rows) <= len(self.modules):
            yield f"… {len(self.modules):,} modules: rows() has them all"


class Measuring(Protocol):
    """How an adapter measures; see `Profiler`."""

    def __call__(
        self, inputs: object, repeats: int | None, progress: Progress | None, cancelled: Cancel | None
    ) -> Profile:
        """Call the model, and tell what it cost."""


class Profiler:
    """Measures a model, anew each time it is called, one at a time.

    Attributes
    ----------
    last : Profile or None
        What was measured last.
    """

    def __init__(self, measure: Measuring) -> None:
        self._measure = measure
        self._running = Lock()
        self.last: Profile | None = None

    def __call__(
        self,
        inputs: object = None,
        *,
        repeats: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Profile:
        """Call the model, and tell what it cost.

        Raises
        ------
        ProfileError
            Where it cannot be called, or another thread is measuring it.
        Cancelled
            Soon after `cancelled()` says so.
        """
        if repeats is not None and (isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1):
            raise ProfileError(f"`repeats` is how many calls are timed, a whole number from 1, not {repeats!r}")
        if not self._running.acquire(blocking=False):
            raise ProfileError("this model is being profiled: wait until that has ended, or cancel it")
        try:
            self.last = self._measure(inputs, repeats, progress, cancelled)
            return self.last
        finally:
            self._running.release()


def added_up(modules: Sequence[Node], name: str, label: str, unit: str, spent: Mapping[Stack, float]) -> Measure:
    """Make a measure whose numbers add up, from what was spent by each stack of modules, the last one's own.

    A module has all that was spent while it was at work, however often and from wherever it was called; while it is at
    work within itself, once.
    """
    places = _Places(modules)
    total: dict[str, float] = {}
    own: dict[str, float] = {}
    at_work = {path for stack in spent for path in stack}
    for stack, number in spent.items():
        own[stack[-1]] = own.get(stack[-1], 0) + number
        for path in places.within(stack, at_work):
            total[path] = total.get(path, 0) + number
    alone = {path: own.get(path, 0) for path in total}
    return Measure(name, label, unit, places.spread(total), places.spread(alone))


def highest(modules: Sequence[Node], name: str, label: str, unit: str, reached: Mapping[Stack, float]) -> Measure:
    """Make a measure of which only the highest counts: of a module's calls, and of modules that only hold others."""
    places = _Places(modules)
    total: dict[str, float] = {}
    at_work = {path for stack in reached for path in stack}
    for stack, number in reached.items():
        for path in places.holding(stack[-1], at_work):
            total[path] = max(total.get(path, 0), number)
    return Measure(name, label, unit, places.spread(total), (None,) * len(modules))


def called(modules: Sequence[Node], calls: Mapping[Stack, int]) -> tuple[int, ...]:
    """How often each module was called, from how often each stack was."""
    counts: dict[str, int] = {}
    for stack, number in calls.items():
        counts[stack[-1]] = counts.get(stack[-1], 0) + number
    return tuple(counts.get(node.path if node.shared is None else node.shared, 0) for node in modules)


class _Places:
    """Where modules stand: a shared one in several places."""

    def __init__(self, modules: Sequence[Node]) -> None:
        self._modules = modules
        self._indices: dict[str, list[int]] = {}
        for index, node in enumerate(modules):
            self._indices.setdefault(node.path if node.shared is None else node.shared, []).append(index)
        self._above: dict[str, frozenset[str]] = {}

    def within(self, stack: Stack, at_work: set[str]) -> set[str]:
        """The modules of a stack, and those that only hold one of them."""
        return {holder for path in stack for holder in self.holding(path, at_work)}

    def holding(self, path: str, at_work: set[str]) -> set[str]:
        """A module, and those above it that are not called themselves."""
        if path not in self._above:
            found = set()
            for place in self._indices.get(path, ()):
                parent = self._modules[place].parent
                while parent is not None:
                    found.add(self._modules[parent].path)
                    parent = self._modules[parent].parent
            self._above[path] = frozenset(found)
        return {path} | (self._above[path] - at_work)

    def spread(self, numbers: Mapping[str, float]) -> Numbers:
        """By index, in each place."""
        return tuple(numbers.get(node.path if node.shared is None else node.shared) for node in self._modules)


def _last(modules: Sequence[Node]) -> set[int]:
    """The modules after which their parent has no more."""
    return set({node.parent: index for index, node in enumerate(modules)}.values())


def _branch(modules: Sequence[Node], last: set[int], index: int) -> str:
    parent = modules[index].parent
    if parent is None:
        return ""
    parts = ["└─ " if index in last else "├─ "]
    while modules[parent].parent is not None:
        parts.append("   " if parent in last else "│  ")
        parent = modules[parent].parent or 0
    return "".join(reversed(parts))


def _text(number: float | None, unit: str) -> str:
    if number is None:
        return ""
    if unit == "s":
        return format_seconds(number)
    return format_bytes(int(number)) if unit == "B" else format_count(number, unit)
