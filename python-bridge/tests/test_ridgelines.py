"""Ridgelines: the histogram of each index, over bins that all share."""

import numpy as np
import pytest
from checks import tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_mapped import tensor as elsewhere

from modelview.errors import Cancelled, SelectionError
from modelview.tensors import ridgelines as module

RANDOM = np.random.default_rng(5)

DTYPES = [
    "float64",
    "float32",
    "float16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
]


def check(found, rows, indices):
    """Each row is NumPy's histogram of its finite values, but for which bin has what lies on an edge."""
    assert found.indices == tuple(indices)
    assert found.counts.shape == (len(indices), max(0, len(found.edges) - 1))
    for row, counts, median in zip(rows, found.counts, found.medians, strict=True):
        wide = np.asarray(row).astype(np.float64)
        finite = np.sort(wide[np.isfinite(wide)])
        assert counts.sum() == finite.size
        if not finite.size:
            assert median is None
            continue
        assert median == np.quantile(np.asarray(row)[np.isfinite(wide)], 0.5, method="inverted_cdf")
        up_to = np.cumsum(counts)[:-1]
        assert (up_to >= np.searchsorted(finite, found.edges[1:-1], "left")).all()
        assert (up_to <= np.searchsorted(finite, found.edges[1:-1], "right")).all()
        assert found.edges[0] <= finite[0] <= finite[-1] <= found.edges[-1]


