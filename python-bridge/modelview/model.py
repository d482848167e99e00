"""The neutral description of a model: nodes, edges and tensors, whatever framework it is from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .errors import AddressError
from .summary import summarise
from .tensors.tensor import Tensor

__all__ = ["Edge", "Model", "Node", "Structure", "Tensors"]


@dataclass(frozen=True)
class Node:
    """A module: a layer, a block, the model itself (whose path is '').

    Attributes
    ----------
    path : str
        Dotted, as the framework writes it: 'encoder.layer.0.attention'.
    name : str
        The last part of the path, as its parent knows it.
    kind : str
        The class's name.
    parent : int or None
        The index of the parent in `Structure.nodes`.
    parameters, bytes : int
        Its own and those below, each tensor once. Buffers count as bytes, not as parameters.
    own : tuple of str
        Addresses of the tensors that belong to this module itself.
    signature : int
        Equal for modules of equal structure.
    shared : str or None
        Where this very module occurred first; then its children are not listed again.
    training : bool or None
        The module's mode, where it has one.
    """

    path: str
    name: str
    kind: str
    parent: int | None
    parameters: int
    bytes: int
    own: tuple[str, ...]
    signature: int
    shared: str | None = None
    training: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """The node as the protocol's JSON value."""
        return {
            "path": self.path,
            "name": self.name,
            "kind": self.kind,
            "parent": self.parent,
            "parameters": self.parameters,
            "bytes": self.bytes,
            "own": list(self.own),
            "signature": self.signature,
            "shared": self.shared,
            "training": self.training,
        }


@dataclass(frozen=True)
class Edge:
    """A relation of two nodes, by path. `kind` is 'contains': the parent holds the child."""

    parent: str
    child: str
    kind: str = "contains"


@dataclass(frozen=True, repr=False)
class Structure:
    """A model's nodes, parents first and in module order.

    Printing it gives a tree in which repeated blocks fold.
    """

    name: str
    kind: str
    nodes: tuple[Node, ...]
    tensors: Tensors

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """One edge for each node but the root."""
        return tuple(Edge(self.nodes[node.parent].path, node.path) for node in self.nodes if node.parent is not None)

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
            "parameters": self.nodes[0].parameters if self.nodes else 0,
            "trainable": trainable,
            "bytes": sum(dtypes.values()),
            "tensors": len(self.tensors),
            "modules": len(self.nodes),
            "dtypes": dtypes,
            "devices": devices,
        }

    def to_json(self) -> dict[str, Any]:
        """The result of the protocol's operation `structure`."""
        return {
            "name": self.name,
            "kind": self.kind,
            "nodes": [node.to_json() for node in self.nodes],
            "tensors": [tensor.descriptor() for tensor in self.tensors.values()],
            "totals": self.totals,
        }

    def __repr__(self) -> str:
        return summarise(self)


class Tensors(Mapping[str, Tensor]):
    """Tensors by address. Iterating gives each tensor once, under its first address.

    Every alias of a tied tensor is accepted, and so is a bare name such as `fc.weight`.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors = {tensor.address: tensor for tensor in tensors}
        self._names: dict[str, Tensor] = {}
        for tensor in tensors:
            for name in tensor.names:
                self._names.setdefault(name, tensor)

    def resolve(self, address: object) -> Tensor | None:
        """The tensor with this address, alias or bare name, or `None`."""
        if not isinstance(address, str):
            return None
        found = self._names.get(address)
        for prefix in ("weight/", "buffer/", "array/"):
            found = found or self._names.get(prefix + address)
        return found

    def __getitem__(self, address: str) -> Tensor:
        found = self.resolve(address)
        if found is None:
            raise AddressError.of(address, self._names)
        return found

    def __contains__(self, address: object) -> bool:
        return self.resolve(address) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def __repr__(self) -> str:
        return f"<Tensors: {len(self)} of them, {', '.join(list(self)[:3])}{', …' * (len(self) > 3)}>"


class Model:
    """A model as every view sees it: its structure and its tensors.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview.adapters import describe
    >>> model = describe({"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)}, name="tiny")
    >>> list(model.tensors)
    ['weight/fc.weight', 'weight/fc.bias']
    >>> model.structure.totals["parameters"]
    8
    """

    def __init__(self, structure: Structure, *, on_close: Callable[[], None] | None = None) -> None:
        self.structure = structure
        self.tensors = structure.tensors
        self._on_close = on_close
        self.closed = False

    @property
    def name(self) -> str:
        """What the model is called: by the caller, or its class's name."""
        return self.structure.name

    def close(self) -> None:
        """Let go of the user's tensors and of everything cached for them. May be called twice."""
        if self.closed:
            return
        self.closed = True
        for tensor in self.tensors.values():
            tensor.close()
        if self._on_close is not None:
            self._on_close()

    def __repr__(self) -> str:
        return f"<Model {self.name!r}: {len(self.tensors)} tensors>"
