"""The singular values of a matrix, and what they say of its rank and of the tail of its eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SelectionError
from .dtype import Array, is_64bit
from .matrix import Matrix, matrix_of
from .power_law import FEWEST, PowerLaw, fit_power_law
from .steady import steady
from .waiting import wait_for

if TYPE_CHECKING:
    from .progress import Cancel, Progress
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["Spectrum", "spectrum_of"]

DIRECT = 4096
"""The shorter side up to which LAPACK is given the matrix itself."""
WHOLE = 2**25
"""Values that are held at once for it: 256 MB."""
LARGEST = 16_384
"""The longest shorter side: its square takes 2 GB."""
TOLD = 4096
"""Singular values that are told over the wire; of more, so many evenly spread over the logarithm of the rank."""
BINS = 64
TRIAL = 64
"""Small enough for LAPACK to take one thread: starting several takes longer than all the work."""
TRIALS = 5


@dataclass(frozen=True, repr=False)
class Spectrum:
    """The singular values σ of a matrix A, and numbers made of them. See `docs/statistics.md`.

    Attributes
    ----------
    rows, columns : int
    values : ndarray of float64
        Descending; none where the matrix has a NaN or an infinity.
    tolerance : float
        A singular value that is not larger counts as zero: NumPy's default, σ₁ × max(rows, columns) × ε of float32, or
        of float64 for 64-bit types; more where `note` says so.
    frobenius, spectral, nuclear : float or None
        √Σσ², the largest σ, Σσ.
    rank : int or None
        How many singular values are larger than the tolerance.
    stable_rank : float or None
        ‖A‖²_F / ‖A‖²₂.
    effective_rank : float or None
        The exponential of the entropy of σ / Σσ (O. Roy & M. Vetterli, EUSIPCO 2007).
    power_law : PowerLaw or None
        Of the eigenvalues λ = σ² that are not zero.
    flattened : str
        How the matrix was made.
    note : str or None
        A sentence: what is to be known of these numbers.
    """

    rows: int
    columns: int
    values: Array
    tolerance: float
    frobenius: float | None
    spectral: float | None
    nuclear: float | None
    rank: int | None
    stable_rank: float | None
    effective_rank: float | None
    power_law: PowerLaw | None
    flattened: str
    note: str | None

    @property
    def eigenvalues(self) -> Array:
        """λ = σ² of the smaller Gram matrix, those that are not zero, descending."""
        return np.square(self.values[self.values > self.tolerance])

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        ranks = _told(self.values.size)
        numbers = ("frobenius", "spectral", "nuclear", "rank", "stable_rank", "effective_rank")
        return {
            "rows": self.rows,
            "columns": self.columns,
            "values": self.values[ranks - 1].tolist(),
            "ranks": ranks.tolist(),
            **{name: getattr(self, name) for name in numbers},
            "tolerance": self.tolerance,
            "power_law": self._law(),
            "density": _density(self.values[self.values > self.tolerance]),
            "flattened": self.flattened,
            "note": self.note,
        }

    def _law(self) -> dict[str, Any] | None:
        if self.power_law is not None:
            return self.power_law.to_json()
        if not self.values.size:
            return None
        count = int(np.count_nonzero(self.values > self.tolerance))
        why = f"only {count} eigenvalues are not zero, and {FEWEST} are needed" if count < FEWEST else "all are equal"
        return {"why": why}

    def __repr__(self) -> str:
        head = f"<Spectrum of {self.rows:,} × {self.columns:,}"
        if self.spectral is None or self.stable_rank is None:
            return f"{head}: {self.note or 'all zero'}>"
        return f"{head}: σ₁ {self.spectral:.6g}, rank {self.rank:,}, stable rank {self.stable_rank:.4g}>"


@steady
def spectrum_of(
    tensor: Tensor,
    selection: Selection,
    flatten: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Spectrum:
    """The spectrum of a selection's rows × columns, or of a dimension × all others.

    LAPACK's in float64 where the shorter side is at most 4,096 and the matrix at most 33 million values. Of a larger
    one the square roots of the eigenvalues of A·Aᵀ, which is added up block by block; the shorter side may be 16,384.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    tensor.check_values()
    version = tensor.version
    matrix = matrix_of(tensor, selection, flatten, progress, cancelled)
    key = ("spectrum", version, matrix.scope.key, matrix.down, matrix.along)
    known: Spectrum | None = tensor.recall(key)
    if known is not None:
        return known
    found = _spectrum(matrix, progress, cancelled)
    if tensor.version == version:
        tensor.remember(key, found, found.values.nbytes + 1024)
    return found


