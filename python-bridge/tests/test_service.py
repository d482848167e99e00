"""What the kernel answers, and when: requests, generations, credits, cancelling, failing, closing."""

from __future__ import annotations

import gc
import logging
import threading
import time
import weakref

import numpy as np
import pages
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import Page, call, get

from modelview.adapters import describe
from modelview.service import MOST_CLIENTS, Service
from modelview.service.credits import Credits
from modelview.service.operations import OPERATIONS
from modelview.service.worker import WORKER
from modelview.tensors import Selection

RNG = np.random.default_rng(7)


@pytest.fixture
def weights():
    return {
        "fc.weight": RNG.standard_normal((700, 500)).astype("f4"),
        "fc.bias": RNG.standard_normal(12).astype("f4"),
        "conv.weight": RNG.standard_normal((32, 3, 3, 3)).astype("f4"),
    }


@pytest.fixture
def service(weights):
    service = Service(describe(weights, name="tiny"))
    yield service
    service.close()
    assert not any(client.service is service for client in WORKER._clients)


@pytest.fixture
def page(service):
    page = Page()
    service.connect(page)
    return page.hello()


@pytest.fixture
def tensor(service):
    return service.model.tensors["fc.weight"]


class Gate:
    """A source that reads when it is let, and may fail or change on the way."""

    resident = False

    def __init__(self, inner):
        self.inner = inner
        self.open = threading.Event()
        self.reading = threading.Event()
        self.failure = None
        self.reads = 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def read(self, index):
        self.reads += 1
        self.reading.set()
        assert self.open.wait(10)
        if self.failure is not None:
            raise self.failure
        return self.inner.read(index)


@pytest.fixture
def gate(tensor):
    gate = Gate(tensor.source)
    tensor.source = gate
    yield gate
    gate.open.set()


def test_hello_is_answered_with_what_this_kernel_can_do(page):
    [welcome] = page.of("welcome")
    assert welcome["protocol"] == 1
    assert welcome["operations"] == sorted(OPERATIONS)
    assert {"structure", "graph", "profile", "clipped", "statistics"} <= set(welcome["operations"])
    assert welcome["subshells"] is False


def test_a_hello_that_came_over_a_subshell_says_that_answers_come_while_a_cell_runs(service):
    page = Page()
    service.connect(page)
    page.say(pages.HELLO, header={"subshell_id": "abc"})
    assert page.of("welcome")[0]["subshells"] is True


def test_another_protocol_version_is_refused_with_what_to_do(service):
    page = Page()
    service.connect(page)
    page.hello(protocol=2)
    [error] = page.messages
    assert (error["kind"], error["code"]) == ("error", "protocol")
    assert "Install the same version" in error["message"]


def test_nothing_is_answered_before_hello(service, tensor):
    page = Page()
    service.connect(page)
    page.say(get("r", tensor, plane=True))
    assert page.end("r")["code"] == "protocol"


def test_a_plane_comes_with_its_statistics_and_its_coarsest_tile(page, tensor, weights):
    page.say(get("r", tensor, plane=True))
    assert page.end("r")["kind"] == "plane"
    assert [m["kind"] for m in page.messages if m.get("request") == "r"] == ["plane"]
    plane = page.of("plane")[0]["plane"]
    array = weights["fc.weight"]
    assert (plane["rows"], plane["columns"], plane["levels"]) == (700, 500, 3)
    assert plane["statistics"]["min"] == pytest.approx(float(array.min()))
    [(header, columns)] = page.tiles("r")
    assert [header[k] for k in ("level", "facet", "row", "column", "shape")] == [2, 0, 0, 0, [1, 175, 125]]
    expected = array.reshape(175, 4, 125, 4).astype("f8")
    np.testing.assert_allclose(columns["mean"][0], expected.mean((1, 3)), atol=1e-3)
    np.testing.assert_allclose(columns["max"][0], expected.max((1, 3)), rtol=1e-3)


