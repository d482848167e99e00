"""safetensors: a tree from the names in a file, or in a folder of shards with its index.

The format is a length, a header in JSON, and the bytes, so nothing is needed to read it: not the `safetensors` package,
whose NumPy side has no bfloat16 and fails on eight-bit floats, and no framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from ...inputs import Inputs
from ...model import Model
from .._stored import StoredFile
from .._tree import tree
from .header import Entry, Header
from .index import INDEX, Index
from .source import SafetensorsSource

__all__ = ["describe"]

KIND = "safetensors"
NO_DATAFLOW = (
    "A safetensors file holds tensors and nothing of what is computed with them: load it into its model, "
    "and show that, to see what flows."
)


def describe(path: Path, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a safetensors file, or all the shards that an index names. No value is read.

    Such a file does not say which tensors are parameters: all count as such. Their order in the file is the writer's,
    by dtype and then by letter: they are shown in the order of their names, numbers by their value.

    Parameters
    ----------
    path : Path
        Of a file, or of an index whose name ends in '.safetensors.index.json'.
    name : str, optional
        What to call it; the file's name without its ending if not given.
    inputs : Inputs, optional
        Not used: a file cannot be called.

    Raises
    ------
    UnsupportedModelError
        Where the file, the index or a shard is not as the format has it, with what is wrong.
    """
    sources: dict[str, SafetensorsSource]
    attributes: dict[str, Any]
    if path.name.endswith(INDEX):
        sources, attributes = _sharded(path)
    else:
        header = Header.read(path)
        sources, attributes = _sources(_stored(path, header), header.entries), dict(header.metadata)
    if not sources:
        raise UnsupportedModelError(f"{path.name}: there are no tensors in it")
    shown = name or path.name.removesuffix(INDEX).removesuffix(".safetensors")
    return tree(shown, KIND, sources, attributes=attributes, no_dataflow=NO_DATAFLOW)


def _sharded(path: Path) -> tuple[dict[str, SafetensorsSource], dict[str, Any]]:
    index = Index.read(path)
    sources: dict[str, SafetensorsSource] = {}
    attributes: dict[str, Any] = {}
    unnamed: list[str] = []
    for shard, names in index.shards.items():
        header = Header.read(path.parent / shard, shown=shard)
        missing = next((each for each in names if each not in header.entries), None)
        if missing is not None:
            raise UnsupportedModelError(
                f"{path.name} says that {missing!r} is in {shard}, which does not have it: "
                "the index and the shards are not of one model"
            )
        entries = {each: header.entries[each] for each in names}
        sources |= _sources(_stored(path.parent / shard, header), entries)
        unnamed += [each for each in header.entries if each not in entries]
        attributes = {**header.metadata, **attributes}
    attributes |= index.metadata
    attributes["shards"] = len(index.shards)
    if unnamed:
        attributes["not in the index"] = unnamed
    return sources, attributes


def _stored(path: Path, header: Header) -> StoredFile:
    return StoredFile(path, header.size, header.raw)


def _sources(file: StoredFile, entries: Mapping[str, Entry]) -> dict[str, SafetensorsSource]:
    return {name: SafetensorsSource(file, entry) for name, entry in entries.items()}
