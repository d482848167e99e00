"""What a person does with a view in Python, and what a page may do to it."""

from __future__ import annotations

import base64
import gc
import logging
import subprocess
import sys
import time
import weakref
from pathlib import Path

import comm
import numpy as np
import pytest
import traitlets
from pages import Page, get

from modelview import ModelView, TensorView, __version__
from modelview.errors import AddressError, ClosedError, SelectionError, UnsupportedModelError
from modelview.service import TARGET, registry
from modelview.state import StateError
from modelview.tensors import shared_cache

RNG = np.random.default_rng(3)


@pytest.fixture
def weights():
    return {
        "encoder.query.weight": RNG.standard_normal((6, 4)).astype("f4"),
        "encoder.query.bias": RNG.standard_normal(6).astype("f4"),
        "conv.weight": RNG.standard_normal((8, 3, 5, 5)).astype("f4"),
    }


@pytest.fixture
def mv(weights):
    view = ModelView(weights, name="tiny")
    yield view
    view.close()


@pytest.fixture
def tv():
    view = TensorView(np.arange(24.0).reshape(4, 6), dims=("out", "in"), name="w")
    yield view
    view.close()


def test_importing_modelview_imports_no_framework_and_no_picture_library():
    code = (
        "import sys, modelview; "
        "print([m for m in ('torch', 'tensorflow', 'keras', 'jax', 'PIL', 'matplotlib', 'pandas') if m in sys.modules])"
    )
    path = str(Path(__file__).parents[1])
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=path)
    assert out.stdout.strip() == "[]"


def test_the_page_is_told_which_classes_to_load_and_what_it_looks_at(mv, tv):
    state = mv.get_state()
    assert (state["_model_module"], state["_model_name"]) == ("modelview", "ModelViewModel")
    assert (state["_view_module"], state["_view_name"]) == ("modelview", "ModelViewView")
    assert state["_model_module_version"] == state["_view_module_version"] == __version__
    assert (state["kind"], state["title"], state["protocol"]) == ("model", "tiny", 1)
    assert (tv.kind, tv.title, tv.get_state()["_model_name"]) == ("tensor", "w", "ModelViewModel")


def test_a_model_opens_on_its_overview_and_an_array_on_itself(mv, tv):
    assert mv.state["tab"] == "overview"
    assert not mv.selection
    assert mv.selection.address is None
    assert tv.state["address"] == tv.tensor.address == "array/w"
    assert tv.shape == (4, 6)


def test_an_argument_that_there_is_not_is_refused_with_those_that_there_are(weights):
    with pytest.raises(TypeError) as told:
        ModelView(weights, input=np.ones(3))
    assert str(told.value) == (
        "ModelView has no argument 'input': it takes model, name, inputs, "
        "and the traits of every widget, layout, tabbable, tooltip"
    )
    with pytest.raises(TypeError, match="TensorView has no argument 'dim': it takes array, dims, name, and"):
        TensorView(np.ones(3), dim=("x",))
    for own in ("state", "kind", "title", "protocol", "_view_name"):
        with pytest.raises(TypeError, match=f"no argument '{own}'"):
            ModelView(weights, **{own: None})


def test_the_traits_of_every_widget_are_arguments(weights):
    for view in (
        ModelView(weights, layout={"height": "300px"}, tooltip="weights", tabbable=True),
        TensorView(np.ones(3), layout={"height": "300px"}, tooltip="weights", tabbable=True),
    ):
        assert (view.layout.height, view.tooltip, view.tabbable) == ("300px", "weights", True)
        view.close()


def test_tensors_and_structure_are_there(mv, weights):
    assert set(mv.tensors) == {f"weight/{name}" for name in weights}
    assert mv.tensors["conv.weight"].dims == ("out", "in", "height", "width")
    np.testing.assert_array_equal(mv.tensors["conv.weight"].read(), weights["conv.weight"])
    assert mv.structure.modules[0].path == ""


@pytest.mark.parametrize("wanted", ["weight/encoder.query.weight", "encoder.query.weight"])
def test_an_address_or_a_parameters_name_selects_a_tensor(mv, weights, wanted):
    mv.selection = wanted
    selected = mv.selection
    assert (selected.address, selected.node) == ("weight/encoder.query.weight", "encoder.query")
    assert selected.tensor is mv.tensors[wanted]
    assert dict(selected.dims) == {"out": "row", "in": "column"}
    assert dict(selected.slices) == {"out": slice(0, 6), "in": slice(0, 4)}
    np.testing.assert_array_equal(selected.values, weights["encoder.query.weight"])