def test_level_0_is_the_tensor_itself_and_comes_in_the_order_that_was_asked(page, tensor, weights):
    wanted = [(0, 0, r, c) for r, c in ((2, 1), (0, 0), (1, 1), (2, 0), (0, 1), (1, 0))]
    page.say(get("r", tensor, tiles=wanted))
    page.end("r")
    tiles = page.tiles("r")
    assert [(h["level"], h["facet"], h["row"], h["column"]) for h, _ in tiles] == wanted
    for header, columns in tiles:
        rows, cols = header["row"] * 256, header["column"] * 256
        np.testing.assert_array_equal(columns["value"][0], weights["fc.weight"][rows : rows + 256, cols : cols + 256])


def test_replies_are_batched_and_small_ones_are_padded(page, service):
    conv = service.model.tensors["conv.weight"]
    page.say(get("r", conv, plane=True))
    page.end("r")
    [buffers] = [b for m, b in zip(page.messages, page.buffers, strict=True) if m["kind"] == "plane"]
    assert sum(map(len, buffers)) == 64 * 1024
    assert not any(buffers[-1])

    weight = service.model.tensors["fc.weight"]
    page.say(get("s", weight, tiles=[(1, 0, 0, 0), (1, 0, 1, 0), (0, 0, 2, 1), (0, 0, 2, 0)]))
    page.end("s")
    assert all(len(m["tiles"]) <= 3 for m in page.of("tile", "s"))


def test_a_newer_generation_of_the_same_view_ends_the_older_one(page, tensor, gate):
    page.say(get("first", tensor, tiles=[(0, 0, 0, 0)], generation=1))
    gate.reading.wait(5)
    page.say(get("other view", tensor, tiles=[(0, 0, 0, 0)], view="w", generation=1))
    page.say(get("older", tensor, tiles=[(0, 0, 0, 0)], generation=1))
    page.say(get("newest", tensor, tiles=[(0, 0, 0, 0)], generation=2))
    page.say(get("too late", tensor, tiles=[(0, 0, 0, 0)], generation=1))
    gate.open.set()
    for request in ("first", "older", "too late"):
        assert page.end(request)["cancelled"] is True
        assert not page.of("tile", request)
    for request in ("newest", "other view"):
        assert page.end(request)["kind"] == "tile"
        assert len(page.tiles(request)) == 1


def test_a_cancelled_request_ends_once_and_sends_nothing_more(page, tensor, gate):
    page.say(get("r", tensor, tiles=[(0, 0, r, 0) for r in range(3)]))
    gate.reading.wait(5)
    page.say({"kind": "cancel", "requests": ["r", "never heard of"]})
    gate.open.set()
    assert page.end("r")["cancelled"] is True
    page.say(call("after", "structure"))
    page.result("after")
    assert len(page.ends("r")) == 1
    assert page.of("tile", "r") == []


def test_long_work_is_stopped_by_cancelling(page, tensor, gate):
    page.say(get("r", tensor, plane=True))
    gate.reading.wait(5)
    page.say({"kind": "cancel", "requests": ["r"]})
    gate.open.set()
    assert page.end("r")["cancelled"] is True


def test_sending_stops_when_the_credits_are_spent_and_goes_on_with_an_ack(service, tensor):
    page = Page(acknowledge=False)
    service.connect(page)
    page.hello(credits={"requests": 4, "bytes": 300_000})
    page.say(get("r", tensor, tiles=[(0, 0, r, c) for r in range(2) for c in (0,) * 6]))
    page.wait(lambda _: len(page.of("tile")) == 2)
    time.sleep(0.2)
    assert len(page.of("tile")) == 2  # the second took the limit; nothing came after it
    # Answers without buffers are not held back, and a cancelled request ends at once.
    sent = sum(len(b) for bs in page.buffers for b in bs)
    page.say({"kind": "ack", "bytes": sent})
    page.wait(lambda _: len(page.of("tile")) == 4)
    # Along with another request it is as good.
    sent = sum(len(b) for bs in page.buffers for b in bs) - sent
    page.say({**get("another", tensor, tiles=[(0, 0, 0, 0)], view="other"), "ack": sent})
    page.wait(lambda _: len(page.of("tile")) >= 6)
    page.say({"kind": "cancel", "requests": ["r"]})
    assert page.end("r")["cancelled"] is True


