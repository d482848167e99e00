"""Spectra are what LAPACK and PyTorch say of the same matrix, and power laws what the package `powerlaw` fits."""

from __future__ import annotations

import json
import math
import threading
import time
import warnings

import ml_dtypes
import numpy as np
import powerlaw
import pytest
import torch
from checks import tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pages import Page, call

from modelview.adapters import describe
from modelview.errors import Cancelled, SelectionError
from modelview.service import Service
from modelview.tensors import spectrum as module
from modelview.tensors.power_law import fit_power_law
from modelview.tensors.waiting import wait_for

RANDOM = np.random.default_rng(5)


def check(found, matrix, epsilon=None):
    """All numbers of a spectrum are those of a matrix."""
    json.dumps(found.to_json(), allow_nan=False)
    wide = matrix.astype(np.float64)
    values = np.linalg.svd(wide, compute_uv=False)
    assert (found.rows, found.columns) == matrix.shape
    np.testing.assert_allclose(found.values, values, rtol=1e-9, atol=1e-12 * values[0])
    np.testing.assert_allclose(found.frobenius, np.linalg.norm(wide), rtol=1e-12)
    np.testing.assert_allclose(found.spectral, np.linalg.norm(wide, 2), rtol=1e-12)
    np.testing.assert_allclose(found.nuclear, torch.linalg.matrix_norm(torch.from_numpy(wide), "nuc"), rtol=1e-12)
    if epsilon is None:
        epsilon = np.finfo(np.float64 if matrix.dtype.itemsize == 8 else np.float32).eps
    assert found.tolerance == pytest.approx(values[0] * max(matrix.shape) * epsilon)
    assert found.rank == np.linalg.matrix_rank(wide, tol=found.tolerance)
    if values[0] == 0:
        assert (found.stable_rank, found.effective_rank, found.power_law) == (None, None, None)
        return
    np.testing.assert_allclose(found.stable_rank, np.linalg.norm(wide) ** 2 / np.linalg.norm(wide, 2) ** 2, rtol=1e-9)
    shares = values[values > 0] / values.sum()
    entropy = -sum(share * math.log(share) for share in shares)
    np.testing.assert_allclose(found.effective_rank, math.exp(entropy), rtol=1e-6)


MATRICES = {
    "tall": lambda: RANDOM.standard_normal((130, 40)),
    "wide": lambda: RANDOM.standard_normal((40, 133)).astype(np.float32),
    "transposed": lambda: RANDOM.standard_normal((50, 60)).astype(np.float32).T[::-1],
    "of rank 5": lambda: RANDOM.standard_normal((80, 5)) @ RANDOM.standard_normal((5, 70)),
    "of rank 5 in float32": lambda: (RANDOM.standard_normal((80, 5)) @ RANDOM.standard_normal((5, 70))).astype(
        np.float32
    ),
    "integers": lambda: RANDOM.integers(-9, 9, (20, 30)),
    "bool": lambda: RANDOM.random((20, 30)) < 0.5,
    "one row": lambda: RANDOM.standard_normal((1, 30)),
    "one value": lambda: np.array([[-3.0]]),
    "zeros": lambda: np.zeros((7, 9)),
}


@pytest.mark.parametrize("name", MATRICES)
def test_a_spectrum_is_lapacks(name):
    matrix = MATRICES[name]()
    check(tensor(matrix).spectrum(), matrix)


@pytest.mark.parametrize("scale", [1e200, 1e-250])
def test_squares_that_overflow_or_vanish_do_no_harm(scale):
    matrix = RANDOM.standard_normal((40, 30))
    found, usual = tensor(matrix * scale).spectrum(), tensor(matrix).spectrum()
    json.dumps(found.to_json(), allow_nan=False)
    for name in ("spectral", "frobenius", "nuclear"):
        assert getattr(found, name) == pytest.approx(scale * getattr(usual, name))
    for name in ("rank", "stable_rank", "effective_rank"):
        assert getattr(found, name) == pytest.approx(getattr(usual, name))


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.floats(-100, 100, width=16)
    )
)
def test_the_spectrum_of_any_matrix(matrix):
    check(tensor(matrix).spectrum(), matrix)


