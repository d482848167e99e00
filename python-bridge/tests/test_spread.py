"""How values are spread, asked by a page: `distribution`, `quantiles` and `ridgelines` over the wire."""

import threading

import numpy as np
import pytest
from pages import Page, call

from modelview.adapters import describe
from modelview.service import Service

RANDOM = np.random.default_rng(17)
ARRAY = RANDOM.standard_normal((50, 6, 9)).astype("f4")
ARRAY[3], ARRAY[4, 0, 0], ARRAY[5, 1, 1] = np.nan, np.inf, -np.inf
ARRAY[7, 2] = 0

SELECTION = {"dims": {"dim0": 2, "dim1": "row", "dim2": "column"}, "component": "value"}
ADDRESS = "weight/w"
MEASURED = {"address": ADDRESS, "selection": SELECTION, "scope": "tensor"}
RIDGES = {**MEASURED, "dim": "dim1", "indices": None, "scale": "symlog"}
QUANTILES = {"address": ADDRESS, "selection": SELECTION, "p": [0, 0.3, 1]}


@pytest.fixture
def service():
    service = Service(describe({"w": ARRAY, "none": np.full((2, 3), np.nan), "whole": np.arange(12).reshape(3, 4)}))
    yield service
    service.close()


@pytest.fixture
def page(service):
    page = Page()
    service.connect(page)
    return page.hello()


def ask(page, operation, arguments):
    request = f"r{len(page.messages)}"
    page.say(call(request, operation, **arguments))
    return page.result(request)


def test_a_distribution_has_every_number_of_its_own(page):
    found = ask(page, "distribution", MEASURED)
    finite = ARRAY[np.isfinite(ARRAY)].astype(np.float64)
    assert set(found) == {
        *("count", "nan", "posinf", "neginf", "zero", "near_zero", "mean", "std", "min", "max", "norms"),
        *("quantiles", "quantile_error", "linear", "symlog", "exact", "sparsity"),
    }
    assert (found["count"], found["nan"], found["posinf"], found["neginf"], found["zero"]) == (2700, 54, 1, 1, 9)
    assert found["mean"] == pytest.approx(finite.mean(), rel=1e-12)
    assert found["std"] == pytest.approx(finite.std(), rel=1e-12)
    assert (found["min"], found["max"]) == (finite.min(), finite.max())
    norms = {"l1": np.abs(finite).sum(), "l2": np.sqrt((finite**2).sum()), "max": np.abs(finite).max()}
    assert found["norms"] == pytest.approx(norms, rel=1e-12)
    assert found["near_zero"]["threshold"] == pytest.approx(1e-3 * finite.std())
    assert found["near_zero"]["count"] == (np.abs(finite) < 1e-3 * finite.std()).sum()
    levels = [each["p"] for each in found["quantiles"]]
    assert levels == [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999]
    expected = np.quantile(finite, levels, method="inverted_cdf")
    assert [each["value"] for each in found["quantiles"]] == expected.tolist()
    assert found["quantile_error"] is None
    assert len(found["linear"]["counts"]) == 128
    assert sum(found["linear"]["counts"]) == sum(found["symlog"]["counts"]) == finite.size
    edges = found["symlog"]["edges"]
    assert len(edges) == len(found["symlog"]["counts"]) + 1
    assert edges == [-edge for edge in reversed(edges)]
    assert found["exact"] is None
    blocks = {block["name"]: block for block in found["sparsity"]["blocks"]}
    assert blocks["1×4"] == {"name": "1×4", "shape": [1, 4], "empty": 2, "total": 600}


def test_a_slice_is_measured_by_itself(page):
    found = ask(page, "distribution", {**MEASURED, "scope": "slice"})
    assert (found["count"], found["max"]) == (54, ARRAY[2].max())
    ridges = ask(page, "ridgelines", {**RIDGES, "scope": "slice"})
    assert sum(map(sum, ridges["counts"])) == 54


def test_of_nothing_finite_there_are_nulls(page):
    address = {"address": "weight/none", "selection": {"dims": {"dim0": "row", "dim1": "column"}, "component": "value"}}
    found = ask(page, "distribution", {**address, "scope": "tensor"})
    assert (found["count"], found["nan"]) == (6, 6)
    nothing = ("mean", "std", "min", "max", "linear", "symlog", "exact")
    assert [found[name] for name in nothing] == [None] * 7
    assert ask(page, "quantiles", {**address, "p": [0.5, 1]}) == {"values": [None, None], "error": None}
    ridges = ask(page, "ridgelines", {**address, "scope": "tensor", "dim": "dim0", "indices": None, "scale": "symlog"})
    assert (ridges["edges"], ridges["counts"], ridges["medians"]) == ([], [[], []], [None, None])


