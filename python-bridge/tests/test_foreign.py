"""zarr, dask and JAX arrays, TensorFlow's own variables: read where they are, slice by slice."""

import numpy as np
import pytest
from checks import check_plane, check_statistics

from modelview import ModelView, TensorView
from modelview.errors import NoValuesError, UnsupportedModelError

RANDOM = np.random.default_rng(4)


def normal(*shape, dtype="f4"):
    return RANDOM.standard_normal(shape).astype(dtype)


def the_tensor(value, **options):
    return TensorView(value, **options).tensor


# zarr


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u1", "?", "c8"])
def test_a_zarr_array_is_what_was_stored(tmp_path, zarr_format, dtype):
    import zarr

    values = (RANDOM.standard_normal((300, 270)) * 50).astype(dtype)
    array = zarr.create_array(tmp_path / "a.zarr", data=values, chunks=(64, 100), zarr_format=zarr_format)
    subject = the_tensor(array)
    assert subject.dtype == values.dtype.name
    assert subject.layout == "chunked"
    check_plane(subject, np.abs(values) if dtype == "c8" else values)
    np.testing.assert_array_equal(subject.read({"dim0": slice(5, 290, 7), "dim1": 3}), values[5:290:7, 3])


def test_a_slice_of_a_zarr_array_reads_its_own_chunks(tmp_path):
    import zarr

    class Counting(zarr.storage.LocalStore):
        reads = 0

        async def get(self, key, *args, **kwargs):
            Counting.reads += "/c/" in f"/{key}"
            return await super().get(key, *args, **kwargs)

    values = normal(1000, 1000)
    zarr.create_array(tmp_path / "a.zarr", data=values, chunks=(100, 100), zarr_format=3)
    subject = the_tensor(zarr.open_array(Counting(tmp_path / "a.zarr"), mode="r"))
    assert Counting.reads == 0
    np.testing.assert_array_equal(subject.read({"dim0": slice(0, 100), "dim1": slice(100, 200)}), values[:100, 100:200])
    assert Counting.reads == 1


def test_a_zarr_group_is_a_tree(tmp_path):
    import zarr

    group = zarr.open_group(tmp_path / "model.zarr", mode="w")
    weight, bias = normal(8, 4), normal(8)
    group.create_group("encoder").create_array("weight", data=weight)
    group.create_array("bias", data=bias)
    for view in (ModelView(group), ModelView(tmp_path / "model.zarr"), ModelView(str(tmp_path / "model.zarr"))):
        assert set(view.tensors) == {"weight/encoder.weight", "weight/bias"}
        np.testing.assert_array_equal(view.tensors["encoder.weight"].read(), weight)
    assert ModelView(tmp_path / "model.zarr").structure.name == "model"


def test_a_zarr_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.zarr").mkdir()
    with pytest.raises(UnsupportedModelError, match="cannot be opened by zarr"):
        ModelView(tmp_path / "a.zarr")


def test_a_zarr_array_whose_chunk_is_damaged_says_so(tmp_path):
    import zarr

    zarr.create_array(tmp_path / "a.zarr", data=normal(100, 100), chunks=(50, 50), zarr_format=3)
    subject = the_tensor(zarr.open_array(tmp_path / "a.zarr", mode="r"))
    (tmp_path / "a.zarr" / "c" / "0" / "0").write_bytes(b"not zstd")
    with pytest.raises(NoValuesError, match="while it was read"):
        subject.read()


# dask, without a cluster


def test_a_dask_array_is_computed_when_it_is_looked_at():
    import dask.array

    values = normal(700, 600)
    computed = []

    def block(chunk, block_info=None):
        computed.append(block_info[None]["chunk-location"] if block_info else None)
        return chunk + 1

    array = dask.array.from_array(values, chunks=(100, 200)).map_blocks(block, dtype="f4", meta=np.empty((0, 0), "f4"))
    computed.clear()
    subject = the_tensor(array)
    assert computed == []
    assert subject.device == "dask"
    np.testing.assert_array_equal(subject.read({"dim0": slice(0, 100), "dim1": slice(0, 200)}), values[:100, :200] + 1)
    assert computed == [(0, 0)]
    check_plane(the_tensor(array), values + 1)
    check_statistics(the_tensor(array).statistics(), values + 1)


@pytest.mark.parametrize("dtype", ["f2", "f8", "i4", "c8", "?"])
def test_dask_arrays_of_every_kind(dtype):
    import dask.array

    values = (RANDOM.standard_normal((300, 270)) * 50).astype(dtype)
    subject = the_tensor(dask.array.from_array(values, chunks=(97, 100)))
    check_plane(subject, np.abs(values) if dtype == "c8" else values)


def test_a_state_dict_of_dask_arrays():
    import dask.array

    values = normal(30, 20)
    view = ModelView({"fc.weight": dask.array.from_array(values), "epoch": 3})
    np.testing.assert_array_equal(view.tensors["fc.weight"].read({"in": "max"}), values.max(1))


def test_a_dask_array_that_does_not_know_its_shape_is_refused():
    import dask.array

    array = dask.array.from_array(normal(30))
    with pytest.raises(UnsupportedModelError, match="compute_chunk_sizes"):
        TensorView(array[array > 0])


