"""Looks at 100 tensors of a model one after the other, as a page does, and prints what the process holds meanwhile.

A program of its own, since a process in which other tests ran tells nothing: `python browse.py [leak]`. With `leak` it
forgets to let go of one tile of each tensor.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import weakref
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from pages import Page, call, get  # noqa: E402

from modelview.adapters import describe  # noqa: E402
from modelview.service import Service  # noqa: E402
from modelview.tensors import Selection, shared_cache  # noqa: E402

COUNT = 100
ROWS, COLUMNS = 1000, 800


class Array(np.ndarray):
    """One that can be referred to weakly."""


def anonymous() -> int:
    """Bytes of the process that are no file's."""
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


def look(page: Page, tensor) -> list:
    """Everything that a look at one tensor asks for; gives its coarsest tile."""
    selection = Selection.of(tensor, None).to_json()
    page.say(get("plane", tensor, plane=True))
    assert page.end("plane", 60)["kind"] == "plane"
    for level, rows, columns in ((0, 4, 4), (1, 2, 2)):
        name = f"level {level}"
        page.say(get(name, tensor, tiles=[(level, 0, r, c) for r in range(rows) for c in range(columns)]))
        assert page.end(name, 60)["last"]
        assert len(page.tiles(name)) == rows * columns
    page.say(call("clipped", "clipped", address=tensor.address, selection=selection, low=-1, high=1))
    assert page.result("clipped")["below"] > 0
    # A reduction has a plane of its own.
    page.say(get("mean", tensor, plane=True, selection={"dims": {"out": "mean", "in": "column"}}))
    assert page.end("mean", 60)["kind"] == "plane"
    first = page.buffers[0]
    page.messages.clear()
    page.buffers.clear()
    return first


def main(leak: bool) -> dict:
    # Smaller than a page's kernel has, so that it is full after a few of these tensors.
    shared_cache().limit = 2**26
    # The tensors share their memory, so that they are many and the model is small.
    values = np.random.default_rng(0).standard_normal((ROWS + COUNT, COLUMNS), dtype=np.float32)
    arrays = {f"layers.{i}.weight": values[i : i + ROWS].view(Array) for i in range(COUNT)}
    before = anonymous()
    model = describe(arrays)
    service = Service(model)
    alive = [weakref.ref(each) for each in (model, service, *arrays.values())]
    del arrays
    page = Page()
    service.connect(page)
    page.hello()
    held, cached, leaked = [], [], []
    for tensor in model.tensors.values():
        first = look(page, tensor)
        if leak:
            leaked.append(first)
        held.append(anonymous())
        cached.append(shared_cache().nbytes)
    del tensor, first
    service.close()
    model.close()
    del service, model
    # The worker lets go of its last job when it comes to it.
    for _ in range(50):
        after = anonymous()
        if not any(ref() is not None for ref in alive):
            break
        time.sleep(0.1)
    return {
        "before": before,
        "held": held,
        "cached": cached,
        "limit": shared_cache().limit,
        "after": after,
        "cached after": shared_cache().nbytes,
        "alive": sum(ref() is not None for ref in alive),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:] == ["leak"])))
