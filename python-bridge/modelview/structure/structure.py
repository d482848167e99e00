"""A model's structure: its modules, its tensors, and what flows through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..tensors import Tensors
from .dataflow import Capture, Dataflow
from .node import Edge, Node
from .summary import summarise

__all__ = ["Structure"]

NO_INPUTS = (
    "Only the modules are known, and not what flows between them: pass an example, "
    "ModelView(model, inputs=…), or `inputs={'name': …}` for keywords."
)


@dataclass(frozen=True, repr=False)
class Structure:
    """A model's nodes and edges.

    Printing it gives a tree in which repeated blocks fold.

    Attributes
    ----------
    modules : tuple of Node
        Parents first and in module order: always known.
    tensors : Tensors
        By address.
    """

    name: str
    kind: str
    modules: tuple[Node, ...]
    tensors: Tensors
    capture: Capture | None = field(default=None, compare=False)

    @property
    def dataflow(self) -> Dataflow:
        """What flows through the model; found when it is first asked for, which may take seconds."""
        return Dataflow(self.modules, notes=(NO_INPUTS,)) if self.capture is None else self.capture()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The modules, and the operations among them where the dataflow is known (see `dataflow`)."""
        return self.dataflow.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        """What flows from node to node; none where the dataflow is not known."""
        return self.dataflow.edges

    @property
    def totals(self) -> dict[str, Any]:
        """The protocol's `totals`: parameters, trainable, bytes, tensors, modules, dtypes, devices.

        `trainable` is `None` where no tensor knows (a state dict does not say).
        """
        dtypes: dict[str, int] = {}
        devices: dict[str, int] = {}
        trainable: int | None = None
        for tensor in self.tensors.values():
            dtypes[tensor.dtype] = dtypes.get(tensor.dtype, 0) + tensor.nbytes
            devices[tensor.device] = devices.get(tensor.device, 0) + tensor.nbytes
            if tensor.kind == "parameter" and tensor.requires_grad is not None:
                trainable = (trainable or 0) + tensor.size * tensor.requires_grad
        return {
            "parameters": self.modules[0].parameters if self.modules else 0,
            "trainable": trainable,
            "bytes": sum(dtypes.values()),
            "tensors": len(self.tensors),
            "modules": len(self.modules),
            "dtypes": dtypes,
            "devices": devices,
        }

    def to_json(self) -> dict[str, Any]:
        """The result of the protocol's operation `structure`."""
        return {
            "name": self.name,
            "kind": self.kind,
            "nodes": [node.to_json() for node in self.modules],
            "tensors": [tensor.descriptor() for tensor in self.tensors.values()],
            "totals": self.totals,
        }

    def __repr__(self) -> str:
        return summarise(self)
