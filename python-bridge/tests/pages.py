"""A page without a browser: a comm that records what the kernel says, for the tests of the kernel's side."""

from __future__ import annotations

import json
import threading
import uuid

HELLO = {
    "kind": "hello",
    "protocol": 1,
    "client": "test",
    "devicePixelRatio": 1,
    "credits": {"requests": 8, "bytes": 1 << 26},
}


def is_last(message):
    """Whether a request ends with this message."""
    return message["kind"] in ("done", "stale", "error") or message.get("last", False)


class Page:
    """Both ends of a comm: what the service sends is kept, what the test sends is handed over."""

    def __init__(self, acknowledge=True):
        self.comm_id = uuid.uuid4().hex
        self.messages = []
        self.buffers = []
        self.closed = False
        self.acknowledge = acknowledge
        self.threads = set()
        self._changed = threading.Condition()
        self._on_msg = self._on_close = None

    # what the service calls

    def on_msg(self, callback):
        self._on_msg = callback

    def on_close(self, callback):
        self._on_close = callback

    def send(self, data=None, metadata=None, buffers=None):
        # Strict JSON, as the page parses it.
        text = json.dumps(data, allow_nan=False)
        self.threads.add(threading.current_thread().name)
        with self._changed:
            self.messages.append(json.loads(text))
            self.buffers.append([bytes(buffer) for buffer in buffers or []])
            self._changed.notify_all()
        taken = sum(len(buffer) for buffer in buffers or [])
        if self.acknowledge and taken:
            self.say({"kind": "ack", "bytes": taken})

    def close(self):
        self.closed = True

    # what the test calls

    def say(self, data, header=None):
        if self._on_msg is not None:
            self._on_msg({"content": {"data": data}, "header": header or {}})

    def leave(self):
        self._on_close({"content": {"data": {}}})

    def hello(self, **changes):
        self.say({**HELLO, **changes})
        return self

    def wait(self, condition, seconds=10):
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.messages), seconds), self.messages
            return list(self.messages)

    def ends(self, request):
        return [m for m in list(self.messages) if m.get("request") == request and is_last(m)]

    def end(self, request, seconds=10):
        self.wait(lambda _: self.ends(request), seconds)
        return self.ends(request)[0]

    def of(self, kind, request=None):
        return [m for m in list(self.messages) if m["kind"] == kind and request in (None, m.get("request"))]

    def tiles(self, request):
        """(header, decoded columns) of every tile of a request."""
        from modelview.wire.arrow import decode_tile

        return [
            (header, decode_tile(buffer))
            for message, buffers in zip(list(self.messages), list(self.buffers), strict=False)
            if message["kind"] in ("plane", "tile") and message["request"] == request
            for header, buffer in zip(message["tiles"], buffers, strict=False)
        ]

    def result(self, request):
        end = self.end(request)
        assert end["kind"] == "done", end
        buffers = self.buffers[self.messages.index(end)]
        return json.loads(buffers[0]) if end["result"] is None else end["result"]


def get(request, tensor, *, plane=False, tiles=(), selection=None, version=None, view="v", generation=0):
    """The message `get`."""
    from modelview.tensors import Selection

    return {
        "kind": "get",
        "request": request,
        "view": view,
        "generation": generation,
        "address": tensor.address,
        "version": version,
        "selection": selection or Selection.of(tensor, None).to_json(),
        "plane": plane,
        "tiles": [list(tile) for tile in tiles],
    }


def call(request, operation, **arguments):
    """The message `call`."""
    return {"kind": "call", "request": request, "operation": operation, "arguments": arguments}
