"""What a model's graph is made of: nodes, edges, and the values that flow along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

__all__ = ["Edge", "Node", "Role", "Value"]

Role = Literal["module", "operation", "input", "output", "constant"]


class Value(NamedTuple):
    """What flows: a tensor, of which only shape and dtype are known, or something else.

    Attributes
    ----------
    shape : tuple of int or str, or None
        A size that is not fixed has a name ('batch'). `None` where it is not known, or is no tensor.
    dtype : str or None
        As NumPy and PyTorch call it: 'float32'. For what is no tensor the type's name: 'int'.
    """

    shape: tuple[int | str, ...] | None = None
    dtype: str | None = None

    def __str__(self) -> str:
        shape = "?" if self.shape is None else " × ".join(map(str, self.shape)) or "scalar"
        return f"{shape} {self.dtype or ''}".strip()


@dataclass(frozen=True)
class Node:
    """A module (a layer, a block, the model itself, whose path is ''), or an operation that ran in one.

    Attributes
    ----------
    path : str
        A module's is dotted, as the framework writes it: 'encoder.layer.0.attention'. An operation's is its module's, a
        slash, and its name: 'encoder.layer.0/add'. Second and later calls of one module are nodes of their own:
        'encoder.layer.0@1'.
    name : str
        The last part of the path, as its parent knows it.
    kind : str
        A module's class; what an operation is called: 'add'.
    parent : int or None
        The index of the module that it is in, in `Structure.nodes`.
    parameters, bytes : int
        Its own and those below, each tensor once. Buffers count as bytes, not as parameters.
    own : tuple of str
        Addresses of the tensors that belong to this module itself.
    reads : tuple of str
        Addresses of the tensors that this operation reads.
    signature : int
        Equal for modules of equal structure.
    shared : str or None
        Where this very module occurred first; then its children are not listed again.
    training : bool or None
        The module's mode, where it has one.
    role : str
        'module', 'operation', 'input', 'output' or 'constant'.
    inputs, outputs : tuple of Value
        What came in and went out, where the dataflow is known; each value once, what went out in the order in which it
        was made.
    source : str or None
        The line that it comes from: 'model.py:12'.
    attributes : mapping
        Whatever else is known of it: strings, numbers, booleans, and lists of these.
    """

    path: str
    name: str
    kind: str
    parent: int | None
    parameters: int = 0
    bytes: int = 0
    own: tuple[str, ...] = ()
    signature: int = -1
    shared: str | None = None
    training: bool | None = None
    role: Role = "module"
    reads: tuple[str, ...] = ()
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    source: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What the tree on the page needs: the protocol's `ModuleNode`."""
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


class Edge(NamedTuple):
    """A value that goes from one node to another, by path.

    Attributes
    ----------
    source, target : str
        Operations, inputs and outputs; a module where nothing is known of what is inside.
    shape, dtype
        Of the value: see `Value`.
    """

    source: str
    target: str
    shape: tuple[int | str, ...] | None = None
    dtype: str | None = None

    @property
    def value(self) -> Value:
        """What flows."""
        return Value(self.shape, self.dtype)
