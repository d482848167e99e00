"""The page and Python write one state, neither knowing what the other has just written: both changes count."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

__all__ = ["Revisions"]

KEPT = 64
"""Revisions. A page that is further behind has not been heard of for minutes."""
SUBJECT = ("node", "address", "region", "channels")
"""What is looked at: a region is of the tensor at `address`, so that these change together."""


class Revisions:
    """Numbers the changes that Python makes, and merges into the newest what a page changed in an older one.

    Without it a click that is sent a tenth of a second after `mv.selection = …` would take that back: a page sends the
    whole state.

    Attributes
    ----------
    number : int
        Of the newest revision. The state has it as `revision`, and a page sends back the one that it has seen.
    """

    def __init__(self) -> None:
        self.number = 0
        self._left: OrderedDict[int, Mapping[str, Any]] = OrderedDict()

    def advance(self, left: Mapping[str, Any]) -> int:
        """Begin a new revision: Python changes the state `left`, in which is what pages changed in that revision."""
        self._left[self.number] = left
        if len(self._left) > KEPT:
            self._left.popitem(last=False)
        self.number += 1
        return self.number

    def merge(self, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        """The state `ours` with what a page changed in the revision that `theirs` names.

        Of what both changed the page's is taken: it comes later. All of it is where that revision is not known.

        Examples
        --------
        >>> revisions = Revisions()
        >>> first = {"address": "weight/a", "tab": None, "revision": 0}
        >>> second = {**first, "address": "weight/b", "revision": revisions.advance(first)}
        >>> revisions.merge({**first, "tab": "spectrum"}, second)
        {'address': 'weight/b', 'tab': 'spectrum', 'revision': 1}
        """
        seen = theirs.get("revision")
        base = self._left.get(seen) if isinstance(seen, int) else None
        if base is None:
            return {**theirs, "revision": self.number}
        merged = {**ours, **_changed(theirs, base)}
        slices = theirs.get("slices")
        if isinstance(slices, Mapping):
            merged["slices"] = {**ours["slices"], **_changed(slices, base["slices"])}
        if any(name in theirs and theirs[name] != base.get(name) for name in SUBJECT):
            merged.update({name: theirs.get(name) for name in SUBJECT})
        return {**merged, "revision": self.number}


def _changed(theirs: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in theirs.items() if name not in base or value != base[name]}
