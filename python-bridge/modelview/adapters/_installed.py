"""Adapters that other packages bring: found by entry point, and held to the contract."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..errors import ModelViewError, UnsupportedModelError
from ..inputs import Inputs
from ..model import Model

__all__ = ["GROUP", "Installed", "installed", "newly_installed"]

GROUP = "modelview.adapters"
"""The group of entry points that is looked in."""


@dataclass(frozen=True)
class Installed:
    """Another package's adapter.

    Attributes
    ----------
    name : str
        What it is called in errors: its entry point's name, and where it is from.
    describe : callable
        What it was found to be: see `Adapter`.
    """

    name: str
    describe: Callable[..., Any]

    def __call__(self, obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
        """Ask it for a model; `NotImplemented` for what it does not know.

        Raises
        ------
        ModelViewError
            What it raises itself, where it knows the object and cannot show it.
        UnsupportedModelError
            Where it fails in another way, or answers with what is no model; the message names it.
        """
        kind = type(obj).__name__
        try:
            found = self.describe(obj, name=name, inputs=inputs)
        except ModelViewError:
            raise
        except Exception as problem:
            raise UnsupportedModelError(
                f"the adapter {self.name} failed on a {kind}: {type(problem).__name__}: {problem}"
            ) from problem
        if found is NotImplemented or isinstance(found, Model):
            return found
        raise UnsupportedModelError(
            f"the adapter {self.name} answered for a {kind} with {type(found).__name__}: it must return a Model, "
            "or NotImplemented for what it does not know (docs/adapters.md)"
        )


@cache
def installed() -> tuple[Installed, ...]:
    """What was found when it was first asked for, by name; one that does not load is left out with a warning."""
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    return tuple(adapter for entry in entries if (adapter := _loaded(entry)) is not None)


def newly_installed() -> tuple[Installed, ...]:
    """Those of packages that were installed since, as from a notebook's own cell."""
    before = {adapter.name for adapter in installed()}
    installed.cache_clear()
    return tuple(adapter for adapter in installed() if adapter.name not in before)


def _loaded(entry: EntryPoint) -> Installed | None:
    package = "" if entry.dist is None else f" of {entry.dist.name}"
    name = f"{entry.name!r}{package} ({entry.value})"
    try:
        loaded = entry.load()
    except Exception as problem:
        _left_out(name, f"did not load: {type(problem).__name__}: {problem}")
        return None
    describe = getattr(loaded, "describe", loaded)
    if not callable(describe):
        _left_out(name, "is no function, and has no function `describe`")
        return None
    return Installed(name, describe)


def _left_out(name: str, why: str) -> None:
    # At the line of the person's who asked, however far above it is.
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "modelview":
        level, frame = level + 1, frame.f_back
    warnings.warn(f"modelview: the adapter {name} {why}", stacklevel=level)