def test_a_tensor_a_node_a_selection_and_nothing_can_be_selected(mv):
    mv.selection = mv.tensors["conv.weight"]
    kept = mv.selection
    mv.selection = "encoder.query"
    assert (mv.selection.address, mv.selection.node, bool(mv.selection)) == (None, "encoder.query", True)
    with pytest.raises(ValueError, match="no tensor is selected"):
        mv.selection.values  # noqa: B018
    mv.selection = kept
    assert mv.selection == kept
    mv.selection = None
    assert not mv.selection


def test_a_dict_says_how_a_tensor_is_sliced(mv, weights):
    mv.selection = {
        "address": "conv.weight",
        "dims": {"out": 3, "in": "facet", "height": "row", "width": "column"},
        "region": {"height": (1, 4), "width": slice(0, 2)},
    }
    selected = mv.selection
    assert selected.slices["out"] == 3
    assert selected.region == {"height": (1, 4), "width": (0, 2)}
    np.testing.assert_array_equal(selected.values, weights["conv.weight"][3, :, 1:4, 0:2])
    assert mv.state["slices"]["weight/conv.weight"]["dims"]["out"] == 3


def test_reduced_dimensions_are_gone_from_the_values(mv, weights):
    mv.selection = {
        "address": "conv.weight",
        "dims": {"out": "row", "in": "column", "height": "norm", "width": "norm"},
        "region": {"out": (2, 5)},
    }
    expected = np.sqrt((weights["conv.weight"][2:5].astype("f8") ** 2).sum((2, 3)))
    np.testing.assert_allclose(mv.selection.values, expected, rtol=1e-6)


def test_a_dict_may_change_one_dimension_of_what_is_selected(mv):
    mv.selection = "conv.weight"
    mv.selection = {"dims": {"in": -1}}
    assert dict(mv.selection.dims) == {"out": "facet", "in": 2, "height": "row", "width": "column"}
    mv.selection = {"dims": {"out": "row"}}
    assert dict(mv.selection.dims) == {"out": "row", "in": 2, "height": 0, "width": "column"}


def test_complex_values_are_those_of_the_component():
    view = TensorView(np.array([[3 + 4j, 1j]]))
    np.testing.assert_allclose(view.selection.values, [[5, 1]])
    view.selection = {"component": "imaginary"}
    np.testing.assert_allclose(view.selection.values, [[4, 1]])


@pytest.mark.parametrize(
    ("wanted", "error", "says"),
    [
        ("encoder.qeury.weight", AddressError, "encoder.query.weight"),
        ("weight/conv.wieght", AddressError, "conv.weight"),
        ({"address": "nothing"}, AddressError, "no tensor 'nothing'"),
        ({"address": "conv.weight", "dims": {"depth": 0}}, SelectionError, "'height'"),
        ({"address": "conv.weight", "dims": {"out": 8}}, SelectionError, "size is 8"),
        ({"address": "conv.weight", "region": {"out": (0, 9)}}, StateError, "not within 0 to 8"),
        ({"address": "conv.weight", "region": {"depth": (0, 1)}}, StateError, "out, in, height, width"),
        ({"adress": "conv.weight"}, StateError, "address, dims"),
        ({"dims": {}}, StateError, "give its `address`"),
        (3, StateError, "not int"),
    ],
)
def test_selecting_what_is_not_there_says_what_is(mv, wanted, error, says):
    before = mv.state
    with pytest.raises(error, match=says):
        mv.selection = wanted
    assert mv.state == before


def test_a_tensor_of_another_view_is_not_selected(mv, tv):
    with pytest.raises(AddressError, match="not a tensor of this view"):
        mv.selection = tv.tensor


@pytest.mark.parametrize("model", [None, "model.pt", list, 3, np.zeros(3)])
def test_what_is_no_model_is_refused_with_what_to_do(model):
    before = len(comm.get_comm_manager().comms)
    with pytest.raises(UnsupportedModelError):
        ModelView(model)
    assert len(comm.get_comm_manager().comms) == before


