"""A `state_dict`, or any mapping of names to tensors: the tree is in the dotted names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..errors import UnsupportedModelError
from ..model import Model
from ..tensors.source import TensorSource
from ..tensors.tensor import Tensor, unique_dims
from ._build import Found, build
from ._names import split

__all__ = ["describe"]

DEEPEST = 20
NO_DATAFLOW = "A state dict holds tensors, and nothing of what is computed with them: show its model."


def describe(
    obj: Mapping[Any, Any],
    source_of: Callable[[object], TensorSource | None],
    *,
    name: str | None = None,
    kind: str = "state dict",
) -> Model:
    """Describe a mapping of names to arrays or tensors; mappings, lists and tuples within it are entered.

    What is neither (an epoch's number, an optimizer's settings) is passed over. Such a mapping
    does not say which tensors are parameters: all count as such.

    Raises
    ------
    UnsupportedModelError
        Where it holds no array at all, or one that cannot be read.
    """
    found = [Found("", name or kind, kind, None)]
    groups = {"": 0}
    tensors: list[Tensor] = []
    known: dict[object, int] = {}
    names: dict[int, list[str]] = {}
    for path, value in _apart(_entries(obj, "", 0, set())):
        try:
            source = source_of(value)
        except UnsupportedModelError as error:
            raise UnsupportedModelError(f"{path!r}: {error}") from None
        if source is None:
            continue
        parent, local = split(path)
        place = _group(parent, groups, found)
        identity = getattr(source, "identity", lambda: None)() or id(value)
        number = known.get(identity)
        if number is None:
            number = known[identity] = len(tensors)
            names[number] = []
            rank = len(source.shape)
            tensors.append(Tensor(source, ("?",), dims=_dims(local, rank), node=parent, kind="parameter"))
        names[number].append(f"weight/{path}")
        found[place].tensors.append(number)
        found[place].local.append(local)
    if not tensors:
        entries = ", ".join(f"{key!r}: {type(value).__name__}" for key, value in [*obj.items()][:3])
        raise UnsupportedModelError(
            f"a {type(obj).__name__} with no arrays or tensors in it ({entries or 'it is empty'}). "
            "ModelView shows a torch.nn.Module, or a state_dict (a mapping of names to tensors)"
        )
    for number, addresses in names.items():
        tensors[number].names = tuple(dict.fromkeys(addresses))
    model = build(name or kind, kind, found, tensors)
    return Model(replace(model.structure, no_dataflow=NO_DATAFLOW))


def _entries(obj: object, prefix: str, depth: int, open_: set[int]) -> Iterator[tuple[str, object]]:
    if id(obj) in open_ or depth > DEEPEST:
        return
    open_.add(id(obj))
    for key, value in _items(obj):
        path = f"{prefix}{key}"
        if isinstance(value, (Mapping, list, tuple)):
            yield from _entries(value, f"{path}.", depth + 1, open_)
        else:
            yield path, value
    open_.discard(id(obj))


def _items(obj: Any) -> Iterable[tuple[object, object]]:
    if isinstance(obj, Mapping):
        return obj.items()
    # A named tuple's by their names, as JAX's optimisers have them.
    return zip(getattr(obj, "_fields", range(len(obj))), obj, strict=True)


def _apart(entries: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    """Tell equal paths apart: `{"a.b": …, "a": {"b": …}}` has two."""
    seen: dict[str, int] = {}
    for path, value in entries:
        number = seen[path] = seen.get(path, 0) + 1
        yield path if number == 1 else f"{path} ({number})", value


def _group(path: str, groups: dict[str, int], found: list[Found]) -> int:
    """The node for a dotted path, made with those above it where they are new."""
    if path in groups:
        return groups[path]
    above, _, local = path.rpartition(".")
    parent = _group(above, groups, found) if path else 0
    groups[path] = len(found)
    found.append(Found(path, local, "", parent))
    return groups[path]


def _dims(local: str, rank: int) -> tuple[str, ...] | None:
    """Names that hold for nearly every weight with this name and rank."""
    if local.startswith("weight"):
        if rank == 2:
            return ("out", "in")
        if rank in (3, 4, 5):
            return unique_dims(("out", "in", *("depth", "height", "width")[5 - rank :]))
    if rank == 1 and local in ("bias", "running_mean", "running_var"):
        return ("channel",)
    return None
