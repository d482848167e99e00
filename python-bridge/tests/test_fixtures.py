"""The two languages read each other's files: test/fixtures/wire."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import write_fixtures

from modelview.wire import protocol
from modelview.wire.arrow import decode_tile

PAGE = Path(__file__).parents[2] / "test" / "fixtures" / "wire" / "page"

NAN, INF = float("nan"), float("inf")
# As in test/unit/wire/page-fixtures.spec.ts, which writes them.
WRITTEN_BY_PAGE = {
    "float16": np.array([0x3C00, 0xBC00, 0x7E00, 0x7C00, 0xFC00, 1], "u2").view("f2"),
    "float32": np.array([1, -2, NAN, INF, 1e-30, 0.1], "f4"),
    "float64": np.array([np.pi, -0.0, NAN, -INF, 1e300, 5e-324]),
    "int8": np.array([-128, 127, 0, 1, 2, 3], "i1"),
    "uint8": np.array([0, 255, 1, 2, 3, 4], "u1"),
    "int16": np.array([-32768, 32767, 0, 1, 2, 3], "i2"),
    "uint16": np.array([0, 65535, 1, 2, 3, 4], "u2"),
    "int32": np.array([-(2**31), 2**31 - 1, 0, 1, 2, 3], "i4"),
    "uint32": np.array([0, 2**32 - 1, 1, 2, 3, 4], "u4"),
    "int64": np.array([-(2**63), 2**63 - 1, 2**53 + 1, 0, 1, 2], "i8"),
    "uint64": np.array([0, 2**64 - 1, 1, 2, 3, 4], "u8"),
}


def test_the_kernels_fixtures_are_what_the_code_writes():
    written = {path.name: path.read_bytes() for path in write_fixtures.FOLDER.iterdir()}
    made = write_fixtures.fixtures()
    advice = "run `python python-bridge/tests/write_fixtures.py` if the change is meant"
    assert sorted(made) == sorted(written), advice
    for name, data in made.items():
        if name.endswith(".json"):
            assert json.loads(written[name]) == json.loads(data), f"{name}: {advice}"
        elif name.endswith(".arrow"):
            # Another release of pyarrow may frame a stream in other bytes; what is read from it must be the same.
            old, new = decode_tile(written[name]), decode_tile(data)
            assert list(old) == list(new), f"{name}: {advice}"
            for column in old:
                assert old[column].dtype == new[column].dtype, f"{name}: {advice}"
                assert old[column].tobytes() == new[column].tobytes(), f"{name}: {advice}"


def test_the_page_has_written_fixtures():
    assert list(PAGE.glob("*.json")), "npx jest page-fixtures with UPDATE_FIXTURES=1 writes them"
    assert list(PAGE.glob("*.arrow"))


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.json")), ids=lambda path: path.name)
def test_every_message_of_the_page_is_understood(path):
    messages = json.loads(path.read_text("utf-8"))
    kinds = [type(protocol.parse(message)).__name__.lower() for message in messages]
    assert kinds == [message["kind"] for message in messages]


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.arrow")), ids=lambda path: path.name)
def test_every_tensor_of_the_page_is_read(path):
    columns = decode_tile(path.read_bytes())
    [(name, column)] = columns.items()
    expected = WRITTEN_BY_PAGE[path.stem].reshape(1, 2, 3)
    assert (name, column.dtype, column.shape) == ("value", expected.dtype, expected.shape)
    np.testing.assert_array_equal(column.view(f"u{column.itemsize}"), expected.view(f"u{expected.itemsize}"))
