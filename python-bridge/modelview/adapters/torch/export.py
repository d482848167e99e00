"""The dataflow by `torch.export`: every operation with its module, shapes and line, without computing a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from operator import getitem
from typing import Any

import torch
from torch import fx, nn
from torch.export.graph_signature import InputKind, OutputKind
from torch.utils import _pytree as pytree

from ...inputs import Inputs
from ...structure import DataflowBuilder
from ...tensors import Tensors
from .facts import IN_TORCH, attributes_of, memory_of, named_outputs, value_of, written_arguments
from .places import Places
from .quiet import quiet

__all__ = ["export_into"]

# Higher-order operations that only set a mode for what is within: `torch.no_grad`, autocast.
_TRANSPARENT = ("wrap_with_set_grad_enabled", "wrap_with_autocast", "hints_wrapper")

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in ')


def export_into(builder: DataflowBuilder, model: nn.Module, inputs: Inputs, tensors: Tensors) -> None:
    """Export a model (a copy, please), and put what it does into `builder`.

    Raises
    ------
    Exception
        Whatever `torch.export` or the model raises.
    """
    model.forward = _returning_tensors(model.forward)
    with quiet():
        program = torch.export.export(model, inputs.args, dict(inputs.kwargs), strict=False)
    _Conversion(builder, model, program, tensors).run()


def _returning_tensors(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return the tensors by name, and nothing that is none: `torch.export` refuses a cache of keys and values."""

    @wraps(forward)
    def plain(*args: Any, **kwargs: Any) -> dict[str, torch.Tensor]:
        return dict(named_outputs(forward(*args, **kwargs)))

    return plain


class _Conversion:
    """From an exported program's graph to ours."""

    def __init__(self, builder: DataflowBuilder, model: nn.Module, program: Any, tensors: Tensors) -> None:
        self.builder = builder
        self.places = Places(builder, model)
        self.program = program
        self.tensors = tensors
        # Where each value comes from: a node of ours, and which one of its results it is.
        self.made: dict[fx.Node, int] = {}
        self.held: dict[fx.Node, str] = {}
        # The last operation that wrote into a memory, for those that look at it through another view.
        self.written: dict[int, int] = {}

    def run(self) -> None:
        signature = self.program.graph_signature
        kinds = {spec.arg.name: spec for spec in signature.input_specs}
        graph = self.program.graph
        for node in graph.nodes:
            if node.op == "placeholder":
                self._placeholder(node, kinds.get(node.name))
            elif node.op != "output":
                self._operation(node, self.program.graph_module)
        self._outputs(graph, signature)

    def _placeholder(self, node: fx.Node, spec: Any) -> None:
        kind = spec.kind if spec is not None else InputKind.USER_INPUT
        if kind in (InputKind.PARAMETER, InputKind.BUFFER):
            prefix = "weight" if kind == InputKind.PARAMETER else "buffer"
            tensor = self.tensors.resolve(f"{prefix}/{spec.target}") or self.tensors.resolve(spec.target)
            self.held[node] = tensor.address if tensor is not None else ""
        elif kind == InputKind.USER_INPUT:
            if node.users:
                self.made[node] = self.builder.add("", node.name, "input", role="input")
        elif node.users:
            self.made[node] = self.builder.add("", node.name, "constant", role="constant")

    def _operation(self, node: fx.Node, owner: Any) -> None:
        if node.op == "get_attr":
            if isinstance(node.meta.get("val"), torch.Tensor):
                self.made[node] = self.builder.add("", str(node.target), "constant", role="constant")
            return
        inner = _inlined(node, owner)
        if inner is not None:
            self._inline(node, *inner)
            return
        if node.target is getitem:
            # One of several results: what reads it reads the operation.
            [producer] = node.all_input_nodes
            if producer in self.made:
                self.made[node] = self.made[producer]
            return
        name = _name(node)
        index = self.builder.add(
            self.places.of(node),
            name,
            name,
            reads=list(dict.fromkeys(self.held[read] for read in node.all_input_nodes if self.held.get(read))),
            source=_line(node),
            attributes=attributes_of(node.target, node.args, node.kwargs),
            result=[
                value_of(each) for each in pytree.tree_leaves(node.meta.get("val")) if isinstance(each, torch.Tensor)
            ],
        )
        self.made[node] = index
        for read in node.all_input_nodes:
            self._connect(read, index)
        for into in _written(node):
            if isinstance(into.meta.get("val"), torch.Tensor):
                self.written[memory_of(into.meta["val"])] = index

    def _connect(self, read: fx.Node, index: int) -> None:
        """A node of ours reads a value: from where it was made, and from what has written into it since."""
        value = read.meta.get("val")
        made = self.made.get(read)
        if made is not None:
            self.builder.connect(made, index, value_of(value))
        writer = self.written.get(memory_of(value)) if isinstance(value, torch.Tensor) else None
        if writer is not None and writer != made and (made is None or writer > made):
            self.builder.connect(writer, index, value_of(value))

    def _inline(self, node: fx.Node, inside: fx.GraphModule, operands: Iterable[fx.Node]) -> None:
        """Put the operations of a part that only sets a mode among the others."""
        places = [inner for inner in inside.graph.nodes if inner.op == "placeholder"]
        for inner, operand in zip(places, operands, strict=False):
            if operand in self.made:
                self.made[inner] = self.made[operand]
            if operand in self.held:
                self.held[inner] = self.held[operand]
        for inner in inside.graph.nodes:
            if inner.op == "output":
                results = [read for read in pytree.tree_leaves(inner.args[0]) if isinstance(read, fx.Node)]
                self._results(node, results)
            elif inner.op != "placeholder":
                self._operation(inner, inside)

    def _results(self, node: fx.Node, results: list[fx.Node]) -> None:
        for user in node.users:
            if user.target is getitem and isinstance(user.args[1], int) and user.args[1] < len(results):
                made = self.made.get(results[user.args[1]])
                if made is not None:
                    self.made[user] = made
        if len(results) == 1 and results[0] in self.made:
            self.made[node] = self.made[results[0]]

    def _outputs(self, graph: fx.Graph, signature: Any) -> None:
        output = next(node for node in graph.nodes if node.op == "output")
        reads = [read if isinstance(read, fx.Node) else None for read in pytree.tree_leaves(output.args[0])]
        kept = [
            read
            for read, spec in zip(reads, signature.output_specs, strict=False)
            if spec.kind == OutputKind.USER_OUTPUT
        ]
        for name, read in zip(_output_names(self.program, len(kept)), kept, strict=True):
            if read is None:
                continue
            index = self.builder.add(
                "", name, "output", role="output", reads=[self.held[read]] if read in self.held else []
            )
            self._connect(read, index)


