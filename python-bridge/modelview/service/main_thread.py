"""Work that calls a person's own code: done on the thread of their cells, between two of them.

A model that is called while a cell trains it would meet parameters that change, draw from the random numbers of the
training, and have the training meet what the call leaves in between. So it waits for the cell, as a cell would.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["on_main_thread"]

Result = TypeVar("Result")


def on_main_thread(work: Callable[[], Result], context: contextvars.Context) -> Future[Result]:
    """Do `work` in a context between two cells; at once where no kernel is running any.

    The context is what a message that is sent meanwhile is answered in.
    """
    future: Future[Result] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(context.run(work))
        except BaseException as problem:  # it is the waiting side's to tell
            future.set_exception(problem)

    loop = _loop()
    if loop is None or threading.current_thread() is threading.main_thread():
        run()
    else:
        loop.add_callback(run)
    return future


def _loop() -> Any:
    """The loop in which the kernel's main thread takes its cells, or `None` where there is no kernel."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    return getattr(getattr(shell, "kernel", None), "io_loop", None)
