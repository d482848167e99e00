"""What a call of a model costs, module by module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ..errors import ClosedError, ProfileError
from ..tensors.progress import Cancel, Progress
from .node import Node
from .profile_table import format_quantity, profile_table

__all__ = ["Measure", "Profile", "Profiler"]

Measuring = Callable[[object, "int | None", "Progress | None", "Cancel | None"], "Profile"]
"""From inputs, repeats, progress and cancelled."""


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
        Without what it called, so that all of them add up to the model's `total`. `None` too where a module is listed
        again, and where nothing can be said of one alone.
    """

    name: str
    label: str
    unit: str
    total: tuple[float | None, ...]
    own: tuple[float | None, ...]

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
        return f"<Measure {self.name!r}: {self.label}, {format_quantity(self.total[0], self.unit)}>"


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
    >>> from modelview.structure.spent import added_up
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
    measures: tuple[Measure, ...]
    calls: tuple[int, ...]
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
        """One mapping for each module: `path`, `kind`, `shared`, `calls`, and each measure's total and own number.

        `shared` is the path under which this very module was listed before, or `None`: its calls and totals are said
        again, its own numbers are not. The keys of a measure are its name and its name with '_own': `time`,
        `time_own`; seconds, bytes, FLOPs.
        """
        return [
            {"path": node.path, "kind": node.kind, "shared": node.shared, "calls": self.calls[index]}
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
        return "\n".join([*profile_table(self), *([""] if self.measures and self.notes else []), *self.notes])

    def __repr__(self) -> str:
        measured = ", ".join(
            f"{measure.label} {format_quantity(measure.total[0], measure.unit)}" for measure in self.measures
        )
        return f"<Profile of {len(self.modules):,} modules: {measured or 'nothing could be measured'}>"


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
        if repeats is not None and (type(repeats) is not int or repeats < 1):
            raise ProfileError(f"`repeats` is how many calls are timed, a whole number from 1, not {repeats!r}")
        if not self._running.acquire(blocking=False):
            raise ProfileError("this model is being profiled: wait until that has ended, or cancel it")
        try:
            self.last = self._measure(inputs, repeats, progress, cancelled)
            return self.last
        finally:
            self._running.release()

    def close(self) -> None:
        """Let go of the model; what was measured last stays."""
        self._measure = _closed


def _closed(*_: object) -> Profile:
    raise ClosedError("the view was closed and has let go of its model: make a new one")
