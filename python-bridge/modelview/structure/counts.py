"""What modules have, with those below them: each tensor once, however often it is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["counted_at"]


def counted_at(holders: Iterable[int], parents: Sequence[int | None], again: Mapping[int, Sequence[int]]) -> set[int]:
    """The modules that a tensor counts for: those that hold it, and all that these are in.

    Parameters
    ----------
    holders
        Indices of the modules that have it as their own.
    parents
        Of every module.
    again
        Where a module that is shared is listed again.

    Examples
    --------
    >>> sorted(counted_at([2], [None, 0, 1, 0], {1: [3]}))
    [0, 1, 2, 3]
    """
    found: set[int] = set()
    waiting = list(holders)
    while waiting:
        place: int | None = waiting.pop()
        while place is not None and place not in found:
            found.add(place)
            waiting += again.get(place, ())
            place = parents[place]
    return found
