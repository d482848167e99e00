"""Tiles by the hundred, and a raw comm that sends as many bytes. Runs in the notebook's kernel."""

from __future__ import annotations

import time
from itertools import cycle, islice, product
from typing import Any

import numpy as np

ROUNDS = 5
TILES = 128
"""A round, each of them another where the plane has so many."""
SIDE = 8192


def matrix() -> np.ndarray:
    """Make a float32 matrix of 1,024 tiles that is in memory."""
    values = np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)
    values *= np.float32(0.02)
    return values


def rates(model: Any, address: str, levels: int) -> list[dict[str, Any]]:
    """Tiles a second of the finest levels of a tensor, asked for as the page does; of full tiles only.

    Each round asks for `TILES` of a level, and the first is not counted: it starts what has to be started, and brings
    what is kept of coarse levels.
    """
    from sink import Sink

    from modelview.service import Service
    from modelview.tensors import Plane

    tensor = model.tensors[address]
    plane = Plane.of(tensor)
    service = Service(model)
    sink = Sink(service)
    found = []
    for level in range(levels):
        height, width = (size // 256 for size in plane.level_shape(level))
        # Along the rows of tiles, as one scrolls, and not the same ones again as long as there are others.
        tiles = cycle((level, 0, row, column) for row, column in product(range(height), range(width)))
        seconds = []
        for _ in range(ROUNDS + 1):
            asked = list(islice(tiles, TILES))
            before = sink.tiles
            start = time.perf_counter()
            sink.ask(tensor, plane.selection, asked)
            seconds.append(time.perf_counter() - start)
            if sink.tiles - before != TILES:
                raise RuntimeError(f"{sink.tiles - before} tiles came of {TILES}")
        found.append({"level": level, "perSecond": [TILES / each for each in seconds[1:]]})
    service.close()
    return found


def serve_stream() -> None:
    """Answer each message of a comm `bench-stream` with as many messages of as many bytes as it asks for, at once."""
    from comm import get_comm_manager

    payload = np.random.default_rng(1).integers(0, 255, 1 << 22, dtype=np.uint8).tobytes()

    def opened(comm, _message) -> None:
        def answer(message) -> None:
            asked = message["content"]["data"]
            for number in range(asked["messages"]):
                comm.send(data={"number": number}, buffers=[payload[: asked["bytes"]]])

        comm.on_msg(answer)

    get_comm_manager().register_target("bench-stream", opened)
