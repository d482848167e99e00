"""Long work: told how far it is, stopped when nobody wants it, shared by a few threads.

NumPy lets go of the interpreter's lock in the loops that matter here, so that threads help.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeAlias, TypeVar

from ..errors import Cancelled

__all__ = ["Cancel", "Progress", "each", "shifted"]

Progress: TypeAlias = Callable[[int, int, str], None]
"""`progress(done, total, label)`, called from the thread that asked for the work."""
Cancel: TypeAlias = Callable[[], bool]
"""Whether the answer is no longer wanted."""

WORKERS = min(4, os.cpu_count() or 1)
WORTH_A_THREAD = 2**21
"""Elements. Starting threads takes longer than the work below this."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    size: Callable[[Task], int],
    label: str,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[Result]:
    """Do every task, and give the results in the tasks' order.

    Raises
    ------
    Cancelled
        Soon after `cancelled()` says so.
    """
    sizes = [size(task) for task in tasks]
    total, done = sum(sizes), 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None and more:
            progress(done, total, label)
        if cancelled is not None and cancelled():
            raise Cancelled(f"{label}: cancelled")

    report(0)
    workers = min(WORKERS, len(tasks))
    if workers < 2 or total < WORTH_A_THREAD:
        results = []
        for task, elements in zip(tasks, sizes, strict=True):
            results.append(work(task))
            report(elements)
        return results

    found: dict[int, Result] = {}
    lock = Lock()
    stop = False
    finished = 0
    queue: Iterator[int] = iter(range(len(tasks)))

    def worker() -> None:
        nonlocal finished
        while not stop:
            with lock:
                number = next(queue, None)
            if number is None:
                return
            result = work(tasks[number])
            with lock:
                found[number] = result
                finished += sizes[number]

    # A pool of its own for each pass: nothing to close at exit, nothing broken by a fork.
    with ThreadPoolExecutor(workers, thread_name_prefix="modelview") as pool:
        try:
            pending = {pool.submit(worker) for _ in range(workers)}
            while pending:
                over, pending = wait(pending, timeout=0.05, return_when=FIRST_EXCEPTION)
                for future in over:
                    future.result()
                with lock:
                    more = finished - done
                report(more)
        finally:
            stop = True
    return [found[number] for number in range(len(tasks))]


def shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Report one pass of several: `before` elements of `total` were done in earlier ones."""
    if progress is None:
        return None
    tell = progress
    return lambda done, _, label: tell(before + done, total, label)
