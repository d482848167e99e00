"""What a plan is made of: nodes that run, and what they run in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import onnx_ir as ir

from .attributes import Bound

__all__ = ["Call", "Frame", "Step", "Within"]


@dataclass(eq=False)
class Frame:
    """One call of a function, or the model itself: a value of a function's is another one in each call.

    Attributes
    ----------
    aliases : dict
        What a value stands for: one of the caller's, for what a call is given; one of another call's, for what a call
        gives.
    bound : mapping of str to Attr
        The function's attributes in this call.
    opsets : mapping of str to int
    """

    opsets: Mapping[str, int]
    bound: Bound = field(default_factory=dict)
    aliases: dict[ir.Value, tuple[Frame, ir.Value]] = field(default_factory=dict)

    def resolve(self, value: ir.Value) -> Iterator[tuple[Frame, ir.Value]]:
        """What a value stands for, from itself to where it is made."""
        frame, seen = self, set()
        yield frame, value
        while value in frame.aliases and (id(frame), value) not in seen:
            # A call that is given its own result never ends.
            seen.add((id(frame), value))
            frame, value = frame.aliases[value]
            yield frame, value


@dataclass(eq=False)
class Step:
    """A node that runs, or an input of a graph within a node.

    Attributes
    ----------
    node : Node or None
    formal : Value or None
        The input, where it is one.
    place : int
        The module that it is in: an index into `Plan.found`.
    frame : Frame
    """

    node: ir.Node | None
    formal: ir.Value | None
    place: int
    frame: Frame
    name: str


@dataclass(eq=False)
class Within:
    """A graph that is within a node (a branch, a loop's body) and is drawn.

    Attributes
    ----------
    step : Step
        Of the node.
    base : int
        The module that it is: an index into `Plan.found`.
    graph : Graph
    formals : list of (int, Step)
        Its inputs that something reads, and their positions.
    """

    step: Step
    base: int
    graph: ir.Graph
    formals: list[tuple[int, Step]] = field(default_factory=list)


@dataclass(eq=False)
class Call:
    """A call of a function: a module.

    Attributes
    ----------
    node : Node
    place : int
        The module that it is: an index into `Plan.found`.
    frame : Frame
        That the node is in.
    """

    node: ir.Node
    place: int
    frame: Frame
