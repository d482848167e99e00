"""Names and numbers as text for people."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["format_bytes", "listed", "on_one_line", "same_as"]


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names in a sentence, as many as it can bear.

    Examples
    --------
    >>> listed(["q", "k", "v"], 2)
    'q, k and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def on_one_line(text: str, most: int = 60) -> str:
    r"""A name as it may stand in a line: what does not print is written as Python writes it, and it has an end.

    Examples
    --------
    >>> print(on_one_line("a\nb"), on_one_line("encoder", 4))
    a\nb enc…
    """
    shown = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[: most + 1])
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def format_bytes(size: int) -> str:
    """Bytes for people, in powers of 1000 as the page has them.

    Examples
    --------
    >>> format_bytes(3_200_000_000)
    '3.2 GB'
    """
    if size < 1000:
        return f"{size} B"
    value = size / 1000
    for unit in ("KB", "MB", "GB"):
        # 999.5 and more would be written as 1e+03.
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"


def same_as(shared: str | None) -> str:
    """What is said of a module that was listed before, by its path there.

    Examples
    --------
    >>> same_as("encoder.embed")
    'the same as encoder.embed'
    """
    return "" if shared is None else f"the same as {on_one_line(shared) or 'the model'}"
