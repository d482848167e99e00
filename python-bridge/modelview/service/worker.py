"""The two threads that serve every view of this kernel process: one for what a `get` asks for, and one for calls.

Two, because a call may read all of a giant tensor at once, while tiles are wanted now; and no more, because the work
is NumPy under one interpreter lock: more threads would only take turns away from the person's own cell. Each serves
clients in turn and a client's requests in turn, a reply at a time, so that neither a view of a giant tensor nor a page
that does not acknowledge can keep the others waiting.
"""

from __future__ import annotations

import threading
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .client import Client
    from .job import Job


KEPT = 2**24
"""Bytes. glibc gives what was freed back to the system from twice the largest block that was ever freed, and takes it
anew page by page: a pooled tile took three times as long for that."""


class Lane(Enum):
    """Which of the threads a job is done by."""

    TILES = "tiles"
    CALLS = "calls"


class Worker:
    """Daemon threads, started with the first client, that ask the clients for jobs: one for each lane."""

    def __init__(self) -> None:
        # Guards the clients' queues and credits. Held for bookkeeping only, never while a tensor is read or a message
        # is sent: the page's handler must always return at once.
        self.changed = threading.Condition()
        self._clients: list[Client] = []
        self._threads: dict[Lane, threading.Thread] = {}

    def add(self, client: Client) -> None:
        """Begin to serve a client."""
        with self.changed:
            self._clients.append(client)
            if not self._threads:
                # Freed again at once, and never written to: it takes no memory.
                np.empty(KEPT, np.uint8)
            for lane in Lane:
                # After a fork the thread is not there any more.
                if lane not in self._threads or not self._threads[lane].is_alive():
                    name = f"modelview-{lane.value}"
                    self._threads[lane] = threading.Thread(target=self._run, args=(lane,), name=name, daemon=True)
                    self._threads[lane].start()

    def remove(self, client: Client) -> None:
        """Serve a client no longer."""
        with self.changed:
            if client in self._clients:
                self._clients.remove(client)
            self.changed.notify_all()

    def _run(self, lane: Lane) -> None:
        while True:
            # In a function of its own, so that while this thread sleeps no local name keeps a closed model alive.
            self._serve_one(lane)

    def _serve_one(self, lane: Lane) -> None:
        with self.changed:
            job = self._next(lane)
            if job is None:
                self.changed.wait()
                return
        job.step()

    def _next(self, lane: Lane) -> Job | None:
        for index, client in enumerate(self._clients):
            job = client.next_job(lane)
            if job is not None:
                self._clients.append(self._clients.pop(index))
                return job
        return None


WORKER = Worker()
