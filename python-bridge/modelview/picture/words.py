"""Numbers as people write them."""

from __future__ import annotations

from collections.abc import Sequence


def nbytes(count: int) -> str:
    """Bytes in binary steps: '576 KB'.

    Examples
    --------
    >>> nbytes(589824), nbytes(12), nbytes(90_868_224)
    ('576 KB', '12 B', '86.7 MB')
    """
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            break
        value /= 1024
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


def many(count: int) -> str:
    """A count in three digits: '22.7 M'.

    Examples
    --------
    >>> many(384), many(22_713_216), many(7_000_000_000)
    ('384', '22.7 M', '7 B')
    """
    value = float(count)
    for unit in ("", " k", " M", " B", " T"):
        if value < 999.5 or unit == " T":
            break
        value /= 1000
    return f"{value:.3g}{unit}"


def shape(sizes: Sequence[int]) -> str:
    """'384 × 384'; a scalar is said to be one."""
    return " × ".join(map(str, sizes)) or "scalar"


def number(value: float | int | str | None) -> str:
    """Three digits, and a whole number whole."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) < 10**7:
        return str(value)
    return f"{value:.3g}"
