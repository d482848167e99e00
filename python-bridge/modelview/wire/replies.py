"""What the kernel says: docs/protocol.md, 'From the kernel'. A reply is a JSON message and its buffers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .protocol import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .arrow import Encoded

# Measured on loopback (docs/architecture.md): throughput is flat from 256 KiB, and a reply under 64 KiB waits 44 ms for
# a delayed acknowledgement of TCP.
SMALLEST_BATCH = 256 * 1024
SMALLEST_REPLY = 64 * 1024
LARGEST_INLINE_RESULT = 16 * 1024

_ZEROS = bytes(SMALLEST_REPLY)


Buffer: TypeAlias = "bytes | memoryview"


class Reply(NamedTuple):
    """One message to the page."""

    message: dict[str, Any]
    buffers: Sequence[Buffer] = ()

    @property
    def nbytes(self) -> int:
        """Bytes in the buffers: what the page acknowledges."""
        return sum(len(buffer) for buffer in self.buffers)

    @property
    def ends(self) -> bool:
        """Whether its request ends with it."""
        return self.message["kind"] in ("done", "stale", "error") or bool(self.message.get("last"))


class EncodedTile(NamedTuple):
    """A tile ready to be sent."""

    header: dict[str, Any]
    buffer: Buffer


def welcome(library: str, operations: Iterable[str], subshells: bool) -> Reply:
    """Answer `hello`."""
    return Reply(
        {
            "kind": "welcome",
            "protocol": PROTOCOL,
            "library": library,
            "operations": sorted(operations),
            "subshells": subshells,
        }
    )


def plane(request: str, description: Mapping[str, Any], batch: Sequence[EncodedTile], *, last: bool) -> Reply:
    """Describe a plane, and send its first coarsest tiles with it: one message, and something true is on screen."""
    strict_json(description)
    return _with_tiles({"kind": "plane", "request": request, "plane": dict(description)}, batch, last)


def encoded_tile(address: tuple[int, int, int, int], encoded: Encoded, totals: tuple[int, int, int]) -> EncodedTile:
    """Put a tile's Arrow buffer and its entry in the message together.

    `totals` are the tile's numbers of NaN, +Inf and -Inf.
    """
    level, facet, row, column = address
    nan, posinf, neginf = totals
    header = {
        "level": level,
        "facet": facet,
        "row": row,
        "column": column,
        "shape": list(encoded.shape),
        "encoding": encoded.encoding,
        "nan": nan,
        "posinf": posinf,
        "neginf": neginf,
    }
    return EncodedTile(header, encoded.buffer)


def tiles(request: str, batch: Sequence[EncodedTile], *, last: bool) -> Reply:
    """Send tiles, one buffer each."""
    return _with_tiles({"kind": "tile", "request": request}, batch, last)


def _with_tiles(message: dict[str, Any], batch: Sequence[EncodedTile], last: bool) -> Reply:
    headers = [tile.header for tile in batch]
    return Reply({**message, "tiles": headers, "last": last}, _padded([tile.buffer for tile in batch]))


def _padded(buffers: list[Buffer]) -> list[Buffer]:
    """Put zeros behind what is small enough to stall."""
    total = sum(len(buffer) for buffer in buffers)
    return buffers if total >= SMALLEST_REPLY else [*buffers, _ZEROS[: SMALLEST_REPLY - total]]


def progress(request: str, done: int, total: int, label: str) -> Reply:
    """Tell how far long work has come."""
    return Reply({"kind": "progress", "request": request, "done": done, "total": total, "label": label})


def done(request: str, result: object = None, *, cancelled: bool = False) -> Reply:
    """End a request; a large result goes as one buffer of UTF-8 JSON."""
    message = {"kind": "done", "request": request, "result": result, "cancelled": cancelled}
    text = strict_json(result).encode()
    if result is None:
        return Reply(message)
    if len(text) <= LARGEST_INLINE_RESULT:
        return Reply(message, _padded([]))
    return Reply({**message, "result": None}, _padded([text]))


def stale(request: str, address: str, version: int) -> Reply:
    """End a request: the tensor has changed since the version that was asked for."""
    return Reply({"kind": "stale", "request": request, "address": address, "version": version})


def error(request: str | None, code: str, message: str) -> Reply:
    """End a request, or answer what was none, with a sentence that says what to do."""
    return Reply({"kind": "error", "request": request, "code": code, "message": message})


def strict_json(value: object) -> str:
    """JSON as every parser reads it: NaN and Infinity are an error here rather than in the page."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
