"""Cutting an index space into blocks that fit the cache, and walking a block in memory order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import lcm, prod
from typing import TypeAlias

import numpy as np

from .dtype import Array
from .source import TensorSource

__all__ = [
    "BLOCK",
    "Chunks",
    "block_of",
    "blocks",
    "boxes_of",
    "chunks",
    "chunks_of",
    "cut",
    "is_constant",
    "memory_order",
    "within",
]

Chunks: TypeAlias = "Sequence[int | Sequence[int]]"
"""How a source is stored in chunks (its attribute `chunks`): for each dimension the extent of all of them, the last one
cut off, or of each."""

BLOCK = 2**19
"""Elements read at a time: 2 MB of float32, a processor's second-level cache."""
LARGEST_BLOCK = 2**26
"""Elements of a chunk that is read whole: 256 MB of float32."""
JOINED = 2**24
"""Elements of chunks that are read together, where something goes across their borders."""
MOST_EDGES = 2**16
"""Borders of chunks along a dimension that are told apart: there may be many small ones."""
CHUNK = 2**16
"""Elements worked on at a time: 512 KB of float64."""


def memory_order(source: TensorSource) -> tuple[int, ...]:
    """The dimensions, the one with the largest stride first, where the source tells strides."""
    rank = len(source.shape)
    strides: Sequence[int] | None = getattr(source, "strides", None)
    if strides is None or len(strides) != rank:
        return tuple(range(rank))
    return tuple(sorted(range(rank), key=lambda axis: -abs(strides[axis])))


def chunks_of(source: TensorSource) -> Chunks | None:
    """How a source is stored in chunks; `None` where it is not, or does not tell."""
    found: Chunks | None = getattr(source, "chunks", None)
    return found


def block_of(source: TensorSource) -> int:
    """How many elements are worth reading at once: a chunk of a source that is stored in chunks, else `BLOCK`."""
    chunks = chunks_of(source)
    if chunks is None:
        return BLOCK
    largest = prod(each if isinstance(each, int) else max(each, default=0) for each in chunks)
    return min(max(BLOCK, largest), LARGEST_BLOCK)


def boxes_of(
    source: TensorSource, box: Sequence[slice] | None = None, units: Sequence[int] | None = None, limit: int = 0
) -> list[tuple[slice, ...]]:
    """Cut a source, or a box of it, into boxes that are worth reading at once, in the order of memory.

    Of a source that is stored in chunks each is read once, if it is not very large.

    Parameters
    ----------
    units : sequence of int, optional
        A dimension is cut at multiples of so many indices alone, counted from where the box begins.
    limit : int
        Elements of a box at most, where that is more than is otherwise read at once.
    """
    box = [slice(0, size) for size in source.shape] if box is None else box
    units = [1] * len(box) if units is None else units
    return list(cut(box, units, max(block_of(source), limit), memory_order(source), chunks_of(source)))


def cut(
    box: Sequence[slice], units: Sequence[int], limit: int, order: Sequence[int], chunks: Chunks | None
) -> Iterator[tuple[slice, ...]]:
    """Cut a box into boxes of at most `limit` elements, or of one unit along each dimension.

    Those along `chunks` have more where one chunk has, or where several together have no chunk in common with others
    and up to `JOINED` elements.
    """
    shape = [part.stop - part.start for part in box]
    if prod(shape) == 0:
        return
    units = [min(unit, size) for unit, size in zip(units, shape, strict=True)]
    found: Iterator[Sequence[slice]] = iter([[slice(0, size) for size in shape]])
    most = limit
    if chunks is not None and shape:
        most = max(limit, JOINED)
        found = _along([slice(0, size) for size in shape], _edges(box, units, chunks, most), list(order), limit)
    for whole in found:
        # What no border of a chunk cuts is cut anywhere.
        for part in [whole] if _size(whole) <= most else _in_units(whole, units, limit, order):
            yield tuple(
                slice(each.start + there.start, each.stop + there.start) for each, there in zip(part, box, strict=True)
            )


def within(box: Sequence[int | slice], whole: Sequence[slice]) -> tuple[slice, ...]:
    """The place of one of `boxes_of` in the box that was cut."""
    return tuple(
        slice(part.start - there.start, part.stop - there.start)
        for part, there in zip(box, whole, strict=True)
        if isinstance(part, slice)
    )


def _size(box: Sequence[slice]) -> int:
    return prod(part.stop - part.start for part in box)


