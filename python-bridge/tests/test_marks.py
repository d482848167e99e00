"""What a person marks: channels chosen one by one, masks, bookmarks."""

import numpy as np
import pytest
from pages import Page, get

from modelview import ModelView, TensorView
from modelview.errors import AddressError, ModelViewError
from modelview.tensors import Tensor

RANDOM = np.random.default_rng(2)


@pytest.fixture
def array():
    return RANDOM.standard_normal((12, 9)).astype("f4")


@pytest.fixture
def view(array):
    view = TensorView(array, dims=("out", "in"))
    yield view
    view.close()


def test_channels_are_indices_in_the_order_in_which_they_were_chosen(view, array):
    view.selection = {"channels": {"out": [7, 2, 7, np.int64(11)]}}
    assert view.selection.channels == {"out": (7, 2, 11)}
    assert view.selection.slices["out"] == (7, 2, 11)
    np.testing.assert_array_equal(view.selection.values, array[[7, 2, 11]])
    assert "row [7, 2, 11]" in repr(view.selection)
    # Taken as it is, it is the same selection.
    view.selection = view.selection
    assert view.selection.channels == {"out": (7, 2, 11)}
    view.selection = "array"
    assert view.selection.channels is None


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        ({"height": [1]}, "no dimension 'height'"),
        ({"out": [12]}, "index 12 of 'out' is not within 0 to 11"),
        ({"out": [1], "in": [2]}, "of one dimension"),
        ({"out": [0.5]}, "a list of indices"),
    ],
)
def test_wrong_channels_are_refused(view, channels, words):
    with pytest.raises(ModelViewError, match=words):
        view.selection = {"channels": channels}


def test_reading_some_indices(array):
    tensor = TensorView(array, dims=("out", "in")).tensor
    np.testing.assert_array_equal(tensor.read({"out": [3, 1, -1], "in": slice(2, 5)}), array[[3, 1, -1], 2:5])
    np.testing.assert_array_equal(tensor.read({"out": [3, 1], "in": [0, 8]}), array[[3, 1]][:, [0, 8]])
    np.testing.assert_array_equal(
        tensor.read({"out": "mean", "in": [4, 4]}), array.astype(float).mean(0).astype("f4")[[4, 4]]
    )
    assert tensor.read({"out": []}).shape == (0, 9)


def test_a_region_of_a_dimension_in_another_order_is_of_indices(view, array):
    order = np.argsort(-np.linalg.norm(array.astype(float), axis=1), kind="stable")
    slices = {"array/array": {"dims": {"out": "row", "in": "column"}, "component": "value", "order": {"out": "norm"}}}
    view.state = {**view.state, "slices": slices, "region": {"out": [0, 2], "in": [1, 3]}}
    assert view.selection.slices == {"out": tuple(order[:2]), "in": slice(1, 3)}
    np.testing.assert_array_equal(view.selection.values, array[order[:2], 1:3])


def test_a_mask_is_a_tensor_that_the_page_may_ask_for(view, array):
    sent = []
    view.send = lambda content, buffers=None: sent.append(content)
    view.highlight(array > 1)
    assert view.state["highlights"] == ["array/array"]
    page = Page()
    view._service.connect(page)
    page.hello()
    mask = view._open.find("highlight/array/array")
    assert isinstance(mask, Tensor)
    assert mask.dims == ("out", "in")
    page.say(get("m", mask, plane=True))
    page.end("m")
    [(_, columns)] = page.tiles("m")
    np.testing.assert_array_equal(columns["value"][0], array > 1)
    first = mask.version
    view.highlight(array[:, :1] < 0)
    again = view._open.find("highlight/array/array")
    assert again.version > first
    np.testing.assert_array_equal(again.read(), np.broadcast_to(array[:, :1] < 0, (12, 9)))
    assert sent[-1] == {"kind": "event", "changed": [{"address": again.address, "version": again.version}]}
    view.highlight()
    assert view.state["highlights"] == []
    with pytest.raises(AddressError):
        view._open.find("highlight/array/array")


def test_a_mask_stands_in_the_order_of_the_values_that_it_marks(view, array):
    view.highlight(array > 1)
    mask = view._open.find("highlight/array/array")
    selection = {"dims": {"out": "row", "in": "column"}, "component": "value", "order": {"out": "norm", "in": "mean"}}
    page = Page()
    view._service.connect(page)
    page.hello()

    def ordered():
        rows = np.argsort(-np.linalg.norm(array.astype(float), axis=1), kind="stable")
        columns = np.argsort(-array.astype(float).mean(0), kind="stable")
        return rows, columns

    page.say(get("m", mask, plane=True, selection=selection))
    page.end("m")
    [(_, tile)] = page.tiles("m")
    rows, columns = ordered()
    np.testing.assert_array_equal(tile["value"][0], mask.read()[rows][:, columns])
    # Other values stand in another order; the next mask is of a version that was never seen.
    first = mask.version
    array[:] = RANDOM.standard_normal(array.shape)
    view.refresh()
    assert mask.version > first
    page.say(get("n", mask, plane=True, selection=selection))
    page.end("n")
    [(_, tile)] = page.tiles("n")
    assert not np.array_equal(rows, ordered()[0])
    rows, columns = ordered()
    np.testing.assert_array_equal(tile["value"][0], mask.read()[rows][:, columns])
    seen = mask.version
    view.highlight(array > 1)
    assert view._open.find("highlight/array/array").version > seen


def test_a_mask_of_complex_values_stands_in_the_order_of_their_component():
    array = np.exp(1j * RANDOM.uniform(-3, 3, (7, 5))) * RANDOM.uniform(1, 9, (7, 5))
    view = TensorView(array, dims=("out", "in"))
    view.highlight(np.abs(array) > 4)
    mask = view._open.find("highlight/array/array")
    for component, part in (("magnitude", np.abs), ("phase", np.angle)):
        rows = np.argsort(-part(array).mean(1), kind="stable")
        selection = {"dims": {"out": "row", "in": "column"}, "component": component, "order": {"out": "mean"}}
        np.testing.assert_array_equal(mask.read(selection), mask.read()[rows])
    view.close()


def test_a_mask_is_copied_and_the_tensor_left_alone(view, array):
    mask = array > 0
    before = array.copy()
    view.highlight(mask)
    mask[:] = False
    assert view._open.find("highlight/array/array").read().any()
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(
    ("mask", "words"),
    [(np.ones((12, 9)), "not of float64"), (np.ones((9, 12), bool), r"of shape \(9, 12\)"), ([[0, 1]], "not of int64")],
)
def test_a_mask_that_does_not_fit_is_refused(view, mask, words):
    with pytest.raises(ModelViewError, match=words):
        view.highlight(mask)
    assert view.state["highlights"] == []


def test_a_model_s_tensor_is_highlighted_by_its_name(array):
    import torch

    view = ModelView({"fc.weight": array, "fc.bias": array[:, 0]})
    view.highlight("fc.weight", torch.from_numpy(array) > 0)
    assert view.state["highlights"] == ["weight/fc.weight"]
    np.testing.assert_array_equal(view._open.find("highlight/weight/fc.weight").read(), array > 0)
    # It is no tensor of the model.
    assert len(view.tensors) == 2
    with pytest.raises(AddressError):
        view.highlight("fc.wait", array > 0)


def test_bookmarks_are_read_by_their_names(view):
    mark = {"name": "here", "address": "array/array", "selection": {"dims": {"out": "row", "in": "column"}}}
    view.state = {**view.state, "bookmarks": [mark]}
    assert view.bookmarks["here"]["address"] == "array/array"
    assert "name" not in view.bookmarks["here"]
