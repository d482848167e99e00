"""Other orders of the indices, and normalised rows and columns: planes like any other."""

import numpy as np
import pytest
from checks import check_plane, check_statistics, tensor

from modelview.adapters import describe
from modelview.errors import SelectionError
from modelview.tensors import Plane, Pyramid, Selection

RANDOM = np.random.default_rng(3)
DIMS = ["layer", "out", "in"]


def volume():
    array = RANDOM.standard_normal((3, 301, 270)).astype("f4")
    return array * RANDOM.exponential(size=(3, 301, 1)).astype("f4")


def selection(order=None, normalise=None, **dims):
    said = {"dims": dims, "component": "value"}
    if order:
        said["order"] = order
    if normalise:
        said["normalise"] = normalise
    return said


MATRIX = {"layer": 1, "out": "row", "in": "column"}


def by_norm(array, axis):
    others = tuple(a for a in range(array.ndim) if a != axis)
    return np.argsort(-np.sqrt((array.astype(float) ** 2).sum(others)), kind="stable")


@pytest.mark.parametrize("turned", [False, True])
def test_rows_and_columns_in_the_order_of_their_norm(turned):
    array = volume()
    subject = tensor(np.asfortranarray(array) if turned else array, DIMS)
    rows, columns = by_norm(array[1], 0), by_norm(array[1], 1)
    assert not np.array_equal(rows, np.arange(301))
    ordered = array.copy()
    ordered[1] = array[1][rows][:, columns]
    check_plane(subject, ordered, selection({"out": "norm", "in": "norm"}, **MATRIX))
    check_plane(subject, array[:, by_norm(array[1], 0)], selection({"out": "norm"}, **MATRIX))


def test_facets_in_the_order_of_their_mean():
    array = RANDOM.standard_normal((40, 5, 5)).astype("f4")
    order = np.argsort(-array.astype(float).mean((1, 2)), kind="stable")
    uses = {"layer": "facet", "out": "row", "in": "column"}
    check_plane(tensor(array, DIMS), array[order], selection({"layer": "mean"}, **uses))


def test_from_a_file_too(tmp_path):
    from safetensors.numpy import save_file

    array = volume()[1]
    save_file({"fc.weight": array}, tmp_path / "a.safetensors")
    subject = describe(tmp_path / "a.safetensors").tensors["fc.weight"]
    said = {"dims": {"out": "row", "in": "column"}, "order": {"out": "norm", "in": "norm"}, "normalise": "row"}
    expected = array / np.abs(array).max(1, keepdims=True)
    check_plane(subject, expected[by_norm(array, 0)][:, by_norm(array, 1)], said)


@pytest.mark.parametrize(("by", "axis"), [("row", 2), ("column", 1)])
def test_each_row_or_column_reaches_from_minus_one_to_one(by, axis):
    array = volume()
    array[1, 7, 7], array[1, 8, 8], array[1, 20] = np.nan, np.inf, 0
    peaks = np.where(np.isfinite(array), np.abs(array), 0).max(axis, keepdims=True)
    expected = (array.astype(float) / np.where(peaks == 0, 1, peaks)).astype("f4")
    plane = check_plane(tensor(array, DIMS), expected, selection(normalise=by, **MATRIX))
    assert plane.dtype == "float32"
    found = Pyramid(tensor(array, DIMS), plane).statistics()
    check_statistics(found, expected)
    assert (found.min, found.max) == (-1, 1)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "bool", "float64"])
def test_of_every_kind_of_number(dtype):
    array = (RANDOM.standard_normal((30, 20)) * 100).astype(dtype)
    peaks = np.abs(array.astype(float)).max(1, keepdims=True)
    expected = array.astype(float) / np.where(peaks == 0, 1, peaks)
    if dtype not in ("int64", "float64"):
        expected = expected.astype("f4")
    check_plane(tensor(array), expected, {"dims": {"dim0": "row", "dim1": "column"}, "normalise": "row"})


def test_the_order_changes_no_statistic():
    array = volume()
    subject = tensor(array, DIMS)
    ordered = Selection.of(subject, selection({"out": "norm"}, **MATRIX))
    assert Pyramid(subject, Plane.of(subject, ordered)).statistics() is subject.statistics()


def test_the_key_of_a_selection_without_them_is_as_ever():
    plain = Selection.of(tensor(volume(), DIMS), MATRIX)
    assert plain.key == '{"dims":{"layer":1,"out":"row","in":"column"},"component":"value"}'
    said = selection({"in": "mean", "out": "norm"}, "row", **MATRIX)
    full = Selection.of(tensor(volume(), DIMS), said)
    assert full.key.endswith('"component":"value","order":{"out":"norm","in":"mean"},"normalise":"row"}')
    assert Selection.of(tensor(volume(), DIMS), full) == full


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (selection({"layer": "norm"}, **MATRIX), "only what is shown has an order"),
        (selection({"out": "size"}, **MATRIX), "'norm', 'mean' or 'cluster'"),
        (selection("norm", **MATRIX), "{dimension:"),
        (selection(normalise="layer", **MATRIX), "'row' or 'column'"),
        (selection(normalise="row", layer=0, out="mean", **{"in": "column"}), "one for the columns"),
    ],
)
def test_what_is_wrong_is_said(said, words):
    with pytest.raises(SelectionError, match=words.replace("{", r"\{")):
        Selection.of(tensor(volume(), DIMS), said)


def test_a_nan_among_the_values_comes_last():
    array = RANDOM.standard_normal((6, 4)).astype("f4")
    array[2, 1] = np.nan
    plane = Plane.of(tensor(array), {"dims": {"dim0": "row", "dim1": "column"}, "order": {"dim0": "norm"}})
    tile = Pyramid(tensor(array), plane).tile(plane.coarsest_tiles()[0])
    assert np.isnan(tile.value[0, 5, 1])
