"""JAX arrays that are spread over devices, donated, or of few bits."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from checks import check_plane, check_statistics, tensor
from hypothesis import given, settings
from hypothesis import strategies as st

from modelview.adapters import source_of

RANDOM = np.random.default_rng(8)


@pytest.mark.parametrize("dtype", ["int4", "uint4", "int2", "float8_e5m2", "float8_e4m3fnuz", "float4_e2m1fn"])
def test_values_of_few_bits_are_widened_exactly(dtype):
    array = jnp.asarray(RANDOM.standard_normal((300, 70)) * 2).astype(dtype)
    subject = tensor(array)
    assert subject.dtype == dtype
    wide = np.asarray(array).astype(np.uint8 if dtype[0] == "u" else np.int8 if "int" in dtype else np.float32)
    assert subject.read().dtype == wide.dtype
    np.testing.assert_array_equal(subject.read(), wide)
    check_plane(subject, wide)
    check_statistics(subject.statistics(), wide)


def test_an_array_that_was_looked_at_is_donated_without_a_copy():
    array = jnp.ones((300, 300))
    subject = tensor(array)
    subject.read()
    subject.statistics()
    subject.read({"dim0": 3})
    pointer = array.unsafe_buffer_pointer()
    donated = jax.jit(lambda x: x + 1, donate_argnums=0)(array)
    assert donated.unsafe_buffer_pointer() == pointer
    assert "donated to a computation" in subject.problem


def test_values_are_read_where_they_are():
    array = jnp.arange(12.0).reshape(3, 4)
    values = source_of(array).read((slice(1, 3), slice(0, 4)))
    assert values.__array_interface__["data"][0] == array.unsafe_buffer_pointer() + 4 * 4
    assert not values.flags.writeable


def test_a_key_of_random_numbers_is_refused():
    from modelview.errors import UnsupportedModelError

    with pytest.raises(UnsupportedModelError, match="key_data"):
        source_of(jax.random.key(0))


SPREAD = r"""
import sys
sys.path[:0] = [{here!r}, {package!r}]
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from checks import check_plane, check_statistics, tensor
from modelview.adapters import jax as adapter

devices = np.array(jax.devices()).reshape(2, 2)
assert devices.size == 4
values = np.random.default_rng(1).standard_normal((8, 300, 600)).astype("f4")
touched = []
real = adapter._part
adapter._part = lambda data, index: touched.append(next(iter(data.devices())).id) or real(data, index)
for parts, half in ((P("a", None, "b"), 4), (P(None, ("a", "b"), None), 8), (P("b", None, None), 4)):
    array = jax.device_put(values, NamedSharding(Mesh(devices, ("a", "b")), parts))
    subject = tensor(array)
    assert subject.device == "4 devices", subject.device
    np.testing.assert_array_equal(subject.read(), values)
    np.testing.assert_array_equal(subject.read({{"dim0": 3, "dim1": slice(70, 230)}}), values[3, 70:230])
    assert subject.read({{"dim0": 7, "dim1": 299, "dim2": 599}}) == values[7, 299, 599]
    check_plane(subject, values)
    check_statistics(subject.statistics(), values)
    touched.clear()
    subject.read({{"dim0": slice(0, 2), "dim1": slice(0, 10), "dim2": slice(0, 10)}})
    assert len(touched) == 1, touched
    assert array._npy_value is None
replicated = jax.device_put(values, NamedSharding(Mesh(devices, ("a", "b")), P()))
touched.clear()
np.testing.assert_array_equal(tensor(replicated).read({{"dim0": 1}}), values[1])
assert len(touched) == 1
print("all equal")
"""


def test_of_an_array_on_several_devices_the_parts_that_a_slice_meets_are_read():
    here = Path(__file__).parent
    found = subprocess.run(
        [sys.executable, "-c", SPREAD.format(here=str(here), package=str(here.parent))],
        capture_output=True,
        text=True,
        env={**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"},
    )
    assert found.stdout.strip() == "all equal", found.stderr[-3000:]


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_any_slice_equals_numpys(data):
    values = np.arange(3 * 5 * 7, dtype="i2").reshape(3, 5, 7)
    source = source_of(jnp.asarray(values))
    index = []
    for size in values.shape:
        start = data.draw(st.integers(0, size - 1))
        index.append(start if data.draw(st.booleans()) else slice(start, data.draw(st.integers(start, size))))
    np.testing.assert_array_equal(source.read(tuple(index)), values[tuple(index)])


@pytest.mark.parametrize("kind", ["jax", "dask", "zarr"])
def test_an_array_that_is_given_as_a_model_is_told_where_it_is_shown(kind):
    import dask.array
    import zarr

    from modelview.adapters import describe
    from modelview.errors import UnsupportedModelError

    array = {"jax": jnp.ones, "dask": dask.array.ones, "zarr": lambda size: zarr.array(np.ones(size))}[kind](3)
    with pytest.raises(UnsupportedModelError, match=r"this is one array, not a model: TensorView\(array\)"):
        describe(array)