def test_a_views_requests_are_answered_in_their_order_and_views_take_turns(service, tensor, gate):
    page = Page()
    service.connect(page)
    page.hello()
    for request, view in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        page.say(get(request, tensor, tiles=[(0, 0, r, 0) for r in range(2)], view=view))
    gate.open.set()
    for request in ("a1", "a2", "b1"):
        page.end(request)
    answered = [message["request"] for message in page.of("tile")]
    assert [name for name in answered if name[0] == "a"] == ["a1", "a1", "a2", "a2"]
    assert answered.index("b1") < answered.index("a2")


def test_requests_with_bytes_outstanding_are_bounded_too():
    held = Credits(requests=2, nbytes=100)
    held.spend("a", 10)
    held.spend("b", 10)
    assert held.allow("a")
    assert not held.allow("c")
    held.acknowledge(9)
    assert not held.allow("c")
    held.acknowledge(1)
    assert held.allow("c")
    held.spend("b", 90)
    assert not held.allow("b")
    held.acknowledge(10**9)
    assert held.unacknowledged == 0


def test_a_stale_version_is_told_the_new_one(page, tensor):
    version = tensor.version
    tensor.touch()
    page.say(get("r", tensor, tiles=[(0, 0, 0, 0)], version=version))
    assert page.end("r") == {"kind": "stale", "request": "r", "address": tensor.address, "version": version + 1}


def test_a_tensor_that_changes_while_it_is_read_is_read_once_more(page, tensor, gate, weights):
    page.say(get("r", tensor, plane=True))
    gate.reading.wait(5)
    weights["fc.weight"][:] = 1
    tensor.touch()
    gate.open.set()
    assert page.end("r")["kind"] in ("plane", "tile")
    [message] = page.of("plane")
    assert message["plane"]["version"] == tensor.version
    assert message["plane"]["statistics"]["min"] == 1


def test_a_tensor_that_never_rests_is_stale(page, tensor, gate):
    inner = gate.inner.read

    class Restless:
        def __getattr__(self, name):
            return getattr(gate.inner, name)

        def read(self, index):
            tensor.touch()
            return inner(index)

    tensor.source = Restless()
    page.say(get("r", tensor, plane=True))
    assert page.end("r")["kind"] == "stale"


def test_an_exception_in_a_read_is_an_internal_error_and_the_service_lives_on(page, tensor, gate, caplog):
    gate.failure = MemoryError("no room on the device")
    gate.open.set()
    with caplog.at_level(logging.ERROR, "modelview"):
        page.say(get("r", tensor, tiles=[(0, 0, 0, 0)]))
        error = page.end("r")
    assert (error["code"], error["message"]) == ("internal", "MemoryError: no room on the device")
    assert "Traceback" in caplog.text
    gate.failure = None
    page.say(get("s", tensor, tiles=[(0, 0, 0, 0)]))
    assert page.end("s")["kind"] == "tile"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "weight/fc.wieght"}, "unknown-address"),
        ({"selection": {"dims": {"out": "row"}}}, "bad-selection"),
        ({"selection": {"dims": {"out": "row", "in": 10**6}}}, "bad-selection"),
        ({"tiles": [[9, 0, 0, 0]]}, "bad-tile"),
        ({"tiles": [[0, 0, 99, 0]]}, "bad-tile"),
        ({"tiles": [[0, 0, -1, 0]]}, "malformed"),
        ({"tiles": [[0, 0, 0]]}, "malformed"),
        ({"tiles": [[0, 0, 0, 0]] * 4097}, "malformed"),
        ({"version": "1"}, "malformed"),
        ({"generation": 1.5}, "malformed"),
        ({"plane": 1}, "malformed"),
    ],
)
def test_a_wrong_get_is_answered_under_its_name(page, tensor, change, code):
    page.say({**get("r", tensor, tiles=[(0, 0, 0, 0)]), **change})
    error = page.end("r")
    assert (error["kind"], error["code"]) == ("error", code), error
    assert len(error["message"]) > 10


def test_a_tensor_without_values_says_why(page, service):
    torch = pytest.importorskip("torch")
    meta = Service(describe(torch.nn.Linear(3, 2, device="meta")))
    page = Page()
    meta.connect(page)
    page.hello().say(get("r", meta.model.tensors["weight"], plane=True))
    assert page.end("r")["code"] == "no-values"
    meta.close()


