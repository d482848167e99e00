"""What flows through a model: its operations among its modules, as an adapter found them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

from ..errors import ClosedError
from ..tensors.progress import Cancel, Progress
from .node import Edge, Node, Role, Value

__all__ = ["Capture", "Dataflow", "DataflowBuilder", "json_attributes"]

Find = Callable[["Progress | None", "Cancel | None"], "Dataflow"]


@dataclass(frozen=True, repr=False)
class Dataflow:
    """A model's graph.

    Attributes
    ----------
    nodes : tuple of Node
        The model's modules, in their own order and with the same indices, then calls of modules after the first and
        operations, in the order in which they ran.
    edges : tuple of Edge
    tier : str
        How it was found: 'export', 'trace', 'file', …; 'modules' where it was not.
    notes : tuple of str
        Why nothing better was to be had, a sentence each.
    seconds : float
        How long it took.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    tier: str = "modules"
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The result of the protocol's operation `graph`: what is said of a value is said once."""
        index = {node.path: number for number, node in enumerate(self.nodes)}
        values: dict[Value, int] = {}

        def number(value: Value) -> int:
            return values.setdefault(value, len(values))

        edges = [[index[edge.source], index[edge.target], number(edge.value)] for edge in self.edges]
        nodes = [
            {
                **node.to_json(),
                "role": node.role,
                "reads": list(node.reads),
                "inputs": [number(value) for value in node.inputs],
                "outputs": [number(value) for value in node.outputs],
                "source": node.source,
                "attributes": dict(node.attributes),
            }
            for node in self.nodes
        ]
        return {
            "tier": self.tier,
            "notes": list(self.notes),
            "seconds": self.seconds,
            "nodes": nodes,
            "edges": edges,
            "values": [[None if shape is None else list(shape), dtype] for shape, dtype in values],
        }

    def __repr__(self) -> str:
        return f"<Dataflow: {len(self.nodes):,} nodes, {len(self.edges):,} edges, by {self.tier}>"


class Capture:
    """A dataflow that is found when it is first asked for, and then kept.

    Attributes
    ----------
    calls : bool
        Whether a copy of the model may be called to find it: what is in a file is read.
    """

    def __init__(self, find: Find, *, calls: bool = True) -> None:
        self._find = find
        self.calls = calls
        self._found: Dataflow | None = None
        # The page's worker and the person's cell may both ask.
        self._lock = RLock()

    @property
    def known(self) -> bool:
        """Whether asking takes no time."""
        return self._found is not None

    def __call__(self, progress: Progress | None = None, cancelled: Cancel | None = None) -> Dataflow:
        """Find it, or tell what was found.

        Raises
        ------
        Cancelled
            Where `cancelled()` became true; asking again begins again.
        """
        with self._lock:
            if self._found is None:
                self._found = self._find(progress, cancelled)
            return self._found

    def close(self) -> None:
        """Let go of the model; what was found stays."""
        self._find = _closed


def _closed(*_: object) -> Dataflow:
    raise ClosedError("the view was closed and has let go of its model: make a new one")


