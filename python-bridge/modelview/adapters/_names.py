"""The dotted names of tensors: their order, and their place in the tree."""

from __future__ import annotations

import re

__all__ = ["natural_order", "split"]

DEEPEST = 64
"""Levels of the tree. A name with more dots than any model has would make a node of each."""

_NUMBERS = re.compile("([0-9]+)")


def natural_order(name: str) -> tuple[tuple[tuple[str, int, str], ...], ...]:
    """A key to sort names by, part by part, in which 10 follows 9.

    Examples
    --------
    >>> sorted(["h.10.w", "h.9.w", "h.9", "h-1"], key=natural_order)
    ['h.9', 'h.9.w', 'h.10.w', 'h-1']
    """
    return tuple(tuple(map(_key, _NUMBERS.split(part))) for part in name.split("."))


def split(name: str) -> tuple[str, str]:
    """The path of the node that a tensor is in, and the tensor's name within it.

    Examples
    --------
    >>> split("encoder.layer.0.weight"), split("weight")
    (('encoder.layer.0', 'weight'), ('', 'weight'))
    """
    parts = name.split(".", DEEPEST)
    # What lies deeper stays together in the last part.
    return ".".join(parts[:-1]), parts[-1]


def _key(piece: str) -> tuple[str, int, str]:
    # By length and then by digit is by value, and any number of digits will do.
    number = piece.lstrip("0") or "0"
    return ("0", len(number), number) if piece[:1].isdigit() else (piece, 0, "")
