"""A real kernel: what a page on a subshell is told while a cell runs."""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path

import pytest
from pages import HELLO

jupyter_client = pytest.importorskip("jupyter_client")
BRIDGE = Path(__file__).parents[1]

SETUP = """
import numpy as np, time
from modelview import TensorView
view = TensorView(np.arange(1024 * 1024, dtype='f4').reshape(1024, 1024), dims=('out', 'in'))
print(view.model_id)
"""


class Kernel:
    """A kernel and a page that talks to it, on a subshell where one was made."""

    def __init__(self, client):
        self.client = client
        self.subshell = None
        self.seen = []

    def send(self, kind, content, channel="shell", subshell=True, buffers=None):
        message = self.client.session.msg(kind, content)
        if subshell and self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        getattr(self.client, f"{channel}_channel").send(message)
        return message["header"]["msg_id"]

    def make_subshell(self):
        wanted = self.send("create_subshell_request", {}, channel="control")
        while True:
            reply = self.client.get_control_msg(timeout=10)
            if reply["parent_header"].get("msg_id") == wanted:
                self.subshell = reply["content"]["subshell_id"]
                return

    def until(self, condition, seconds):
        """The first message of iopub that fits, and how long it took."""
        started = time.monotonic()
        while True:
            left = seconds - (time.monotonic() - started)
            if left <= 0:
                raise AssertionError(f"nothing within {seconds} s; seen: {[m['msg_type'] for m in self.seen[-20:]]}")
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except Exception:
                continue
            self.seen.append(message)
            if condition(message):
                return message, time.monotonic() - started

    def run(self, code):
        """Run a cell to its end, and give what it printed."""
        cell = self.client.execute(code)
        text = []

        def idle(message):
            ours = message["parent_header"].get("msg_id") == cell
            if ours and message["msg_type"] == "stream":
                text.append(message["content"]["text"])
            if ours and message["msg_type"] == "error":
                raise AssertionError("\n".join(message["content"]["traceback"]))
            return ours and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"

        self.until(idle, 60)
        return "".join(text)

    def start(self, code):
        """Begin a cell, and return when it has begun."""
        cell = self.client.execute(code)
        self.until(lambda m: m["msg_type"] == "stream" and m["parent_header"].get("msg_id") == cell, 10)
        return cell

    def open(self, model_id):
        self.comm = uuid.uuid4().hex
        self.send("comm_open", {"comm_id": self.comm, "target_name": "modelview", "data": {"model_id": model_id}})

    def say(self, data, subshell=True):
        return self.send("comm_msg", {"comm_id": self.comm, "data": data}, subshell=subshell)

    def hear(self, kind, request=None, seconds=10):
        def fits(message):
            content = message["content"]
            return (
                message["msg_type"] == "comm_msg"
                and content["comm_id"] == self.comm
                and content["data"]["kind"] in ((kind,) if isinstance(kind, str) else kind)
                and request in (None, content["data"].get("request"))
            )

        return self.until(fits, seconds)


