"""zarr stores that are removed, written anew, or made to do harm."""

import json
import os
import pickle
import shutil

import numpy as np
import pytest
import zarr

from modelview.adapters import describe, tensor_of
from modelview.errors import ModelViewError, NoValuesError

VALUES = np.arange(24, dtype="f4").reshape(4, 6)


def stored(path, zarr_format=3, **options):
    options = {"chunks": (2, 2), "compressors": None, "filters": None, **options}
    return zarr.create_array(path, data=VALUES, zarr_format=zarr_format, overwrite=True, **options)


def the_tensor(path):
    return next(iter(tensor_of(path).tensors.values()))


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_that_was_removed_is_a_sentence_and_no_zeros(tmp_path, zarr_format):
    stored(tmp_path / "a.zarr", zarr_format)
    tensor = the_tensor(tmp_path / "a.zarr")
    np.testing.assert_array_equal(tensor.read(), VALUES)
    version = tensor.version
    shutil.rmtree(tmp_path / "a.zarr")
    assert tensor.version > version
    with pytest.raises(NoValuesError, match="is not there any more"):
        tensor.read()


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_an_array_that_was_written_anew_has_another_version(tmp_path, zarr_format):
    stored(tmp_path / "a.zarr", zarr_format)
    tensor = the_tensor(tmp_path / "a.zarr")
    version = tensor.version
    assert tensor.version == version
    array = stored(tmp_path / "a.zarr", zarr_format)
    array[...] = VALUES + 1
    assert tensor.version > version
    np.testing.assert_array_equal(tensor.read(), VALUES + 1)


def test_arrays_of_a_group_and_of_memory_know_their_own_place(tmp_path):
    group = zarr.open_group(tmp_path / "g.zarr", mode="w")
    group.create_group("inner").create_array("w", data=VALUES)
    tensor = describe(tmp_path / "g.zarr").tensors["inner.w"]
    assert tensor.problem is None
    shutil.rmtree(tmp_path / "g.zarr" / "inner" / "w")
    assert "is not there any more" in tensor.problem
    in_memory = zarr.create_array(zarr.storage.MemoryStore(), data=VALUES)
    np.testing.assert_array_equal(tensor_of(in_memory).tensors["array"].read(), VALUES)


class Harm:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


HARMFUL = [
    (2, lambda metadata: metadata.update(compressor={"id": "pickle", "protocol": 5})),
    (2, lambda metadata: metadata.update(filters=[{"id": "pickle", "protocol": 5}])),
    (2, lambda metadata: metadata.update(dtype="|O", filters=[{"id": "pickle", "protocol": 5}])),
    (3, lambda metadata: metadata["codecs"].append({"name": "numcodecs.pickle", "configuration": {"protocol": 5}})),
]


@pytest.mark.parametrize(("zarr_format", "change"), HARMFUL)
def test_a_store_that_asks_for_unpickling_is_refused_and_runs_nothing(tmp_path, zarr_format, change):
    path, ran = tmp_path / "a.zarr", tmp_path / "ran"
    stored(path, zarr_format)
    name = ".zarray" if zarr_format == 2 else "zarr.json"
    metadata = json.loads((path / name).read_text())
    change(metadata)
    (path / name).write_text(json.dumps(metadata))
    chunk = path / ("0.0" if zarr_format == 2 else "c/0/0")
    assert chunk.is_file()
    chunk.write_bytes(pickle.dumps(Harm(ran)))
    with pytest.raises(ModelViewError):
        the_tensor(path).read()
    assert not ran.exists()


def test_a_chunk_of_absurd_size_is_not_unpacked(tmp_path):
    path = tmp_path / "a.zarr"
    stored(path)
    metadata = json.loads((path / "zarr.json").read_text())
    metadata["shape"] = metadata["chunk_grid"]["configuration"]["chunk_shape"] = [10**6, 10**7]
    (path / "zarr.json").write_text(json.dumps(metadata))
    with pytest.raises(NoValuesError, match=r"each of its chunks has 40,000,000,000,000 bytes"):
        the_tensor(path).read({"dim0": 0, "dim1": slice(0, 2)})
