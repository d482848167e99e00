"""A checkpoint of 13 GB, opened, looked at and scrolled through. Runs in a fresh kernel that knows NumPy alone."""

from __future__ import annotations

import json
import os
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import memory
import numpy as np
from make_checkpoint import INDEX, LARGEST

ROUNDS = 7
COLD_ROUNDS = 3
folder = Path()
view: Any = None


def opening(place: str) -> dict[str, Any]:
    """Open it: milliseconds, and bytes over the bare kernel."""
    global folder, view
    folder = Path(place)
    if "modelview" in sys.modules:
        raise RuntimeError("this kernel is not bare: modelview was imported before")
    bare = memory.held("RssAnon")
    memory.forget_peak()
    whole = memory.held("VmHWM")
    with memory.Peak() as peak:
        start = time.perf_counter()
        from modelview import ModelView

        imported = time.perf_counter() - start
        view = ModelView(folder)
        opened = time.perf_counter() - start
    again = time.perf_counter()
    ModelView(folder).close()
    return {
        "bytes": view.structure.totals["bytes"],
        "tensors": len(view.structure.tensors),
        "milliseconds": {"import": 1e3 * imported, "all": 1e3 * opened, "again": 1e3 * (time.perf_counter() - again)},
        "memory": {"bare": bare, "peak": peak.bytes - bare, "peakWithFiles": memory.held("VmHWM") - whole},
    }


def shown(bare: int) -> int:
    """What is held over the bare kernel once the page shows it."""
    return memory.held("RssAnon") - bare


def _largest() -> Any:
    return view.tensors[f"weight/{LARGEST}"]


def _file() -> tuple[Path, int]:
    """The shard that the largest tensor is in, and where it begins there."""
    path = folder / json.loads((folder / INDEX).read_text())["weight_map"][LARGEST]
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    return path, 8 + length + header[LARGEST]["data_offsets"][0]


def _overview() -> float:
    """Milliseconds of what the first look at a tensor takes in the kernel; nothing is known of it before."""
    from modelview.tensors import Plane, Pyramid
    from modelview.wire.arrow import encode_tile

    tensor = _largest()
    tensor.touch()
    start = time.perf_counter()
    plane = Plane.of(tensor)
    pyramid = Pyramid(tensor, plane)
    plane.describe(pyramid.statistics())
    encode_tile(pyramid.tile(plane.coarsest_tiles()[0]))
    return 1e3 * (time.perf_counter() - start)


def _forget(path: Path) -> None:
    """Have the system let go of what it keeps of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def overview(bare: int) -> dict[str, Any]:
    """The overview of the largest tensor, by turns with `np.max` over one memory map of the same bytes."""
    path, start = _file()
    tensor = _largest()

    def mapped() -> np.ndarray:
        return np.memmap(path, np.float32, "r", start, tensor.shape)

    def most(values: np.ndarray) -> float:
        begun = time.perf_counter()
        np.max(values)
        return 1e3 * (time.perf_counter() - begun)

    values = mapped()
    first = most(values)  # its pages are looked up in the map here, and never again
    _overview()
    ours, peers = [], []
    with memory.Peak() as peak:
        for _ in range(ROUNDS):
            ours.append(_overview())
            peers.append(most(values))
    del values
    cold: dict[str, list[float]] = {"overview": [], "max": []}
    for _ in range(COLD_ROUNDS):
        _forget(path)
        cold["overview"].append(_overview())
        _forget(path)
        cold["max"].append(most(mapped()))
    return {
        "bytes": tensor.nbytes,
        "overview": ours,
        "max": peers,
        "maxFirst": first,
        "cold": cold,
        "peak": peak.bytes - bare,
    }


def scrolling(bare: int) -> dict[str, Any]:
    """Every tile of the largest tensor's level 0, in order, through the service: the most that is held."""
    from sink import Sink

    from modelview.tensors import Plane, shared_cache

    tensor = _largest()
    plane = Plane.of(tensor)
    sink = Sink(view._service)
    _, rows, columns = plane.tiles_per(0)
    tiles = [(0, 0, row, column) for row, column in product(range(rows), range(columns))]
    with memory.Peak() as peak:
        start = time.perf_counter()
        sink.ask(tensor, plane.selection, tiles)
        seconds = time.perf_counter() - start
    sink.leave()
    if sink.tiles != len(tiles) or sink.bytes < tensor.nbytes:
        raise RuntimeError(f"{sink.tiles} tiles and {sink.bytes} bytes came of {len(tiles)} and {tensor.nbytes}")
    return {
        "tiles": sink.tiles,
        "bytes": sink.bytes,
        "seconds": seconds,
        "peak": peak.bytes - bare,
        "cache": shared_cache().nbytes,
    }
