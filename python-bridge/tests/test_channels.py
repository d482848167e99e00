"""Statistics of each index of a dimension, beside plain NumPy."""

import ml_dtypes
import numpy as np
import pytest
from checks import tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Page, call

from modelview.adapters import describe
from modelview.errors import Cancelled, NoValuesError, SelectionError
from modelview.service import Service
from modelview.tensors.channels import COLUMNS, MOST_CHANNELS

RANDOM = np.random.default_rng(11)
SUMS = ("mean", "std", "l1", "l2")
COUNTS = ("count", "zero", "nan", "posinf", "neginf")


def row_of(values, threshold):
    """A channel's row, the slow way, in long doubles."""
    values = np.asarray(values).ravel()
    wide = values.astype(np.longdouble)
    finite = wide[np.isfinite(wide)]
    none = finite.size == 0
    return {
        "count": finite.size,
        "mean": np.nan if none else finite.mean(),
        "std": np.nan if none else finite.std(),
        "min": np.nan if none else finite.min(),
        "max": np.nan if none else finite.max(),
        "l1": np.abs(finite).sum(),
        "l2": np.sqrt((finite**2).sum()),
        "zero": (finite == 0).sum(),
        "near_zero": ((np.abs(finite) < threshold) | (finite == 0)).sum(),
        "nan": np.isnan(wide).sum(),
        "posinf": (wide == np.inf).sum(),
        "neginf": (wide == -np.inf).sum(),
    }


def check(found, values, axis):
    """Every number of every row, and the threshold."""
    wide = np.asarray(values).astype(np.longdouble)
    finite = wide[np.isfinite(wide)]
    spread = 1e-3 * finite.std() if finite.size else 0
    peak = float(np.abs(finite).max(initial=0))
    np.testing.assert_allclose(found.threshold, float(spread), rtol=1e-9, atol=1e-15 * peak)
    assert len(found) == values.shape[axis]
    for index, row in enumerate(found.table):
        expected = row_of(np.take(wide, index, axis), found.threshold)
        assert row["index"] == index
        for name in (*COUNTS, "near_zero", "min", "max"):
            assert row[name] == expected[name] or (np.isnan(row[name]) and np.isnan(expected[name])), name
        for name in SUMS:
            np.testing.assert_allclose(row[name], float(expected[name]), rtol=1e-9, atol=1e-13 * peak, err_msg=name)


DTYPES = (
    *("float64", "float32", "float16", "bool"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"),
)


def array_of(dtype, shape, seed):
    """Small and large numbers, zeros, and what is not finite wherever the dtype has that."""
    random = np.random.default_rng(seed)
    kind = np.dtype(getattr(ml_dtypes, dtype, dtype))
    if kind.kind in "iu":
        ends = np.iinfo(kind)
        array = random.integers(ends.min, ends.max, shape, kind, endpoint=True)
    else:
        array = (random.standard_normal(shape) * 10 ** random.uniform(-2, 2, shape)).astype(kind)
    if kind.kind != "b":
        array[random.random(shape) < 0.2] = 0
    if kind.kind not in "iub":
        with np.errstate(all="ignore"):
            for value in (np.nan, np.inf, -np.inf):
                array[random.random(shape) < 0.1] = value
    return array


@settings(deadline=None, max_examples=120)
@given(
    dtype=st.sampled_from(DTYPES),
    shape=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_every_row_is_what_numpy_says(dtype, shape, seed, data):
    axis = data.draw(st.integers(0, len(shape) - 1))
    turned = data.draw(st.permutations(range(len(shape))))
    steps = tuple(slice(None, None, step) for step in data.draw(st.tuples(*[st.sampled_from([1, -1, 2])] * len(shape))))
    array = array_of(dtype, tuple(shape), seed).transpose(turned)[steps]
    check(tensor(array).channels(f"dim{axis}"), array, axis)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_tensor_of_many_blocks(axis):
    array = (RANDOM.standard_normal((70, 90, 210)) + 3).astype("f4")
    array[3, 4, 5], array[7, :, 9], array[:, 11, 13] = np.nan, np.inf, 0
    check(tensor(array).channels(f"dim{axis}"), array, axis)


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 1e307])
def test_squares_that_a_float64_does_not_hold(scale):
    array = RANDOM.standard_normal((4, 9)).clip(-2, 2) * scale
    array[2, :4] = 1.0
    array[3] = 0
    found = tensor(array).channels("dim0")
    for index in range(4):
        expected = row_of(array[index], 0)
        for name in SUMS:
            np.testing.assert_allclose(found[name][index], float(expected[name]), rtol=1e-9, err_msg=name)


