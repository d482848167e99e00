"""Writes a sharded safetensors checkpoint as large as a language model's, and sparse where the file system can be.

The names and sizes are those of a Llama with 8,192 channels and four blocks: 13.3 GB in bfloat16, but for the
embedding, which is 4.3 GB of float32. Each tensor has random values in some of its rows and zeros in the others, which
take no room on most disks: the files as they are read are as long as they would be.

Run as a program it writes into a folder of its own and prints its path: `python make_checkpoint.py`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

CHANNELS = 8192
VOCABULARY = 2**17
INNER = 28_672
KEYS = 1024
BLOCKS = 4
LARGEST = "model.embed_tokens.weight"
INDEX = "model.safetensors.index.json"
MOST_PER_SHARD = 5_000_000_000
PATCHES = 4
"""How many places of a tensor have values; the first of them and the last at its ends."""
PATCH = 2**18
"""How many values each of them has, in whole rows."""
ITEM = {"BF16": 2, "F32": 4}


@dataclass(frozen=True)
class Stored:
    """A tensor as the format's header has it."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * ITEM[self.dtype]


def tensors(blocks: int = BLOCKS) -> dict[str, Stored]:
    """The tensors of the model, by name."""
    found = {LARGEST: Stored("F32", (VOCABULARY, CHANNELS))}
    for block in range(blocks):
        start = f"model.layers.{block}"
        for name, shape in {
            "input_layernorm": (CHANNELS,),
            "mlp.down_proj": (CHANNELS, INNER),
            "mlp.gate_proj": (INNER, CHANNELS),
            "mlp.up_proj": (INNER, CHANNELS),
            "post_attention_layernorm": (CHANNELS,),
            "self_attn.k_proj": (KEYS, CHANNELS),
            "self_attn.o_proj": (CHANNELS, CHANNELS),
            "self_attn.q_proj": (CHANNELS, CHANNELS),
            "self_attn.v_proj": (KEYS, CHANNELS),
        }.items():
            found[f"{start}.{name}.weight"] = Stored("BF16", shape)
    found["model.norm.weight"] = Stored("BF16", (CHANNELS,))
    found["lm_head.weight"] = Stored("BF16", (VOCABULARY, CHANNELS))
    return found


def make(folder: Path, blocks: int = BLOCKS) -> Path:
    """Write the shards and their index; returns the index.

    Raises
    ------
    OSError
        Where the folder's disk has no room for it.
    """
    found = tensors(blocks)
    _refuse_where_it_does_not_fit(folder, found)
    shards = _shards(found)
    names = [f"model-{number:05}-of-{len(shards):05}.safetensors" for number in range(1, len(shards) + 1)]
    for name, shard in zip(names, shards, strict=True):
        _write(folder / name, {each: found[each] for each in shard})
    places = {each: name for name, shard in zip(names, shards, strict=True) for each in shard}
    index = folder / INDEX
    size = sum(each.nbytes for each in found.values())
    index.write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": places}))
    return index


@contextmanager
def temporary(blocks: int = BLOCKS) -> Iterator[Path]:
    """A checkpoint that is gone afterwards; gives its folder."""
    with tempfile.TemporaryDirectory(prefix="modelview-checkpoint-") as folder:
        make(Path(folder), blocks)
        yield Path(folder)


def patches(stored: Stored) -> list[slice]:
    """The rows that have values: `PATCHES` runs of them, or all."""
    rows = stored.shape[0]
    tall = max(1, PATCH // prod(stored.shape[1:]))
    if rows <= PATCHES * tall:
        return [slice(0, rows)]
    return [slice(start, start + tall) for start in np.linspace(0, rows - tall, PATCHES).astype(int).tolist()]


def values(name: str, stored: Stored, rows: slice) -> np.ndarray:
    """What stands in these rows of a tensor, as float32: as a trained weight has it, and the same each time."""
    random = np.random.default_rng([*name.encode(), rows.start])
    shape = (rows.stop - rows.start, *stored.shape[1:])
    found = random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
    # What a bfloat16 can hold is the upper half of a float32.
    return (found.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32) if stored.dtype == "BF16" else found


def _bytes(name: str, stored: Stored, rows: slice) -> bytes:
    found = values(name, stored, rows)
    return (found.view(np.uint32) >> 16).astype("<u2").tobytes() if stored.dtype == "BF16" else found.tobytes()


def _shards(found: Mapping[str, Stored]) -> list[list[str]]:
    """Fill one after the other, as Hugging Face's libraries do."""
    shards: list[list[str]] = [[]]
    size = 0
    for name, stored in found.items():
        if shards[-1] and size + stored.nbytes > MOST_PER_SHARD:
            shards.append([])
            size = 0
        shards[-1].append(name)
        size += stored.nbytes
    return shards


def _write(path: Path, found: Mapping[str, Stored]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    starts, end = {}, 0
    for name, stored in found.items():
        starts[name] = end
        end += stored.nbytes
        header[name] = {"dtype": stored.dtype, "shape": stored.shape, "data_offsets": [starts[name], end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        start = file.tell()
        file.truncate(start + end)
        for name, stored in found.items():
            row = stored.nbytes // stored.shape[0]
            for rows in patches(stored):
                file.seek(start + starts[name] + rows.start * row)
                file.write(_bytes(name, stored, rows))


def _refuse_where_it_does_not_fit(folder: Path, found: Mapping[str, Stored]) -> None:
    if _is_sparse(folder):
        rows = ((each, part) for each in found.values() for part in patches(each))
        needed = sum((part.stop - part.start) * (each.nbytes // each.shape[0]) for each, part in rows)
    else:
        needed = sum(each.nbytes for each in found.values())
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    # Other programs want some of it too.
    if free < needed + 2**28:
        raise OSError(
            f"the checkpoint takes {needed / 1e9:.1f} GB on the disk of {folder}, which has {free / 1e9:.1f} GB left: "
            "make room, or name another folder for temporary files with TMPDIR"
        )


def _is_sparse(folder: Path) -> bool:
    """Whether what was never written takes no room."""
    size = 2**24
    with tempfile.TemporaryFile(dir=folder) as file:
        file.truncate(size)
        file.flush()
        return os.fstat(file.fileno()).st_blocks * 512 < size // 2


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="modelview-checkpoint-"))
    place.mkdir(parents=True, exist_ok=True)
    print(make(place).parent)