@pytest.mark.parametrize("scale", ["linear", "symlog"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_index_has_a_histogram_of_its_own(dtype, scale):
    values = (RANDOM.standard_normal((100, 6, 41)) * 60).astype(dtype)
    subject = tensor(values, ["out", "in", "width"])
    found = subject.ridgelines("out", scale=scale)
    indices = [round(i * 99 / 63) for i in range(64)]
    check(found, [values[i] for i in indices], indices)
    assert found.size == 100
    assert found.scale == scale
    check(
        subject.ridgelines("width", indices=[40, 0, 3], scale=scale), [values[..., i] for i in (40, 0, 3)], (40, 0, 3)
    )


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.float16, np.int8, np.int64, np.uint64, np.bool_]),
        hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9),
    ),
    st.data(),
)
def test_ridgelines_of_any_array(values, data):
    values = values.transpose(data.draw(st.permutations(range(values.ndim))))[:: data.draw(st.sampled_from([1, -1, 2]))]
    axis = data.draw(st.integers(0, values.ndim - 1))
    scale = data.draw(st.sampled_from(["linear", "symlog"]))
    held = data.draw(st.sampled_from([0, module.TOGETHER]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TOGETHER", held)
        found = tensor(values).ridgelines(f"dim{axis}", scale=scale)
    check(found, np.moveaxis(values, axis, 0), range(values.shape[axis]))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(
    "values",
    [
        RANDOM.standard_normal((300, 700)).astype("f4"),
        RANDOM.standard_normal((300, 700)).astype("f4").T,
        RANDOM.standard_normal((300, 700)) * 1e-320,
        RANDOM.integers(0, 2**64, (300, 70), np.uint64),
        RANDOM.integers(-(2**63), 2**63, (300, 70), np.int64),
    ],
)
def test_what_is_sorted_and_what_is_counted_are_the_same(values, axis, monkeypatch):
    subject = tensor(values)
    for scale in ("linear", "symlog"):
        sorted_ones = subject.ridgelines(f"dim{axis}", scale=scale)
        monkeypatch.setattr(module, "TOGETHER", 0)
        counted = tensor(values).ridgelines(f"dim{axis}", scale=scale)
        monkeypatch.undo()
        assert (sorted_ones.counts == counted.counts).all()
        assert sorted_ones.medians == counted.medians


def test_all_ridges_together_are_the_distribution():
    values = RANDOM.standard_normal((40, 500)).astype(np.float32)
    subject = tensor(values, ["out", "in"])
    whole = subject.distribution()
    found = subject.ridgelines("out")
    assert (found.edges == whole.symlog_edges).all()
    assert (found.counts.sum(0) == whole.symlog_counts).all()
    assert tuple(subject.ridgelines("out", scale="linear").counts.sum(0)) == whole.linear.counts


def test_what_is_not_finite_is_in_no_bin():
    values = RANDOM.standard_normal((5, 400)).astype(np.float32)
    values[0, ::3], values[1, ::5], values[2] = np.nan, np.inf, np.nan
    values[3, 1] = -np.inf
    check(tensor(values).ridgelines("dim0"), values, range(5))


@pytest.mark.parametrize(
    "values", [np.full((3, 4), np.nan), np.zeros((3, 0)), np.zeros((0, 3)), np.full((3, 4), np.inf)]
)
def test_of_no_finite_value_there_is_no_bin(values):
    found = tensor(values).ridgelines("dim0")
    assert found.edges.size == 0
    assert found.counts.shape == (len(values), 0)
    assert found.medians == (None,) * len(values)


@pytest.mark.parametrize(("value", "scale"), [(0.0, "linear"), (-0.0, "linear"), (2.5, "symlog"), (-3.0, "symlog")])
def test_of_equal_values_one_bin_has_all(value, scale):
    found = tensor(np.full((3, 4), value)).ridgelines("dim0")
    assert found.scale == scale
    assert ((found.counts == 4).sum(1) == 1).all()
    assert found.medians == (value,) * 3
    assert str(found.medians[0]) != "-0.0"


def test_a_slice_has_the_values_at_the_fixed_indices_alone():
    values = RANDOM.standard_normal((7, 5, 60))
    subject = tensor(values, ["head", "query", "key"])
    sliced = {"head": 3, "query": "row", "key": "column"}
    check(subject.ridgelines("query", sliced, scope="slice"), values[3], range(5))
    check(subject.ridgelines("query", sliced), values.swapaxes(0, 1), range(5))
    check(subject.ridgelines("key", {"head": "mean"}), values.mean(0).T, range(60))
    part = subject.ridgelines("key", {"key": slice(10, 50, 4)}, scope="slice", indices=[14, 46])
    check(part, [values[..., 14], values[..., 46]], (14, 46))
    assert part.size == 10


def test_a_component_of_complex_values():
    values = RANDOM.standard_normal((4, 90)) + 1j * RANDOM.standard_normal((4, 90))
    check(tensor(values).ridgelines("dim0"), np.abs(values), range(4))
    check(tensor(values).ridgelines("dim0", {"dims": {}, "component": "imaginary"}), values.imag, range(4))


@pytest.mark.parametrize("kind", ["bfloat16", "float8_e4m3fn", "float8_e5m2fnuz"])
def test_types_that_numpy_lacks(kind):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    values = RANDOM.standard_normal((9, 300)).astype(getattr(ml_dtypes, kind))
    check(tensor(values).ridgelines("dim0"), values.astype(np.float32), range(9))


@pytest.mark.parametrize("axis", [0, 1])
def test_values_that_are_elsewhere_stay_there(axis):
    values = RANDOM.standard_normal((200, 300)).astype(np.float32)
    subject = elsewhere(values, (50, 60))
    found = subject.ridgelines(f"dim{axis}", indices=[0, 7, 199])
    check(found, [values.take(i, axis) for i in (0, 7, 199)], (0, 7, 199))
    assert subject.source.read_here == 0


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"dim": "width"}, r"no dimension 'width' to measure along. There is 'out', 'in'"),
        ({"dim": "out", "scale": "log"}, "Choose 'linear' or 'symlog'"),
        ({"dim": "out", "scope": "row"}, "Choose 'tensor'"),
        ({"dim": "out", "indices": []}, "1 to 64 indices of 'out'"),
        ({"dim": "out", "indices": list(range(65))}, "1 to 64 indices of 'out'"),
        ({"dim": "out", "indices": "12"}, "1 to 64 indices of 'out'"),
        ({"dim": "out", "indices": 3}, "1 to 64 indices of 'out'"),
        ({"dim": "out", "indices": [4]}, "no index '4' of dimension 'out': there are 0 to 3"),
        ({"dim": "out", "indices": [1.5]}, "no index '1.5'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(others, message):
    subject = tensor(np.ones((4, 5)), ["out", "in"])
    with pytest.raises(SelectionError, match=message):
        subject.ridgelines(**others)


def test_long_work_tells_how_far_it_is_and_stops():
    subject = tensor(RANDOM.standard_normal((64, 100_000)).astype(np.float32))
    told = []
    subject.ridgelines("dim0", progress=lambda done, total, label: told.append((done, total, label)))
    assert told[-1][0] == told[-1][1]
    assert all(0 < done <= total for done, total, _ in told)
    subject.touch()
    with pytest.raises(Cancelled):
        subject.ridgelines("dim0", cancelled=lambda: True)


def test_the_same_question_is_answered_from_memory():
    values = RANDOM.standard_normal((5, 40))
    subject = tensor(values)
    found = subject.ridgelines("dim0")
    assert subject.ridgelines("dim0") is found
    values *= 2
    subject.touch()
    check(subject.ridgelines("dim0"), values, range(5))


@pytest.mark.parametrize("together", [0, module.TOGETHER])
@pytest.mark.parametrize("scale", ["linear", "symlog"])
def test_a_value_on_an_edge_is_in_the_bin_that_it_has_in_the_distribution(scale, together, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", together)
    # 16 bins a decade, and each decade's ends are edges; so are the quarters of the range.
    values = np.array([[-100.0, -10, -1, 0, 0, 1, 10, 100], [-50, -0.1, -0.01, 0, 0, 0.01, 0.1, 50]])
    subject = tensor(values)
    edges = subject.ridgelines("dim0", scale=scale).edges
    assert np.isin(values, edges).sum() > 4
    subject = tensor(np.stack([np.append(edges, 0), np.append(-edges, 0)]))
    whole, found = subject.distribution(), subject.ridgelines("dim0", scale=scale)
    expected = whole.linear.counts if scale == "linear" else whole.symlog_counts
    assert found.counts.sum(0).tolist() == list(expected)


@pytest.mark.parametrize("together", [0, module.TOGETHER])
def test_indices_of_a_part_are_the_tensors_own(together, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", together)
    values = RANDOM.standard_normal((60, 90))
    for dim in (0, 1):
        part = {f"dim{dim}": slice(10, 50)}
        found = tensor(values).ridgelines(f"dim{dim}", part, scope="slice", indices=[10, 33, 49])
        check(found, [values.take(index, dim) for index in (10, 33, 49)], (10, 33, 49))
        with pytest.raises(SelectionError, match="there are 40 others"):
            tensor(values).ridgelines(f"dim{dim}", part, scope="slice", indices=[9])


@pytest.mark.parametrize("together", [0, module.TOGETHER])
def test_edges_past_the_largest_integer_have_all_values_below(together, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", together)
    # As float64 the upper edges are 2^64, which no value reaches.
    values = np.array([[2**64 - 4096, 2**64 - 1, 2**64 - 2], [2**64 - 4000, 2**64 - 3000, 2**64 - 2000]], np.uint64)
    found = tensor(values).ridgelines("dim0", scale="linear")
    assert (found.edges == 2.0**64).sum() > 2
    assert found.counts.min() >= 0
    assert found.counts.sum(1).tolist() == [3, 3]
    assert found.medians == (2**64 - 2, 2**64 - 3000)
    assert found.counts.sum(0).tolist() == list(tensor(values).distribution().linear.counts)