def _spectrum(matrix: Matrix, progress: Progress | None, cancelled: Cancel | None) -> Spectrum:
    rows, columns = matrix.shape
    short = min(rows, columns)
    if short > LARGEST:
        raise SelectionError(
            f"the spectrum of {rows:,} × {columns:,} values: the shorter side may be {LARGEST:,} at most. "
            "Fix an index, or flatten all others against a shorter dimension"
        )
    if short == 0:
        return _without(matrix, "the matrix is empty: it has no singular values")
    direct = short <= DIRECT and rows * columns <= WHOLE
    squared = None if direct else _squared(matrix, short, progress, cancelled)
    given = matrix.values(progress, cancelled) if squared is None else squared
    if not np.isfinite(given).all():
        what = "a NaN or an infinity" if direct else "a NaN, an infinity or a magnitude beyond 1e150"
        return _without(matrix, f"the matrix has {what} among its values: it has no singular values")
    label = f"Singular values of {rows:,} × {columns:,}"
    if direct:
        seconds = _seconds(max(rows, columns) * short**2)
        values = np.asarray(
            wait_for(lambda: np.linalg.svd(given, compute_uv=False), seconds, label, progress, cancelled)
        )
    else:
        seconds = _seconds(short**3 / 2)
        squares = np.asarray(wait_for(lambda: np.linalg.eigvalsh(given), seconds, label, progress, cancelled))
        values = np.sqrt(np.maximum(squares[::-1], 0))
    return _summary(matrix, values, direct, cancelled)


def _squared(matrix: Matrix, short: int, progress: Progress | None, cancelled: Cancel | None) -> Array:
    total = np.zeros((short, short))
    with np.errstate(all="ignore"):
        for strip in matrix.strips(progress, cancelled):
            total += strip @ strip.T
    return total


def _summary(matrix: Matrix, values: Array, direct: bool, cancelled: Cancel | None) -> Spectrum:
    rows, columns = matrix.shape
    epsilon = float(np.finfo(np.float64 if is_64bit(matrix.scope.source.dtype) else np.float32).eps)
    largest = float(values[0])
    tolerance = largest * max(rows, columns) * epsilon
    note = None
    if not direct:
        lost = largest * sqrt(values.size * float(np.finfo(np.float64).eps))
        tolerance = max(tolerance, lost)
        note = f"From the eigenvalues of the matrix times its transpose: singular values below {lost:.2g} are rounding."
    with np.errstate(all="ignore"):
        # Scaled, so that no square overflows or vanishes.
        parts = values / largest if largest > 0 else np.zeros_like(values)
        square = float(np.square(parts).sum())
        shares = parts[parts > 0] / parts.sum()
        law = fit_power_law(np.square(parts[values > tolerance]), cancelled) if largest > 0 else None
        scale = np.float64(largest) ** 2
        if law is not None and 0 < scale < np.inf:
            law = PowerLaw(law.alpha, float(law.xmin * scale), law.distance, law.tail)
    return Spectrum(
        rows,
        columns,
        values,
        tolerance,
        frobenius=largest * sqrt(square),
        spectral=largest,
        nuclear=largest * float(parts.sum()),
        rank=int(np.count_nonzero(values > tolerance)),
        stable_rank=square if largest > 0 else None,
        effective_rank=float(np.exp(-(shares * np.log(shares)).sum())) if largest > 0 else None,
        power_law=law if 0 < scale < np.inf else None,
        flattened=matrix.flattened,
        note=note,
    )


def _without(matrix: Matrix, note: str) -> Spectrum:
    rows, columns = matrix.shape
    nothing = (None,) * 7
    return Spectrum(rows, columns, np.zeros(0), 0.0, *nothing, flattened=matrix.flattened, note=note)


def _told(count: int) -> Array:
    """The ranks, from 1, that are told of so many."""
    if count <= TOLD:
        return np.arange(1, count + 1)
    return np.unique(np.round(np.geomspace(1, count, TOLD)).astype(np.int64))


def _density(values: Array) -> dict[str, Any] | None:
    """How many log10 λ are in each of 64 bins, of singular values that are not zero."""
    if not values.size:
        return None
    logs = 2 * np.log10(values)
    low, high = float(logs.min()), float(logs.max())
    # All alike: a bin of some width about them.
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    counts, _ = np.histogram(logs, edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _seconds(work: float) -> float:
    """How long LAPACK takes on this machine, for `work` = long × short²: scaled from a small matrix."""
    return work * _second_each()


@lru_cache(maxsize=1)
def _second_each() -> float:
    trial = np.random.default_rng(0).standard_normal((TRIAL, TRIAL))
    taken = []
    for _ in range(TRIALS):
        started = perf_counter()
        np.linalg.svd(trial, compute_uv=False)
        taken.append(perf_counter() - started)
    return min(taken) / TRIAL**3
