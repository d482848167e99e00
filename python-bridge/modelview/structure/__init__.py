"""The neutral description of a model's structure, whatever framework or file it is from."""

from .dataflow import Capture, Dataflow, DataflowBuilder
from .node import Edge, Node, Role, Value
from .structure import Structure
from .summary import Summary
from .words import format_bytes

__all__ = [
    "Capture",
    "Dataflow",
    "DataflowBuilder",
    "Edge",
    "Node",
    "Role",
    "Structure",
    "Summary",
    "Value",
    "format_bytes",
]
