"""A page that acknowledges what it gets and keeps nothing: the far end of a comm, in the kernel's own process."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from typing import Any

HELLO = {
    "kind": "hello",
    "protocol": 1,
    "client": "bench",
    "devicePixelRatio": 1,
    "credits": {"requests": 4, "bytes": 8 * 2**20},  # as the page has them: src/wire/requests.ts
}
TILES_PER_REQUEST = 8
"""As the page asks for them: src/tensor/live.ts."""
PATIENCE = 60


class Sink:
    """A client of `service`; counts `tiles` and `bytes`."""

    def __init__(self, service: Any) -> None:
        self.comm_id = uuid.uuid4().hex
        self.tiles = 0
        self.bytes = 0
        self._ended = threading.Condition()
        self._open: set[str] = set()
        self._failed: str | None = None
        self._asked = 0
        service.connect(self)
        self._say(HELLO)

    # What the service calls.

    def on_msg(self, callback: Any) -> None:
        self._hear = callback

    def on_close(self, callback: Any) -> None:
        self.leave = lambda: callback({})

    def send(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        size = sum(len(buffer) for buffer in buffers or [])
        if size:
            self._say({"kind": "ack", "bytes": size})
        self.bytes += size
        self.tiles += len(data.get("tiles", ()))
        failed = data["kind"] in ("error", "stale") or data.get("cancelled")
        if failed or data["kind"] == "done" or data.get("last"):
            with self._ended:
                self._failed = f"{data['kind']}: {data.get('message')}" if failed else self._failed
                self._open.discard(data.get("request"))
                self._ended.notify_all()

    def close(self) -> None:
        pass

    # What the bench calls.

    def ask(self, tensor: Any, selection: Any, tiles: Sequence[Sequence[int]]) -> None:
        """Ask for tiles as the page does, four requests at a time, and wait for them all."""
        for start in range(0, len(tiles), TILES_PER_REQUEST):
            self._asked += 1
            request = str(self._asked)
            with self._ended:
                if not self._ended.wait_for(lambda: len(self._open) < HELLO["credits"]["requests"], PATIENCE):
                    raise RuntimeError("no tile came for a minute")
                self._open.add(request)
            self._say(
                {
                    "kind": "get",
                    "request": request,
                    "view": "bench",
                    "generation": 0,
                    "address": tensor.address,
                    "version": None,
                    "selection": selection.to_json(),
                    "plane": False,
                    "tiles": [list(tile) for tile in tiles[start : start + TILES_PER_REQUEST]],
                }
            )
        with self._ended:
            if not self._ended.wait_for(lambda: not self._open, PATIENCE):
                raise RuntimeError("no tile came for a minute")
        if self._failed:
            raise RuntimeError(self._failed)

    def _say(self, data: Any) -> None:
        self._hear({"content": {"data": data}, "header": {}})
