"""What a model is called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Inputs"]


@dataclass(frozen=True)
class Inputs:
    """An example call: `model(*args, **kwargs)`.

    Examples
    --------
    >>> Inputs.of(3)
    Inputs(args=(3,), kwargs={})
    >>> Inputs.of((1, 2))
    Inputs(args=(1, 2), kwargs={})
    >>> Inputs.of({"ids": 1})
    Inputs(args=(), kwargs={'ids': 1})
    >>> Inputs.of(((1,), {"mask": 2}))
    Inputs(args=(1,), kwargs={'mask': 2})
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any) -> Inputs:
        """Take what a person passes as `inputs`.

        Parameters
        ----------
        value
            One input; a tuple of positional ones; a mapping of keyword ones; or `(args, kwargs)`, a tuple (or list) and
            a mapping. A model whose one input is itself a tuple or a mapping takes `((input,), {})`.
        """
        if isinstance(value, Inputs):
            return value
        if _keywords(value):
            return cls((), dict(value))
        if isinstance(value, tuple):
            if len(value) == 2 and isinstance(value[0], (tuple, list)) and _keywords(value[1]):
                return cls(tuple(value[0]), dict(value[1]))
            return cls(value)
        return cls((value,))


def _keywords(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
