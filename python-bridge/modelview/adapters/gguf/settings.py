"""The settings of a GGUF file: numbers, texts, and lists of these."""

from __future__ import annotations

import struct
from typing import Any

from .reading import Reading, Wrong

__all__ = ["setting"]

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The kinds of numbers, and what `struct` calls them."""
TEXT, LIST = 8, 9
SHOWN = 16
"""Entries of a list that are kept; of a longer one the first few."""
FEW = 4
LONGEST = 4000
"""Letters of a text that are kept: a chat's template has more."""
DEEPEST = 4
MOST_TEXTS = 2**22
"""Entries of a list that have to be read to know where it ends: a vocabulary has a tenth of it."""


def setting(file: Reading) -> Any:
    """The setting that follows, as a number, a text or a list; a long list as a text that says its length.

    Raises
    ------
    Wrong
        Where it is of no known kind, or not there.
    """
    return _value(file, file.number(4), 0)


def _value(file: Reading, kind: int, depth: int) -> Any:
    if kind in NUMBERS:
        return _number(file, NUMBERS[kind])
    if kind == TEXT:
        text = file.text()
        return text if len(text) <= LONGEST else text[:LONGEST] + "…"
    if kind == LIST and depth < DEEPEST:
        return _list(file, depth)
    raise Wrong(f"a setting at {file.place:,} is of kind {kind}, which the format does not have")


def _number(file: Reading, kind: str) -> Any:
    order = ">" if file.order == "big" else "<"
    return struct.unpack(order + kind, file.take(struct.calcsize(order + kind)))[0]


def _list(file: Reading, depth: int) -> Any:
    kind, length = file.number(4), file.number(8)
    smallest = struct.calcsize("=" + NUMBERS[kind]) if kind in NUMBERS else 8
    if length * smallest > file.left:
        raise Wrong(f"a list of {length:,} entries at {file.place:,}, and only {file.left:,} bytes follow")
    kept = [_value(file, kind, depth + 1) for _ in range(length if length <= SHOWN else FEW)]
    if length <= SHOWN:
        return kept
    if kind in NUMBERS:
        file.skip((length - len(kept)) * smallest)
        return _in_words(kept, length)
    if length > MOST_TEXTS:
        raise Wrong(f"a list of {length:,} texts at {file.place:,}; {MOST_TEXTS:,} are the most that are read")
    if kind == TEXT:
        file.skip_texts(length - len(kept))
        return _in_words(kept, length)
    for _ in range(length - len(kept)):
        _value(file, kind, depth + 1)
    return _in_words(kept, length)


def _in_words(first: list[Any], length: int) -> str:
    return f"{length:,}: {', '.join(map(str, first))}, …"
