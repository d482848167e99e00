"""A sample of a source's values, for what is shown before all of them have been read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from .blocks import boxes_of, memory_order
from .derive import derive
from .derived import derived_key
from .dtype import Array
from .mapped import MappingSource, map_blocks
from .source import Index

if TYPE_CHECKING:
    from .selection import Selection
    from .tensor import Tensor

__all__ = ["keep_sample", "pick", "sample_of"]

RUNS = 512
RUN = 512
"""Values that are read together: a page of memory or two."""
PLACES = 64
"""Blocks that a source with workers of its own is asked to take from."""


def keep_sample(tensor: Tensor, selection: Selection, values: Array) -> None:
    """Leave the sample that another pass came by for `sample_of` to find."""
    tensor.remember(_key(tensor, selection), values, values.nbytes)


def _key(tensor: Tensor, selection: Selection) -> tuple[object, ...]:
    return "sample", tensor.version, *derived_key(selection)


def sample_of(tensor: Tensor, selection: Selection) -> Array:
    """About 262,144 of the values that a selection points into, as a flat array; all of them where there are no more.

    Runs of values, one at random in each of as many equal parts of the array, in the order in which it is stored. The
    same each time.
    """
    known: Array | None = tensor.recall(_key(tensor, selection))
    if known is not None:
        return known
    source = derive(tensor, selection.unordered)
    size = prod(source.shape)
    if size <= RUNS * RUN:
        return source.read(tuple(slice(0, extent) for extent in source.shape)).ravel()
    random = np.random.default_rng(0)
    if isinstance(source, MappingSource):
        whole = boxes_of(source)
        chosen = [whole[int(place)] for place in _spread(len(whole), min(PLACES, len(whole)), random)]
        some = partial(pick, count=RUNS * RUN // len(chosen))
        return np.concatenate(map_blocks(source, chosen, some, "Sampling the values"))
    order = memory_order(source)
    return np.concatenate(
        [source.read(_run(source.shape, order, int(start))).ravel() for start in _spread(size, RUNS, random)]
    )


def _spread(size: int, count: int, random: np.random.Generator) -> Array:
    """One place in each of `count` equal parts."""
    edges = np.linspace(0, size, count + 1)
    return np.asarray(np.minimum(edges[:-1] + random.random(count) * np.diff(edges), size - 1).astype(np.int64))


def _run(shape: Sequence[int], order: Sequence[int], start: int) -> Index:
    """About `RUN` values that lie together in memory, around a place in it."""
    index: list[int | slice] = [0] * len(shape)
    wanted = RUN
    for axis in reversed(order):
        start, place = divmod(start, shape[axis])
        if wanted == 1:
            index[axis] = place
            continue
        first = max(0, min(place, shape[axis] - wanted))
        index[axis] = slice(first, min(first + wanted, shape[axis]))
        wanted = -(-wanted // shape[axis])
    return tuple(index)


def pick(values: Array, box: Index, count: int) -> Array:
    """Some of a block's values at random, the same each time."""
    flat = values.ravel(order="K")
    if flat.size <= count:
        return np.array(flat)
    seed = [part.start if isinstance(part, slice) else part for part in box]
    return np.asarray(flat[np.random.default_rng(seed).integers(0, flat.size, count)])