def test_a_name_that_is_under_way_is_not_taken_twice(page, tensor, gate):
    page.say(get("r", tensor, tiles=[(0, 0, 0, 0)]))
    gate.reading.wait(5)
    page.say(get("r", tensor, tiles=[(0, 0, 0, 0)]))
    assert page.of("error")[0]["request"] is None
    gate.open.set()
    assert page.end("r")["kind"] == "tile"


def test_structure_and_clipped_are_answered(page, tensor, weights):
    page.say(call("s", "structure"))
    structure = page.result("s")
    assert {t["address"] for t in structure["tensors"]} == {f"weight/{name}" for name in weights}
    selection = {"dims": dict(zip(tensor.dims, ("row", "column"), strict=True))}
    page.say(call("c", "clipped", address=tensor.address, selection=selection, low=-1.5, high=2))
    array = weights["fc.weight"]
    assert page.result("c") == {"below": int((array < -1.5).sum()), "above": int((array > 2).sum())}


def test_a_large_result_travels_as_a_buffer():
    service = Service(describe({f"layer.{i}.weight": np.zeros(3, "f4") for i in range(300)}))
    page = Page()
    service.connect(page)
    page.hello().say(call("s", "structure"))
    assert page.end("s")["result"] is None
    assert len(page.result("s")["tensors"]) == 300
    service.close()


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("__import__", {}, "unknown-operation"),
        ("structure", {"x": 1}, "bad-argument"),
        ("clipped", {}, "bad-argument"),
        ("clipped", {"address": 3, "selection": {}, "low": 0, "high": 1}, "bad-argument"),
        ("clipped", {"address": "weight/fc.bias", "selection": {"dims": {}}, "low": "0", "high": 1}, "bad-argument"),
        ("clipped", {"address": "weight/fc.bias", "selection": 3, "low": 0, "high": 1}, "bad-selection"),
    ],
)
def test_a_wrong_call_is_answered(page, operation, arguments, code):
    page.say(call("r", operation, **arguments))
    assert page.end("r")["code"] == code


def test_long_work_tells_how_far_it_is_and_not_too_often(page, tensor, service):
    slow = Gate(tensor.source)
    slow.open.set()
    inner = slow.inner.read

    def read(index):
        time.sleep(0.02)
        return inner(index)

    slow.read = read
    service.model.tensors["fc.weight"].source = slow
    from modelview.service import operations

    def long(service, job, arguments):
        for step in range(30):
            time.sleep(0.02)
            job.progress(step, 30, "thinking")
        return
        yield

    table = dict(operations.OPERATIONS, long=long)
    try:
        service_module = __import__("modelview.service.service", fromlist=["OPERATIONS"])
        before = service_module.OPERATIONS
        service_module.OPERATIONS = table
        page.say(call("r", "long"))
        page.end("r")
        page.say(call("s", "structure"))
        page.end("s")
    finally:
        service_module.OPERATIONS = before
    seen = page.of("progress", "r")
    assert 2 <= len(seen) <= 6
    assert seen[0] == {"kind": "progress", "request": "r", "done": seen[0]["done"], "total": 30, "label": "thinking"}
    assert not page.of("progress", "s")


def test_a_view_of_a_giant_does_not_keep_a_small_one_waiting(page, tensor, service):
    tiles = [(0, 0, r % 3, c % 2) for r in range(40) for c in range(40)]
    page.say(get("giant", tensor, tiles=tiles, view="a"))
    page.say(call("small", "structure"))
    # By the order of the messages: the worker goes on while we look.
    before = page.messages[: page.messages.index(page.end("small"))]
    assert sum(len(message["tiles"]) for message in before if message.get("request") == "giant") < 40
    page.say({"kind": "cancel", "requests": ["giant"]})
    page.end("giant")


def test_tiles_come_while_a_call_reads_a_giant(page, tensor, service, gate):
    page.say(call("long", "statistics", address=tensor.address, selection=Selection.of(tensor).to_json()))
    assert gate.reading.wait(10)
    other = service.model.tensors["conv.weight"]
    other.source = Gate(other.source)  # not resident: the worker's
    other.source.open.set()
    page.say(get("tiles", other, plane=True))
    page.end("tiles")
    assert not page.ends("long")
    gate.open.set()
    page.end("long")


