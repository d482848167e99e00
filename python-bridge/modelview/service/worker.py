"""The one thread that serves every view of this kernel process.

One, because the work is NumPy under one interpreter lock: more threads would only take turns away from the person's own
cell. It serves clients in turn and a client's requests in turn, a reply at a time, so that neither a view of a giant
tensor nor a page that does not acknowledge can keep the others waiting.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import Client
    from .job import Job


class Worker:
    """A daemon thread, started with the first client, that asks the clients for jobs."""

    def __init__(self) -> None:
        # Guards the clients' queues and credits. Held for bookkeeping only, never while a tensor is read or a message
        # is sent: the page's handler must always return at once.
        self.changed = threading.Condition()
        self._clients: list[Client] = []
        self._thread: threading.Thread | None = None

    def add(self, client: Client) -> None:
        """Begin to serve a client."""
        with self.changed:
            self._clients.append(client)
            # After a fork the thread is not there any more.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="modelview-worker", daemon=True)
                self._thread.start()

    def remove(self, client: Client) -> None:
        """Serve a client no longer."""
        with self.changed:
            if client in self._clients:
                self._clients.remove(client)
            self.changed.notify()

    def _run(self) -> None:
        while True:
            # In a function of its own, so that while this thread sleeps no local name keeps a closed model alive.
            self._serve_one()

    def _serve_one(self) -> None:
        with self.changed:
            job = self._next()
            if job is None:
                self.changed.wait()
                return
        job.step()

    def _next(self) -> Job | None:
        for index, client in enumerate(self._clients):
            job = client.next_job()
            if job is not None:
                self._clients.append(self._clients.pop(index))
                return job
        return None


WORKER = Worker()
