"""A model's structure: its modules, its tensors, and what flows through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

from ..errors import ProfileError
from ..tensors import Tensors
from ..tensors.progress import Cancel, Progress
from .dataflow import Capture, Dataflow
from .dot import Direction, dot_of
from .node import Edge, Node
from .profile import Profile, Profiler
from .summary import MOST_LINES, Summary, summarise

__all__ = ["Structure"]

NO_INPUTS = (
    "Only the modules are known, and not what flows between them: pass an example, "
    "ModelView(model, inputs=…), or `inputs={'name': …}` for keywords."
)

NO_PROFILE = (
    "What a call costs is measured by calling a torch.nn.Module, and this is none ({kind}): ModelView(model, inputs=…) "
    "of a module, with an example to call it with, has a profile."
)


@dataclass(frozen=True, repr=False)
class Structure:
    """A model's nodes and edges.

    Printing it gives its summary, without calling the model for it.

    Attributes
    ----------
    modules : tuple of Node
        Parents first and in module order: always known.
    tensors : Tensors
        By address.
    capture : Capture, optional
        Finds what flows through it.
    no_dataflow : str
        A sentence: why there is none to find where there is no `capture`.
    profiler : Profiler, optional
        Measures what a call of it costs.
    uncounted : str, optional
        A sentence: what the numbers leave out, where they do.
    """

    name: str
    kind: str
    modules: tuple[Node, ...]
    tensors: Tensors
    capture: Capture | None = field(default=None, compare=False)
    no_dataflow: str = field(default=NO_INPUTS, compare=False)
    profiler: Profiler | None = field(default=None, compare=False)
    uncounted: str | None = field(default=None, compare=False)

    @property
    def dataflow(self) -> Dataflow:
        """What flows through the model; found when it is first asked for, which may take seconds.

        A copy of a module is called for it; a file is read, and a graph that Keras holds is walked.
        """
        return Dataflow(self.modules, notes=(self.no_dataflow,)) if self.capture is None else self.capture()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The modules, and the operations among them where the dataflow is known (see `dataflow`)."""
        return self.dataflow.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        """What flows from node to node; none where the dataflow is not known."""
        return self.dataflow.edges

    def profile(
        self,
        inputs: object = None,
        *,
        repeats: int | None = None,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Profile:
        """Measure what a call of the model costs: see `Profiler`.

        Raises
        ------
        ProfileError
            Where the model cannot be called.
        """
        if self.profiler is None:
            raise ProfileError(NO_PROFILE.format(kind=self.kind or self.name))
        return self.profiler(inputs, repeats=repeats, progress=progress, cancelled=cancelled)

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

    def summary(
        self, *, depth: int | None = None, shapes: bool = True, lines: int = MOST_LINES, fold: bool = True
    ) -> Summary:
        """The modules as a table with their shapes and parameters, and what they add up to. Print it.

        Parameters
        ----------
        depth : int, optional
            Levels below the model to show; as many as fit into `lines` if not given.
        shapes : bool
            Find the shapes where they are not known yet: see `dataflow`. Printing the structure itself shows them
            where they are.
        lines : int
            The most rows of the table.
        fold : bool
            Equal modules that follow each other and differ by a number alone are one row, `Block × 12`.

        Raises
        ------
        ValueError
            Where `depth` or `lines` is no number of levels or rows.

        Examples
        --------
        >>> import numpy as np
        >>> from modelview.adapters import describe
        >>> weights = {f"block.{i}.weight": np.ones((4, 4), np.float32) for i in range(3)}
        >>> print(describe(weights, name="tiny").structure.summary())
        tiny: state dict, 48 parameters in 3 tensors, 192 B
        module       kind  parameters
        └─ block                   48
           └─ 0 … 2  × 3       3 × 16
        <BLANKLINE>
        parameters  48, 192 B
        dtype       float32
        device      cpu
        Shapes: not known. A state dict holds tensors, and nothing of what is computed with them: show its model.
        """
        _check_count("depth", depth, "levels")
        _check_count("lines", lines, "rows", may_be_none=False)
        flow = self.dataflow if shapes or self._known else None
        return summarise(self, flow, depth=depth, lines=lines, fold=fold)

    def to_dot(
        self,
        *,
        within: str = "",
        depth: int | None = None,
        fold: bool = True,
        direction: Direction = "down",
    ) -> str:
        """The graph in Graphviz's language: modules as nested clusters, operations as nodes, values on the edges.

        Where the dataflow is not known it is the tree of the modules. Finding it may call a copy of the model: see
        `dataflow`.

        Parameters
        ----------
        within : str, optional
            A module's path: draw its inside alone, and by name what its values come from and go to.
        depth : int, optional
            How many levels of modules are open below that; those deeper are one node each. All if not given.
        fold : bool
            Equal modules that follow each other and differ by a number alone are one node, `EncoderLayer × 12`, and so
            is a module in which one operation ran.
        direction : {'down', 'right'}
            Where the values flow to.

        Returns
        -------
        str
            A digraph. The node of `nodes[i]` is called `n{i}`, and its cluster, where it is open, `cluster_{i}`.

        Raises
        ------
        AddressError
            Where no module has the path `within`.
        ValueError
            Where `depth` is no number of levels, or `direction` none of the two.

        Examples
        --------
        >>> import numpy as np
        >>> from modelview.adapters import describe
        >>> structure = describe({"fc.weight": np.ones((2, 3))}, name="tiny").structure
        >>> print(structure.to_dot().splitlines()[-2])
          n0 -> n1 [arrowhead=none];
        """
        if direction not in ("down", "right"):
            raise ValueError(f"direction is 'down' or 'right', not {direction!r}")
        _check_count("depth", depth, "levels")
        return dot_of(self.name, self.dataflow, within=within, depth=depth, fold=fold, direction=direction)

    def graph_json(self) -> dict[str, Any]:
        """The whole graph as JSON has it: what `json.dump` takes (docs/structure.md).

        Finding the dataflow may call a copy of the model: see `dataflow`.

        Returns
        -------
        dict
            `name`, `kind` and `totals` of the model, and what `docs/protocol.md` says of the operation `graph`: `tier`,
            `notes`, `seconds`, `nodes`, `edges` and `values`. An edge is `[source, target, value]`, indices into
            `nodes` and `values`; a value is `[shape, dtype]`.

        Examples
        --------
        >>> import numpy as np
        >>> from modelview.adapters import describe
        >>> graph = describe({"fc.weight": np.ones((2, 3))}, name="tiny").structure.graph_json()
        >>> [node["path"] for node in graph["nodes"]], graph["totals"]["parameters"]
        (['', 'fc'], 6)
        """
        return {"name": self.name, "kind": self.kind, "totals": self.totals, **self.dataflow.to_json()}

    @property
    def _known(self) -> bool:
        """Whether asking for the dataflow takes no time."""
        return self.capture is not None and self.capture.known

    def __repr__(self) -> str:
        return str(self.summary(shapes=False))


def _check_count(name: str, value: object, what: str, *, may_be_none: bool = True) -> None:
    if value is None and may_be_none:
        return
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        or_none = " or None" if may_be_none else ""
        raise ValueError(f"{name} is a number of {what} from 0 on{or_none}, not {value!r}")
