"""A model's initializers and its larger constants as tensors, each in its module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import onnx_ir as ir

from ...tensors.tensor import Tensor, unique_dims
from .._names import split
from ..mapping import _dims
from .attributes import FEW
from .external import ExternalFiles
from .names import dotted
from .plan import Plan
from .source import source_of

__all__ = ["Weights"]


@dataclass(frozen=True)
class _Reader:
    """Who reads a tensor: at which of its inputs, and in which module."""

    node: ir.Node
    position: int
    place: int


class Weights:
    """A model's tensors; their modules take them.

    ONNX does not say which initializers are trained: all count as parameters, but for words.

    Attributes
    ----------
    tensors : list of Tensor
    held : dict of Value to str
        The address of the tensor that is the value.
    owners : dict of Value to int
        The module that it is in: an index into `Plan.found`.
    """

    def __init__(self, plan: Plan, files: Callable[[ir.ExternalTensor], ExternalFiles]) -> None:
        self.tensors: list[Tensor] = []
        self.held: dict[ir.Value, str] = {}
        self.owners: dict[ir.Value, int] = {}
        self._plan = plan
        self._files = files
        self._taken: set[str] = set()
        readers = _readers(plan)
        for value in plan.model.graph.initializers.values():
            self._initializer(value, 0, readers.get(value, []))
        for within in plan.within:
            for value in within.graph.initializers.values():
                if value not in self.held:
                    self._initializer(value, within.base, readers.get(value, []))
        for step in plan.steps:
            tensor = None if step.node is None else _constant(step.node)
            if tensor is None or step.node is None or step.node.outputs[0] in self.held:
                continue
            value = step.node.outputs[0]
            self._add(value, tensor, step.place, step.name, readers.get(value, [])[:1])

    def _initializer(self, value: ir.Value, base: int, readers: list[_Reader]) -> None:
        """Put an initializer into the module that its name says, or else into the innermost that all readers are in.

        What is neither is the model's own, or that of the graph that it is in.
        """
        if value.const_value is None:
            # A model in memory may say that there is one and not have it.
            return
        path = dotted(value.name) if base == 0 else None
        place = None
        if path is not None and (not readers or path.rpartition(".")[0] in self._plan.paths):
            # A module that is left of: an exporter put its operation into its neighbour's.
            place = self._plan.module(0, path)
        elif readers and not _is_detail(value.const_value):
            place = self._innermost({reader.place for reader in readers})
        if place is None:
            place = base
        local = value.name or ""
        if path is not None and self._plan.found[place].path == path:
            local = split(local)[1]
        elif readers:
            # Exporters number what they make of weights: blocks are alike whatever the numbers are.
            local = f"{readers[0].node.op_type}.{readers[0].position}"
        self._add(value, value.const_value, place, local, readers[:1])

    def _add(self, value: ir.Value, tensor: ir.TensorProtocol, place: int, local: str, readers: list[_Reader]) -> None:
        found = self._plan.found[place]
        name = value.name or local
        if name in self._taken:
            # Two graphs within nodes may have one name for two values.
            name = first = f"{found.path}.{name}"
            number = 0
            while name in self._taken:
                number += 1
                name = f"{first}_{number}"
        self._taken.add(name)
        source = source_of(tensor, self._files)
        dims = _dims_of(readers[0], len(source.shape)) if readers else None
        kind = "buffer" if source.dtype == "string" else "parameter"
        found.tensors.append(len(self.tensors))
        found.local.append(local)
        self.held[value] = f"weight/{name}"
        self.owners[value] = place
        dims = dims or (_dims(local, 1) if len(source.shape) == 1 else None)
        self.tensors.append(Tensor(source, (f"weight/{name}",), dims=dims, node=found.path, kind=kind))

    def _innermost(self, places: Iterable[int]) -> int:
        chains = [self._chain(place) for place in places]
        shared = 0
        for same in zip(*chains, strict=False):
            if len(set(same)) > 1:
                break
            shared = same[0]
        return shared

    def _chain(self, place: int) -> list[int]:
        chain = []
        at: int | None = place
        while at is not None:
            chain.append(at)
            at = self._plan.found[at].parent
        return chain[::-1]


def _is_detail(tensor: ir.TensorProtocol) -> bool:
    """Whether a tensor that has no name of its own is a number of the program: an axis, the sizes of a reshape.

    Exporters share these among the blocks that happen to have them, so that equal blocks would not look equal.
    """
    return tensor.size == 1 or (tensor.size <= FEW and not tensor.dtype.is_floating_point())


def _readers(plan: Plan) -> dict[ir.Value, list[_Reader]]:
    """Who reads each initializer and constant, in the order in which they run."""
    found: dict[ir.Value, list[_Reader]] = {}
    for step in plan.steps:
        if step.node is None:
            continue
        for position, value in enumerate(step.node.inputs):
            if value is None:
                continue
            if value in step.frame.aliases:
                *_, (_, value) = step.frame.resolve(value)
            if value.is_initializer() or _constant(value.producer()) is not None:
                found.setdefault(value, []).append(_Reader(step.node, position, step.place))
    return found


def _constant(node: ir.Node | None) -> ir.TensorProtocol | None:
    """The tensor of a `Constant` that has more values than an attribute shows."""
    if node is None or node.op_type != "Constant" or node.domain or len(node.outputs) != 1:
        return None
    attribute = node.attributes.get("value")
    if attribute is None or attribute.type != ir.AttributeType.TENSOR or attribute.is_ref():
        return None
    tensor: ir.TensorProtocol = attribute.value
    return tensor if tensor.size > FEW else None


def _dims_of(reader: _Reader, rank: int) -> tuple[str, ...] | None:
    """What the dimensions of a weight are to the operation that reads it."""
    kind, position = reader.node.op_type, reader.position
    if reader.node.domain or position != 1:
        return None
    if kind == "MatMul" and rank == 2:
        return ("in", "out")
    if kind == "Gemm" and rank == 2:
        transposed = reader.node.attributes.get("transB")
        return ("out", "in") if transposed is not None and transposed.value == 1 else ("in", "out")
    if kind in ("Conv", "ConvTranspose") and 3 <= rank <= 5:
        ends = ("out", "in") if kind == "Conv" else ("in", "out")
        return unique_dims((*ends, *("depth", "height", "width")[5 - rank :]))
    return None
