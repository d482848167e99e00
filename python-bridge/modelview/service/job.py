"""One request under way: it is carried out a reply at a time, and ends in exactly one done, stale or error."""

from __future__ import annotations

import contextvars
import logging
import time
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from ..errors import Cancelled, ModelViewError
from ..wire import replies
from .main_thread import on_main_thread
from .worker import WORKER, Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ..wire.replies import Reply
    from .client import Client

    Steps = Iterator[Reply | "Pause"]

log = logging.getLogger("modelview.service")

Result = TypeVar("Result")

# Work that is over sooner needs no progress bar; a bar need not move more often than this.
QUIET_SECONDS = 0.2
PROGRESS_SECONDS = 0.1


class Pause(Enum):
    """What steps yield instead of a reply."""

    # Before work that takes longer than a message's handler may: the worker goes on.
    LATER = "later"
    # Until another thread has done its part: the worker goes on with other jobs.
    WAITING = "waiting"


LATER = Pause.LATER


class Job:
    """A request's steps, and the context that they run in.

    The context is a copy of the handler's, made when the request came. In it ipykernel's parent header is the request's
    own, so that what the worker sends is sent on behalf of that request. A bare thread would send in the name of
    whichever cell ran last, and ipykernel would from then on queue the page's requests behind that cell.

    Parameters
    ----------
    client
        Who asked.
    request
        The page's name for it.
    steps
        Makes the replies, one for each `next`, or `LATER`. Without a last `done` or `stale` of its own the request ends
        in `done`.
    view, generation
        A newer generation of the same view makes this one superfluous.
    lane
        Which thread carries it out.
    """

    def __init__(
        self,
        client: Client,
        request: str,
        steps: Callable[[Job], Steps],
        view: str | None = None,
        generation: int = 0,
        lane: Lane = Lane.TILES,
    ) -> None:
        self.client = client
        self.request = request
        self.view = view
        self.generation = generation
        self.lane = lane
        self.cancelled = False
        self.ended = False
        # While the handler makes its first reply the worker leaves it alone.
        self.held = False
        # While another thread does its part there is nothing to do but to end it.
        self.waiting = False
        self._context = contextvars.copy_context()
        self._steps = steps(self)
        self._started: float | None = None
        self._quiet = QUIET_SECONDS
        self._reported = 0.0

    def step(self) -> None:
        """Make and send the next reply; never raises."""
        self._context.run(self._step, False)

    def begin(self) -> None:
        """Make and send the first reply where that is soon done; never raises."""
        self._context.run(self._step, True)

    def elsewhere(self, work: Callable[[], Result]) -> Generator[Pause, None, Result]:
        """Have the kernel's main thread do something between two cells; `yield from` gives what it returned.

        What has begun when nobody waits any more is told so by `unwanted`; what has not is left undone.
        """

        def begun() -> Result:
            # That no cell is waited for any more is news, however soon.
            self._quiet = 0.0
            return work()

        future = on_main_thread(begun, self._context.copy())
        self.waiting = True
        future.add_done_callback(self._resume)
        try:
            while not future.done():
                yield Pause.WAITING
        finally:
            future.cancel()
        return future.result()

    def _resume(self, _future: object) -> None:
        with WORKER.changed:
            self.waiting = False
            WORKER.changed.notify_all()

    def check(self) -> None:
        """Raise `Cancelled` where nobody waits any more."""
        if self.cancelled:
            raise Cancelled

    def unwanted(self) -> bool:
        """Tell long work whether to stop."""
        return self.cancelled

    def progress(self, done: int, total: int, label: str) -> None:
        """Tell the page now and then how far long work has come."""
        now = time.monotonic()
        started = self._started if self._started is not None else now
        if now - started < self._quiet or now - self._reported < PROGRESS_SECONDS:
            return
        self._reported = now
        if not (self.cancelled or self.ended):
            self.client.send(replies.progress(self.request, int(done), int(total), label))

    def _step(self, prompt: bool) -> None:
        if self._started is None:
            self._started = time.monotonic()
        try:
            reply = self._next()
            while isinstance(reply, Pause):
                if prompt or reply is Pause.WAITING:
                    return
                reply = self._next()
        except Cancelled:
            reply = replies.done(self.request, cancelled=True)
        except ModelViewError as problem:
            reply = replies.error(self.request, problem.code, str(problem))
        except BaseException as problem:  # the worker outlives whatever a tensor's own code raises
            log.error("request %s failed", self.request, exc_info=True)
            reply = replies.error(self.request, "internal", describe(problem))
        if reply.ends:
            self.client.finish(self, reply)
        else:
            self.client.send(reply)

    def _next(self) -> Reply | Pause:
        self.check()
        reply = next(self._steps, None)
        # What was made for a request that nobody waits for any more is not worth sending.
        self.check()
        return replies.done(self.request) if reply is None else reply


def describe(problem: BaseException) -> str:
    """Say in a sentence what was raised."""
    text = str(problem).strip() or "no message"
    return f"{type(problem).__name__}: {text[:2000]}"
