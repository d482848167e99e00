"""A model's nodes in the order in which they run, each in its place: functions and graphs within graphs opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import onnx_ir as ir

from .._build import Found
from .._names import DEEPEST
from .calls import Identifier, count_nodes
from .graphs import graphs_of
from .names import local_name
from .order import order
from .placing import Placing
from .steps import Call, Frame, Step, Within

__all__ = ["KIND", "Plan"]

KIND = "ONNX"
HELPERS = ("Constant", "Identity")
"""What exporters put beside what a module computes."""
MOST_NODES = 500_000
"""With what is inside each call of a function: a function that calls another twice, which calls another twice, …"""
TOO_DEEP = f"Its functions call each other more than {DEEPEST} deep: what is deeper is drawn as one node a call."


@dataclass(eq=False)
class _Scope:
    graph: ir.Graph | ir.Function
    frame: Frame
    # The module that the graph is, and the path that nodes in it may say to be in.
    base: int
    prefix: str
    depth: int


class Plan:
    """What of a model is drawn, and where.

    Attributes
    ----------
    found : list of Found
        The modules, parents first.
    steps : list of Step
        In the order in which they run.
    within : list of Within
    calls : list of Call
    notes : list of str
        What is not drawn, a sentence each.

    Raises
    ------
    UnsupportedModelError
        Where a function calls itself.
    """

    def __init__(self, model: ir.Model, name: str) -> None:
        self.model = model
        self.notes: list[str] = []
        self.steps: list[Step] = []
        self.within: list[Within] = []
        self.calls: list[Call] = []
        self.found = [Found("", name, "", None)]
        self.paths = {"": 0}
        self.main = Frame(model.graph.opset_imports)
        self._modules: dict[tuple[int, str], int] = {}
        self._placings: dict[int, Placing] = {}
        self._functions: Mapping[Identifier, ir.Function] = {}
        self._numbers: dict[str, int] = {}
        if model.functions:
            self._open(model)
        self._run()
        self.found[0].kind = self._placing(model.graph).kinds.get("", KIND)
        self._name_leaves()

    @property
    def expanded(self) -> bool:
        """Whether all that its functions call is drawn."""
        return len(self._functions) == len(self.model.functions)

    def module(self, base: int, path: str, kinds: Mapping[str, str] | None = None) -> int:
        """The module at a dotted path within another; made, with those between, where it is new."""
        if not path:
            return base
        key = (base, path)
        if key not in self._modules:
            above, _, name = path.rpartition(".")
            parent = self.module(base, above, kinds)
            self._modules[key] = self._add(parent, name, (kinds or {}).get(path, ""))
        return self._modules[key]

    def reorder(self, owners: Mapping[ir.Value, int]) -> None:
        """Put the modules into the order in which data comes to them: see `order`."""
        ordered = order(self, owners)
        places = {before: after for after, before in enumerate(ordered)}
        self.found = [self.found[index] for index in ordered]
        for item in self.found:
            item.parent = None if item.parent is None else places[item.parent]
        for step in self.steps:
            step.place = places[step.place]
        for within in self.within:
            within.base = places[within.base]
        for call in self.calls:
            call.place = places[call.place]

    def _add(self, parent: int, name: str, kind: str) -> int:
        above = self.found[parent].path
        first = path = f"{above}.{name}" if above else name or "unnamed"
        while path in self.paths:
            self._numbers[first] = self._numbers.get(first, 0) + 1
            path = f"{first}_{self._numbers[first]}"
        self.paths[path] = len(self.found)
        self.found.append(Found(path, path.removeprefix(f"{above}.") if above else path, kind, parent))
        return self.paths[path]

    def _open(self, model: ir.Model) -> None:
        total = count_nodes(model)
        if total <= MOST_NODES:
            self._functions = model.functions
        else:
            about = f"{total:,}" if total < 10**15 else f"some 10^{len(str(total)) - 1}"
            self.notes.append(
                f"With what is inside each call of its functions it would have {about} nodes; "
                f"more than {MOST_NODES:,} are not drawn, and so each call is drawn as one node."
            )

    def _run(self) -> None:
        # A stack of our own, because functions may call each other deeper than Python recurses.
        stack = [self._graph(_Scope(self.model.graph, self.main, 0, "", 0))]
        while stack:
            inner = next(stack[-1], None)
            if inner is None:
                stack.pop()
            else:
                stack.append(self._graph(inner))

    def _name_leaves(self) -> None:
        """Call a module of one kind of operation by it, where the file has no class: 'Conv'.

        So blocks that differ in what they compute are told apart, though they have the same weights.
        """
        kinds: dict[int, set[str]] = {}
        for step in self.steps:
            if step.node is not None and step.node.op_type not in HELPERS:
                kinds.setdefault(step.place, set()).add(step.node.op_type)
        above = {item.parent for item in self.found}
        for index, item in enumerate(self.found):
            if not item.kind and index not in above and len(kinds.get(index, ())) == 1:
                [item.kind] = kinds[index]

    def _graph(self, scope: _Scope) -> Iterator[_Scope]:
        """Go through one graph; what is given is gone through before the next node."""
        placing = self._placing(scope.graph)
        for node, said in zip(scope.graph, placing.paths, strict=True):
            path = _relative(said, scope.prefix)
            place = self.module(scope.base, path, placing.kinds if path == said else None)
            function = self._functions.get(node.op_identifier())
            if function is not None and scope.depth < DEEPEST:
                yield self._call(node, function, place, scope)
                continue
            if function is not None and self.notes[-1:] != [TOO_DEEP]:
                self.notes.append(TOO_DEEP)
            name = local_name(node)
            graphs = list(graphs_of(node))
            if not graphs:
                self.steps.append(Step(node, None, place, scope.frame, name))
                continue
            own = self._add(place, name, node.op_type)
            step = Step(node, None, own, scope.frame, name)
            for label, graph in graphs:
                base = self._add(own, label, "Graph")
                inside = Within(step, base, graph)
                for position, formal in enumerate(graph.inputs):
                    # One that nothing reads says nothing.
                    if formal.uses() or formal.is_graph_output():
                        formal_step = Step(None, formal, base, scope.frame, formal.name or "input")
                        inside.formals.append((position, formal_step))
                        self.steps.append(formal_step)
                self.within.append(inside)
                yield _Scope(graph, scope.frame, base, said, scope.depth + 1)
            self.steps.append(step)

    def _call(self, node: ir.Node, function: ir.Function, place: int, scope: _Scope) -> _Scope:
        bound = {name: each for name, each in function.attributes.items() if each.value is not None}
        for name, attribute in node.attributes.items():
            reference = attribute.ref_attr_name
            given = attribute if reference is None else scope.frame.bound.get(reference)
            if given is not None:
                bound[name] = given
        frame = Frame(function.opset_imports, bound)
        for formal, actual in zip(function.inputs, node.inputs, strict=False):
            if actual is not None:
                frame.aliases[formal] = scope.frame, actual
        for result, made in zip(node.outputs, function.outputs, strict=False):
            scope.frame.aliases[result] = frame, made
        base = self._add(place, local_name(node), function.name)
        self.calls.append(Call(node, base, scope.frame))
        return _Scope(function, frame, base, "", scope.depth + 1)

    def _placing(self, graph: ir.Graph | ir.Function) -> Placing:
        # Of a function that is called often, once.
        if id(graph) not in self._placings:
            self._placings[id(graph)] = Placing(graph, graph.inputs)
        return self._placings[id(graph)]


def _relative(path: str, prefix: str) -> str:
    """A path as the graph within a node has it: what the node itself is in is not said twice."""
    if not prefix or not path:
        return path
    return "" if path == prefix else path.removeprefix(f"{prefix}.")