def test_short_floats_count_as_float32():
    matrix = RANDOM.standard_normal((40, 30)).astype(ml_dtypes.bfloat16)
    check(tensor(matrix).spectrum(), matrix.astype(np.float32))


def test_a_kernel_is_seen_at_its_indices_or_flattened():
    values = RANDOM.standard_normal((8, 6, 3, 4))
    subject = tensor(values, ["out", "in", "height", "width"])
    check(subject.spectrum(), values[0, 0])
    check(subject.spectrum({"out": 2, "in": 1, "height": "row", "width": "column"}), values[2, 1])
    check(subject.spectrum({"out": "column", "in": "row", "height": 1, "width": 2}), values[:, :, 1, 2].T)
    check(subject.spectrum({"height": 1, "width": 2}), values[:, :, 1, 2])
    check(subject.spectrum({"out": [5, 3, 1], "height": 1, "width": 2}), values[[5, 3, 1], :, 1, 2])
    check(subject.spectrum({"height": "mean", "width": "mean"}), values.mean((2, 3)))
    for axis, name in enumerate(subject.dims):
        found = subject.spectrum(flatten=name)
        check(found, np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1))
        assert found.flattened.startswith(f"{name} × (")
    with pytest.raises(SelectionError, match="flatten"):
        subject.spectrum({"out": 1})
    with pytest.raises(SelectionError, match="'height'"):
        subject.spectrum(flatten="depth")


def test_a_vector_is_a_matrix_of_one_row():
    values = RANDOM.standard_normal(30)
    check(tensor(values).spectrum(), values[None])
    check(tensor(np.array(3.0)).spectrum(), np.array([[3.0]]))


@pytest.mark.parametrize("shape", [(60, 900), (900, 60)])
def test_a_large_matrix_is_squared_block_by_block(shape, monkeypatch):
    monkeypatch.setattr(module, "WHOLE", 1000)
    monkeypatch.setattr("modelview.tensors.matrix.WIDE", 4000)
    monkeypatch.setattr("modelview.tensors.blocks.BLOCK", 4000)
    matrix = RANDOM.standard_normal(shape)
    seen = []
    found = tensor(matrix).spectrum(progress=lambda done, total, label: seen.append((done, label)))
    assert sum("itself" in label for _, label in seen) > 5
    values = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(found.values, values, rtol=1e-8)
    np.testing.assert_allclose(found.frobenius, np.linalg.norm(matrix), rtol=1e-12)
    assert "rounding" in found.note
    low = tensor(matrix[:, :7] @ RANDOM.standard_normal((7, shape[1]))).spectrum()
    assert low.rank == 7
    with pytest.raises(Cancelled):
        tensor(matrix).spectrum(cancelled=lambda: bool(seen))
    # A kernel of four dimensions is squared along any of them.
    kernel = RANDOM.standard_normal((6, 20, 5, 7))
    for axis, name in enumerate(("dim0", "dim1", "dim2", "dim3")):
        flat = np.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], -1)
        flattened = tensor(kernel).spectrum(flatten=name)
        assert flattened.note is not None
        np.testing.assert_allclose(flattened.values, np.linalg.svd(flat, compute_uv=False), rtol=1e-8)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("whole", [2**25, 100])
def test_a_matrix_with_a_value_that_is_not_finite_has_no_numbers_and_says_why(value, whole, monkeypatch):
    monkeypatch.setattr(module, "WHOLE", whole)
    matrix = RANDOM.standard_normal((20, 30))
    matrix[3, 4] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tensor(matrix).spectrum()
    assert "NaN" in found.note
    told = found.to_json()
    assert (told["values"], told["spectral"], told["rank"], told["power_law"], told["density"]) == ([], *[None] * 4)