@pytest.fixture
def kernel(tmp_path):
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    path = os.pathsep.join(filter(None, [str(BRIDGE), os.environ.get("PYTHONPATH", "")]))
    manager.start_kernel(cwd=str(tmp_path), env={**os.environ, "PYTHONPATH": path})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield Kernel(client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def page(kernel):
    """A page that has said hello on its subshell."""
    import ipykernel

    if int(ipykernel.__version__.split(".")[0]) < 7:
        pytest.skip("subshells came with ipykernel 7")
    kernel.make_subshell()
    kernel.model_id = kernel.run(SETUP).strip()
    kernel.open(kernel.model_id)
    kernel.say(HELLO)
    welcome, _ = kernel.hear("welcome")
    assert welcome["content"]["data"]["subshells"] is True
    return kernel


def get(request, tiles=(), plane=False):
    return {
        "kind": "get",
        "request": request,
        "view": "v",
        "generation": 0,
        "address": "array/array",
        "version": None,
        "selection": {"dims": {"out": "row", "in": "column"}},
        "plane": plane,
        "tiles": [list(t) for t in tiles],
    }


CELLS = {
    "sleeps": "print('begun', flush=True)\ntime.sleep(5)",
    # The interpreter lock changes hands every 5 ms, and an answer needs it a hundred times.
    "is all Python": "print('begun', flush=True)\nend = time.time() + 15\nwhile time.time() < end: pass",
    "pushes on the widget's comm": (
        "print('begun', flush=True)\n"
        "for _ in range(50):\n    view.send({'kind': 'event', 'changed': []})\n    time.sleep(0.1)"
    ),
    "refreshes the view": "print('begun', flush=True)\nfor _ in range(50):\n    view.refresh()\n    time.sleep(0.1)",
    "sets the selection": (
        "print('begun', flush=True)\n"
        "for i in range(50):\n    view.selection = {'dims': {'out': i, 'in': 'column'}}\n    time.sleep(0.1)"
    ),
}


@pytest.mark.alone
@pytest.mark.parametrize("cell", CELLS)
def test_answers_come_within_a_second_while_a_cell(page, cell):
    running = page.start(CELLS[cell])
    patience = 4 if cell == "is all Python" else 1
    waits = []
    for number in range(8):
        # One at a time, with pauses: each must find its way after the answer to the one before.
        page.say(get(f"r{number}", tiles=[(0, 0, number % 4, 0)], plane=number == 0))
        end, waited = page.hear(("plane", "tile", "stale"), f"r{number}", 4)
        waits.append(waited)
        # In the name of the request, not of the cell: ipykernel routes what comes next by that.
        assert end["parent_header"]["subshell_id"] == page.subshell
        assert end["parent_header"]["msg_type"] == "comm_msg"
        # A cell that refreshes the view makes what was asked for stale; else the tile has come.
        tiles = [m for m in page.seen if m["content"].get("data", {}).get("request") == f"r{number}" and m["buffers"]]
        assert tiles or cell == "refreshes the view"
        page.say({"kind": "ack", "bytes": sum(len(b) for m in tiles for b in m["buffers"])})
        time.sleep(0.02)
    assert max(waits) < patience, [round(waited, 3) for waited in waits]
    assert not any(
        m["parent_header"].get("msg_id") == running and m["content"].get("execution_state") == "idle" for m in page.seen
    ), "the cell was over before the answers were"


@pytest.mark.alone
def test_a_hello_that_came_before_the_subshell_ties_no_later_request_to_the_cell(kernel):
    kernel.model_id = kernel.run(SETUP).strip()
    kernel.open(kernel.model_id)
    kernel.say(HELLO)
    welcome, _ = kernel.hear("welcome")
    assert welcome["content"]["data"]["subshells"] is False
    kernel.make_subshell()
    kernel.start(CELLS["sleeps"])
    kernel.say(get("r", plane=True))
    _, waited = kernel.hear("plane", "r", 4)
    assert waited < 1


def test_without_a_subshell_the_answer_comes_after_the_cell(kernel):
    kernel.model_id = kernel.run(SETUP).strip()
    kernel.open(kernel.model_id)
    kernel.say(HELLO)
    kernel.hear("welcome")
    kernel.say(get("r", plane=True))
    kernel.hear("plane", "r")


def test_a_widget_that_is_gone_is_answered_with_closed(kernel):
    kernel.run("import modelview; from modelview import TensorView; keep = TensorView([1.0])")
    kernel.open("no such widget")
    error, _ = kernel.hear("error")
    assert error["content"]["data"]["code"] == "closed"
    kernel.until(lambda m: m["msg_type"] == "comm_close" and m["content"]["comm_id"] == kernel.comm, 5)


def test_closing_the_view_releases_what_the_page_held(page):
    page.say(get("r", plane=True))
    page.hear("plane", "r")
    counts = """
import comm, gc, weakref
from modelview.tensors import shared_cache
from modelview.service.worker import WORKER
print(len([c for c in comm.get_comm_manager().comms.values() if c.target_name == 'modelview']), end=' ')
print(shared_cache().nbytes > 0, len(WORKER._clients))
"""
    assert page.run(counts).split() == ["1", "True", "1"]
    assert page.run("view.close()\n" + counts).split() == ["0", "False", "0"]


def test_malformed_messages_leave_the_comm_alive(page):
    for data in ([], {}, {"kind": 3}, {"kind": "get"}, {"kind": "get", "request": "x"}, "text", {"kind": "ack"}):
        page.say(data)
        error, _ = page.hear("error")
        assert error["content"]["data"]["code"] in ("malformed", "unknown-kind")
    page.say(get("r", plane=True))
    page.hear("plane", "r")


def test_the_output_of_a_cell_holds_the_widget_a_picture_and_text(kernel):
    cell = kernel.client.execute(SETUP + "\nview")
    shown, _ = kernel.until(
        lambda m: m["msg_type"] in ("execute_result", "error") and m["parent_header"].get("msg_id") == cell, 30
    )
    assert shown["msg_type"] == "execute_result", shown["content"]
    data = shown["content"]["data"]
    assert set(data) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert shown["content"]["metadata"]["image/png"]["width"] == 800