GOOD = {"address": "weight/conv.weight", "node": "conv", "tab": "grid", "region": {"out": [0, 2]}}
PLACE = {
    "name": "a kernel",
    "address": "weight/conv.weight",
    "selection": {"dims": {"out": 1, "in": "facet", "height": "row", "width": "column"}, "component": "value"},
    "place": {"facet": 2, "row": 1.5, "column": 2.5, "zoom": 24},
}
BAD = [
    None,
    [],
    "state",
    {"address": 3},
    {"address": "weight/nothing"},
    {"node": "nothing"},
    {"node": ["conv"]},
    {"tab": 3},
    {"slices": []},
    {"slices": {"weight/nothing": {}}},
    {"slices": {"weight/conv.weight": {"dims": {"out": "row"}}}},
    {"region": {"out": [0, 1]}},
    {**GOOD, "region": {"out": [0, 1e3]}},
    {**GOOD, "region": {"out": [2, 1]}},
    {**GOOD, "region": {"out": [True, False]}},
    {**GOOD, "region": [1, 2]},
    {"colour": None},
    {"colour": {"mode": "jet"}},
    {"colour": {"mode": []}},
    {"colour": {"low": "0"}},
    {"colour": {"low": float("nan")}},
    {"colour": {"percentile": 0}},
    {"colour": {"percentile": "99"}},
    {"colour": {"hidden": True}},
    {"colour": {"hidden": {"side": "left", "threshold": 1}}},
    {"colour": {"hidden": {"side": "under", "threshold": -1}}},
    {"aspect": "wide"},
    {"aspect": ["fill"]},
    {"bookmarks": {}},
    {"bookmarks": [PLACE, PLACE]},
    {"bookmarks": [{**PLACE, "name": ""}]},
    {"bookmarks": [{**PLACE, "address": None}]},
    {"bookmarks": [{**PLACE, "selection": {"dims": {"out": "row"}}}]},
    {"bookmarks": [{**PLACE, "place": {"facet": 0, "row": 1, "column": 1, "zoom": 0}}]},
    {"bookmarks": [{**PLACE, "colour": {"mode": "jet"}}]},
    {"more": "x" * 2**21},
]


@pytest.mark.parametrize("state", BAD, ids=lambda state: repr(state)[:60])
def test_a_malformed_state_from_the_page_is_logged_and_the_last_good_one_kept(mv, state, caplog):
    mv.set_state({"state": GOOD})
    good = mv.state
    assert good["address"] == "weight/conv.weight"
    with caplog.at_level(logging.WARNING, "modelview"):
        mv.set_state({"state": state})
    assert mv.state == good
    assert "state" in caplog.text
    np.testing.assert_array_equal(mv.selection.values.shape, (2, 3, 5, 5))


@pytest.mark.parametrize("state", BAD[3:6])
def test_a_malformed_state_from_python_is_an_error(mv, state):
    with pytest.raises(traitlets.TraitError):
        mv.state = state


def test_the_page_changes_the_selection_and_nothing_that_is_read_only(mv):
    seen = []
    mv.observe(lambda change: seen.append(change.new["address"]), "state")
    mv.set_state({"state": GOOD, "kind": "tensor", "title": "<script>", "protocol": 9, "_view_module": "evil"})
    assert seen == ["weight/conv.weight"]
    assert mv.selection.region == {"out": (0, 2)}
    assert (mv.kind, mv.title, mv.protocol, mv._view_module) == ("model", "tiny", 1, "modelview")


def test_a_bookmark_is_kept_in_canonical_form_and_stays_when_another_tensor_is_selected(mv):
    colour = {"mode": "locked", "low": -1, "high": 1, "hidden": {"side": "over", "threshold": 0.5}}
    mv.set_state({"state": {**GOOD, "bookmarks": [{**PLACE, "address": "conv.weight", "colour": colour}]}})
    mv.selection = "encoder.query.bias"
    (kept,) = mv.state["bookmarks"]
    assert kept == {
        **PLACE,
        "colour": {"percentile": 99, "statistic": "mean", **colour},
        "aspect": "square",
    }


def test_fields_that_this_version_does_not_know_are_kept(mv):
    mv.set_state({"state": {**GOOD, "camera": {"zoom": 2}}})
    assert mv.state["camera"] == {"zoom": 2}
    mv.selection = "encoder.query.bias"
    assert mv.state["camera"] == {"zoom": 2}


def test_refresh_raises_the_version_and_tells_the_page(tv):
    sent = []
    tv.send = lambda content, buffers=None: sent.append(content)
    before = tv.tensor.version
    tv.refresh()
    assert tv.tensor.version == before + 1
    assert sent == [{"kind": "event", "changed": [{"address": "array/w", "version": before + 1}]}]


def test_refresh_of_one_tensor_leaves_the_others(mv):
    sent = []
    mv.send = lambda content, buffers=None: sent.append(content)
    mv.refresh("conv.weight")
    assert [entry["address"] for entry in sent[0]["changed"]] == ["weight/conv.weight"]


def open_page(view):
    page = Page()
    registry._open(page, {"content": {"data": {"model_id": view.model_id}}})
    return page


def test_what_a_page_says_with_the_opening_is_heard(tv):
    from pages import HELLO, call

    page = Page()
    data = {"model_id": tv.model_id, "messages": [HELLO, call("r", "structure"), "nonsense"]}
    registry._open(page, {"content": {"data": data}})
    assert page.result("r")["tensors"]
    assert [message["code"] for message in page.of("error")] == ["malformed"]


