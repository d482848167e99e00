"""Waiting for work that cannot be interrupted, as a library's is: it tells the time, and can be left."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from ..errors import Cancelled

if TYPE_CHECKING:
    from .progress import Cancel, Progress

__all__ = ["wait_for"]

Result = TypeVar("Result")

GLANCE = 0.05
"""Seconds between two looks at whether it is done or no longer wanted."""
MILLISECONDS = 1000


def wait_for(
    work: Callable[[], Result],
    seconds: float,
    label: str,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Result:
    """Do some work that lets go of the interpreter's lock, as LAPACK does.

    Parameters
    ----------
    seconds : float
        How long it will take, about: the progress bar goes by the clock.
    label : str
        What is done.

    Raises
    ------
    Cancelled
        At once; what has begun ends by itself, and nobody hears of it.
    """
    results: list[Result] = []
    problems: list[BaseException] = []
    over = Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as problem:  # raised again where it is waited for
            problems.append(problem)
        finally:
            over.set()

    Thread(target=run, name="modelview-waited-for", daemon=True).start()
    started = time.monotonic()
    total = max(1, int(seconds * MILLISECONDS))
    while not over.wait(GLANCE):
        if cancelled is not None and cancelled():
            raise Cancelled(f"{label}: cancelled")
        if progress is not None:
            done = int((time.monotonic() - started) * MILLISECONDS)
            # It may take longer than was thought.
            progress(min(done, total * 99 // 100), total, f"{label}, about {_words(seconds)}")
    if problems:
        raise problems[0]
    return results[0]


def _words(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 100 else f"{max(1, seconds):.0f} s"
