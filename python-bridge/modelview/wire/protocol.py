"""What the page may send, checked: docs/protocol.md, kept in step with src/wire/protocol.ts.

`parse` is the only door. What comes through it has the right types and sane sizes; what does not is a `MessageError`
whose code and sentence go back to the page. Whether an address exists or a selection fits its tensor is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import ModelViewError

PROTOCOL = 1

# What a page may need is far below each of these; past them a message is a mistake or an attack.
LONGEST_NAME = 256
LONGEST_ADDRESS = 4096
MOST_TILES = 4096
MOST_CANCELLED = 4096
MOST_DIMENSIONS = 64
MOST_CREDITED_REQUESTS = 1024
MOST_BYTES = 2**31
GREATEST_INTEGER = 2**53
MOST_ARGUMENTS = 64


class MessageError(ModelViewError):
    """A message that cannot be answered as asked.

    Parameters
    ----------
    message
        A sentence that says what is wrong and what would be right.
    request
        The request it would have been, where the message got so far as to name one.
    """

    code = "malformed"

    def __init__(self, message: str, request: str | None = None) -> None:
        super().__init__(message)
        self.request = request


class UnknownKindError(MessageError):
    """A message of no kind that this version knows."""

    code = "unknown-kind"


class HandshakeError(MessageError):
    """Another version of the protocol, or no `hello` first."""

    code = "protocol"


class ArgumentError(MessageError):
    """An argument of an operation that is missing or wrong."""

    code = "bad-argument"


class UnknownOperationError(MessageError):
    """An operation that is not in the table."""

    code = "unknown-operation"


@dataclass(frozen=True)
class Hello:
    """The page's first words, and what it will take before it has acknowledged."""

    protocol: int
    client: str
    device_pixel_ratio: float
    credit_requests: int
    credit_bytes: int


class TileAddress(NamedTuple):
    """Which tile of a plane, counted in tiles."""

    level: int
    facet: int
    row: int
    column: int


@dataclass(frozen=True)
class Get:
    """Tiles of one plane in the order wanted; `plane` asks for its description and coarsest tile first.

    `ack` is as the message of that name, which it saves.
    """

    request: str
    view: str
    generation: int
    address: str
    version: int | None
    selection: Mapping[str, Any]
    plane: bool
    tiles: tuple[TileAddress, ...]
    ack: int = 0


@dataclass(frozen=True)
class Cancel:
    """These requests are no longer wanted."""

    requests: tuple[str, ...]


@dataclass(frozen=True)
class Ack:
    """So many bytes of buffers were taken."""

    bytes: int


@dataclass(frozen=True)
class Call:
    """A named operation."""

    request: str
    operation: str
    arguments: Mapping[str, Any]


PageMessage = Hello | Get | Cancel | Ack | Call

KINDS = ("hello", "get", "cancel", "ack", "call")


def parse(data: object) -> PageMessage:
    """Check one message from the page.

    Raises
    ------
    MessageError
        With the code `malformed` or `unknown-kind`.
    """
    if not isinstance(data, Mapping):
        raise MessageError("A message is a JSON object with a `kind`.")
    fields = _Fields(data)
    kind = fields.data.get("kind")
    match kind:
        case "hello":
            granted = _Fields(fields.mapping("credits"), "credits.")
            return Hello(
                protocol=fields.integer("protocol"),
                client=fields.text("client", LONGEST_NAME),
                device_pixel_ratio=fields.number("devicePixelRatio", 0.05, 64),
                credit_requests=granted.integer("requests", 1, MOST_CREDITED_REQUESTS),
                credit_bytes=granted.integer("bytes", 1, MOST_BYTES),
            )
        case "get":
            return Get(
                request=fields.take_request(),
                view=fields.text("view", LONGEST_NAME) if "view" in data else "",
                generation=fields.integer("generation"),
                address=fields.text("address", LONGEST_ADDRESS),
                version=None if data.get("version") is None else fields.integer("version"),
                selection=fields.selection(),
                plane=fields.boolean("plane"),
                tiles=fields.tiles(),
                ack=fields.integer("ack") if "ack" in data else 0,
            )
        case "cancel":
            return Cancel(fields.names("requests", MOST_CANCELLED))
        case "ack":
            return Ack(fields.integer("bytes"))
        case "call":
            request = fields.take_request()
            arguments = fields.mapping("arguments") if "arguments" in data else {}
            if len(arguments) > MOST_ARGUMENTS:
                raise fields.wrong("arguments", f"at most {MOST_ARGUMENTS} named arguments")
            return Call(request, fields.text("operation", LONGEST_NAME), arguments)
    known = ", ".join(KINDS)
    if not isinstance(kind, str):
        raise MessageError(f"A message has a `kind`, one of {known}.")
    raise UnknownKindError(
        f"There is no message of the kind {_quote(kind)}; the kinds are {known}.",
        fields.named_request(),
    )