def _in_units(
    box: Sequence[slice], units: Sequence[int], limit: int, order: Sequence[int]
) -> Iterator[tuple[slice, ...]]:
    coarse = [-(-(part.stop - part.start) // unit) for part, unit in zip(box, units, strict=True)]
    for part in blocks(coarse, max(1, limit // prod(units)), order):
        yield tuple(
            slice(whole.start + each.start * unit, min(whole.start + each.stop * unit, whole.stop))
            for each, whole, unit in zip(part, box, units, strict=True)
        )


def _edges(box: Sequence[slice], units: Sequence[int], chunks: Chunks, most: int) -> list[Sequence[int]]:
    """For each dimension the places in a box, from its begin, where it may be cut: ascending, its end the last.

    These are borders of chunks, if they are multiples of the units often enough; else multiples near to borders.
    """
    exact = [_borders(*each, exact=True) for each in zip(box, units, chunks, strict=True)]
    if prod(max(map(_step, zip([0, *edges], edges, strict=False))) for edges in exact) <= most:
        return exact
    return [_borders(*each, exact=False) for each in zip(box, units, chunks, strict=True)]


def _step(pair: tuple[int, int]) -> int:
    return pair[1] - pair[0]


def _borders(part: slice, unit: int, chunk: int | Sequence[int], *, exact: bool) -> Sequence[int]:
    size = part.stop - part.start
    borders: Sequence[int] | range
    if isinstance(chunk, int):
        step = max(1, chunk)
        if exact and part.start % step == 0:
            step = lcm(step, unit)
        step *= max(1, -(-size // step) // MOST_EDGES)
        borders = range(step, part.stop, step)[max(0, part.start // step) :]
    else:
        borders = list(accumulate(chunk))
    inside = (border - part.start for border in borders if part.start < border < part.stop)
    if exact:
        return [*sorted({place for place in inside if place % unit == 0}), size]
    return [*sorted({near for place in inside if (near := place // unit * unit)}), size]


def _along(box: list[slice], edges: Sequence[Sequence[int]], order: list[int], limit: int) -> Iterator[list[slice]]:
    """Cut a box at edges, as many together as fit."""
    size = _size(box)
    if size <= limit or not order:
        yield box
        return
    axis, *others = order
    whole = box[axis]
    inner = size // (whole.stop - whole.start)
    start = whole.start
    for place, edge in enumerate(edges[axis]):
        following = edges[axis][place + 1] if place + 1 < len(edges[axis]) else None
        if following is None or (following - start) * inner > limit:
            part = [*box]
            part[axis] = slice(start, edge)
            yield from _along(part, edges, others, limit)
            start = edge


def blocks(shape: Sequence[int], limit: int = BLOCK, order: Sequence[int] | None = None) -> Iterator[tuple[slice, ...]]:
    """Cut a shape into boxes of at most `limit` elements, each long along the last of `order`.

    Examples
    --------
    >>> list(blocks((4, 3), 6))
    [(slice(0, 2, None), slice(0, 3, None)), (slice(2, 4, None), slice(0, 3, None))]
    """
    if prod(shape) == 0:
        return
    order = tuple(range(len(shape))) if order is None else order
    whole = [slice(0, size) for size in shape]
    yield from _cut(whole, list(order), prod(shape), limit)


def _cut(box: list[slice], order: list[int], size: int, limit: int) -> Iterator[tuple[slice, ...]]:
    if size <= limit or not order:
        yield tuple(box)
        return
    axis = order[0]
    extent = box[axis].stop - box[axis].start
    inner = size // extent
    step = max(1, limit // inner)
    for start in range(box[axis].start, box[axis].stop, step):
        stop = min(start + step, box[axis].stop)
        part = [*box]
        part[axis] = slice(start, stop)
        yield from _cut(part, order[1:], inner * (stop - start), limit)


def is_constant(block: Array) -> bool:
    """Whether a block is one value repeated by zero strides, as sources give empty regions."""
    return block.size > 1 and all(
        stride == 0 for stride, size in zip(block.strides, block.shape, strict=True) if size > 1
    )


def chunks(block: Array) -> Iterator[tuple[Array, int]]:
    """Walk a block's values in any order: flat chunks, and how many times each counts."""
    if block.dtype == np.bool_:
        block = block.view(np.uint8)
    if is_constant(block):
        yield block[(0,) * block.ndim].reshape(1), block.size
        return
    # A view where the memory is contiguous in whatever order of the dimensions.
    flat = block.ravel(order="K")
    for start in range(0, flat.size, CHUNK):
        yield flat[start : start + CHUNK], 1