def test_statistics_are_those_of_every_value(page, tensor, weights):
    page.say(call("s", "statistics", address=tensor.address, selection=Selection.of(tensor).to_json()))
    page.end("s")
    found = page.result("s")
    values = weights["fc.weight"].astype(float)
    assert found["sampled"] is None
    assert found["count"] == values.size
    assert found["mean"] == pytest.approx(values.mean(), rel=1e-6)
    assert found["std"] == pytest.approx(values.std(), rel=1e-9)


def test_scales_are_what_rows_were_divided_by(page, tensor, weights):
    selection = {**Selection.of(tensor).to_json(), "normalise": "row"}
    page.say(call("s", "scales", address=tensor.address, selection=selection))
    page.end("s")
    found = page.result("s")
    assert found["shape"] == [700]
    np.testing.assert_array_equal(np.array(found["scales"], "f4"), np.abs(weights["fc.weight"]).max(1))
    page.say(call("plain", "scales", address=tensor.address, selection=Selection.of(tensor).to_json()))
    assert page.end("plain")["code"] == "bad-argument"


def test_two_threads_serve_every_service(weights):
    services = [Service(describe(weights)) for _ in range(5)]
    seen = []
    for service in services:
        page = Page()
        service.connect(page)
        tensor = service.model.tensors["fc.bias"]
        # One whose tiles the handler does not send itself.
        tensor.source = Gate(tensor.source)
        tensor.source.open.set()
        page.hello().say(get("r", tensor, plane=True))
        page.say(call("c", "structure"))
        page.end("r")
        page.end("c")
        seen.append(page)
    ours = {"modelview-tiles", "modelview-calls"}
    assert sorted(t.name for t in threading.enumerate() if t.name in ours) == sorted(ours)
    assert all(page.threads == {threading.current_thread().name, *ours} for page in seen)
    for service in services:
        service.close()


def test_the_oldest_idle_client_makes_room(service):
    crowd = []
    for _ in range(MOST_CLIENTS + 1):
        crowd.append(Page())
        service.connect(crowd[-1])
        crowd[-1].hello()
    assert len(service.clients) == MOST_CLIENTS
    assert crowd[0].closed
    assert crowd[0].messages[-1]["code"] == "closed"
    assert not crowd[1].closed


def test_a_page_that_leaves_is_let_go(service, page, tensor, gate):
    page.say(get("r", tensor, plane=True))
    gate.reading.wait(5)
    page.leave()
    assert service.clients == ()
    gate.open.set()
    time.sleep(0.1)
    assert not page.ends("r")


def test_closing_ends_what_is_under_way_with_closed(service, page, tensor, gate):
    page.say(get("r", tensor, plane=True))
    gate.reading.wait(5)
    service.close()
    gate.open.set()
    assert page.end("r")["code"] == "closed"
    time.sleep(0.1)
    assert len(page.ends("r")) == 1
    assert page.closed


def test_a_comm_that_fails_is_given_up(service, tensor):
    page = Page()
    service.connect(page)
    page.hello()
    page.send = lambda **_: (_ for _ in ()).throw(RuntimeError("socket gone"))
    page.say(get("r", tensor, plane=True))
    deadline = time.monotonic() + 5
    while service.clients and time.monotonic() < deadline:
        time.sleep(0.01)
    assert service.clients == ()


def test_nothing_keeps_a_closed_model_alive():
    class Array(np.ndarray):
        pass

    array = np.zeros((300, 300), "f4").view(Array)
    model = describe({"w": array})
    service = Service(model)
    page = Page()
    service.connect(page)
    page.hello().say(get("r", model.tensors["w"], plane=True))
    page.end("r")
    seen = [weakref.ref(array), weakref.ref(model), weakref.ref(service)]
    service.close()
    model.close()
    del array, model, service
    page._on_msg = page._on_close = None
    deadline = time.monotonic() + 5
    while any(ref() is not None for ref in seen) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.05)
    assert [ref() for ref in seen] == [None, None, None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *("request", "view", "generation", "address", "version", "selection", "plane", "tiles", "protocol", "client"),
    *("devicePixelRatio", "credits", "requests", "bytes", "operation", "arguments", "kind"),
]


