"""The neutral description of a model's structure, whatever framework or file it is from."""

from .dataflow import Capture, Dataflow, DataflowBuilder
from .node import Edge, Node, Role, Value
from .profile import Measure, Profile, Profiler
from .spent import Stack, added_up, called, highest
from .structure import Structure
from .summary import Summary
from .words import format_bytes

__all__ = [
    "Capture",
    "Dataflow",
    "DataflowBuilder",
    "Edge",
    "Measure",
    "Node",
    "Profile",
    "Profiler",
    "Role",
    "Stack",
    "Structure",
    "Summary",
    "Value",
    "added_up",
    "called",
    "format_bytes",
    "highest",
]
