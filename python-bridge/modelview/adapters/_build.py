"""From a walk over modules to a `Structure`: what every adapter has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..model import Model
from ..structure import Capture, Node, Profiler, Structure
from ..structure.counts import counted_at
from ..tensors import Tensor, Tensors

__all__ = ["Found", "build"]


@dataclass
class Found:
    """A module that a walk over a model came upon.

    Attributes
    ----------
    path, name, kind : str
        'encoder.layer.0', '0' and 'EncoderLayer'; the model's own path is ''.
    parent : int or None
        The position, among all that were found, of the module that it is in.
    tensors : list of int
        Positions of its own tensors in the list that `build` is given.
    local : list of str
        The names of these within the module: 'weight'.
    shared : int or None
        The position of the same module, where it was found before: then it has no tensors here.
    training : bool or None
        Its mode, where it has one.
    alike : str or None
        What its name counts as where blocks are compared, if not as itself: a framework may number all the modules
        of a class.
    """

    path: str
    name: str
    kind: str
    parent: int | None
    tensors: list[int] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    shared: int | None = None
    training: bool | None = None
    alike: str | None = None


def build(
    name: str,
    kind: str,
    found: list[Found],
    tensors: list[Tensor],
    on_close: Callable[[], None] | None = None,
    capture: Capture | None = None,
    profiler: Profiler | None = None,
) -> Model:
    """Make a model of what a walk found: count, compare and freeze it.

    Parameters
    ----------
    name, kind : str
        What to call the model, and what it is: its class.
    found : list of Found
        The model itself first, and parents before what is in them. A shared module's second occurrence has no
        children and no tensors.
    tensors : list of Tensor
        Each once, in the order of its first occurrence.
    on_close : callable, optional
        Called once when the person closes the view.
    capture : Capture, optional
        Finds what flows through the model when it is first asked for.
    profiler : Profiler, optional
        Measures what a call costs.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview.adapters import source_of
    >>> weight = Tensor(source_of(np.ones((2, 3))), ("weight/fc.weight",), node="fc", kind="parameter")
    >>> found = [Found("", "net", "Net", None), Found("fc", "fc", "Dense", 0, tensors=[0], local=["weight"])]
    >>> build("net", "Net", found, [weight]).structure.totals["parameters"]
    6
    """
    parameters, sizes = _counts(found, tensors)
    signatures = _signatures(found, tensors)
    nodes = []
    for index, item in enumerate(found):
        first = index if item.shared is None else item.shared
        nodes.append(
            Node(
                path=item.path,
                name=item.name,
                kind=item.kind,
                parent=item.parent,
                parameters=parameters[index],
                bytes=sizes[index],
                own=tuple(dict.fromkeys(tensors[i].address for i in found[first].tensors)),
                signature=signatures[index],
                shared=None if item.shared is None else found[first].path,
                training=item.training,
            )
        )
    return Model(Structure(name, kind, tuple(nodes), Tensors(tensors), capture, profiler=profiler), on_close=on_close)


def _counts(found: list[Found], tensors: list[Tensor]) -> tuple[list[int], list[int]]:
    """Parameters and bytes of each node and those below it, each tensor once."""
    parameters, sizes = [0] * len(found), [0] * len(found)
    holders: dict[int, list[int]] = {}
    repeated: dict[int, list[int]] = {}
    parents = [item.parent for item in found]
    for index, item in enumerate(found):
        if item.shared is not None:
            repeated.setdefault(item.shared, []).append(index)
    for index, item in enumerate(found):
        for own in item.tensors:
            holders.setdefault(own, []).append(index)
    for number, places in holders.items():
        tensor = tensors[number]
        count = tensor.size if tensor.kind != "buffer" else 0
        nbytes = tensor.nbytes
        for place in counted_at(places, parents, repeated):
            parameters[place] += count
            sizes[place] += nbytes
    return parameters, sizes


def _signatures(found: list[Found], tensors: list[Tensor]) -> list[int]:
    """A small integer for each node, the same for the same class, tensors and children."""
    children: dict[int, list[int]] = {}
    for index, item in enumerate(found):
        if item.parent is not None:
            children.setdefault(item.parent, []).append(index)
    known: dict[object, int] = {}
    signatures: dict[int, int] = {}
    open_: set[int] = set()

    # Children and what a module is shared with come first. A stack of our own, because models
    # may be nested deeper than Python recurses.
    waiting = [0] if found else []
    while waiting:
        index = waiting[-1]
        item = found[index]
        needed = children.get(index, []) if item.shared is None else [item.shared]
        if index not in open_ and index not in signatures:
            open_.add(index)
            waiting += [i for i in reversed(needed) if i not in signatures and i not in open_]
            continue
        waiting.pop()
        if index in signatures:
            continue
        open_.discard(index)
        if item.shared is not None:
            # A module within itself has no signature yet.
            signatures[index] = signatures.get(item.shared, -1)
            continue
        own = tuple(
            (name, tensors[i].shape, tensors[i].dtype) for name, i in zip(item.local, item.tensors, strict=True)
        )
        below = tuple((found[i].alike or found[i].name, signatures[i]) for i in needed)
        signatures[index] = known.setdefault((item.kind, own, below), len(known))
    return [signatures[index] for index in range(len(found))]