def test_tiny_values_after_a_block_of_zeros():
    array = np.zeros((2, 2**19 + 10))
    array[:, 2**19 :] = 1e-200
    np.testing.assert_allclose(tensor(array).channels("dim0")["l2"], np.sqrt(10) * 1e-200, rtol=1e-12)
    np.testing.assert_allclose(tensor(array).channels("dim0")["l1"], 10 * 1e-200, rtol=1e-12)


def test_integers_of_64_bits_keep_their_ends():
    array = np.array([[2**64 - 1, 2**63 + 1], [7, 2**53 + 1]], "u8")
    found = tensor(array).channels("dim0")
    assert found["min"].tolist() == [2**63 + 1, 7]
    assert found["max"].tolist() == [2**64 - 1, 2**53 + 1]
    assert found.sort("min")["index"].tolist() == [0, 1]


@pytest.mark.parametrize("component", ["magnitude", "phase", "real", "imaginary"])
def test_a_component_of_complex_values(component):
    array = (RANDOM.standard_normal((5, 6)) + 1j * RANDOM.standard_normal((5, 6))).astype("c16")
    parts = {"magnitude": np.abs, "phase": np.angle, "real": np.real, "imaginary": np.imag}
    found = tensor(array).channels("dim1", {"dims": {}, "component": component})
    check(found, parts[component](array), 1)


def test_a_reduced_tensor_and_a_slice():
    array = RANDOM.standard_normal((3, 8, 5))
    subject = tensor(array, ["layer", "out", "in"])
    check(subject.channels("out", {"in": "norm"}), np.linalg.norm(array, axis=2), 1)
    check(subject.channels("out", {"layer": 1}), array, 1)
    check(subject.channels("out", {"layer": 1}, scope="slice"), array[1], 0)
    check(subject.channels("in", {"layer": 1, "out": slice(1, 4)}, scope="slice"), array[1, 1:4], 1)
    backwards = subject.channels("out", {"layer": [2, 0], "out": slice(None, None, -2)}, scope="slice")
    assert backwards["index"].tolist() == [7, 5, 3, 1]
    expected = np.linalg.norm(array[[2, 0]][:, ::-2], axis=(0, 2))
    np.testing.assert_allclose(backwards["l2"], expected)


def test_normalised_rows_are_measured_as_they_are_drawn():
    array = RANDOM.standard_normal((4, 6))
    said = {"dims": {"dim0": "row", "dim1": "column"}, "normalise": "row"}
    found = tensor(array).channels("dim0", said)
    check(found, array / np.abs(array).max(1, keepdims=True), 0)


def test_rows_by_a_column_with_what_has_no_number_last():
    array = np.array([[1.0, 1], [np.nan, np.nan], [5, 5], [1, 1], [-7, -7]])
    found = tensor(array).channels("dim0")
    assert found.sort("mean")["index"].tolist() == [2, 0, 3, 4, 1]
    assert found.sort("mean", descending=False)["index"].tolist() == [4, 0, 3, 2, 1]
    assert found.sort("nan")["index"].tolist() == [1, 0, 2, 3, 4]
    assert found.ends("mean") == (-7, 5)
    with pytest.raises(SelectionError, match=r"no column 'norm'. There is 'index', 'count'"):
        found.sort("norm")


def test_it_is_a_table_to_python():
    found = tensor(RANDOM.standard_normal((12, 3)).astype("f4")).channels("dim0")
    assert found.columns == tuple(found) == COLUMNS
    assert np.asarray(found).dtype.names == COLUMNS
    assert sorted(dict(found)) == sorted(COLUMNS)
    lines = repr(found).splitlines()
    assert lines[0] == "Channels of 'dim0', 12"
    assert lines[1].split() == list(COLUMNS)
    assert lines[-1] == "… 2 more"
    assert len(lines) == 13


def test_nothing_to_count():
    empty = tensor(np.zeros((3, 0), "i4")).channels("dim0")
    assert empty["count"].tolist() == [0, 0, 0]
    assert np.isnan(empty["min"]).all()
    assert np.isnan(empty["mean"]).all()
    assert empty["l2"].tolist() == [0, 0, 0]
    assert empty.ends("mean") == (None, None)
    assert len(tensor(np.zeros((0, 3))).channels("dim0")) == 0