def test_quantiles_are_numpys_of_all_finite_values_wherever_an_index_is_fixed(page):
    finite = ARRAY[np.isfinite(ARRAY)].astype(np.float64)
    found = ask(page, "quantiles", QUANTILES)
    assert found["values"] == pytest.approx(np.quantile(finite, QUANTILES["p"]).tolist(), rel=1e-12)
    assert found["error"] is None
    reduced = {"dims": {"dim0": 2, "dim1": "max", "dim2": "column"}, "component": "value"}
    largest = ARRAY.max(1)
    found = ask(page, "quantiles", {**QUANTILES, "selection": reduced})
    expected = np.quantile(largest[np.isfinite(largest)].astype(np.float64), QUANTILES["p"])
    assert found["values"] == pytest.approx(expected.tolist(), rel=1e-12)


def test_ridgelines_are_numpys_histograms_between_the_edges(page):
    found = ask(page, "ridgelines", {**RIDGES, "indices": [5, 0], "scale": "linear"})
    assert set(found) == {"dim", "size", "indices", "edges", "scale", "counts", "medians"}
    assert (found["dim"], found["size"], found["indices"], found["scale"]) == ("dim1", 6, [5, 0], "linear")
    for index, counts, median in zip((5, 0), found["counts"], found["medians"], strict=True):
        values = ARRAY[:, index]
        finite = values[np.isfinite(values)].astype(np.float64)
        assert counts == np.histogram(finite, found["edges"])[0].tolist()
        assert median == np.quantile(finite, 0.5, method="inverted_cdf")
    assert ask(page, "ridgelines", RIDGES)["scale"] == "symlog"


def test_ridgelines_of_integers_have_integers_for_medians(page):
    arguments = {
        **RIDGES,
        "address": "weight/whole",
        "selection": {"dims": {"dim0": "row", "dim1": "column"}, "component": "value"},
        "dim": "dim0",
    }
    assert ask(page, "ridgelines", arguments)["medians"] == [1, 5, 9]


@pytest.mark.parametrize(
    ("operation", "right", "changes", "code"),
    [
        ("distribution", MEASURED, {"scope": "all"}, "bad-argument"),
        ("distribution", MEASURED, {"scope": None}, "bad-argument"),
        ("distribution", MEASURED, {"address": 3}, "bad-argument"),
        ("distribution", MEASURED, {"address": "weight/v"}, "unknown-address"),
        ("distribution", MEASURED, {"selection": {}}, "bad-selection"),
        ("distribution", MEASURED, {"dim": "dim0"}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": 0.5}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": []}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": [0.5] * 65}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": [1.01]}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": [-1]}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": [True]}, "bad-argument"),
        ("quantiles", QUANTILES, {"p": ["0.5"]}, "bad-argument"),
        ("quantiles", QUANTILES, {"scope": "slice"}, "bad-argument"),
        ("ridgelines", RIDGES, {"dim": "dim3"}, "bad-selection"),
        ("ridgelines", {**RIDGES, "scope": "slice"}, {"dim": "dim0"}, "bad-selection"),
        ("ridgelines", RIDGES, {"dim": 1}, "bad-argument"),
        ("ridgelines", RIDGES, {"scale": "log"}, "bad-argument"),
        ("ridgelines", RIDGES, {"indices": []}, "bad-argument"),
        ("ridgelines", RIDGES, {"indices": list(range(65))}, "bad-argument"),
        ("ridgelines", RIDGES, {"indices": [0.5]}, "bad-argument"),
        ("ridgelines", RIDGES, {"indices": [6]}, "bad-selection"),
        ("ridgelines", RIDGES, {"indices": [-1]}, "bad-selection"),
    ],
)
def test_a_wrong_request_is_answered_with_what_is_wrong(page, operation, right, changes, code):
    page.say(call("r", operation, **{**right, **changes}))
    end = page.end("r")
    assert end["kind"] == "error"
    assert end["code"] == code
    assert len(end["message"]) > 20


class Slow:
    """A source that stops at each block until it is let on."""

    resident = False

    def __init__(self, inner):
        self.inner = inner
        self.reading, self.go = threading.Event(), threading.Event()

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def read(self, index):
        self.reading.set()
        assert self.go.wait(10)
        return self.inner.read(index)


@pytest.mark.parametrize(
    ("operation", "arguments"), [("distribution", MEASURED), ("quantiles", QUANTILES), ("ridgelines", RIDGES)]
)
def test_what_is_cancelled_ends_so_and_is_counted_anew_when_asked_again(page, service, operation, arguments):
    tensor = service.model.tensors[ADDRESS]
    inner = tensor.source
    tensor.source = Slow(inner)
    page.say(call("r", operation, **arguments))
    assert tensor.source.reading.wait(10)
    page.say({"kind": "cancel", "requests": ["r"]})
    tensor.source.go.set()
    assert page.end("r")["cancelled"] is True
    tensor.source = inner
    assert ask(page, operation, arguments)


def test_a_tensor_that_was_changed_is_counted_anew(page, service):
    tensor = service.model.tensors["weight/whole"]
    selection = {"dims": {"dim0": "row", "dim1": "column"}, "component": "value"}
    before = ask(page, "distribution", {"address": "weight/whole", "selection": selection, "scope": "tensor"})
    tensor.source._array[0, 0] = 99
    tensor.touch()
    after = ask(page, "distribution", {"address": "weight/whole", "selection": selection, "scope": "tensor"})
    assert (before["max"], after["max"]) == (11, 99)
