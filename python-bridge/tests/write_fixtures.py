"""Writes what the kernel sends, as files that TypeScript's tests read: test/fixtures/wire/kernel.

`python python-bridge/tests/write_fixtures.py` writes them anew after a change that is meant; `test_fixtures.py` fails
until that is done. `tiles.json` names each `.arrow` file with the numbers that it holds, every one as text, since
JSON has no NaN, no -0 and no integer past 2^53. `messages.json` has the messages that came with them, in order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.path.insert(0, str(Path(__file__).parent))

from pages import Page, call, get

from modelview.adapters import describe, tensor_of
from modelview.service import Service
from modelview.tensors import Plane, Pyramid, Selection, TileAddress
from modelview.wire import replies
from modelview.wire.arrow import ANOMALIES, decode_tile, encode_tile

FOLDER = Path(__file__).parents[2] / "test" / "fixtures" / "wire" / "kernel"

NAN, INF = float("nan"), float("inf")


class Pooled(NamedTuple):
    """A pooled tile made by hand."""

    mean: np.ndarray
    min: np.ndarray
    max: np.ndarray
    nan_counts: np.ndarray | None = None
    posinf_counts: np.ndarray | None = None
    neginf_counts: np.ndarray | None = None
    value: None = None


def exact_arrays():
    """Level 0, in every dtype and with what each is bad at."""
    yield "float16", np.array([[1, -1, NAN], [INF, -INF, 6e-8]], "f2")
    yield "float32", np.array([[1, -0.0, NAN, 0.1], [INF, -INF, 1e-45, -3.4028235e38]], "f4")
    yield "float64", np.array([[np.pi, -0.0, NAN], [5e-324, -INF, 1.7976931348623157e308]], "f8")
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        ends = np.iinfo(kind)
        yield kind, np.array([[ends.min, ends.max, 0], [1, 2, ends.max - 1]], kind)
    yield "bool", np.array([[True, False], [False, True]])
    yield "complex64", np.array([[3 + 4j, -1j], [NAN, 0]], "c8")
    yield "facets", np.arange(3 * 2 * 5, dtype="f4").reshape(3, 2, 5)
    yield "vector", np.arange(7, dtype="i4")
    yield "scalar", np.float32(2.5)


def pooled_tiles():
    """Coarser levels: each choice of precision, with and without anomalies."""
    three = np.array([[[0.5, -0.25], [0.125, 3]]], "f4")
    yield "float16", Pooled(three, three - 1, three + 1)
    small = np.array([[[1e-6, 0], [-1e-30, 5e-4]]], "f4")
    yield "float32", Pooled(small, small, small)
    huge = np.array([[[1e300, -1e300], [0, 1]]], "f8")
    yield "float64", Pooled(huge, huge, huge)
    hole = np.array([[[NAN, 1], [2, 3]]], "f4")
    counts = np.array([[[4, 0], [1, 0]]], "u4")
    yield "anomalies", Pooled(hole, hole, hole, counts, counts[:, ::-1], counts * 0)


def tiles():
    """(name, encoded bytes) of every fixture of a tile."""
    for name, array in exact_arrays():
        tensor = tensor_of(array).tensors["array/array"]
        plane = Plane.of(tensor)
        tile = Pyramid(tensor, plane).tile(TileAddress(0, 0, 0, 0))
        yield f"exact-{name}", encode_tile(tile).buffer
    for name, tile in pooled_tiles():
        yield f"pooled-{name}", encode_tile(tile).buffer
    array = np.linspace(-1, 1, 257 * 3, dtype="f4").reshape(257, 3)
    array[5, 1], array[256, 2] = NAN, INF
    tensor = tensor_of(array).tensors["array/array"]
    plane = Plane.of(tensor)
    yield "pooled-real", encode_tile(Pyramid(tensor, plane).tile(plane.coarsest_tiles()[0])).buffer


def expectation(buffer):
    """What a reader must find in a tile, every number as text."""
    columns = decode_tile(buffer)
    first = next(name for name in columns if name not in ANOMALIES)
    return {
        "shape": list(columns[first].shape),
        "encoding": columns[first].dtype.name,
        "columns": {name: [text(number) for number in column.reshape(-1)] for name, column in columns.items()},
    }


def text(number):
    """A number as JavaScript's `Number` and `BigInt` read it, exactly."""
    value = number.item()
    if isinstance(value, int):
        return str(value)
    if value != value:
        return "NaN"
    return repr(value).replace("inf", "Infinity")


def messages():
    """(message, buffers) in the order in which a page gets them."""
    weight = np.arange(12, dtype="f4").reshape(3, 4) - 5
    many = {f"encoder.layer.{i}.<script>.weight": np.zeros(2, "f4") for i in range(80)}
    services = [Service(describe({"fc.weight": weight}, name="tiny")), Service(describe(many, name="many"))]
    page, crowded = Page(), Page()
    tensor = services[0].model.tensors["fc.weight"]
    selection = Selection.of(tensor, None).to_json()
    services[0].connect(page)
    services[1].connect(crowded)
    steps = [
        get("client/1", tensor, plane=True, selection=selection),
        get("client/2", tensor, tiles=[(0, 0, 0, 0)], selection=selection),
        call("client/3", "structure"),
        call("client/4", "clipped", address=tensor.address, selection=selection, low=-4, high=5),
        get("client/5", tensor, tiles=[(3, 0, 0, 0)]),
        get("client/6", tensor, tiles=[(0, 0, 0, 0)], version=99),
        {"kind": "dance"},
        "not a message",
        call("client/7", "eval"),
        {**get("client/8", tensor), "address": "weight/fc.wieght"},
    ]
    page.hello()
    for step in steps:
        page.say(step)
        if isinstance(step, dict) and "request" in step:
            page.end(step["request"])
    crowded.hello().say(call("client/9", "structure"))
    crowded.end("client/9")
    sent = [*zip(page.messages, page.buffers, strict=True)]
    sent += [*zip(crowded.messages[1:], crowded.buffers[1:], strict=True)]
    sent.append((replies.progress("client/1", 3, 10, "reading weight/fc.weight").message, []))
    sent.append((replies.done("client/2", cancelled=True).message, []))
    for service in services:
        service.close()
    sent.append((page.messages[-1], []))
    for message, _ in sent:
        # The one part that changes with each release.
        if message["kind"] == "welcome":
            message["library"] = "0.0.0"
    return sent


def fixtures():
    """Every file's name and bytes."""
    files = {}
    listed = []
    for name, buffer in tiles():
        files[f"{name}.arrow"] = buffer
        listed.append({"file": f"{name}.arrow", **expectation(buffer)})
    files["tiles.json"] = pretty(listed)
    spoken = []
    for number, (message, buffers) in enumerate(messages()):
        names = []
        for index, buffer in enumerate(buffers):
            if not any(buffer):
                # The padding; a file of zeros would say no more than its length.
                names.append({"zeros": len(buffer)})
                continue
            names.append({"file": f"message-{number:02}-{index}.bin"})
            files[names[-1]["file"]] = buffer
        spoken.append({"message": message, "buffers": names})
    files["messages.json"] = pretty(spoken)
    return files


def pretty(value):
    """One entry a line."""
    lines = ",\n".join(json.dumps(entry, allow_nan=False) for entry in value)
    return f"[\n{lines}\n]\n".encode()


def write():
    """Replace the folder's files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, data in fixtures().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    write()
