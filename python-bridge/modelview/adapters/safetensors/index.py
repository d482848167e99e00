"""The index of a model in several files: which tensor is in which shard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from .._beside import outside
from .header import LONGEST_HEADER, no_duplicates

__all__ = ["INDEX", "Index"]

INDEX = ".safetensors.index.json"
"""How the name of an index ends."""


@dataclass(frozen=True)
class Index:
    """An index, read and checked.

    Attributes
    ----------
    shards : mapping of str to tuple of str
        The names of the tensors in each shard, in the order of the index.
    metadata : mapping
        What the writer says of the model: strings, numbers and booleans; anything else as JSON.
    """

    shards: Mapping[str, tuple[str, ...]]
    metadata: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, *, ending: str = ".safetensors") -> Index:
        """Read an index; no shard is opened.

        Parameters
        ----------
        path : Path
        ending : str
            How the names of its shards end.

        Raises
        ------
        UnsupportedModelError
            Where it is no index, or names a shard that is not there or not in its folder.
        """
        try:
            if path.stat().st_size > LONGEST_HEADER:
                raise UnsupportedModelError(f"{path.name} has more than {LONGEST_HEADER:,} bytes: it is no index")
            value = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=no_duplicates)
        except OSError as problem:
            raise UnsupportedModelError(f"{path.name}: it cannot be read: {problem.strerror}") from None
        except RecursionError:
            raise UnsupportedModelError(f"{path.name} is no index: it is nested too deep") from None
        except ValueError as problem:
            raise UnsupportedModelError(f"{path.name} is no index, since it is no JSON: {problem}") from None
        places = value.get("weight_map") if isinstance(value, dict) else None
        if not isinstance(places, dict) or not all(isinstance(shard, str) for shard in places.values()):
            raise UnsupportedModelError(
                f"{path.name} is no index: it has no 'weight_map' from the names of tensors to the names of files"
            )
        shards: dict[str, list[str]] = {}
        for name, shard in places.items():
            shards.setdefault(shard, []).append(name)
        for shard in shards:
            _check(path, shard, ending)
        metadata = value.get("metadata")
        return cls(
            {shard: tuple(names) for shard, names in shards.items()},
            {key: _plain(each) for key, each in metadata.items()} if isinstance(metadata, dict) else {},
        )


def _check(index: Path, shard: str, ending: str) -> None:
    """Refuse a shard outside the index's folder by its name alone, without a look at what is there.

    A link is followed: Hugging Face's cache is made of links to files elsewhere.
    """
    shown = repr(shard[:80])
    if outside(shard):
        raise UnsupportedModelError(
            f"{index.name} names the shard {shown}, which is outside its folder: it was not opened"
        )
    if not shard.endswith(ending):
        raise UnsupportedModelError(f"{index.name} names the shard {shown}, which is no {ending!r} file")
    if not (index.parent / shard).is_file():
        raise UnsupportedModelError(
            f"{index.name} names the shard {shown}, which is not beside it: fetch all the files of the model"
        )


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool)) else json.dumps(value)
