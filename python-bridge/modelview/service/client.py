"""One open comm: a page's requests to one model, and what the page will take."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Protocol

from .._version import __version__
from ..wire import protocol, replies
from ..wire.protocol import (
    Ack,
    ArgumentError,
    Call,
    Cancel,
    Get,
    HandshakeError,
    Hello,
    MessageError,
)
from .credits import Credits
from .job import Job, describe
from .worker import WORKER, Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire.replies import Reply
    from .service import Service

log = logging.getLogger("modelview.service")

MOST_PENDING = 4096
MOST_VIEWS = 1024


class Comm(Protocol):
    """What is needed of a comm."""

    comm_id: str

    def send(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        """Send one message."""

    def close(self) -> None:
        """Close both ends."""

    def on_msg(self, callback: Any) -> None:
        """Call back with each message."""

    def on_close(self, callback: Any) -> None:
        """Call back when the page closes its end."""


class Client:
    """A page's end of the conversation.

    `receive` validates, answers what is on hand, and leaves the rest to the worker, which takes jobs by `next_job` and
    answers by `send` and `finish`.

    Parameters
    ----------
    comm
        Opened by the page for this model.
    service
        What it asks.
    subshell
        The kernel's thread that its messages are handled by, where it is not the main one.
    """

    def __init__(self, comm: Comm, service: Service, subshell: str | None = None) -> None:
        self.comm = comm
        self.service = service
        self.subshell = subshell
        self.closed = False
        self.used = time.monotonic()
        self._credits: Credits | None = None  # none before hello
        self._jobs: list[Job] = []
        self._generations: OrderedDict[str, int] = OrderedDict()
        comm.on_msg(self.receive)
        comm.on_close(lambda _message: self.release())
        WORKER.add(self)

    @property
    def idle(self) -> bool:
        """Whether no request of it is under way."""
        return not self._jobs

    def receive(self, message: Mapping[str, Any]) -> None:
        """Handle one message of the comm; never raises."""
        self.used = time.monotonic()
        try:
            self._receive(message)
        except MessageError as problem:
            log.warning("refused a message from the page: %s", problem)
            self.send(replies.error(problem.request, problem.code, str(problem)))
        except Exception as problem:
            log.exception("a message from the page failed")
            self.send(replies.error(None, "internal", describe(problem)))

    def _receive(self, message: Mapping[str, Any]) -> None:
        data = protocol.parse(message.get("content", {}).get("data"))
        match data:
            case Hello():
                self._greet(data, message)
            case Ack():
                self._acknowledge(data.bytes)
            case Cancel():
                self._cancel(data)
            case Get():
                self._acknowledge(data.ack)
                job = Job(self, data.request, self.service.get(data), data.view, data.generation)
                self._enqueue(job, prompt=True)
            case Call():
                self._enqueue(Job(self, data.request, self.service.call(data), lane=Lane.CALLS))

    def _acknowledge(self, nbytes: int) -> None:
        if nbytes:
            with WORKER.changed:
                if self._credits is not None:
                    self._credits.acknowledge(nbytes)
                WORKER.changed.notify_all()

    def _greet(self, hello: Hello, message: Mapping[str, Any]) -> None:
        if hello.protocol != protocol.PROTOCOL:
            raise HandshakeError(
                f"The page speaks version {hello.protocol} of modelview's protocol, and modelview "
                f"{__version__} in this kernel version {protocol.PROTOCOL}. Install the same "
                "version of modelview for JupyterLab and for the kernel, restart the kernel and "
                "reload the page.",
            )
        with WORKER.changed:
            self._credits = Credits(hello.credit_requests, hello.credit_bytes)
            WORKER.changed.notify_all()
        # A request that came over a subshell is handled while a cell runs; one without waits for the cell.
        header = message.get("header") or {}
        subshells = header.get("subshell_id") is not None
        self.send(replies.welcome(__version__, self.service.operations, subshells))

    def _enqueue(self, job: Job, *, prompt: bool = False) -> None:
        """Leave a job to the worker; of one that is `prompt`, what is soon done is done at once.

        What a slider asks for is on hand nearly always. To wake another thread for it, while the page and the server
        want the processors too, takes longer than to read and encode it.
        """
        with WORKER.changed:
            if self._credits is None:
                raise HandshakeError("The first message is `hello`, with a protocol version.", job.request)
            if any(other.request == job.request for other in self._jobs):
                # Answered without its name, which belongs to the request that is under way.
                raise MessageError(f"The request {job.request!r} is under way: take a new name.")
            if len(self._jobs) >= MOST_PENDING:
                raise ArgumentError(
                    f"{MOST_PENDING} requests wait already: cancel some, or wait for answers.",
                    job.request,
                )
            if job.view is not None:
                self._supersede(job, job.view)
            self._jobs.append(job)
            job.held = prompt and self._credits.allow(job.request)
            if not job.held:
                WORKER.changed.notify_all()
        if job.held:
            try:
                job.begin()
            finally:
                # The person may interrupt the kernel in the middle of it.
                with WORKER.changed:
                    job.held = False
                    if not job.ended:
                        WORKER.changed.notify_all()

    def _supersede(self, job: Job, view: str) -> None:
        newest = max(job.generation, self._generations.pop(view, 0))
        self._generations[view] = newest
        if len(self._generations) > MOST_VIEWS:
            self._generations.popitem(last=False)
        for other in (*self._jobs, job):
            if other.view == view and other.generation < newest:
                other.cancelled = True

    def _cancel(self, cancel: Cancel) -> None:
        wanted = set(cancel.requests)
        with WORKER.changed:
            for job in self._jobs:
                if job.request in wanted:
                    job.cancelled = True
            WORKER.changed.notify_all()

    def next_job(self, lane: Lane) -> Job | None:
        """Choose what to do next: what is no longer wanted first, since it only ends; called with the lock held.

        Views take turns; the requests of one are answered one after the other, since it asks first for what it wants
        most.
        """
        granted = self._credits
        for ready in (
            lambda job: job.cancelled,
            lambda job: not job.waiting and granted is not None and granted.allow(job.request),
        ):
            for job in self._jobs:
                if job.lane is lane and not job.held and ready(job):
                    self._jobs.sort(key=lambda other: other is job or (job.view is not None and other.view == job.view))
                    return job
        return None

    def send(self, reply: Reply) -> None:
        """Send a reply; a comm that fails is given up."""
        if self.closed:
            return
        with WORKER.changed:
            if self._credits is not None:
                self._credits.spend(str(reply.message.get("request")), reply.nbytes)
        try:
            self.comm.send(data=reply.message, buffers=list(reply.buffers))
        except Exception:
            log.exception("could not send to the page: its comm is given up")
            self.release()

    def finish(self, job: Job, reply: Reply) -> None:
        """Send the end of a request, once."""
        with WORKER.changed:
            if job.ended:
                return
            job.ended = True
            if job in self._jobs:
                self._jobs.remove(job)
        self.send(reply)

    def close(self, message: str) -> None:
        """End every request with the error `closed`, and the comm with them."""
        with WORKER.changed:
            jobs = list(self._jobs)
        for job in jobs:
            self.finish(job, replies.error(job.request, "closed", message))
        self.send(replies.error(None, "closed", message))
        self.release()
        try:
            self.comm.close()
        except Exception:
            log.exception("could not close a comm")

    def release(self) -> None:
        """Let go of everything; the page has closed its end, or is about to be told."""
        with WORKER.changed:
            self.closed = True
            for job in self._jobs:
                job.cancelled = job.ended = True
            self._jobs.clear()
        WORKER.remove(self)
        self.comm.on_msg(None)
        self.comm.on_close(None)
        self.service.forget(self)