def test_an_empty_matrix_says_so():
    found = tensor(np.zeros((0, 4))).spectrum()
    assert "empty" in found.note
    assert found.to_json()["values"] == []


def test_a_matrix_that_is_too_large_is_refused_with_what_to_do():
    giant = np.broadcast_to(np.float32(0), (20_000, 20_000))
    with pytest.raises(SelectionError, match="16,384"):
        tensor(giant).spectrum()


def test_many_values_are_thinned_evenly_over_the_logarithm_of_the_rank():
    ranks = module._told(10_000)
    assert (ranks[0], ranks[-1]) == (1, 10_000)
    assert ranks.size <= 4096
    assert (np.diff(ranks) > 0).all()
    assert list(ranks[:100]) == list(range(1, 101))
    np.testing.assert_array_equal(module._told(4096), np.arange(1, 4097))


def test_the_density_counts_every_eigenvalue_that_is_not_zero():
    found = tensor(RANDOM.standard_normal((80, 5)) @ RANDOM.standard_normal((5, 70))).spectrum()
    density = found.to_json()["density"]
    assert sum(density["counts"]) == found.rank == 5
    np.testing.assert_allclose(density["edges"][-1], np.log10(found.values[0] ** 2))
    alike = tensor(np.eye(30)).spectrum().to_json()
    assert sum(alike["density"]["counts"]) == 30
    assert "equal" in alike["power_law"]["why"]
    assert "20 are needed" in tensor(np.eye(5)).spectrum().to_json()["power_law"]["why"]


def naive_power_law(values):
    """Clauset, Shalizi & Newman (2009), one number at a time."""
    ranked = sorted(values)
    best = None
    for start in range(len(ranked) - 1):
        tail, xmin = ranked[start:], ranked[start]
        alpha = 1 + len(tail) / sum(math.log(x / xmin) for x in tail)
        distance = max(abs(1 - (x / xmin) ** (1 - alpha) - i / len(tail)) for i, x in enumerate(tail))
        if best is None or distance < best[2]:
            best = alpha, xmin, distance, len(tail)
    return best


SPECTRA = {
    "Gaussian": lambda: np.linalg.svd(RANDOM.standard_normal((150, 200)), compute_uv=False) ** 2,
    "heavy-tailed": lambda: np.linalg.svd(RANDOM.standard_cauchy((150, 200)), compute_uv=False) ** 2,
    "Pareto": lambda: RANDOM.pareto(1.7, 400) + 1,
    "log-normal": lambda: RANDOM.lognormal(0, 2, 300),
}