class _Fields:
    """The fields of one message, each taken with a check."""

    def __init__(self, data: Mapping[str, Any], prefix: str = "") -> None:
        self.data = data
        self.prefix = prefix
        self.request: str | None = None

    def wrong(self, name: str, right: str) -> MessageError:
        return MessageError(
            f"The field `{self.prefix}{name}` must be {right}, not {_quote(self.data.get(name))}.",
            self.request,
        )

    def named_request(self) -> str | None:
        request = self.data.get("request")
        return request if isinstance(request, str) and len(request) <= LONGEST_NAME else None

    def take_request(self) -> str:
        # Taken first, so that whatever else is wrong can be answered under its name.
        self.request = self.text("request", LONGEST_NAME)
        return self.request

    def text(self, name: str, longest: int) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or len(value) > longest:
            raise self.wrong(name, f"a string of at most {longest} characters")
        return value

    def integer(self, name: str, low: int = 0, high: int = GREATEST_INTEGER) -> int:
        value = self.data.get(name)
        if not _is_integer(value, low, high):
            raise self.wrong(name, f"an integer from {low} to {high}")
        return int(value)  # type: ignore[arg-type]

    def number(self, name: str, low: float, high: float) -> float:
        value = self.data.get(name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type,operator]
            raise self.wrong(name, f"a number from {low} to {high}")
        return float(value)  # type: ignore[arg-type]

    def boolean(self, name: str) -> bool:
        value = self.data.get(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.data.get(name)
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self.wrong(name, "an object")
        return value

    def names(self, name: str, most: int) -> tuple[str, ...]:
        value = self.data.get(name)
        if not isinstance(value, (list, tuple)) or len(value) > most:
            raise self.wrong(name, f"a list of at most {most} strings")
        if not all(isinstance(item, str) and len(item) <= LONGEST_NAME for item in value):
            raise self.wrong(name, f"strings of at most {LONGEST_NAME} characters")
        return tuple(value)

    def selection(self) -> Mapping[str, Any]:
        value = self.mapping("selection")
        dims = value.get("dims")
        good = (
            isinstance(dims, Mapping)
            and len(dims) <= MOST_DIMENSIONS
            and all(
                isinstance(dim, str)
                and len(dim) <= LONGEST_NAME
                and (
                    (isinstance(use, str) and len(use) <= LONGEST_NAME)
                    or _is_integer(use, -GREATEST_INTEGER, GREATEST_INTEGER)
                )
                for dim, use in dims.items()
            )
            and isinstance(value.get("component", "value"), str)
        )
        if not good:
            raise self.wrong(
                "selection",
                '{"dims": {dimension: "row", "column", "facet", a statistic or an index}, "component": a string}',
            )
        return value

    def tiles(self) -> tuple[TileAddress, ...]:
        value = self.data.get("tiles")
        if not isinstance(value, (list, tuple)) or len(value) > MOST_TILES:
            raise self.wrong("tiles", f"a list of at most {MOST_TILES} [level, facet, row, column]")
        for tile in value:
            if (
                not isinstance(tile, (list, tuple))
                or len(tile) != 4
                or not all(_is_integer(part, 0, GREATEST_INTEGER) for part in tile)
            ):
                raise MessageError(
                    f"A tile is [level, facet, row, column], four integers from 0, not {_quote(tile)}.",
                    self.request,
                )
        return tuple(TileAddress(*tile) for tile in value)


def _is_integer(value: object, low: int, high: int) -> bool:
    # JSON's true is an int in Python.
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _quote(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # e.g. an integer of more digits than Python will print
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:79] + "…"