def test_what_a_dask_array_raises_is_told():
    import dask.array

    def fail(chunk):
        raise RuntimeError("the disk is gone")

    array = dask.array.from_array(normal(30), chunks=10).map_blocks(fail, dtype="f4", meta=np.empty(0, "f4"))
    with pytest.raises(NoValuesError, match="the disk is gone"):
        the_tensor(array).read()


# JAX


@pytest.mark.parametrize(
    "dtype", ["float32", "float16", "bfloat16", "int8", "uint16", "bool", "complex64", "float8_e4m3fn"]
)
def test_a_jax_array_is_read_where_it_is(dtype):
    import jax.numpy

    array = jax.numpy.asarray(RANDOM.standard_normal((300, 70)) * 9).astype(dtype)
    subject = the_tensor(array)
    assert (subject.dtype, subject.device) == (dtype, "cpu")
    values = np.asarray(array)
    if dtype in ("bfloat16", "float8_e4m3fn"):
        values = values.astype("f4")
    check_plane(subject, np.abs(values) if dtype == "complex64" else values)


def test_a_tree_of_jax_arrays_is_a_state_dict():
    import jax.numpy

    view = ModelView({"params": {"Dense_0": {"kernel": jax.numpy.ones((3, 4)), "bias": jax.numpy.zeros(4)}}})
    assert set(view.tensors) == {"weight/params.Dense_0.kernel", "weight/params.Dense_0.bias"}


def test_a_deleted_jax_array_says_so():
    import jax.numpy

    array = jax.numpy.ones((3, 4))
    subject = the_tensor(array)
    assert subject.problem is None
    array.delete()
    assert "deleted" in subject.problem
    with pytest.raises(NoValuesError):
        subject.read()


def test_a_tracer_has_no_values():
    import jax

    seen = []

    @jax.jit
    def traced(x):
        seen.append(the_tensor(x).problem)
        return x

    traced(jax.numpy.ones(3))
    assert "outside of jit" in seen[0]


# TensorFlow, without Keras


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "int64", "bool", "complex64"])
def test_tensorflows_variables_and_tensors(dtype):
    import tensorflow as tf

    tensor = tf.cast(RANDOM.standard_normal((300, 70)) * 9, dtype)
    values = tensor.numpy().astype("f4") if dtype == "bfloat16" else tensor.numpy()
    for value in (tensor, tf.Variable(tensor)):
        subject = the_tensor(value)
        assert (subject.dtype, subject.device) == (dtype, "cpu")
        check_plane(subject, np.abs(values) if dtype == "complex64" else values)


def test_what_is_assigned_to_a_variable_is_noticed():
    import tensorflow as tf

    variable = tf.Variable(normal(20, 30))
    subject = the_tensor(variable)
    first = subject.version
    assert subject.version == first
    variable.assign_add(tf.ones((20, 30)))
    assert subject.version > first
    np.testing.assert_array_equal(subject.read(), variable.numpy())
    assert subject.requires_grad is True


def test_what_is_no_array_of_tensorflows_is_refused():
    import tensorflow as tf

    with pytest.raises(UnsupportedModelError, match="to_tensor"):
        TensorView(tf.ragged.constant([[1], [2, 3]]))
    with pytest.raises(UnsupportedModelError, match="to_dense"):
        TensorView(tf.sparse.from_dense([[1, 0]]))


# torch.save


def test_what_torch_saved_is_loaded_without_code(tmp_path):
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(30, 20), torch.nn.BatchNorm1d(20))
    torch.save({"state_dict": model.state_dict(), "epoch": 3, "optimizer": {"lr": 0.1}}, tmp_path / "a.ckpt")
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    torch.save(model.state_dict(), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    nested = ModelView(tmp_path / "a.ckpt")
    weight = model[0].weight.detach().numpy()
    np.testing.assert_array_equal(nested.tensors["state_dict.0.weight"].read(), weight)
    for path in (tmp_path / "pytorch_model.bin", tmp_path, tmp_path / "old.pt"):
        np.testing.assert_array_equal(ModelView(path).tensors["0.weight"].read(), weight)


def test_a_bare_tensor_that_torch_saved(tmp_path):
    import torch

    torch.save(torch.arange(6.0).reshape(2, 3), tmp_path / "x.pt")
    assert list(ModelView(tmp_path / "x.pt").tensors) == ["weight/x"]


class Runs:
    def __reduce__(self):
        return (open, ("/tmp/modelview-was-run", "w"))


def test_a_file_that_would_run_code_is_refused_and_runs_none(tmp_path):
    import torch

    torch.save({"w": torch.ones(3), "evil": Runs()}, tmp_path / "evil.pt")
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    for path in (tmp_path / "evil.pt", tmp_path / "module.pt"):
        with pytest.raises(UnsupportedModelError, match="weights_only=False"):
            ModelView(path)
    import os

    assert not os.path.exists("/tmp/modelview-was-run")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_a_file_that_torch_did_not_save_is_refused(tmp_path, content):
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(UnsupportedModelError, match=r"a\.pt"):
        ModelView(tmp_path / "a.pt")
