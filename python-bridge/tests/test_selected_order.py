"""`mv.selection` keeps how a tensor is arranged, and what it gives back is the same selection again."""

import numpy as np
import pytest

from modelview import TensorView

SHAPE = (4, 7, 5)


@pytest.fixture
def view():
    array = np.random.default_rng(3).standard_normal(SHAPE)
    found = TensorView(array, dims=("h", "r", "c"))
    yield found
    found.close()


def test_an_order_and_a_normalisation_are_set_and_read(view):
    view.selection = {"dims": {"h": 0}, "order": {"r": "norm"}, "normalise": "row"}
    assert dict(view.selection.order) == {"r": "norm"}
    assert view.selection.normalise == "row"
    assert "r by norm" in repr(view.selection)
    assert "normalised by row" in repr(view.selection)


def test_what_is_not_mentioned_stays_as_far_as_it_applies(view):
    view.selection = {"dims": {"h": 0}, "order": {"r": "norm"}, "normalise": "row"}
    view.selection = {"dims": {"h": 1}}
    assert (dict(view.selection.order), view.selection.normalise) == ({"r": "norm"}, "row")
    view.selection = {"dims": {"r": 2, "h": "row"}}
    assert (dict(view.selection.order), view.selection.normalise) == ({}, "row")
    view.selection = {"dims": {"h": "mean"}}
    assert view.selection.normalise is None


def test_a_selection_that_is_set_again_reads_the_same(view):
    view.selection = {"dims": {"h": 2}, "order": {"r": "norm", "c": "mean"}, "region": {"r": (2, 5), "c": (1, 3)}}
    saved, values = view.selection, view.selection.values
    view.selection = {"dims": {"h": 0}, "order": {}}
    assert dict(view.selection.order) == {}
    view.selection = saved
    assert view.selection == saved
    np.testing.assert_array_equal(view.selection.values, values)


def test_an_order_that_does_not_apply_is_refused(view):
    view.selection = {"dims": {"h": 0}}
    with pytest.raises(ValueError, match="only what is shown has an order"):
        view.selection = {"order": {"h": "norm"}}
