"""What a model says that it takes, and whether an example fits that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import InputsError
from ..structure import Value

__all__ = ["Shape", "Signature", "same_sizes"]

Shape: TypeAlias = "tuple[int | str | None, ...]"
"""Sizes; one that is no number may be any."""


def same_sizes(taken: Shape, given: Shape) -> bool:
    """Whether one shape fits another, size by size.

    Examples
    --------
    >>> same_sizes(("batch", 3), (8, 3)), same_sizes(("batch", 3), (8, 7)), same_sizes((3,), (8, 3))
    (True, False, False)
    """
    pairs = list(zip(taken, given, strict=False))
    fixed = [(one, other) for one, other in pairs if isinstance(one, int) and isinstance(other, int) and one > 0]
    return len(taken) == len(given) and all(one == other for one, other in fixed)


@dataclass(frozen=True)
class Signature:
    """The inputs of a model that says itself what they are.

    No example is needed then for what flows, but a wrong one is a mistake that should be heard of.

    Attributes
    ----------
    inputs : mapping of str to Value
        In order; of one without a shape any value fits.
    optional : frozenset of str
        Those that may be left out.
    fits : callable
        Whether the shape that is taken goes with the one that is given.

    Examples
    --------
    >>> import numpy as np
    >>> Signature({"x": Value(("batch", 3), "float32")}).check([np.ones((1, 7))])
    Traceback (most recent call last):
    modelview.errors.InputsError: `inputs` does not fit: 'x' is batch × 3 float32, and 1 × 7 was given. The model ...
    """

    inputs: Mapping[str, Value]
    optional: frozenset[str] = frozenset()
    fits: Callable[[Shape, Shape], bool] = same_sizes

    def check(self, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None) -> None:
        """Compare an example's names and shapes; dtypes are not, since an example need not be exact.

        Raises
        ------
        InputsError
            Where it does not fit, with what would.
        """
        required = [name for name in self.inputs if name not in self.optional]
        if len(args) > len(required):
            raise self._refused(f"{len(args)} {'was' if len(args) == 1 else 'were'} given by position")
        given = dict(zip(required, args, strict=False)) | dict(kwargs or {})
        for name in given:
            if name not in self.inputs:
                raise self._refused(f"it takes none named {name!r}")
        for name in required:
            if name not in given:
                raise self._refused(f"{name!r} is missing")
        for name, value in given.items():
            self._check_one(name, value)

    def _check_one(self, name: str, value: object) -> None:
        taken = self.inputs[name]
        if taken.shape is None or value is None:
            return
        shape = () if isinstance(value, (bool, int, float, complex)) else getattr(value, "shape", None)
        if shape is None:
            raise self._refused(f"{name!r} is {taken}, and a {type(value).__name__}, which has no shape, was given")
        # How many dimensions a symbolic tensor has may not be known.
        if getattr(shape, "rank", 0) is not None and not self.fits(taken.shape, tuple(shape)):
            sizes = tuple("?" if size is None else size for size in shape)
            raise self._refused(f"{name!r} is {taken}, and {Value(sizes)} was given")

    def _refused(self, what: str) -> InputsError:
        named = ", ".join(f"{name!r} ({value})" for name, value in self.inputs.items() if name not in self.optional)
        return InputsError(
            f"`inputs` does not fit: {what}. The model takes {named or 'nothing'}, and says so itself: "
            "leave `inputs` out, or pass what it takes"
        )
