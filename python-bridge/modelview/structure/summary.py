"""A structure as text: a tree of its modules with shapes and parameters, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dataflow import Dataflow
from .node import Value
from .rows import Row, not_initialised, rows_of
from .table import aligned
from .words import format_bytes, on_one_line, same_as

if TYPE_CHECKING:
    from ..tensors import Tensor
    from .structure import Structure

__all__ = ["MOST_LINES", "Summary", "summarise"]

MOST_LINES = 60
"""Rows of the tree that are printed."""
LONGEST_PROBLEM = 300
"""Letters of why a tensor has no values."""
MOST_VALUES = 8
"""Inputs and outputs of the model that are listed."""

HOW_TO_KNOW = "Shapes: not known yet. `.structure.summary()` finds them, and may call a copy of the model to do so."
HOW_TO_READ = (
    "Shapes: not known yet. `.structure.summary()` reads what the model has of them; nothing is called for it."
)


@dataclass(frozen=True, repr=False)
class Summary:
    """What a structure adds up to; printing it gives the table.

    Attributes
    ----------
    title : str
        The model's name and kind.
    rows : tuple of Row
        Parents first. A run of equal modules is one row.
    cut : bool
        Whether there would be more rows.
    parameters, trainable, frozen : int
        Each tensor once. `trainable` and `frozen` leave out tensors that do not say: a state dict's.
    parameter_bytes, buffers, buffer_bytes : int
        Bytes of the parameters; number of values of the buffers, and their bytes.
    tensors, modules : int
        How many there are.
    uninitialised : int
        Tensors that have no shape before the model's first call (those of `LazyLinear`): no number counts them.
    shared : int
        Modules that are listed a second time; tensors are counted once.
    dtypes, devices : mapping of str to int
        Bytes of each.
    inputs, outputs : tuple of (str, Value)
        What the model is called with and what it returns, by name; empty where it is not known.
    caveats : tuple of str
        What the numbers leave out, and which tensors have no values, a sentence each.
    note : str or None
        Why shapes are missing, and how to have them.
    """

    title: str
    rows: tuple[Row, ...]
    cut: bool
    parameters: int
    trainable: int
    frozen: int
    parameter_bytes: int
    buffers: int
    buffer_bytes: int
    tensors: int
    modules: int
    uninitialised: int
    shared: int
    dtypes: dict[str, int]
    devices: dict[str, int]
    inputs: tuple[tuple[str, Value], ...]
    outputs: tuple[tuple[str, Value], ...]
    caveats: tuple[str, ...]
    note: str | None

    def __str__(self) -> str:
        count = "1 tensor" if self.tensors == 1 else f"{self.tensors:,} tensors"
        count += f", {self.uninitialised:,} of them not initialised" if self.uninitialised else ""
        size = format_bytes(self.parameter_bytes + self.buffer_bytes)
        head = f"{self.title}, {self.parameters:,} parameters in {count}, {size}"
        return "\n".join([head, *self._tree(), *self._foot()])

    __repr__ = __str__

    def _tree(self) -> list[str]:
        """The rows as lines, with a line of titles above."""
        shapes = any(row.outputs is not None for row in self.rows)
        frozen = any(row.frozen for row in self.rows)
        titles = ["module", "kind", *(["input", "output"] if shapes else []), "parameters"]
        titles += ["frozen"] if frozen else []
        table = [
            [
                _branch(row.ends) + on_one_line(row.name),
                f"{on_one_line(row.kind)} × {row.count}".strip() if row.count > 1 else on_one_line(row.kind),
                *([_values(row.inputs), _values(row.outputs)] if shapes else []),
                _number(row.parameters, row.count),
                *([_number(row.frozen, row.count)] if frozen else []),
                _remark(row),
            ]
            for row in self.rows
        ]
        numbers = range(titles.index("parameters"), len(titles))
        return aligned([[*titles, ""], *table], right=numbers) if table else []

    def _foot(self) -> list[str]:
        more = [f"… ({self.modules:,} modules)"] if self.cut else []
        facts = [("parameters", f"{self.parameters:,}, {format_bytes(self.parameter_bytes)}")]
        if self.trainable or self.frozen:
            facts.append(("trainable", f"{self.trainable:,}"))
            facts.append(("frozen", f"{self.frozen:,}"))
        if self.buffer_bytes or self.buffers:
            facts.append(("buffers", f"{self.buffers:,} values, {format_bytes(self.buffer_bytes)}"))
        facts += [("dtype", _sizes(self.dtypes)), ("device", _sizes(self.devices))] if self.dtypes else []
        if self.shared:
            again = "1 module is" if self.shared == 1 else f"{self.shared:,} modules are"
            facts.append(("shared", f"{again} listed again, and counted once"))
        for title, values in (("input", self.inputs), ("output", self.outputs)):
            for name, value in values[:MOST_VALUES]:
                facts.append((title, f"{on_one_line(name)}  {value}"))
                title = ""
            if len(values) > MOST_VALUES:
                facts.append(("", f"and {len(values) - MOST_VALUES:,} more"))
        return [*more, "", *aligned(facts), *self.caveats, *([self.note] if self.note else [])]


def summarise(
    structure: Structure,
    flow: Dataflow | None = None,
    *,
    depth: int | None = None,
    lines: int = MOST_LINES,
    fold: bool = True,
) -> Summary:
    """Add up a structure.

    Parameters
    ----------
    flow
        What is known of what flows through it: nothing is found for this.
    depth, lines, fold
        See `Structure.summary`.
    """
    rows, cut = rows_of(structure, flow, depth=depth, lines=lines, fold=fold)
    tensors = list(structure.tensors.values())
    parameters = [tensor for tensor in tensors if tensor.kind != "buffer"]
    buffers = [tensor for tensor in tensors if tensor.kind == "buffer"]
    totals = structure.totals
    trainable = totals["trainable"]
    return Summary(
        title=f"{on_one_line(structure.name)}: {on_one_line(structure.kind)}",
        rows=tuple(rows),
        cut=cut,
        parameters=totals["parameters"],
        trainable=trainable or 0,
        frozen=sum(tensor.size for tensor in parameters if tensor.requires_grad is False),
        parameter_bytes=sum(tensor.nbytes for tensor in parameters),
        buffers=sum(tensor.size for tensor in buffers),
        buffer_bytes=sum(tensor.nbytes for tensor in buffers),
        tensors=totals["tensors"],
        modules=totals["modules"],
        uninitialised=sum(not_initialised(tensor) for tensor in tensors),
        shared=sum(node.shared is not None for node in structure.modules),
        dtypes=totals["dtypes"],
        devices=totals["devices"],
        inputs=_ends(flow, "input"),
        outputs=_ends(flow, "output"),
        caveats=tuple(each for each in (structure.uncounted, _unread(tensors)) if each is not None),
        note=_note(structure, flow),
    )


def _ends(flow: Dataflow | None, role: str) -> tuple[tuple[str, Value], ...]:
    """The model's inputs or outputs, by name."""
    found: list[tuple[str, Value]] = []
    for node in () if flow is None else flow.nodes:
        if node.role == role:
            values = node.outputs if role == "input" else node.inputs
            found += [(node.name, value) for value in values[:1]]
    return tuple(found)


