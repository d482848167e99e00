"""Orders of a dimension's indices, beside NumPy and SciPy."""

import numpy as np
import pytest
from checks import tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Page, call
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform

from modelview.adapters import describe
from modelview.errors import Cancelled, NoValuesError, SelectionError
from modelview.service import Service
from modelview.tensors import Selection
from modelview.tensors.clustering import MOST_CLUSTERED, SKETCHED, _rows, cluster_order, is_sketched
from modelview.tensors.ordering import order_note
from modelview.tensors.ward import leaves_of, ward

RANDOM = np.random.default_rng(17)


def journey(rows, order):
    """How far it is from each row to the next."""
    apart = squareform(pdist(rows))
    return apart[order[:-1], order[1:]].sum()


def groups(size=90, values=40, kinds=6):
    """Rows of a few kinds in no order, and the kind of each."""
    kind = RANDOM.integers(0, kinds, size)
    return RANDOM.standard_normal((kinds, values))[kind] * 5 + RANDOM.standard_normal((size, values)) * 0.1, kind


def together(kind):
    """Whether all of a kind are neighbours."""
    return np.count_nonzero(np.diff(kind)) == len(set(kind.tolist())) - 1


@settings(deadline=None)
@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    by=st.sampled_from(["norm", "mean", "cluster"]),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_an_order_has_every_index_once_and_what_is_known_of_it_falls(shape, by, seed, data):
    axis = data.draw(st.integers(0, len(shape) - 1))
    array = np.random.default_rng(seed).integers(-3, 4, shape).astype("f8")
    array[array == 3] = np.nan
    found = tensor(array).order(f"dim{axis}", by=by)
    assert found.dtype == np.int64
    assert sorted(found.tolist()) == list(range(shape[axis]))
    rows = np.moveaxis(array, axis, 0).reshape(shape[axis], -1)
    has = np.isfinite(rows).all(1)
    assert has[found].tolist() == sorted(has.tolist(), reverse=True)
    if by != "cluster":
        number = np.linalg.norm(rows, axis=1) if by == "norm" else rows.mean(1)
        pairs = [(-round(number[i], 5), i) for i in found if has[i]]
        assert pairs == sorted(pairs)


