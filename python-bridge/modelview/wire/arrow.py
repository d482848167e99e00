"""Tiles as Arrow IPC streams: docs/protocol.md, 'Tiles in Arrow', kept in step with src/wire/arrow.ts.

One stream holds one record batch of one row; each column is an `arrow.fixed_shape_tensor` of the tile's shape. The
arrays are built from buffers rather than by `FixedShapeTensorArray.from_numpy_ndarray`, which refuses `a[None]` for its
first stride and does not name dimensions in older releases of pyarrow.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

Array = npt.NDArray[Any]

DIM_NAMES = ("facet", "row", "column")
POOLED = ("mean", "min", "max")
ANOMALIES = ("nan", "posinf", "neginf")

# Above its largest number float16 is infinite. Below its smallest normal one (6.1e-5) its error is 3e-8 at most, which
# is nothing beside a thousandth: pooled weights are nearly all such, with some means that are all but zero.
_HALF_LOW, _HALF_HIGH, _HALF_REACH = 6.2e-5, 65504.0, 1e-3
_SINGLE_LOW, _SINGLE_HIGH = float(np.finfo(np.float32).smallest_normal), float(np.finfo(np.float32).max)


class Cells(Protocol):
    """What is encoded: `value` on level 0, else the three pooled numbers; counts where any cell has one.

    Arrays of shape (facets, rows, columns). `tensors.Tile` is one.
    """

    @property
    def value(self) -> Array | None: ...  # noqa: D102
    @property
    def mean(self) -> Array | None: ...  # noqa: D102
    @property
    def min(self) -> Array | None: ...  # noqa: D102
    @property
    def max(self) -> Array | None: ...  # noqa: D102
    @property
    def nan_counts(self) -> Array | None: ...  # noqa: D102
    @property
    def posinf_counts(self) -> Array | None: ...  # noqa: D102
    @property
    def neginf_counts(self) -> Array | None: ...  # noqa: D102


class Encoded(NamedTuple):
    """A tile's bytes, and what the message says of them."""

    buffer: memoryview
    encoding: str
    shape: tuple[int, int, int]


def encode_tile(tile: Cells) -> Encoded:
    """Encode a tile as one Arrow IPC stream.

    Parameters
    ----------
    tile
        Level 0's `value` in a type that Arrow has, or the three pooled numbers in float32 or float64 with, where the
        tile has any, the counts of each cell.

    Returns
    -------
    Encoded
        `encoding` is the type of the numbers: 'float16', 'float32', 'int64', …
    """
    columns: dict[str, Array]
    if tile.value is not None:
        value = np.asarray(tile.value)
        columns = {"value": value.view(np.uint8) if value.dtype == np.bool_ else value}
    else:
        pooled = [np.asarray(getattr(tile, name)) for name in POOLED]
        dtype = pooled_dtype(pooled)
        columns = {name: array.astype(dtype, copy=False) for name, array in zip(POOLED, pooled, strict=True)}
        counts = [getattr(tile, f"{name}_counts") for name in ANOMALIES]
        if any(count is not None for count in counts):
            for name, count in zip(ANOMALIES, counts, strict=True):
                empty = np.zeros_like(pooled[0], np.uint32)
                columns[name] = empty if count is None else np.asarray(count, np.uint32)
    first = next(iter(columns.values()))
    if first.ndim != 3 or any(array.shape != first.shape for array in columns.values()):
        shapes = {name: array.shape for name, array in columns.items()}
        raise ValueError(f"a tile's columns share one shape (facets, rows, columns), not {shapes}")
    facets, rows, cells = first.shape
    layout = _layout(tuple((name, array.dtype.name) for name, array in columns.items()), (facets, rows, cells))
    return Encoded(layout.filled(columns.values()), first.dtype.name, (facets, rows, cells))


