"""Any array in a file or in chunks: its tiles, statistics and distribution are what NumPy says of its values."""

import tempfile
from math import prod
from pathlib import Path

import dask
import dask.array
import gguf
import numpy as np
import pytest
import zarr
from checks import tensor
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from test_distribution import check as check_distribution
from test_tiles_hypothesis import (
    COMPLEX,
    FLOATS,
    INTEGERS,
    check,
    component_of,
    laid_out,
    planted,
    random_values,
    shapes,
    small_limits,  # noqa: F401  (a fixture)
)

from modelview.adapters import describe, tensor_of

PLAIN = ["bool", *INTEGERS, *FLOATS, *COMPLEX]
IN_GGUF = ["int8", "int16", "int32", "int64", *FLOATS]
QUANTISED = ["BF16", "Q8_0", "Q4_0"]
FEW = settings(max_examples=6, deadline=None)


def check_all(draw, subject, array):
    component, values = component_of(draw, array)
    check(draw, subject, values, component)
    if component is None:
        check_distribution(subject, values.astype(values.dtype.name))


def any_array(draw, name):
    return planted(draw, random_values(draw, np.dtype(name), draw(shapes())))


def split(draw, size):
    """Chunks along a dimension: of one size, or of any."""
    if draw(st.booleans()):
        return draw(st.integers(max(1, size // 8), max(1, size)))
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=3)))
    return tuple(np.diff([0, *cuts, size]).tolist())


@pytest.mark.parametrize("name", PLAIN)
@FEW
@given(data=st.data())
def test_any_array_in_an_npy_file(name, data):
    array = laid_out(data.draw, any_array(data.draw, name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.npy")
        np.save(path, array)
        [subject] = tensor_of(path).tensors.values()
        check_all(data.draw, subject, array)


@pytest.mark.parametrize("name", PLAIN)
@FEW
@given(data=st.data())
def test_any_zarr_array(name, data):
    array = any_array(data.draw, name)
    chunks = tuple(data.draw(st.integers(max(1, size // 8), max(1, size))) for size in array.shape)
    stored = zarr.create_array(zarr.storage.MemoryStore(), data=array, chunks=chunks, compressors=None)
    check_all(data.draw, tensor(stored), array)


@pytest.mark.parametrize("name", PLAIN)
@FEW
@given(data=st.data())
def test_any_dask_array(name, data):
    array = any_array(data.draw, name)
    chunks = tuple(split(data.draw, size) for size in array.shape)
    with dask.config.set(scheduler="synchronous"):
        check_all(data.draw, tensor(dask.array.from_array(array, chunks=chunks)), array)


@pytest.mark.parametrize("name", [*IN_GGUF, *QUANTISED])
@FEW
@given(data=st.data())
def test_any_tensor_in_a_gguf_file(name, data):
    # Such a file has one to four dimensions, and whole blocks in the last.
    shape = data.draw(shapes().filter(lambda shape: 1 <= len(shape) <= 4 and prod(shape)))
    kind = None
    if name in QUANTISED:
        shape = [*(min(size, 40) for size in shape[:-1]), 32 * min(shape[-1], 20)]
        kind = Kind[name]
        random = np.random.default_rng(data.draw(st.integers(0, 2**16)))
        stored = gguf.quants.quantize(random.standard_normal(shape).astype("f4"), kind)
        array = gguf.quants.dequantize(stored, kind)
    else:
        stored = array = planted(data.draw, random_values(data.draw, np.dtype(name), shape))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.gguf")
        writer = GGUFWriter(path, "llama")
        writer.add_tensor("any", stored, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        check_all(data.draw, describe(path).tensors["any"], array)