@settings(deadline=None)
@given(count=st.integers(2, 60), values=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_clusters_are_those_of_scipy(count, values, seed):
    rows = np.random.default_rng(seed).standard_normal((count, values))
    merges = ward(squareform(pdist(rows)) ** 2)
    expected = linkage(rows, "ward")
    np.testing.assert_allclose(np.sort([height for *_, height in merges]), expected[:, 2] ** 2, rtol=1e-9)
    members = {leaf: {leaf} for leaf in range(count)}
    found = set()
    for first, second, _ in merges:
        members[second] |= members.pop(first)
        found.add(frozenset(members[second]))
    clusters = [{leaf} for leaf in range(count)]
    for first, second, *_ in expected:
        clusters.append(clusters[int(first)] | clusters[int(second)])
    assert found == {frozenset(cluster) for cluster in clusters[count:]}


def test_leaves_of_a_tree_are_about_as_near_as_they_can_be():
    for count in (40, 150):
        rows = RANDOM.standard_normal((count, 10))
        apart = pdist(rows)
        best = leaves_list(optimal_leaf_ordering(linkage(rows, "ward"), apart))
        found = np.array(leaves_of(ward(squareform(apart) ** 2), rows))
        assert sorted(found.tolist()) == list(range(count))
        assert journey(rows, found) < 1.1 * journey(rows, best)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_values_of_an_index_are_all_others(axis):
    array = RANDOM.standard_normal((30, 40, 50))
    rows = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    expected = leaves_of(ward(squareform(pdist(rows)) ** 2), rows)
    assert tensor(np.asfortranarray(array)).order(f"dim{axis}", by="cluster").tolist() == expected


def test_equal_rows_end_and_stand_together():
    rows = np.repeat(RANDOM.standard_normal((7, 4)), 9, axis=0)[RANDOM.permutation(63)]
    order = tensor(rows).order("dim0", by="cluster")
    assert together(np.unique(rows, axis=0, return_inverse=True)[1].ravel()[order])


def test_what_is_alike_stands_together_and_the_way_is_short():
    rows, kind = groups()
    order = tensor(rows).order("dim0", by="cluster")
    assert not together(kind)
    assert together(kind[order])
    assert journey(rows, order) < 0.5 * journey(rows, np.arange(len(rows)))


def test_long_rows_are_compared_by_sketches_whatever_the_blocks():
    rows, kind = groups(600, 60_000)
    assert is_sketched(*rows.shape)
    subject = tensor(rows.astype("f4"))
    order = subject.order("dim0", by="cluster")
    assert together(kind[order])
    turned = tensor(np.asfortranarray(rows.astype("f4"))).order("dim0", by="cluster")
    assert together(kind[turned])
    checked = Selection.of(subject, None)
    assert order_note(subject, checked, "dim0", "cluster") == (
        "Compared by a sketch of 256 numbers for the 60,000 values of each."
    )
    assert order_note(subject, checked, "dim0", "norm") is None


def test_a_sketch_keeps_distances():

    array = RANDOM.standard_normal((40, 600, 1500))
    source = tensor(array).source
    box = tuple(slice(0, n) for n in array.shape)
    sketch = _rows(source, box, 0, None, None)
    assert sketch.shape == (40, SKETCHED)
    ratio = pdist(sketch) / pdist(array.reshape(40, -1))
    # A sketch of k numbers has a standard error of 1/sqrt(2k): 4.4 %.
    assert abs(ratio.mean() - 1) < 0.05
    assert ratio.std() < 0.06


def test_more_than_are_compared_at_once():
    rows, kind = groups(1500, 8)
    assert together(kind[tensor(rows).order("dim0", by="cluster")])


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_values_whose_squares_are_no_numbers(scale):
    rows, kind = groups(30, 10)
    assert together(kind[tensor(rows * scale).order("dim0", by="cluster")])


def test_only_the_values_at_fixed_indices_are_compared():
    array = RANDOM.standard_normal((4, 25, 6))
    subject = tensor(array, ["layer", "out", "in"])
    found = subject.order("out", {"layer": 2}, by="cluster")
    assert found.tolist() == tensor(array[2]).order("dim0", by="cluster").tolist()
    assert found.tolist() != subject.order("out", by="cluster").tolist()
    norm = np.argsort(-np.linalg.norm(array[2], axis=1), kind="stable")
    assert subject.order("out", {"layer": 2}, by="norm").tolist() == norm.tolist()
    reduced = subject.order("out", {"in": "norm"}, by="cluster")
    assert reduced.tolist() == tensor(np.linalg.norm(array, axis=2)).order("dim1", by="cluster").tolist()


def test_a_clustering_is_remembered_until_the_tensor_changes():
    array = RANDOM.standard_normal((20, 30))
    subject = tensor(array)
    reads = []
    inner = subject.source.read
    subject.source.read = lambda index: reads.append(index) or inner(index)
    first = subject.order("dim0", by="cluster")
    assert reads
    reads.clear()
    assert subject.order("dim0", by="cluster").tolist() == first.tolist()
    assert not reads
    array[:] = array[::-1].copy() * RANDOM.standard_normal(30)
    subject.touch()
    assert subject.order("dim0", by="cluster").tolist() != first.tolist()


def test_errors_say_what_would_be_right():
    subject = tensor(np.zeros((2, 3, 4)), ["layer", "out", "in"])
    with pytest.raises(SelectionError, match=r"no dimension 'height' to put in order. There is 'layer', 'out', 'in'$"):
        subject.order("height")
    with pytest.raises(SelectionError, match=r"There is 'out', 'in'$"):
        subject.order("layer", selection={"layer": 1})
    with pytest.raises(SelectionError, match=r"cannot be by 'size'. Choose 'norm', 'mean', 'cluster'"):
        subject.order("out", by="size")
    many = tensor(np.zeros((MOST_CLUSTERED + 1, 2), "f4"))
    with pytest.raises(SelectionError, match=r"at most 8,192 are clustered. Order them by 'norm' or 'mean'"):
        many.order("dim0", by="cluster")


def test_nothing_to_order():
    assert tensor(np.zeros((0, 3))).order("dim0", by="cluster").tolist() == []
    assert tensor(np.zeros((3, 0))).order("dim0", by="cluster").tolist() == [0, 1, 2]
    assert tensor(np.full((3, 2), np.nan)).order("dim0", by="cluster").tolist() == [0, 1, 2]
    assert sorted(tensor(np.ones((5, 2))).order("dim0", by="cluster").tolist()) == [0, 1, 2, 3, 4]
    torch = pytest.importorskip("torch")
    with pytest.raises(NoValuesError):
        tensor(torch.empty((2, 3), device="meta")).order("dim0")


def test_clustering_tells_how_far_it_is_and_can_be_cancelled():
    rows = RANDOM.standard_normal((2500, 300)).astype("f4")
    source = tensor(rows).source
    box = tuple(slice(0, n) for n in rows.shape)
    told = []
    cluster_order(source, box, 0, lambda done, total, label: told.append((done, total, label)))
    assert {label for *_, label in told} == {"Reading the values", "Comparing", "Clustering"}
    assert all(0 < done <= total for done, total, _ in told)
    with pytest.raises(Cancelled):
        cluster_order(source, box, 0, None, lambda: bool(told))


@pytest.fixture
def page():
    rows, _ = groups()
    service = Service(describe({"fc.weight": rows.astype("f4")}))
    page = Page()
    service.connect(page)
    yield page.hello()
    service.close()


SELECTION = {"dims": {"out": "row", "in": "column"}, "component": "value"}


@pytest.mark.parametrize("by", ["norm", "mean", "cluster"])
def test_the_page_gets_an_order(page, by):
    page.say(call("o", "order", address="weight/fc.weight", selection=SELECTION, dim="out", by=by))
    found = page.result("o")
    assert found.keys() == {"dim", "by", "order", "note"}
    assert (found["dim"], found["by"], found["note"]) == ("out", by, None)
    assert sorted(found["order"]) == list(range(90))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": "size"}, "bad-argument"),
        ({"by": ["norm"]}, "bad-argument"),
        ({"dim": 3}, "bad-argument"),
        ({"dim": "x" * 2000}, "bad-argument"),
        ({"dim": "height"}, "bad-selection"),
        ({"selection": {"dims": {}}}, "bad-selection"),
        ({"more": 1}, "bad-argument"),
    ],
)
def test_a_wrong_request_for_an_order(page, changes, code):
    right = {"address": "weight/fc.weight", "selection": SELECTION, "dim": "out", "by": "norm"}
    page.say(call("o", "order", **{**right, **changes}))
    assert page.end("o")["code"] == code