class DataflowBuilder:
    """Puts operations among a model's modules, whatever framework they are from.

    A *place* is where an operation runs: a module, or a later call of one. Places are strings: a module's path, or,
    from its second call on, any other name that `call` was given.

    Examples
    --------
    >>> builder = DataflowBuilder([Node("", "net", "Net", None), Node("fc", "fc", "Linear", 0)])
    >>> x = builder.add("", "x", "input", role="input")
    >>> y = builder.add("fc", "linear", "linear", reads=["weight/fc.weight"])
    >>> builder.connect(x, y, Value((1, 3), "float32"))
    >>> builder.connect(y, builder.add("", "output", "output", role="output"), Value((1, 2), "float32"))
    >>> flow = builder.finish("trace")
    >>> flow.nodes[3].path, flow.nodes[1].inputs
    ('fc/linear', (Value(shape=(1, 3), dtype='float32'),))
    """

    def __init__(self, modules: Sequence[Node]) -> None:
        self._nodes = list(modules)
        self._modules = len(self._nodes)
        self._places = {node.path: index for index, node in enumerate(self._nodes)}
        self._taken = set(self._places)
        self._counts: dict[str, int] = {}
        self._edges: dict[tuple[int, int, Value], None] = {}

    def has(self, place: str) -> bool:
        """Whether there is such a place."""
        return place in self._places

    def call(self, place: str, module: str, parent: str) -> None:
        """Make a place for a call of `module` after its first, inside the place `parent`."""
        if place in self._places:
            return
        first = self._nodes[self._places[module]]
        path = self._unique(place)
        self._places[place] = len(self._nodes)
        self._nodes.append(
            replace(
                first,
                path=path,
                name=path.rpartition(".")[2],
                parent=self._places[parent],
                shared=first.shared if first.shared is not None else first.path,
            )
        )

    def add(
        self,
        place: str,
        name: str,
        kind: str,
        *,
        role: Role = "operation",
        reads: Sequence[str] = (),
        source: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        result: Sequence[Value] = (),
    ) -> int:
        """Add a node that is no module; returns its index.

        `result` is what it makes, for where nothing reads that: elsewhere the edges tell.
        """
        index = len(self._nodes)
        parent = self._places[place]
        above = self._nodes[parent].path
        path = self._unique(f"{above}/{name}")
        self._nodes.append(
            Node(
                path,
                # What the model calls its inputs and outputs, though an operation may be called the same.
                name if role in ("input", "output") else path[len(above) + 1 :],
                kind,
                parent,
                role=role,
                reads=tuple(reads),
                source=source,
                attributes=json_attributes(attributes or {}),
                outputs=tuple(result),
            )
        )
        return index

    def describe(self, place: str, *, source: str | None = None, attributes: Mapping[str, Any] | None = None) -> None:
        """Say more of a place."""
        index = self._places[place]
        node = self._nodes[index]
        self._nodes[index] = replace(
            node, source=source or node.source, attributes={**node.attributes, **json_attributes(attributes or {})}
        )

    def connect(self, source: int, target: int, value: Value) -> None:
        """A value goes from one node to another; the same one twice is one edge."""
        self._edges[source, target, value] = None

    def finish(self, tier: str, notes: Sequence[str] = (), seconds: float = 0.0, *, unread: bool = False) -> Dataflow:
        """Leave out what nothing reads, unless `unread`, and work out what goes into and out of each node.

        Of a model that returns nothing all is kept: what nothing reads may be what it is for, and counts as what comes
        out of the modules that it was made in. What comes out is in the order in which it was made.
        """
        if not unread and any(node.role == "output" for node in self._nodes):
            self._prune()
        inputs: list[dict[tuple[int, Value], None]] = [{} for _ in self._nodes]
        outputs: list[dict[tuple[int, Value], None]] = [{} for _ in self._nodes]
        for source, target, value in self._edges:
            # A value that three operations inside a module read goes into the module once.
            above_source, above_target = self._above(source), self._above(target)
            for index in above_source - above_target:
                outputs[index][source, value] = None
            for index in above_target - above_source:
                inputs[index][source, value] = None
            # The model's own inputs and outputs stand within it.
            if self._nodes[source].role == "input":
                inputs[0][source, value] = None
            if self._nodes[target].role == "output":
                outputs[0][source, value] = None
        read = {source for source, _, _ in self._edges}
        for source, node in enumerate(self._nodes):
            if source not in read:
                for value in node.outputs:
                    for index in self._above(source) - {0}:
                        outputs[index][source, value] = None
        # Those of the model itself as it returns them.
        outputs[1:] = [dict.fromkeys(sorted(each, key=lambda made: made[0])) for each in outputs[1:]]
        nodes = [
            replace(
                node,
                inputs=tuple(value for _, value in inputs[index]),
                outputs=tuple(value for _, value in outputs[index]),
            )
            for index, node in enumerate(self._nodes)
        ]
        edges = [
            Edge(nodes[source].path, nodes[target].path, value.shape, value.dtype)
            for source, target, value in self._edges
        ]
        return Dataflow(tuple(nodes), tuple(edges), tier, tuple(notes), seconds)

    def _prune(self) -> None:
        """Leave out operations whose result nothing reads: checks, counters of batches, masks that were not needed."""
        readers: dict[int, int] = {}
        given: dict[int, list[int]] = {}
        for source, target, _ in self._edges:
            readers[source] = readers.get(source, 0) + 1
            given.setdefault(target, []).append(source)
        waiting = [
            index
            for index, node in enumerate(self._nodes)
            if node.role in ("operation", "constant") and not readers.get(index)
        ]
        useless: set[int] = set()
        while waiting:
            index = waiting.pop()
            useless.add(index)
            for source in given.get(index, ()):
                readers[source] -= 1
                if not readers[source] and self._nodes[source].role in ("operation", "constant"):
                    waiting.append(source)
        kept = [index for index in range(len(self._nodes)) if index not in useless]
        places = {index: place for place, index in enumerate(kept)}
        self._nodes = [
            node if node.parent is None else replace(node, parent=places[node.parent])
            for node in (self._nodes[index] for index in kept)
        ]
        self._edges = {
            (places[source], places[target], value): None
            for source, target, value in self._edges
            if source in places and target in places
        }

    def _above(self, index: int | None) -> set[int]:
        """A node and the modules that it is in."""
        found: set[int] = set()
        while index is not None:
            found.add(index)
            index = self._nodes[index].parent
        return found

    def _unique(self, path: str) -> str:
        name = path
        while name in self._taken:
            self._counts[path] = self._counts.get(path, 0) + 1
            name = f"{path}_{self._counts[path]}"
        self._taken.add(name)
        return name


def json_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers that JSON has not are words: a mask is made with -inf."""
    return {name: _plain(value) for name, value in attributes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
