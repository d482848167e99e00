"""A checkpoint larger than the memory it is looked at with: 13 GB in three shards, made as the benchmark makes it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
BENCH = HERE.parents[1] / "bench" / "kernel"


@pytest.fixture(scope="module")
def checkpoint():
    sys.path.insert(0, str(BENCH))
    try:
        import make_checkpoint
    finally:
        sys.path.remove(str(BENCH))
    return make_checkpoint


@pytest.fixture(scope="module")
def folder(checkpoint):
    with checkpoint.temporary() as folder:
        yield folder


def test_it_is_as_large_as_it_says_in_shards_of_at_most_5_gb(checkpoint, folder):
    index = json.loads((folder / checkpoint.INDEX).read_text())
    shards = [folder / name for name in sorted(set(index["weight_map"].values()))]
    sizes = [shard.stat().st_size for shard in shards]
    assert index["metadata"]["total_size"] >= 12e9
    assert max(sizes) <= 5e9
    stored = checkpoint.tensors()
    assert sum(sizes) > index["metadata"]["total_size"] == sum(each.nbytes for each in stored.values())
    assert max(stored.values(), key=lambda each: each.nbytes) == stored[checkpoint.LARGEST]
    assert stored[checkpoint.LARGEST].nbytes >= 4e9
    assert stored[checkpoint.LARGEST].dtype == "F32"


def test_another_library_reads_what_was_written(checkpoint, folder):
    from safetensors import safe_open

    index = json.loads((folder / checkpoint.INDEX).read_text())["weight_map"]
    for name in (checkpoint.LARGEST, "model.layers.3.mlp.down_proj.weight", "model.norm.weight"):
        stored = checkpoint.tensors()[name]
        with safe_open(folder / index[name], "pt") as file:
            part = file.get_slice(name)
            assert tuple(part.get_shape()) == stored.shape
            for rows in checkpoint.patches(stored):
                found = part[rows.start : rows.stop].float().numpy()
                np.testing.assert_array_equal(found, checkpoint.values(name, stored, rows))


LOOK = """
import json, sys, threading
import numpy as np

def anonymous():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(lines["RssAnon"].split()[0]) * 1024

most = 0
over = threading.Event()
def watch():
    global most
    while not over.wait(0.005):
        most = max(most, anonymous())

bare = anonymous()
watcher = threading.Thread(target=watch)
watcher.start()
from modelview import ModelView
view = ModelView(sys.argv[1])
held = anonymous() - bare
from modelview.tensors import Plane, Pyramid, TileAddress
tensor = view.tensors["weight/" + sys.argv[2]]
pyramid = Pyramid(tensor, Plane.of(tensor))
tiles = {}
for row in json.loads(sys.argv[3]):
    tiles[row] = pyramid.tile(TileAddress(0, 0, row // 256, 3)).value[0, row % 256, :4].tolist()
over.set()
watcher.join()
print(json.dumps({
    "held": held, "most": most - bare, "tiles": tiles, "tensors": len(view.structure.tensors),
    "bytes": view.structure.totals["bytes"],
    "torch": "torch" in sys.modules,
}))
"""


@pytest.mark.alone
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells how much memory a process has")
def test_it_opens_in_little_memory_in_a_process_that_knows_only_numpy(checkpoint, folder):
    stored = checkpoint.tensors()[checkpoint.LARGEST]
    rows = [patch.start for patch in checkpoint.patches(stored)]
    asked = [sys.executable, "-c", LOOK, str(folder), checkpoint.LARGEST, json.dumps(rows)]
    found = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True, cwd=HERE.parent).stdout)
    assert found["tensors"] == len(checkpoint.tensors())
    assert found["bytes"] == sum(each.nbytes for each in checkpoint.tensors().values())
    assert not found["torch"]
    assert found["most"] <= 300 * 2**20
    for patch in checkpoint.patches(stored):
        expected = checkpoint.values(checkpoint.LARGEST, stored, patch)[0, 3 * 256 : 3 * 256 + 4]
        assert found["tiles"][str(patch.start)] == expected.tolist()


def test_where_there_is_no_room_it_is_refused_and_nothing_is_written(checkpoint, tmp_path, monkeypatch):
    Room = namedtuple("Room", "f_bavail f_frsize")
    monkeypatch.setattr(checkpoint.os, "statvfs", lambda _: Room(1, 4096))
    with pytest.raises(OSError, match=r"the checkpoint takes .* GB on the disk .* make room"):
        checkpoint.make(tmp_path)
    assert not list(tmp_path.iterdir())


def test_on_a_disk_without_holes_all_of_it_has_to_fit(checkpoint, tmp_path, monkeypatch):
    Room = namedtuple("Room", "f_bavail f_frsize")
    monkeypatch.setattr(checkpoint.os, "statvfs", lambda _: Room(13 * 10**9, 1))
    monkeypatch.setattr(checkpoint, "_is_sparse", lambda _: False)
    with pytest.raises(OSError, match=r"takes 13\.3 GB .* 13\.0 GB left"):
        checkpoint.make(tmp_path)


def test_a_temporary_one_is_gone_afterwards(checkpoint):
    with checkpoint.temporary(blocks=0) as folder:
        assert (folder / checkpoint.INDEX).is_file()
    assert not folder.exists()
