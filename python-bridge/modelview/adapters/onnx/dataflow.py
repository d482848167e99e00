"""The dataflow of an ONNX model, as its file has it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import onnx_ir as ir

from ...errors import Cancelled
from ...structure import Dataflow, DataflowBuilder, Node, Value
from ...tensors.progress import Cancel
from .attributes import attributes_of
from .cycles import closing
from .names import line_of
from .plan import Plan
from .shapes import infer
from .steps import Frame, Step, Within
from .types import value_of

__all__ = ["onnx_dataflow"]

MOST_NAMED = 5
"""Names in a note."""


def onnx_dataflow(
    plan: Plan,
    modules: Sequence[Node],
    held: Mapping[ir.Value, str],
    proto: Any = None,
    cancelled: Cancel | None = None,
) -> Dataflow:
    """What flows through a model; every node of the file is in it, whether something reads it or not.

    A graph within a node is a module of its own. What comes into it flows to operations of the kind 'input', and what
    it gives to the node, whose results it makes: so a loop has no edge back.

    Parameters
    ----------
    held : mapping of Value to str
        The addresses of the values that are tensors.
    proto : onnx.ModelProto, optional
        For shape inference.
    """
    return _Conversion(plan, modules, held, proto, cancelled).run()


class _Conversion:
    def __init__(
        self,
        plan: Plan,
        modules: Sequence[Node],
        held: Mapping[ir.Value, str],
        proto: Any,
        cancelled: Cancel | None,
    ) -> None:
        self.started = time.monotonic()
        self.plan = plan
        self.held = held
        self.cancelled = cancelled
        self.builder = DataflowBuilder(modules)
        self.notes = list(plan.notes)
        self.inferred: Mapping[ir.Value, Value] = {}
        if proto is not None and plan.expanded:
            self.inferred, why = infer(plan.model, proto)
            self.notes += [why] if why else []
        self.made: dict[tuple[Frame, ir.Value], int] = {}
        self.indices: dict[Step, int] = {}
        self.edges: dict[tuple[int, int, Value], None] = {}
        # What reads each name that nothing makes.
        self.absent: dict[str, str] = {}
        self.names: dict[int, str] = {}

    def run(self) -> Dataflow:
        graph = self.plan.model.graph
        for value in graph.inputs:
            if value not in self.held:
                index = self.builder.add("", value.name or "input", "input", role="input")
                self.made[self.plan.main, value] = index
                self.names[index] = value.name or "input"
        for number, step in enumerate(self.plan.steps):
            if number % 4096 == 0 and self.cancelled is not None and self.cancelled():
                raise Cancelled
            self._add(step)
        for call in self.plan.calls:
            self.builder.describe(
                self.plan.found[call.place].path,
                source=line_of(call.node),
                attributes=attributes_of(call.node, call.frame.bound, call.frame.opsets),
            )
        for step in self.plan.steps:
            if step.node is not None:
                self._read(step.node.inputs, self.indices[step], step.frame, step.name)
        for within in self.plan.within:
            self._within(within)
        for value in graph.outputs:
            name = value.name or "output"
            reads = self._tensors([value], self.plan.main)
            index = self.builder.add("", name, "output", role="output", reads=reads)
            self._read([value], index, self.plan.main, f"the output {name}")
        self._tell_absent()
        self._connect()
        return self.builder.finish("file", self.notes, time.monotonic() - self.started, unread=True)

    def _add(self, step: Step) -> None:
        place = self.plan.found[step.place].path
        if step.node is None:
            assert step.formal is not None
            index = self.builder.add(place, step.name, "input")
            self.made[step.frame, step.formal] = index
        else:
            node = step.node
            # A constant that is a tensor shows it, and others what they have.
            own = [self.held[value] for value in node.outputs if value in self.held]
            index = self.builder.add(
                place,
                step.name,
                node.op_type,
                role="constant" if node.op_type == "Constant" and not node.domain else "operation",
                reads=own or self._tensors(node.inputs, step.frame),
                source=line_of(node),
                attributes=attributes_of(node, step.frame.bound, step.frame.opsets),
            )
            for value in node.outputs:
                self.made[step.frame, value] = index
        self.indices[step] = index
        self.names[index] = step.name

    def _within(self, within: Within) -> None:
        target = self.indices[within.step]
        frame = within.step.frame
        assert within.step.node is not None
        given = within.step.node.inputs
        for position, formal in within.formals:
            at = _given(within.step.node, position, frame)
            if at is not None and at < len(given):
                self._read([given[at]], self.indices[formal], frame, formal.name)
        self._read(within.graph.outputs, target, frame, within.step.name)

    def _tensors(self, values: Sequence[ir.Value | None], frame: Frame) -> list[str]:
        found: dict[str, None] = {}
        for value in values:
            if value is not None:
                *_, (_, value) = frame.resolve(value)
                if value in self.held and (value.producer() is None):
                    found[self.held[value]] = None
        return list(found)

    def _read(self, values: Sequence[ir.Value | None], target: int, frame: Frame, reader: str) -> None:
        for value in values:
            if value is None:
                continue
            chain = list(frame.resolve(value))
            at, made = chain[-1]
            source = self.made.get((at, made))
            if source is not None:
                self.edges[source, target, self._known(chain)] = None
            elif made not in self.held and not made.is_graph_input() and not made.is_initializer():
                self.absent.setdefault(made.name or "", reader)

    def _known(self, chain: Sequence[tuple[Frame, ir.Value]]) -> Value:
        """What is known of a value, by its own name or by that of what it stands for."""
        best = Value()
        for _, value in chain:
            known = self.inferred.get(value) or value_of(value)
            if known.shape is not None:
                return known
            best = best if best.dtype else known
        return best

    def _tell_absent(self) -> None:
        for name, reader in list(self.absent.items())[:MOST_NAMED]:
            self.notes.append(f"Nothing makes {name[:80]!r}, which {reader[:80]} reads.")
        if len(self.absent) > MOST_NAMED:
            self.notes.append(f"{len(self.absent) - MOST_NAMED:,} more names are read that nothing makes.")

    def _connect(self) -> None:
        """Draw the edges, but for those that close a circle."""
        left_out: set[tuple[int, int]] = set()
        # Where all go forward, as ONNX has it, there is no circle.
        if any(source >= target for source, target, _ in self.edges):
            left_out, circles = closing(((source, target) for source, target, _ in self.edges), MOST_NAMED)
            for circle in circles:
                names = [self.names[index] for index in (*circle, circle[0])]
                shown = names if len(names) <= 8 else [*names[:4], "…", *names[-3:]]
                self.notes.append(
                    f"The nodes read each other in a circle, which ONNX does not have: {' → '.join(shown)}. "
                    "The last of these edges is not drawn."
                )
        for source, target, value in self.edges:
            if (source, target) not in left_out:
                self.builder.connect(source, target, value)


def _given(node: ir.Node, position: int, frame: Frame) -> int | None:
    """Which input of a node comes into the graph within it at a position; `None` for what the node makes itself."""
    if node.op_type == "Loop":
        # The first is the number of the turn.
        return position or None
    if node.op_type == "Scan":
        # Until version 9 the lengths of the sequences came first.
        version = node.version or frame.opsets.get("", 9)
        return position + 1 if version < 9 else position
    return position if node.op_type == "SequenceMap" else None