def decode_tile(buffer: bytes) -> dict[str, Array]:
    """Read a tile's columns back as arrays of shape (facets, rows, columns).

    Raises
    ------
    ValueError
        Where the bytes are not a stream of one record batch of one row of tensors.
    """
    try:
        with pa.ipc.open_stream(buffer) as reader:
            batches = list(reader)
            schema = reader.schema
    except (pa.ArrowInvalid, OSError) as problem:
        raise ValueError(f"not an Arrow stream: {problem}") from problem
    if len(batches) != 1 or batches[0].num_rows != 1:
        raise ValueError("a tile is one record batch of one row")
    columns = {}
    for field, column in zip(schema, batches[0].columns, strict=True):
        if not isinstance(field.type, pa.FixedShapeTensorType):
            raise ValueError(f"the column {field.name!r} is a {field.type}, not a fixed_shape_tensor")
        columns[field.name] = column.to_numpy_ndarray()[0]
    return columns


def pooled_dtype(arrays: list[Array]) -> np.dtype[Any]:
    """Choose the smallest float that keeps the numbers of a tile to three digits, or to 3e-5 of the largest among them.

    float64 is needed only by a 64-bit tensor with finite values that float32 would flush to infinity or to zero.
    """
    low, high = np.inf, 0.0
    for array in arrays:
        magnitude = np.abs(array)
        finite = magnitude[np.isfinite(magnitude) & (magnitude > 0)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if high == 0.0 or (high <= _HALF_HIGH and (low >= _HALF_LOW or high >= _HALF_REACH)):
        return np.dtype(np.float16)
    wide = any(array.dtype.itemsize > 4 for array in arrays)
    if wide and (high > _SINGLE_HIGH or low < _SINGLE_LOW):
        return np.dtype(np.float64)
    return np.dtype(np.float32)


class _Layout(NamedTuple):
    """A stream without its numbers: what stands around them, and where each column's begin."""

    nbytes: int
    around: tuple[tuple[int, bytes], ...]
    starts: tuple[int, ...]

    def filled(self, arrays: Iterable[Array]) -> memoryview:
        # Arrow's pool keeps what was freed; NumPy's memory of this size comes from the system, page by page.
        stream = np.frombuffer(pa.allocate_buffer(self.nbytes), np.uint8)
        for start, part in self.around:
            stream[start : start + len(part)] = np.frombuffer(part, np.uint8)
        for start, array in zip(self.starts, arrays, strict=True):
            stream[start : start + array.nbytes].view(array.dtype).reshape(array.shape)[...] = array
        return stream.data


# The tiles of one plane have at most four shapes; a layout is about a kilobyte.
@lru_cache(maxsize=256)
def _layout(columns: tuple[tuple[str, str], ...], shape: tuple[int, int, int]) -> _Layout:
    """Lay out the stream of these columns: Arrow writes one, and it is the same for all tiles but for the numbers.

    A slider asks for slice after slice of one shape, and to describe each anew takes longer than to copy its numbers.
    """
    arrays = [np.zeros(shape, dtype) for _, dtype in columns]
    batch = pa.RecordBatch.from_arrays([_tensor_array(array) for array in arrays], names=[name for name, _ in columns])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    stream = sink.getvalue()
    with pa.ipc.open_stream(stream) as reader:
        # Read in place, so that an address in it is a place in the stream.
        written = reader.read_next_batch()
        starts = [column.storage.flatten().buffers()[1].address - stream.address for column in written.columns]
    around = []
    position = 0
    for start, array in zip([*starts, stream.size], [*arrays, None], strict=True):
        around.append((position, bytes(stream.slice(position, start - position))))
        position = start + (0 if array is None else array.nbytes)
    return _Layout(stream.size, tuple(around), tuple(starts))


def _tensor_array(array: Array) -> Any:
    flat = np.ascontiguousarray(array).reshape(-1)
    value_type = pa.from_numpy_dtype(flat.dtype)
    values = pa.Array.from_buffers(value_type, flat.size, [None, pa.py_buffer(flat)])
    storage = pa.FixedSizeListArray.from_arrays(values, flat.size)
    tensor = pa.fixed_shape_tensor(value_type, array.shape, dim_names=list(DIM_NAMES))
    return pa.ExtensionArray.from_storage(tensor, storage)
