"""What the page and Python write at the same time: neither takes back what the other wrote."""

import numpy as np
import pytest

from modelview import ModelView
from modelview.revisions import KEPT


@pytest.fixture
def mv():
    view = ModelView({"a.weight": np.ones((3, 4)), "b.weight": np.ones((5, 6))}, name="two")
    view.selection = "a.weight"
    yield view
    view.close()


def told(mv, monkeypatch):
    """What is sent to the page of the state."""
    sent = []
    monkeypatch.setattr(mv, "_send", lambda message, buffers=None: sent.append(message))
    return sent


def test_a_click_made_before_python_selects_does_not_take_the_selection_back(mv):
    page = dict(mv.state)
    mv.selection = "b.weight"
    mv.set_state({"state": {**page, "tab": "spectrum"}})
    assert (mv.state["address"], mv.state["tab"]) == ("weight/b.weight", "spectrum")


def test_the_page_is_told_what_came_of_both(mv, monkeypatch):
    page = dict(mv.state)
    mv.selection = "b.weight"
    sent = told(mv, monkeypatch)
    mv.set_state({"state": {**page, "tab": "spectrum"}})
    states = [message["state"]["state"] for message in sent]
    assert states
    assert all(state == mv.state for state in states)


def test_a_page_is_told_nothing_but_the_echo_where_nobody_else_wrote(mv, monkeypatch):
    sent = told(mv, monkeypatch)
    mv.set_state({"state": {**mv.state, "tab": "spectrum"}})
    assert [message["method"] for message in sent] == ["echo_update"]


def test_two_saves_of_a_page_that_has_not_heard_of_python_both_count(mv):
    page = dict(mv.state)
    mv.selection = "b.weight"
    mv.set_state({"state": {**page, "tab": "spectrum"}})
    mv.set_state({"state": {**page, "tab": "spectrum", "aspect": "fill"}})
    assert (mv.state["address"], mv.state["tab"], mv.state["aspect"]) == ("weight/b.weight", "spectrum", "fill")


def test_what_the_page_saved_before_python_wrote_is_not_taken_for_a_change(mv):
    page = {**mv.state, "tab": "spectrum"}
    mv.set_state({"state": page})
    mv.selection = "b.weight"
    tab = mv.state["tab"]
    assert tab != "spectrum"
    mv.set_state({"state": {**page, "aspect": "fill"}})
    assert (mv.state["tab"], mv.state["aspect"]) == (tab, "fill")


def test_of_what_both_changed_the_later_counts_and_a_region_stays_with_its_tensor(mv):
    page = dict(mv.state)
    mv.selection = "b.weight"
    mv.set_state({"state": {**page, "region": {"out": [0, 2]}}})
    assert mv.state["address"] == "weight/a.weight"
    assert mv.state["region"] == {"out": [0, 2]}
    assert mv.selection.region == {"out": (0, 2)}


def test_slices_are_merged_by_tensor(mv):
    page = dict(mv.state)
    turned = {"dims": {"out": "column", "in": "row"}, "component": "value"}
    mv.selection = {"address": "b.weight", "dims": turned["dims"]}
    mv.set_state({"state": {**page, "slices": {"weight/a.weight": turned}}})
    assert mv.state["slices"] == {"weight/a.weight": turned, "weight/b.weight": turned}


def test_python_setting_what_is_so_already_is_no_revision(mv):
    before = mv.state["revision"]
    mv.selection = "a.weight"
    assert mv.state["revision"] == before


def test_revisions_are_not_kept_for_ever_and_an_unknown_one_is_taken_whole(mv):
    page = dict(mv.state)
    for number in range(2 * KEPT):
        mv.selection = "ab"[number % 2 == 0] + ".weight"
    mv.set_state({"state": page})
    assert mv.state["address"] == "weight/a.weight"
    assert mv.state["revision"] > page["revision"]


@pytest.mark.parametrize("revision", [-1, "1", None, True, 1.5])
def test_what_is_no_revision_is_refused(mv, revision, caplog):
    mv.set_state({"state": {**mv.state, "tab": "spectrum", "revision": revision}})
    assert "`revision` is the number" in caplog.text
    assert mv.state["tab"] != "spectrum"
