"""A profile as text: its modules as a tree, with a column for each measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .node import Node
from .table import aligned
from .words import format_bytes, on_one_line, same_as

if TYPE_CHECKING:
    from .profile import Profile

__all__ = ["format_quantity", "profile_table"]

MOST_LINES = 60


def profile_table(profile: Profile) -> Iterator[str]:
    """Lines: as many levels of the tree as fit into 60 of them; none where nothing was measured."""
    modules, measures = profile.modules, profile.measures
    if not measures:
        return
    depths: list[int] = []
    for node in modules:
        depths.append(0 if node.parent is None else depths[node.parent] + 1)
    deepest = max(depths)
    while deepest > 1 and sum(depth <= deepest for depth in depths) > MOST_LINES:
        deepest -= 1
    shown = [index for index, depth in enumerate(depths) if depth <= deepest][:MOST_LINES]
    columns: list[tuple[str, str, Sequence[float | None]]] = []
    for measure in measures:
        columns.append((measure.label, measure.unit, measure.total))
        if any(number is not None for number in measure.own):
            columns.append(("own", measure.unit, measure.own))
    last = set({node.parent: index for index, node in enumerate(modules)}.values())
    rows = [["module", "kind", "calls", *(label for label, _, _ in columns), ""]]
    rows += [
        [
            f"{_branch(modules, last, index)}{on_one_line(modules[index].name)}",
            on_one_line(modules[index].kind),
            str(profile.calls[index]),
            *(format_quantity(numbers[index], unit) for _, unit, numbers in columns),
            same_as(modules[index].shared),
        ]
        for index in shown
    ]
    yield from aligned(rows, right=range(2, len(rows[0]) - 1))
    if len(shown) < len(modules):
        yield f"… {len(modules):,} modules: rows() has them all"


def format_quantity(number: float | None, unit: str) -> str:
    """A number with its unit, to three digits, for people.

    Examples
    --------
    >>> format_quantity(0.01234, "s"), format_quantity(3.63e9, "FLOP"), format_quantity(2048, "B")
    ('12.3 ms', '3.63 GFLOP', '2.05 KB')
    >>> format_quantity(None, "s")
    ''
    """
    if number is None:
        return ""
    if unit == "B":
        return format_bytes(int(number))
    if unit != "s":
        return _scaled(number, unit, ("", "k", "M", "G", "T"))
    # From microseconds up: below, the clock is not to be trusted.
    return f"{number:.3g} s" if number >= 0.9995 else _scaled(number * 1e6, "s", ("µ", "m"))


def _scaled(number: float, unit: str, prefixes: Sequence[str]) -> str:
    value = float(number)
    for prefix in prefixes[:-1]:
        # 999.5 and more would be written as 1e+03.
        if value < 999.5:
            return f"{value:.3g} {prefix}{unit}"
        value /= 1000
    return f"{value:.4g} {prefixes[-1]}{unit}" if value >= 999.5 else f"{value:.3g} {prefixes[-1]}{unit}"


def _branch(modules: Sequence[Node], last: set[int], index: int) -> str:
    parts: list[str] = []
    place: int | None = index
    while place is not None and modules[place].parent is not None:
        marks = ("   ", "│  ") if parts else ("└─ ", "├─ ")
        parts.append(marks[place not in last])
        place = modules[place].parent
    return "".join(reversed(parts))
