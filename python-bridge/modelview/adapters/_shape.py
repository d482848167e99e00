"""Shapes that a file says, and that may be no shapes at all."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

__all__ = ["times", "wrong_shape"]

MOST_DIMENSIONS = 32
"""NumPy 1 has no more."""


def times(shape: Sequence[int]) -> str:
    """A shape in words.

    Examples
    --------
    >>> times((2, 3)), times(())
    ('2 × 3', 'a scalar')
    """
    return " × ".join(map(str, shape)) or "a scalar"


def wrong_shape(shape: Sequence[int], bits: int) -> str | None:
    """Why no tensor can have this shape, as the end of a sentence, or `None`.

    Parameters
    ----------
    shape : sequence of int
    bits : int
        Of each value.

    Examples
    --------
    >>> wrong_shape((2, 3), 32), wrong_shape((2, -1), 32)
    (None, 'its shape has a negative size: 2 × -1')
    """
    if any(size < 0 for size in shape):
        return f"its shape has a negative size: {times(shape)}"
    if len(shape) > MOST_DIMENSIONS:
        return f"it has {len(shape)} dimensions; {MOST_DIMENSIONS} are the most that are read"
    # Without the sizes of 0, as NumPy counts: the product of the others must fit it too.
    if prod(size for size in shape if size) * bits >= 2**63:
        return f"its shape is {times(shape)}, which no memory holds"
    return None