def test_comms_that_a_page_has_left_are_let_go_with_its_next_one(tv, mv):
    gone, other, stays = open_page(tv), open_page(mv), open_page(tv)
    data = {"model_id": tv.model_id, "left": [gone.comm_id, other.comm_id, "never heard of", 3]}
    page = Page()
    registry._open(page, {"content": {"data": data}})
    assert (gone.closed, other.closed, stays.closed, page.closed) == (True, True, False, False)
    assert len(tv._service.clients) == 2
    registry._open(Page(), {"content": {"data": {"model_id": tv.model_id, "left": "nonsense"}}})
    assert not stays.closed


def test_a_page_finds_the_view_by_its_model_id(tv):
    page = open_page(tv).hello()
    page.say(get("r", tv.tensor, plane=True))
    assert page.end("r")["kind"] == "plane"
    assert TARGET in comm.get_comm_manager().targets


@pytest.mark.parametrize("data", [{}, None, {"model_id": 3}, {"model_id": "gone"}, []])
def test_a_page_that_names_no_view_is_told_closed(tv, data):
    page = Page()
    registry._open(page, {"content": {"data": data}})
    assert [m["code"] for m in page.messages] == ["closed"]
    assert page.closed


def test_closing_lets_go_of_everything():
    class Array(np.ndarray):
        pass

    gc.collect()
    held = shared_cache().nbytes
    array = np.zeros((600, 600), "f4").view(Array)
    view = TensorView(array)
    page = open_page(view).hello()
    page.say(get("r", view.tensor, plane=True))
    page.end("r")
    assert shared_cache().nbytes > held
    seen = [weakref.ref(array), weakref.ref(view.tensor), weakref.ref(view._service)]
    model_id = view.model_id
    view.close()
    view.close()
    assert page.closed
    assert shared_cache().nbytes == held
    del array
    deadline = time.monotonic() + 5
    while any(ref() for ref in seen) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
    assert [ref() for ref in seen] == [None] * 3
    assert model_id not in registry._SERVICES
    assert repr(view) == "<TensorView: closed>"
    for use in (lambda: view.tensors, lambda: view.selection, lambda: view.refresh(), lambda: view.structure):
        with pytest.raises(ClosedError, match="make a new one"):
            use()


def test_the_output_holds_the_widget_a_picture_and_text(mv, tv):
    for view in (mv, tv):
        data, metadata = view._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        assert metadata["image/png"]["width"] == 800
    assert "conv" in mv._repr_mimebundle_()[0]["text/plain"]
    assert "4 × 6" in tv._repr_mimebundle_()[0]["text/plain"]


def test_no_picture_is_drawn_where_none_is_asked_for(mv):
    assert "image/png" not in mv._repr_mimebundle_(exclude={"image/png"})
    assert "image/png" not in mv._repr_mimebundle_(include={"text/plain"})


def test_a_picture_that_fails_does_not_keep_the_view_from_showing(tv, monkeypatch, caplog):
    import modelview.picture

    def fail(*_, **__):
        raise MemoryError("no paper")

    monkeypatch.setattr(modelview.picture, "draw", fail)
    data = tv._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert "no paper" in caplog.text


def test_repr_says_what_it_is(mv, tv):
    assert repr(mv).startswith("<ModelView 'tiny':")
    assert repr(tv) == "<TensorView 'w': 4 × 6 float64>"


def test_a_torch_tensor_is_looked_at_where_it_is():
    torch = pytest.importorskip("torch")
    values = torch.arange(12.0, dtype=torch.bfloat16).reshape(3, 4)
    view = TensorView(values, name="activations")
    np.testing.assert_array_equal(view.selection.values, np.arange(12.0).reshape(3, 4))
    before = view.tensor.version
    values += 1
    assert view.tensor.version == before + 1
    assert view.selection.values[0, 0] == 1


def test_a_tensor_of_a_model_is_looked_at_where_it_is():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(4, 3).to(torch.bfloat16)
    tensor = ModelView(layer).tensors["weight/weight"]
    view = TensorView(tensor)
    assert (view.tensor.dtype, view.tensor.dims) == ("bfloat16", tensor.dims)
    with torch.no_grad():
        layer.weight[2, 1] = 0.5
    assert view.tensor.read({"out": 2, "in": 1}) == 0.5
    assert TensorView(tensor, dims=("a", "b")).tensor.dims == ("a", "b")


def test_tied_weights_are_one_tensor_with_two_names():
    torch = pytest.importorskip("torch")
    model = torch.nn.ModuleDict({"embedding": torch.nn.Embedding(9, 4), "head": torch.nn.Linear(4, 9, bias=False)})
    model["head"].weight = model["embedding"].weight
    view = ModelView(model)
    view.selection = "head.weight"
    assert view.selection.address == "weight/embedding.weight"
    view.set_state({"state": {"address": "weight/head.weight", "slices": {}}})
    assert view.state["address"] == "weight/embedding.weight"