@pytest.mark.parametrize("name", SPECTRA)
def test_a_power_law_is_the_one_that_powerlaw_and_the_paper_find(name):
    values = SPECTRA[name]()
    found = fit_power_law(values)
    alpha, xmin, distance, tail = naive_power_law(values.tolist())
    assert found.tail == tail
    np.testing.assert_allclose([found.alpha, found.xmin, found.distance], [alpha, xmin, distance], rtol=1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Without a range the package leaves out exponents above 3.
        theirs = powerlaw.Fit(np.sort(values), verbose=False, parameter_ranges={"alpha": [1, 1000]}).power_law
    np.testing.assert_allclose(
        [found.alpha, found.xmin, found.distance], [theirs.alpha, theirs.xmin, theirs.D], rtol=1e-6
    )
    assert found.sigma == pytest.approx((alpha - 1) / math.sqrt(tail))


def test_the_power_law_of_a_spectrum_is_of_its_eigenvalues():
    matrix = RANDOM.standard_cauchy((60, 80))
    law = tensor(matrix).spectrum().power_law
    alpha, xmin, distance, tail = naive_power_law((np.linalg.svd(matrix, compute_uv=False) ** 2).tolist())
    np.testing.assert_allclose([law.alpha, law.xmin, law.distance], [alpha, xmin, distance], rtol=1e-6)
    assert law.tail == tail


def test_a_spectrum_is_remembered_until_the_values_change():
    matrix = RANDOM.standard_normal((30, 20))
    subject = tensor(matrix)
    first = subject.spectrum()
    assert subject.spectrum() is first
    matrix *= 2
    subject.touch()
    assert subject.spectrum().spectral == pytest.approx(2 * first.spectral)


def test_work_that_cannot_be_interrupted_is_left_at_once_and_tells_the_time():
    release = threading.Event()
    seen = []
    started = time.monotonic()
    with pytest.raises(Cancelled):
        wait_for(
            lambda: release.wait(20),
            30,
            "Waiting",
            lambda *told: seen.append(told),
            lambda: time.monotonic() - started > 0.3,
        )
    assert time.monotonic() - started < 5
    release.set()
    assert seen[-1][2] == "Waiting, about 30 s"
    assert 0 < seen[-1][0] < seen[-1][1]
    with pytest.raises(ZeroDivisionError):
        wait_for(lambda: 1 / 0, 1, "Dividing")


@pytest.fixture
def kernel():
    return RANDOM.standard_normal((8, 6, 3, 4)).astype(np.float32)


@pytest.fixture
def page(kernel):
    service = Service(describe({"conv": kernel, "giant": np.broadcast_to(np.float32(0), (20_000, 20_000))}))
    page = Page()
    service.connect(page)
    yield page.hello()
    service.close()


ASKED = {
    "address": "weight/conv",
    "selection": {"dims": {"dim0": "facet", "dim1": 5, "dim2": "row", "dim3": "column"}, "component": "value"},
    "flatten": None,
}


def test_a_page_is_told_a_spectrum(page, kernel):
    page.say(call("r", "spectrum", **ASKED))
    found = page.result("r")
    assert set(found) == {
        *("rows", "columns", "values", "ranks", "frobenius", "spectral", "nuclear", "rank", "stable_rank"),
        *("effective_rank", "tolerance", "power_law", "density", "flattened", "note"),
    }
    np.testing.assert_allclose(found["values"], np.linalg.svd(kernel[0, 5].astype(float), compute_uv=False))
    assert found["ranks"] == [1, 2, 3]
    assert found["flattened"] == "dim2 × dim3 at dim0 = 0, dim1 = 5"
    page.say(call("s", "spectrum", **{**ASKED, "flatten": "dim0"}))
    flat = page.result("s")
    assert (flat["rows"], flat["columns"]) == (8, 72)
    np.testing.assert_allclose(flat["values"], np.linalg.svd(kernel.reshape(8, 72).astype(float), compute_uv=False))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"flatten": 3}, "bad-argument"),
        ({"flatten": "depth"}, "bad-selection"),
        ({"address": "weight/none"}, "unknown-address"),
        ({"selection": {"dims": {"dim0": "row"}}}, "bad-selection"),
        ({"sort": "l2"}, "bad-argument"),
        ({"address": "weight/giant", "selection": {"dims": {"dim0": "row", "dim1": "column"}}}, "bad-selection"),
    ],
)
def test_a_wrong_call_is_answered_with_what_would_be_right(page, change, code):
    page.say(call("r", "spectrum", **{**ASKED, **change}))
    error = page.end("r")
    assert (error["kind"], error["code"]) == ("error", code), error
    assert len(error["message"]) > 10


def test_a_page_sees_lapack_at_work_and_may_cancel_it(page, monkeypatch):
    begun, release = threading.Event(), threading.Event()
    lapack = np.linalg.svd

    def slow(matrix, **options):
        # Nothing that is asked meanwhile can interrupt it.
        begun.set()
        release.wait(20)
        return lapack(matrix, **options)

    module._second_each()
    monkeypatch.setattr(np.linalg, "svd", slow)
    page.say(call("r", "spectrum", **ASKED))
    assert begun.wait(10)
    page.wait(lambda _: page.of("progress", "r"))
    assert "Singular values of 3 × 4" in page.of("progress", "r")[-1]["label"]
    page.say({"kind": "cancel", "requests": ["r"]})
    assert page.end("r")["cancelled"] is True
    release.set()