def _unread(tensors: Sequence[Tensor]) -> str | None:
    """Which tensors have a problem: nothing is read to know it."""
    problems = [(tensor, problem) for tensor in tensors if (problem := tensor.problem) is not None]
    if not problems:
        return None
    first, problem = problems[0]
    shown = f"{on_one_line(first.address)}: {on_one_line(problem, LONGEST_PROBLEM)}"
    if len(problems) == 1:
        return f"1 tensor has no values to show, {shown}."
    return f"{len(problems):,} tensors have no values to show, the first of them {shown}."


def _note(structure: Structure, flow: Dataflow | None) -> str | None:
    if flow is not None and flow.edges:
        return None
    if flow is None and structure.capture is not None:
        return HOW_TO_KNOW if structure.capture.calls else HOW_TO_READ
    notes = (structure.dataflow if flow is None else flow).notes
    return None if not notes else f"Shapes: not known. {notes[-1]}"


def _branch(ends: Sequence[bool]) -> str:
    above = "".join("   " if end else "│  " for end in ends[:-1])
    return above + ("└─ " if ends[-1] else "├─ ")


def _values(values: Sequence[Value] | None) -> str:
    """The shapes alone: dtypes are told of the model's own inputs and outputs."""
    if not values:
        return ""
    shown = [str(Value(value.shape)) for value in values[:2]]
    return ", ".join(shown) + (f", and {len(values) - 2}" if len(values) > 2 else "")


def _number(value: int, count: int) -> str:
    if not value:
        return ""
    return f"{count} × {value:,}" if count > 1 else f"{value:,}"


def _remark(row: Row) -> str:
    if row.shared is not None:
        return same_as(row.shared)
    remarks = ["not initialised" if not row.parameters else "partly not initialised"] if row.uninitialised else []
    remarks += [f"called {row.calls:,} times"] if row.calls > 1 else []
    if row.inside:
        remarks.append(f"{row.inside:,} module{'' if row.inside == 1 else 's'} inside")
    return ", ".join(remarks)


def _sizes(sizes: dict[str, int]) -> str:
    ranked = sorted(sizes.items(), key=lambda item: -item[1])
    if len(ranked) == 1:
        return ranked[0][0]
    return ", ".join(f"{name} {format_bytes(size)}" for name, size in ranked)
