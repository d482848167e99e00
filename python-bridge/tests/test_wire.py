"""Arrow tiles and messages, each by itself."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from write_fixtures import Pooled

from modelview.wire import protocol, replies
from modelview.wire.arrow import decode_tile, encode_tile, pooled_dtype


class Exact:
    def __init__(self, value):
        self.value = value
        self.mean = self.min = self.max = self.nan_counts = self.posinf_counts = self.neginf_counts = None


DTYPES = [*("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?")]


@settings(deadline=None)
@given(
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays.arrays(np.dtype(dtype), arrays.array_shapes(min_dims=3, max_dims=3, max_side=6))
    )
)
def test_every_bit_of_level_0_survives(value):
    encoded = encode_tile(Exact(value))
    back = decode_tile(encoded.buffer)["value"]
    assert encoded.shape == value.shape == back.shape
    assert encoded.encoding == ("uint8" if value.dtype == bool else value.dtype.name)
    assert back.tobytes() == np.ascontiguousarray(value).tobytes()


@pytest.mark.parametrize(
    "view",
    [lambda a: a[:, ::-1, ::2], lambda a: np.asfortranarray(a), lambda a: a.transpose(0, 2, 1), lambda a: a[None][0]],
)
def test_strides_of_any_kind_are_encoded(view):
    array = view(np.arange(24.0).reshape(2, 3, 4))
    np.testing.assert_array_equal(decode_tile(encode_tile(Exact(array)).buffer)["value"], array)


def test_tiles_of_one_layout_keep_their_own_numbers():
    values = [np.full((1, 3, 5), number, "f4") for number in (1, 2)]
    first, second = (encode_tile(Exact(value)).buffer for value in values)
    for buffer, value in zip((first, second), values, strict=True):
        np.testing.assert_array_equal(decode_tile(buffer)["value"], value)
    pooled = [np.full((2, 4, 4), number, "f4") for number in (1.5, -1, 3)]
    columns = decode_tile(encode_tile(Pooled(*pooled)).buffer)
    assert {name: column.ravel()[0] for name, column in columns.items()} == {"mean": 1.5, "min": -1, "max": 3}


def test_a_tile_is_one_batch_of_one_row_of_named_tensors():
    stream = encode_tile(Exact(np.zeros((1, 256, 256), "f4"))).buffer
    with pa.ipc.open_stream(stream) as reader:
        [batch] = list(reader)
        [field] = reader.schema
    assert batch.num_rows == 1
    assert field.type.dim_names == ["facet", "row", "column"]
    assert list(field.type.shape) == [1, 256, 256]
    # Facts: 272 bytes on a mebibyte. What is around the numbers stays small.
    assert len(stream) - 256 * 256 * 4 < 1024


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.0, 0.0], "float16"),
        ([6.3e-5, 65504.0], "float16"),
        ([float("nan"), 1.0], "float16"),
        ([6.0e-5, 1.0], "float16"),
        ([6.0e-5, 9.0e-4], "float32"),
        ([65505.0, 1.0], "float32"),
        ([np.float32(3e38), 1e-37], "float32"),
    ],
)
def test_pooled_numbers_take_the_smallest_float_that_is_near_enough(values, dtype):
    array = np.array(values, "f4")
    assert pooled_dtype([array, array, array]) == dtype
    assert pooled_dtype([array.astype("f8")] * 3) == dtype


@pytest.mark.parametrize("value", [1e39, -1e300, 1e-40])
def test_only_a_64_bit_tensor_past_float32_travels_as_float64(value):
    assert pooled_dtype([np.array([value, 1e-5])] * 3) == "float64"
    with np.errstate(all="ignore"):
        assert pooled_dtype([np.array([value, 1e-5], "f4")] * 3) == "float32" or not np.isfinite(np.float32(value))


@settings(deadline=None)
@given(arrays.arrays(np.float64, (1, 3, 4), elements=st.floats(allow_nan=True, allow_infinity=False)))
def test_pooled_numbers_keep_three_digits_or_are_near_beside_the_largest(values):
    encoded = encode_tile(Pooled(values, values, values))
    back = decode_tile(encoded.buffer)["mean"].astype("f8")
    largest = np.nanmax(np.abs(values), initial=0)
    near = 3e-5 * largest if encoded.encoding == "float16" and largest >= 1e-3 else 0
    np.testing.assert_allclose(back, values, rtol=5e-4, atol=near)
    if not near:
        np.testing.assert_array_equal(back == 0, values == 0)


def test_counts_travel_as_uint32_where_there_are_any():
    zeros = np.zeros((1, 2, 2), "f4")
    assert list(decode_tile(encode_tile(Pooled(zeros, zeros, zeros)).buffer)) == ["mean", "min", "max"]
    counts = np.array([[[1, 0], [2**32 - 1, 0]]], "u4")
    columns = decode_tile(encode_tile(Pooled(zeros, zeros, zeros, counts)).buffer)
    assert list(columns) == ["mean", "min", "max", "nan", "posinf", "neginf"]
    np.testing.assert_array_equal(columns["nan"], counts)
    assert columns["neginf"].dtype == np.uint32
    assert not columns["neginf"].any()


@pytest.mark.parametrize("cut", [0, 1, 100, -1, -300])
def test_a_truncated_stream_is_a_clear_error(cut):
    stream = encode_tile(Exact(np.zeros((1, 9, 9), "f4"))).buffer[:cut]
    with pytest.raises(ValueError, match=r"Arrow|one record batch"):
        decode_tile(stream)


def test_columns_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="share one shape"):
        encode_tile(Pooled(np.zeros((1, 2, 2), "f4"), np.zeros((1, 2, 3), "f4"), np.zeros((1, 2, 2), "f4")))


def test_results_are_strict_json_and_large_ones_travel_as_a_buffer():
    with pytest.raises(ValueError, match="not JSON compliant"):
        replies.done("r", {"x": float("nan")})
    small, large = replies.done("r", "x" * 16000), replies.done("r", ["é" * 9000])
    assert small.message["result"] == "x" * 16000
    assert [len(zeros) for zeros in small.buffers] == [65536]
    assert not replies.done("r").buffers
    assert large.message["result"] is None
    assert json.loads(large.buffers[0]) == ["é" * 9000]


def test_only_small_replies_are_padded():
    def reply(size):
        return replies.tiles("r", [replies.EncodedTile({}, bytes(size))], last=True)

    assert [len(b) for b in reply(1000).buffers] == [1000, 65536 - 1000]
    assert [len(b) for b in reply(65535).buffers] == [65535, 1]
    assert [len(b) for b in reply(65536).buffers] == [65536]


def test_kinds_that_are_known_are_parsed_and_others_are_told_which_are():
    with pytest.raises(protocol.UnknownKindError, match="hello, get, cancel, ack, call") as caught:
        protocol.parse({"kind": "dance", "request": "r"})
    assert (caught.value.code, caught.value.request) == ("unknown-kind", "r")
    for nonsense in (None, [], "get", {}, {"kind": None}, {"kind": ["get"]}):
        with pytest.raises(protocol.MessageError) as caught:
            protocol.parse(nonsense)
        assert caught.value.code == "malformed"


def test_true_is_no_integer_and_a_huge_one_is_no_message():
    for wrong in (True, 1.0, "1", -1, 2**53 + 1, 10**5000):
        with pytest.raises(protocol.MessageError, match="bytes"):
            protocol.parse({"kind": "ack", "bytes": wrong})
    assert protocol.parse({"kind": "ack", "bytes": 2**53}) == protocol.Ack(2**53)


def test_an_error_never_repeats_a_giant_back():
    with pytest.raises(protocol.MessageError) as caught:
        protocol.parse({"kind": "get", "request": "r", "view": "v" * 10**6})
    assert len(str(caught.value)) < 300