def test_dimensions_that_cannot_be_measured_along():
    subject = tensor(np.zeros((2, 3, 4)), ["layer", "out", "in"])
    with pytest.raises(SelectionError, match=r"no dimension 'height' to measure along. There is 'layer', 'out', 'in'"):
        subject.channels("height")
    with pytest.raises(SelectionError, match=r"There is 'layer', 'out'$"):
        subject.channels("in", {"in": "mean"})
    with pytest.raises(SelectionError, match=r"There is 'out', 'in'$"):
        subject.channels("layer", {"layer": 1}, scope="slice")
    with pytest.raises(SelectionError, match="`scope` cannot be 'all'"):
        subject.channels("layer", scope="all")
    with pytest.raises(SelectionError, match="There is none"):
        tensor(np.float32(3)).channels("dim0")
    wide = tensor(np.broadcast_to(np.float32(1), (MOST_CHANNELS + 1,)))
    with pytest.raises(SelectionError, match="a table has at most 4,194,304 rows"):
        wide.channels("dim0")


def test_no_values():
    torch = pytest.importorskip("torch")
    with pytest.raises(NoValuesError):
        tensor(torch.empty((2, 3), device="meta")).channels("dim0")


def test_it_is_remembered_until_the_tensor_changes():
    array = RANDOM.standard_normal((4, 6))
    subject = tensor(array)
    first = subject.channels("dim0")
    assert subject.channels("dim0") is first
    assert subject.channels("dim1") is not first
    array[0] = 100
    subject.touch()
    check(subject.channels("dim0"), array, 0)


def test_progress_is_told_and_it_can_be_cancelled():
    subject = tensor(RANDOM.standard_normal((3000, 1000)).astype("f4"))
    told = []
    subject.channels("dim1", progress=lambda done, total, label: told.append((done, total, label)))
    assert told[-1] == (6_000_000, 6_000_000, "Counting the channels")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    with pytest.raises(Cancelled):
        subject.channels("dim0", cancelled=lambda: True)


@pytest.fixture
def page():
    array = RANDOM.standard_normal((50, 7)).astype("f4")
    array[3], array[4, 0] = np.nan, np.inf
    service = Service(describe({"fc.weight": array}))
    page = Page()
    service.connect(page)
    yield page.hello()
    service.close()


RIGHT = {
    "address": "weight/fc.weight",
    "selection": {"dims": {"out": "row", "in": "column"}, "component": "value"},
    "scope": "tensor",
    "dim": "out",
    "sort": "l2",
    "descending": True,
    "offset": 0,
    "count": 1000,
}


def test_the_page_gets_some_rows_in_order_and_the_ends_of_all(page):
    page.say(call("all", "channels", **RIGHT))
    whole = page.result("all")
    assert whole.keys() == {"dim", "size", "columns", "rows", "ends"}
    assert (whole["dim"], whole["size"], tuple(whole["columns"])) == ("out", 50, COLUMNS)
    assert len(whole["rows"]) == 50
    norms = [row[COLUMNS.index("l2")] for row in whole["rows"]]
    assert norms == sorted(norms, reverse=True)
    [lost] = [row for row in whole["rows"] if row[0] == 3]
    assert dict(zip(COLUMNS, lost, strict=True)) == {
        **dict.fromkeys(("mean", "std", "min", "max")),
        **dict.fromkeys(("count", "zero", "near_zero", "posinf", "neginf", "l1", "l2"), 0),
        "index": 3,
        "nan": 7,
    }
    for place, column in enumerate(COLUMNS):
        numbers = [row[place] for row in whole["rows"] if row[place] is not None]
        assert whole["ends"][column] == [min(numbers), max(numbers)]
    page.say(call("some", "channels", **{**RIGHT, "offset": 20, "count": 5}))
    some = page.result("some")
    assert some == {**whole, "rows": whole["rows"][20:25]}
    page.say(call("up", "channels", **{**RIGHT, "sort": "index", "descending": False, "offset": 45}))
    assert [row[0] for row in page.result("up")["rows"]] == [45, 46, 47, 48, 49]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scope": "all"}, "bad-argument"),
        ({"scope": ["tensor"]}, "bad-argument"),
        ({"dim": None}, "bad-argument"),
        ({"dim": "height"}, "bad-selection"),
        ({"sort": "norm"}, "bad-argument"),
        ({"descending": 1}, "bad-argument"),
        ({"offset": -1}, "bad-argument"),
        ({"count": 1001}, "bad-argument"),
        ({"count": True}, "bad-argument"),
        ({"address": "weight/fc.wieght"}, "unknown-address"),
    ],
)
def test_a_wrong_request_for_channels(page, changes, code):
    page.say(call("c", "channels", **{**RIGHT, **changes}))
    assert page.end("c")["code"] == code
