"""Cutting an index space into blocks that fit the cache, and walking a block in memory order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from .dtype import Array
from .source import TensorSource

__all__ = ["BLOCK", "block_of", "blocks", "chunks", "is_constant", "memory_order"]

BLOCK = 2**19
"""Elements read at a time: 2 MB of float32, a processor's second-level cache."""
LARGEST_BLOCK = 2**26
"""Elements of a chunk that is read whole: 256 MB of float32."""
CHUNK = 2**16
"""Elements worked on at a time: 512 KB of float64."""


def memory_order(source: TensorSource) -> tuple[int, ...]:
    """The dimensions, the one with the largest stride first, where the source tells strides."""
    rank = len(source.shape)
    strides: Sequence[int] | None = getattr(source, "strides", None)
    if strides is None or len(strides) != rank:
        return tuple(range(rank))
    return tuple(sorted(range(rank), key=lambda axis: -abs(strides[axis])))


def block_of(source: TensorSource) -> int:
    """How many elements are worth reading at once: a chunk of a source that is stored in chunks, else `BLOCK`."""
    chunks: Sequence[int] | None = getattr(source, "chunks", None)
    return BLOCK if chunks is None else min(max(BLOCK, prod(chunks)), LARGEST_BLOCK)


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