@st.composite
def broken_messages(draw):
    """A right message with some of its fields replaced, or nonsense."""
    kind = draw(st.sampled_from(["hello", "get", "cancel", "ack", "call", "nonsense"]))
    good = {
        "hello": pages.HELLO,
        "get": {
            "request": "f",
            "view": "v",
            "generation": 0,
            "address": "weight/fc.bias",
            "version": None,
            "selection": {"dims": {"out": "column"}},
            "plane": True,
            "tiles": [],
        },
        "cancel": {"requests": ["f"]},
        "ack": {"bytes": 3},
        "call": {"request": "f", "operation": "clipped", "arguments": {}},
        "nonsense": {},
    }[kind]
    message = {**good, "kind": kind}
    for field in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3)):
        message[field] = draw(JSON)
    return message


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=broken_messages() | JSON)
def test_whatever_a_page_says_the_service_answers_or_ignores_it_and_lives_on(service, message):
    page = Page()
    client = service.connect(page)
    page.hello()
    page.say(message)
    if isinstance(message, dict) and message.get("kind") in ("get", "call") and not page.of("error"):
        page.end(message["request"])
    page.hello().say(call("still there", "structure"))
    assert page.end("still there")["kind"] == "done"
    assert not any(m.get("code") == "internal" for m in page.messages), page.messages
    client.release()


def test_a_page_whose_subshell_is_gone_is_let_go(service):
    gone, here, plain = Page(), Page(), Page()
    service.connect(gone, "gone")
    service.connect(here, "here")
    service.connect(plain)
    service.release_unreachable(None)
    assert len(service.clients) == 3
    service.release_unreachable({"here", "other"})
    assert [client.comm for client in service.clients] == [here, plain]
    assert gone.closed


def test_what_is_on_hand_is_answered_before_the_handler_returns(service, tensor):
    page = Page()
    service.connect(page)
    page.hello()
    page.say(get("first", tensor, plane=True))
    page.end("first")  # the statistics are known from here on
    with WORKER.changed:  # and no other thread does anything
        page.say(get("again", tensor, plane=True))
        assert page.ends("again")
        page.say(get("tile", tensor, tiles=[(0, 0, 1, 1)]))
        assert page.ends("tile")
        page.say(get("reduced", tensor, tiles=[(0, 0, 0, 0)], selection={"dims": {"out": "mean", "in": "column"}}))
        assert not page.ends("reduced")
    assert page.end("reduced")["kind"] == "tile"


def test_a_page_that_does_not_acknowledge_is_not_served_by_the_handler_either(service, tensor):
    page = Page(acknowledge=False)
    service.connect(page)
    page.hello(credits={"requests": 1, "bytes": 2**20})
    page.say(get("a", tensor, tiles=[(0, 0, 0, 0)]))
    assert page.end("a")["kind"] == "tile"
    page.say(get("b", tensor, tiles=[(0, 0, 0, 1)]))
    assert not page.ends("b")
    page.say({"kind": "ack", "bytes": sum(len(buffer) for buffer in page.buffers[-1])})
    assert page.end("b")["kind"] == "tile"


def test_a_tensor_that_changes_as_it_is_read_is_read_again_by_the_worker(service):
    tensor = service.model.tensors["conv.weight"]
    page = Page()
    service.connect(page)
    page.hello()
    page.say(get("first", tensor, plane=True))
    page.end("first")

    class Changing(Gate):
        """Resident, and changed once by whoever reads it."""

        resident = True

        def read(self, index):
            self.reads += 1
            if self.reads == 1:
                tensor.touch()
            else:
                readers.add(threading.current_thread().name)
            return self.inner.read(index)

    readers = set()
    tensor.source = Changing(tensor.source)
    page.say(get("again", tensor, plane=True))
    assert page.end("again")["kind"] == "plane"
    assert readers
    assert threading.current_thread().name not in readers


def test_an_interrupt_while_a_tile_is_sent_does_not_hold_its_request_for_good(service, tensor, monkeypatch):
    page = Page()
    service.connect(page)
    page.hello()
    page.say(get("first", tensor, plane=True))
    page.end("first")
    send = page.send

    def interrupted(**message):
        monkeypatch.setattr(page, "send", send)
        raise KeyboardInterrupt

    monkeypatch.setattr(page, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        page.say(get("r", tensor, plane=True, tiles=[(0, 0, row, 0) for row in range(3)]))
    assert page.end("r")["last"]
