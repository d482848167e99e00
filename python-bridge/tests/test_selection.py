"""Selections, in the words of docs/protocol.md."""

import numpy as np
import pytest
from checks import tensor

from modelview.errors import SelectionError
from modelview.tensors import Selection


@pytest.mark.parametrize(
    ("shape", "dims", "uses"),
    [
        ((), (), []),
        ((5,), ("a",), ["column"]),
        ((5, 4), ("a", "b"), ["row", "column"]),
        ((5, 4, 3), ("a", "b", "c"), ["facet", "row", "column"]),
        ((5, 4, 3, 2), ("a", "b", "c", "d"), ["facet", 0, "row", "column"]),
        ((5, 4, 3, 2, 2), ("a", "b", "c", "d", "e"), ["facet", 0, 0, "row", "column"]),
        ((64, 3, 7, 7), ("out", "in", "height", "width"), ["facet", "facet", "row", "column"]),
        ((64, 16, 16, 16), ("out", "in", "height", "width"), ["facet", "facet", "row", "column"]),
        ((64, 17, 7, 7), ("out", "in", "height", "width"), ["facet", 0, "row", "column"]),
        ((64, 3, 17, 7), ("out", "in", "height", "width"), ["facet", 0, "row", "column"]),
        ((64, 3, 7, 7), ("in", "out", "height", "width"), ["facet", 0, "row", "column"]),
    ],
)
def test_the_default_selection_follows_the_rank(shape, dims, uses):
    assert list(Selection.default(shape, dims, "float32").dims.values()) == uses


def test_the_default_component_of_complex_values_is_their_magnitude():
    assert Selection.default((2,), ("a",), "complex64").component == "magnitude"
    assert Selection.default((2,), ("a",), "float32").component == "value"


def test_the_key_has_the_tensors_own_order_and_non_negative_indices():
    subject = tensor(np.zeros((2, 3, 4)), ["x", "y", "z"])
    chosen = Selection.of(subject, {"z": "column", "x": np.int64(-1), "y": "row"})
    assert chosen.key == '{"dims":{"x":1,"y":"row","z":"column"},"component":"value"}'
    assert Selection.from_json(subject, chosen.to_json()) == chosen
    assert Selection.of(subject, chosen) == chosen


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"x": "row"}, "does not say what 'y' is for"),
        ({"x": "row", "q": "column"}, "no dimension 'q'. This tensor has 'x' and 'y'"),
        ({"x": "row", "y": "row"}, "'x' and 'y' are all 'row': at most 1"),
        ({"x": "mean", "y": "max"}, "reduced by 'max' and 'mean' at once"),
        ({"x": "row", "y": "median"}, "cannot be 'median'"),
        ({"x": "row", "y": 3}, "index 3 of dimension 'y', whose size is 3"),
        ({"x": "row", "y": -4}, "index -4"),
        ({"x": "row", "y": 1.5}, "whole number"),
        ({"x": "row", "y": True}, "cannot be True"),
        ({"x": "row", "y": None}, "cannot be None"),
        ({"x": "row", "y": [1]}, "whole number"),
        ({"x": "row", "y": slice(1)}, "cannot be slice"),
        ({"dims": {"x": "row", "y": "column"}, "component": "phase"}, "Choose 'value'"),
        ("row", "a mapping of dimensions ('x' and 'y')"),
    ],
)
def test_a_wrong_selection_is_answered_by_what_would_be_right(mapping, says):
    with pytest.raises(SelectionError) as caught:
        Selection.of(tensor(np.zeros((2, 3)), ["x", "y"]), mapping)
    assert says in str(caught.value)
    assert caught.value.code == "bad-selection"


@pytest.mark.parametrize("value", [None, 3, [], {}, {"dims": 1}, {"dims": {"x": {}, "y": "row"}}])
def test_nonsense_from_the_wire_is_a_selection_error(value):
    with pytest.raises(SelectionError):
        Selection.from_json(tensor(np.zeros((2, 3)), ["x", "y"]), value)


def test_at_most_two_dimensions_are_facets():
    subject = tensor(np.zeros((1, 2, 3)), ["x", "y", "z"])
    assert Selection.of(subject, {"x": "facet", "y": "facet", "z": "row"}).named("facet") == ("x", "y")
    with pytest.raises(SelectionError, match="at most 2"):
        Selection.of(subject, {"x": "facet", "y": "facet", "z": "facet"})


ARRAY = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (None, ARRAY),
        ({}, ARRAY),
        ({"x": 1}, ARRAY[1]),
        ({"x": 1, "y": -1, "z": 0}, ARRAY[1, 2, 0]),
        ({"y": "row", "z": "column", "x": "facet"}, ARRAY),
        ({"y": slice(1, None), "z": slice(None, None, -2)}, ARRAY[:, 1:, ::-2]),
        ({"y": slice(5, 9)}, ARRAY[:, 5:9]),
        ({"x": "mean", "z": "mean"}, ARRAY.mean((0, 2))),
        ({"x": "std", "y": 2, "z": slice(1, 3)}, ARRAY.std(0)[2, 1:3]),
        ({"x": "sum", "y": "sum", "z": "sum"}, ARRAY.sum()),
        ({"y": "norm"}, np.linalg.norm(ARRAY, axis=1)),
        ({"y": "min"}, ARRAY.min(1)),
        ({"y": "max", "x": 0}, ARRAY.max(1)[0]),
    ],
)
def test_read_gives_what_numpy_indexing_gives(selection, expected):
    found = tensor(ARRAY, ["x", "y", "z"]).read(selection)
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert found.shape == np.shape(expected)


def test_read_is_a_view_that_cannot_be_written_through():
    array = np.zeros((4, 4))
    found = tensor(array).read({"dim0": slice(1, 3)})
    assert np.shares_memory(found, array)
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 1
    assert array.flags.writeable


def test_complex_values_are_read_whole_or_by_component():
    array = np.array([[3 + 4j, -1j], [0, 1e-3]], np.complex64)
    subject = tensor(array)
    np.testing.assert_array_equal(subject.read(), array)
    np.testing.assert_array_equal(subject.read(component="imaginary"), array.imag)
    np.testing.assert_array_equal(subject.read({"dim0": 0}, "magnitude"), np.abs(array[0]))
    np.testing.assert_allclose(subject.read({"dims": {}, "component": "phase"}), np.angle(array))
    assert subject.read({"dim0": "mean"}).dtype == np.float32
    with pytest.raises(SelectionError, match="'magnitude', 'phase', 'real' or 'imaginary'"):
        subject.read(component="value")
