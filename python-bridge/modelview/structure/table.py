"""Text in columns."""

from __future__ import annotations

from collections.abc import Container, Sequence

__all__ = ["aligned"]


def aligned(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> list[str]:
    r"""One line for each row, each column as wide as it must be.

    Parameters
    ----------
    rows
        All of one length.
    right
        The columns that end where their widest cell does: numbers.

    Examples
    --------
    >>> print(*aligned([["a", "10"], ["long", "5"]], right=[1]), sep="\n")
    a     10
    long   5
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