def _written(node: fx.Node) -> Iterator[fx.Node]:
    """The values that an operation writes into."""
    for position, name in written_arguments(node.target):
        given = node.args[position] if position < len(node.args) else node.kwargs.get(name)
        yield from (each for each in pytree.tree_leaves(given) if isinstance(each, fx.Node))


def _inlined(node: fx.Node, owner: Any) -> tuple[fx.GraphModule, list[fx.Node]] | None:
    name = getattr(node.target, "__name__", "")
    if name not in _TRANSPARENT:
        return None
    for position, argument in enumerate(node.args):
        if isinstance(argument, fx.Node) and argument.op == "get_attr":
            inside = getattr(owner, str(argument.target), None)
            if isinstance(inside, fx.GraphModule):
                operands = [read for read in node.args[position + 1 :] if isinstance(read, fx.Node)]
                return inside, operands
    return None


def _name(node: fx.Node) -> str:
    target = node.target
    if isinstance(target, torch._ops.OpOverload):
        return str(target._schema.name.rpartition("::")[2])
    return str(getattr(target, "__name__", target))


def _line(node: fx.Node) -> str | None:
    """The innermost line that is not PyTorch's own."""
    frames = _FRAME.findall(node.meta.get("stack_trace") or "")
    outside = [frame for frame in frames if not frame[0].startswith(IN_TORCH)] or frames
    return ":".join(outside[-1]) if outside else None


def _output_names(program: Any, count: int) -> list[str]:
    """What the model's results are called: a dictionary's keys, a dataclass's fields, positions."""
    spec = program.call_spec.out_spec
    names = [str(name) for name in pytree.tree_unflatten(list(range(spec.num_leaves)), spec)]
    return names if len(names) == count else ["output"] * count
