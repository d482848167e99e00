"""One histogram an index of a dimension, all over the same bins: how channels differ from one another."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..errors import SelectionError
from .bins import Bins, linear_bins
from .blocks import memory_order
from .counting import Passes
from .distribution import Distribution, distribution_of, rank_of
from .dtype import Array
from .mapped import map_blocks
from .patterns import key_type, ordered, values_of
from .progress import Cancel, Progress, shifted
from .scope import Scope, scope_of
from .selection import Selection
from .source import Index
from .steady import steady
from .survey import Survey, survey_of

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["MOST_RIDGES", "SCALES", "Ridgelines", "ridgelines_of"]

MOST_RIDGES = 64
SCALES = ("linear", "symlog")
TOGETHER = 2**24
"""Values of all ridges that are held at once and sorted; where there are more, each ridge is counted by itself."""


@dataclass(frozen=True, repr=False)
class Ridgelines:
    """Histograms of the finite values at some indices of a dimension, over the bins of the whole's distribution.

    Attributes
    ----------
    dim : str
    size : int
        How many indices the dimension has.
    indices : tuple of int
        Those that have a histogram.
    scale : str
        'symlog', or 'linear': also where 'symlog' was asked for and all values are 0.
    edges : ndarray of float64
        Ascending, one more than there are bins; empty where no value is finite.
    counts : ndarray of int64
        indices × bins.
    medians : tuple of number or None
        Of each index the value of rank ceil(finite / 2): one of the tensor's own.
    """

    dim: str
    size: int
    indices: tuple[int, ...]
    scale: str
    edges: Array
    counts: Array
    medians: tuple[int | float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        return {
            "dim": self.dim,
            "size": self.size,
            "indices": list(self.indices),
            "edges": self.edges.tolist(),
            "scale": self.scale,
            "counts": self.counts.tolist(),
            "medians": list(self.medians),
        }

    def __repr__(self) -> str:
        return f"<Ridgelines of {len(self.indices):,} of {self.size:,} along {self.dim!r}, {self.counts.shape[1]} bins>"


@steady
def ridgelines_of(
    tensor: Tensor,
    selection: Selection,
    dim: str,
    scope: str = "tensor",
    indices: Sequence[int] | None = None,
    scale: str = "symlog",
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Ridgelines:
    """Count the values at some indices of a dimension into the bins of `distribution_of`.

    Parameters
    ----------
    dim : str
        One that is neither reduced nor fixed.
    indices : sequence of int, optional
        At most 64; `None` for as many spread evenly.
    scale : {'symlog', 'linear'}
        Which bins.

    Raises
    ------
    SelectionError, NoValuesError, Cancelled
    """
    if scale not in SCALES:
        raise SelectionError(f"`scale` cannot be {str(scale)[:80]!r}. Choose 'linear' or 'symlog'")
    version = tensor.version
    measured = scope_of(tensor, selection, scope, progress, cancelled)
    axis = measured.axis(dim)
    own = measured.indices[axis]
    places = _places(own, indices, dim)
    key = ("ridgelines", version, measured.key, dim, tuple(places), scale)
    known: Ridgelines | None = tensor.recall(key)
    if known is not None:
        return known
    whole = distribution_of(tensor, selection, scope, progress, cancelled)
    bins, scale = _bins(whole, scale)
    counts, medians = _count(measured, axis, places, bins, progress, cancelled)
    chosen = tuple(own[place] for place in places)
    found = Ridgelines(dim, len(own), chosen, scale, bins.edges, counts, medians)
    if tensor.version == version:
        tensor.remember(key, found, counts.nbytes + 2**10)
    return found


def _places(own: Sequence[int], indices: Sequence[int] | None, dim: str) -> list[int]:
    """Where in what is measured the indices are that were asked for."""
    if indices is None:
        some = min(MOST_RIDGES, len(own))
        return [round(place * (len(own) - 1) / max(1, some - 1)) for place in range(some)]
    if isinstance(indices, (str, bytes)) or not hasattr(indices, "__len__") or not 1 <= len(indices) <= MOST_RIDGES:
        raise SelectionError(f"`indices` are 1 to {MOST_RIDGES} indices of {dim!r}, or None: as many spread evenly")
    return [_place(own, index, dim) for index in indices]


def _place(own: Sequence[int], index: object, dim: str) -> int:
    try:
        return own.index(operator.index(index))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        there = f"0 to {len(own) - 1}" if own == range(len(own)) and own else f"{len(own):,} others"
        raise SelectionError(f"no index {str(index)[:40]!r} of dimension {dim!r}: there are {there}") from None


def _bins(whole: Distribution, scale: str) -> tuple[Bins, str]:
    if scale == "symlog" and whole.symlog_edges is not None:
        return Bins(whole.symlog_edges, outwards=True), scale
    if whole.linear is None:
        return Bins(np.zeros(0)), "linear"
    low, high = whole.linear.low, whole.linear.high
    # Of equal values there is one bin that is as wide as they differ.
    return (linear_bins(low, high) if low < high else Bins(np.array([low, high]))), "linear"


def _count(
    measured: Scope,
    axis: int,
    places: list[int],
    bins: Bins,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> tuple[Array, tuple[int | float | None, ...]]:
    each = prod(size for other, size in enumerate(measured.shape) if other != axis)
    together = len(places) * each <= TOGETHER
    rows = (_held if together else _counted)(measured, axis, places, bins, progress, cancelled)
    found = list(rows)
    counts = np.array([row for row, _ in found], np.int64).reshape(len(places), max(0, len(bins.edges) - 1))
    return counts, tuple(median for _, median in found)


Ridge: TypeAlias = "tuple[Array, int | float | None]"
"""The counts in each bin, and the median."""


def _held(
    measured: Scope, axis: int, places: list[int], bins: Bins, progress: Progress | None, cancelled: Cancel | None
) -> Iterator[Ridge]:
    """Each ridge of values that are few enough to be sorted."""
    dtype = Passes(measured, None, None).dtype
    limits = bins.limits(dtype)
    most = np.iinfo(key_type(dtype)).max
    keys = np.array([min(limit, most) for limit in limits], key_type(dtype))
    beyond = np.array([limit > most for limit in limits], bool)
    for values in _gathered(measured, axis, places, progress, cancelled):
        finite = values[np.isfinite(values)]
        count = finite.size
        if not count:
            yield np.zeros(max(0, len(bins.edges) - 1), np.int64), None
            continue
        ranked = np.sort(ordered(finite))
        below = np.where(beyond, count, np.searchsorted(ranked, keys))
        middle = rank_of(0.5, count)
        yield bins.counts(below, count), _number(values_of(ranked[middle : middle + 1], dtype))


def _gathered(
    measured: Scope, axis: int, places: list[int], progress: Progress | None, cancelled: Cancel | None
) -> list[Array]:
    """The values at each place, in any order."""
    first = measured.box[axis].start
    wanted = sorted({first + place for place in places})
    # Rows are read one by one; columns of what is read from a file all together, as they lie between one another.
    apart = measured.source.resident or axis == memory_order(measured.source)[0]
    runs = [(at, at + 1) for at in wanted] if apart else [(wanted[0], wanted[-1] + 1)] if wanted else []
    boxes = [box for low, high in runs for box in _within(measured, axis, slice(low, high)).boxes()]
    parts: dict[int, list[Array]] = {at: [] for at in wanted}
    lock = Lock()

    def take(_number: int, found: Mapping[int, Array]) -> None:
        with lock:
            for at, values in found.items():
                parts[at].append(values)

    work = partial(_taken, axis=axis, wanted=tuple(wanted))
    map_blocks(measured.source, boxes, work, "Reading the values", progress, cancelled, take)
    nothing = [np.zeros(0, Passes(measured, None, None).dtype)]
    return [np.concatenate(parts[first + place] or nothing) for place in places]


def _taken(values: Array, box: Index, *, axis: int, wanted: tuple[int, ...]) -> dict[int, Array]:
    """The values of a block at each of the wanted indices that it has."""
    part = box[axis]
    assert isinstance(part, slice)
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    return {
        at: np.array(values.take(at - part.start, axis).ravel(order="K"))
        for at in wanted
        if part.start <= at < part.stop
    }


def _counted(
    measured: Scope, axis: int, places: list[int], bins: Bins, progress: Progress | None, cancelled: Cancel | None
) -> Iterator[Ridge]:
    """Each ridge by passes of its own over its values."""
    first = measured.box[axis].start
    for number, place in enumerate(places):
        one = _within(measured, axis, slice(first + place, first + place + 1))
        passes = Passes(one, shifted(progress, number * one.size, len(places) * one.size), cancelled)
        survey = Survey()
        passes.run(partial(survey_of, short=passes.short), survey.add, "Reading the values")
        count = survey.moments.count
        if not count:
            yield np.zeros(max(0, len(bins.edges) - 1), np.int64), None
            continue
        found = passes.resolve(survey.patterns, bins.limits(passes.dtype), [rank_of(0.5, count)])
        yield bins.counts(found.below, count), _number(found.values)


def _within(measured: Scope, axis: int, part: slice) -> Scope:
    return replace(measured, box=(*measured.box[:axis], part, *measured.box[axis + 1 :]))


def _number(one: Array) -> int | float:
    """A value as JSON has it, -0 as 0."""
    value: int | float = one.item()
    return value + 0
