"""What can go wrong, each with the code that the page is told (`docs/protocol.md`, 'Error codes')."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

__all__ = [
    "AddressError",
    "Cancelled",
    "ClosedError",
    "InputsError",
    "ModelViewError",
    "NoValuesError",
    "ProfileError",
    "SelectionError",
    "StaleError",
    "TileError",
    "UnsupportedModelError",
]


class ModelViewError(Exception):
    """The root of all errors raised on purpose. The message says what was wrong and what to do.

    Attributes
    ----------
    code : str
        One of the protocol's error codes.
    """

    code: ClassVar[str] = "internal"

    def __str__(self) -> str:
        # KeyError's own __str__ would print the message's repr.
        return Exception.__str__(self)


class SelectionError(ModelViewError, ValueError):
    """A selection names what the tensor does not have, or says two things at once."""

    code = "bad-selection"


class TileError(ModelViewError, ValueError):
    """A tile outside its plane."""

    code = "bad-tile"


class NoValuesError(ModelViewError, ValueError):
    """A tensor that has a shape and no values: on the meta device, not initialised, removed."""

    code = "no-values"


class ClosedError(ModelViewError, RuntimeError):
    """The model was closed and has let go of its tensors."""

    code = "closed"


class StaleError(ModelViewError):
    """The tensor changed after the plane was made: the page is answered `stale`, not `error`."""

    code = "stale"


class Cancelled(ModelViewError):  # noqa: N818 - it is no error, somebody changed their mind
    """Nobody wants the answer any more: the page is answered `done` with `cancelled`."""

    code = "cancelled"


class ProfileError(ModelViewError, ValueError):
    """What a call costs cannot be measured: nothing to call, nothing to call it with, or somebody else measures."""

    code = "bad-argument"


class InputsError(ModelViewError, ValueError):
    """An example that a model cannot be called with; the message says what the model takes."""

    code = "bad-argument"


class UnsupportedModelError(ModelViewError, TypeError):
    """An object that is no model and no array, or one of a kind that cannot be read."""

    code = "bad-argument"


class AddressError(ModelViewError, KeyError):
    """No tensor has this address, or no module this path.

    Examples
    --------
    >>> print(AddressError.of("weight/fc.wieght", ["weight/fc.weight", "weight/fc.bias"]))
    no tensor 'weight/fc.wieght'. Close to it: 'weight/fc.weight', 'weight/fc.bias'
    """

    code = "unknown-address"

    @classmethod
    def of(cls, address: object, known: Iterable[str], *, what: str = "tensor") -> AddressError:
        """Make the error for an `address` that is not among the `known` ones; `what` they are."""
        names = list(known)
        if not isinstance(address, str):
            named = "an address" if what == "tensor" else f"the path of a {what}"
            return cls(f"{named} is a string such as {next(iter(names), 'weight/fc.weight')!r}, not {address!r}")
        # Matching is quadratic in the length of a name: thousands of names are ranked by their
        # endings alone, which is where they differ.
        tail = address.rsplit("/", 1)[-1].rsplit(".", 1)[-1]
        pool = names if len(names) <= 2000 else [n for n in names if n.endswith(tail)][:2000]
        close = get_close_matches(address, pool, n=3, cutoff=0.5)
        if not close:
            close = [name for name in names if tail and name.endswith(tail)][:3] or names[:3]
        if not close:
            return cls(f"no {what} {address!r}: this model has none")
        return cls(f"no {what} {address!r}. Close to it: {', '.join(map(repr, close))}")
