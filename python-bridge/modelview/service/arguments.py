"""The arguments of an operation, checked: they come from a page and may be anything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..wire.protocol import LONGEST_ADDRESS, ArgumentError

if TYPE_CHECKING:
    from ..tensors import Selection, Tensor
    from .service import Service

__all__ = ["choice", "flag", "number", "numbers", "only", "tensor_of", "text", "whole", "wholes"]

LONGEST_TEXT = 1000


def only(arguments: Mapping[str, Any], *names: str) -> None:
    """Check that there are these and no others.

    Raises
    ------
    ArgumentError
        As all that follow.
    """
    missing = [name for name in names if name not in arguments]
    extra = [name for name in arguments if name not in names]
    if missing or extra:
        wanted = ", ".join(f"`{name}`" for name in names) or "none"
        raise ArgumentError(f"The arguments are {wanted}; missing: {missing}, unknown: {extra}."[:500])


def tensor_of(service: Service, arguments: Mapping[str, Any]) -> tuple[Tensor, Selection]:
    """The tensor at `address`, and `selection` checked against it."""
    address = arguments["address"]
    if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
        raise ArgumentError("`address` must be a tensor's address, a string.")
    return service.find(address, arguments["selection"])


def number(arguments: Mapping[str, Any], name: str) -> float:
    """A finite number."""
    value = arguments[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < math.inf:
        raise ArgumentError(f"`{name}` must be a finite number.")
    return float(value)


def whole(arguments: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    value = arguments[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ArgumentError(f"`{name}` must be a whole number from {least:,} to {most:,}.")
    return value


def numbers(arguments: Mapping[str, Any], name: str, least: float, most: float, count: int) -> list[float]:
    """1 to `count` numbers from `least` to `most`."""
    values = _list(arguments, name, count)
    real = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in values)
    if not real or not all(least <= each <= most for each in values):
        raise ArgumentError(f"`{name}` must be numbers from {least:,} to {most:,}.")
    return [float(each) for each in values]


def wholes(arguments: Mapping[str, Any], name: str, count: int) -> list[int]:
    """1 to `count` whole numbers."""
    values = _list(arguments, name, count)
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in values):
        raise ArgumentError(f"`{name}` must be whole numbers.")
    return values


def _list(arguments: Mapping[str, Any], name: str, count: int) -> list[Any]:
    values = arguments[name]
    if not isinstance(values, list) or not 1 <= len(values) <= count:
        raise ArgumentError(f"`{name}` must be a list of 1 to {count:,}.")
    return values


def flag(arguments: Mapping[str, Any], name: str) -> bool:
    """True or false."""
    value = arguments[name]
    if not isinstance(value, bool):
        raise ArgumentError(f"`{name}` must be true or false.")
    return value


def text(arguments: Mapping[str, Any], name: str) -> str:
    """A string that is not too long."""
    value = arguments[name]
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ArgumentError(f"`{name}` must be a string of at most {LONGEST_TEXT:,} characters.")
    return value


def choice(arguments: Mapping[str, Any], name: str, choices: Sequence[str]) -> str:
    """One of some strings."""
    value = arguments[name]
    if value not in choices:
        raise ArgumentError(f"`{name}` must be one of {', '.join(map(repr, choices))}.")
    return str(value)
