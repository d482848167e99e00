"""What `torch.save` wrote: loaded by PyTorch, and only where that needs no code of the file's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeAlias
from zipfile import is_zipfile

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model
from ..tensors.source import TensorSource
from . import mapping
from ._lazy import framework_source
from ._torch_archive import archived_source
from .mapping import _entries
from .safetensors.index import Index

__all__ = ["describe"]

SourceOf: TypeAlias = "Callable[[object], TensorSource | None]"

SHARD = ".bin"
INDEX = SHARD + ".index.json"
"""How the name of an index ends, as Hugging Face's libraries wrote it before safetensors."""
LONGEST = 300
"""Letters of what PyTorch says: of an operator that it lacks it says pages."""


def describe(path: Path, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a state dict, or whatever tree of tensors a file holds, or all the shards that an index names.

    A tensor is read where it is in the file, when it is looked at. A file with a tensor for which that cannot be done
    (it is quantised, sparse, or a view with gaps) is mapped into memory; one of before PyTorch 1.6 is loaded. What the
    file wants to run is refused by PyTorch (`weights_only=True`).

    Raises
    ------
    UnsupportedModelError
        Where there is no PyTorch, where the file is no such file, or holds more than tensors and plain containers.
    """
    try:
        # It is asked for by the path: here alone PyTorch is imported for a person who has not.
        torch: Any = import_module("torch")
    except ImportError:
        raise UnsupportedModelError(
            f"{path.name} was written by PyTorch, which is needed to read it: pip install modelview[torch]"
        ) from None
    loaded, source_of = _sharded(torch, path) if path.name.endswith(INDEX) else _read(torch, path)
    return mapping.describe(loaded, source_of, name=name or path.name.removesuffix(INDEX).removesuffix(path.suffix))


def _sharded(torch: Any, path: Path) -> tuple[Mapping[Any, Any], SourceOf]:
    """All that an index says is in the files beside it."""
    every: dict[str, Any] = {}
    finders: dict[int, SourceOf] = {}
    for shard, names in Index.read(path, ending=SHARD).shards.items():
        loaded, source_of = _read(torch, path.parent / shard)
        missing = next((name for name in names if name not in loaded), None)
        if missing is not None:
            raise UnsupportedModelError(
                f"{path.name} says that {missing!r} is in {shard}, which does not have it: "
                "the index and the shards are not of one model"
            )
        every |= {name: loaded[name] for name in names}
        finders |= {id(loaded[name]): source_of for name in names}
    return every, lambda value: finders[id(value)](value) if id(value) in finders else None


def _read(torch: Any, path: Path) -> tuple[Mapping[Any, Any], SourceOf]:
    """What is in a file, as a mapping, and what finds the source of a tensor in it."""
    try:
        archived = archived_source(path)
    except OSError as error:
        raise UnsupportedModelError(f"{path.name}: it cannot be read: {error.strerror}") from None
    found = None if archived is None else _in_place(torch, path, archived)
    if found is not None:
        return found
    # What was written before PyTorch 1.6 is no archive, and cannot be mapped.
    return _named(_load(torch, path, map_location="cpu", mmap=is_zipfile(path)), path), framework_source


def _in_place(torch: Any, path: Path, archived: SourceOf) -> tuple[Mapping[Any, Any], SourceOf] | None:
    """The same without any values, or `None` where some tensor cannot be read so."""
    try:
        loaded = _named(torch.load(path, weights_only=True, map_location="meta"), path)
    except Exception:
        # Not all kinds of tensors exist without values. What is wrong with the file, if so, is told when it is loaded.
        return None
    tensors = [value for _, value in _entries(loaded, "", 0, set()) if isinstance(value, torch.Tensor)]
    try:
        sources = {id(tensor): archived(tensor) for tensor in tensors}
    except UnsupportedModelError as error:
        raise UnsupportedModelError(f"{path.name}: {error}") from None
    return None if None in sources.values() else (loaded, lambda value: sources.get(id(value)))


def _named(loaded: Any, path: Path) -> Mapping[Any, Any]:
    if isinstance(loaded, Mapping):
        return loaded
    return dict(enumerate(loaded)) if isinstance(loaded, (list, tuple)) else {path.stem: loaded}


def _load(torch: Any, path: Path, **how: Any) -> Any:
    try:
        return torch.load(path, weights_only=True, **how)
    except UnpicklingError as error:
        if "Weights only load failed" in str(error):
            raise UnsupportedModelError(
                f"{path.name} holds more than tensors, and PyTorch loads that only by running code of the file's, "
                "which ModelView does not do. If you trust where it is from, load it yourself with "
                "torch.load(path, weights_only=False), and show the result"
            ) from error
        raise UnsupportedModelError(f"{path.name} is no file of torch.save: {str(error)[:LONGEST]}") from error
    except Exception as error:
        raise UnsupportedModelError(
            f"PyTorch cannot read {path.name}: {type(error).__name__}: {str(error)[:LONGEST]}"
        ) from error
