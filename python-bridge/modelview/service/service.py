"""What one model answers, and who asks it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..tensors import Plane, Pyramid, Selection, Tensor
from ..wire.protocol import Call, Get, UnknownOperationError
from .client import Client, Comm
from .get import get_steps
from .operations import OPERATIONS
from .worker import WORKER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..model import Model
    from .job import Job, Steps

log = logging.getLogger("modelview.service")

# A notebook shown twice in a few windows has a handful; past this a page opens comms and forgets them.
MOST_CLIENTS = 16


class Service:
    """Serves one model to the pages that show it.

    Parameters
    ----------
    model
        What is looked at. The service does not close it.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.closed = False
        self._clients: list[Client] = []

    @property
    def clients(self) -> tuple[Client, ...]:
        """The pages that are connected."""
        return tuple(self._clients)

    @property
    def operations(self) -> tuple[str, ...]:
        """What `call` may name."""
        return tuple(OPERATIONS)

    def connect(self, comm: Comm, subshell: str | None = None) -> Client:
        """Serve a page on the comm that it opened; the longest idle one makes room where there are too many.

        `subshell` is the one that the page has its messages handled by.
        """
        while len(self._clients) >= MOST_CLIENTS:
            oldest = min(self._clients, key=lambda client: (not client.idle, client.used))
            log.info("more than %d pages show one view: the oldest is let go", MOST_CLIENTS)
            oldest.close("This view is open in too many places. Reload the page to use it here.")
        client = Client(comm, self, subshell)
        with WORKER.changed:
            self._clients.append(client)
        return client

    def release_unreachable(self, subshells: Collection[str] | None) -> None:
        """Let go of the clients whose subshell is none of these: nothing that their pages say can arrive any more."""
        if subshells is not None:
            self._release(lambda client: client.subshell is not None and client.subshell not in subshells)

    def release_left(self, comms: Collection[str]) -> None:
        """Let go of the clients on these comms: their page has left them, and may not have been heard."""
        self._release(lambda client: client.comm.comm_id in comms)

    def _release(self, gone: Callable[[Client], bool]) -> None:
        for client in self.clients:
            if gone(client):
                client.close("The page has left the kernel.")

    def forget(self, client: Client) -> None:
        """Let go of a client that has closed."""
        # The page, the worker and a cell may each let go of it, and at once.
        with WORKER.changed:
            if client in self._clients:
                self._clients.remove(client)

    def close(self) -> None:
        """Answer what is under way with `closed`, and close every comm."""
        self.closed = True
        for client in self.clients:
            client.close("The view was closed in Python. Run its cell again to see the model.")

    def find(self, address: str, selection: object) -> tuple[Tensor, Selection]:
        """Find a tensor, and check a selection against it.

        Raises
        ------
        AddressError, SelectionError
        """
        tensor = self.model.find(address)
        return tensor, Selection.from_json(tensor, selection)

    def open(self, tensor: Tensor, selection: Selection) -> tuple[Plane, Pyramid]:
        """Make the plane of a selection and the pyramid that its tiles are cut from."""
        plane = Plane.of(tensor, selection)
        return plane, Pyramid(tensor, plane)

    def get(self, get: Get) -> Callable[[Job], Steps]:
        """Make the steps of a `get`."""
        return lambda job: get_steps(self, job, get)

    def call(self, call: Call) -> Callable[[Job], Steps]:
        """Make the steps of a `call`.

        Raises
        ------
        UnknownOperationError
            The message lists the operations.
        """
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            raise UnknownOperationError(
                f"There is no operation {call.operation[:80]!r}; the operations are {', '.join(sorted(OPERATIONS))}.",
                call.request,
            )
        return lambda job: operation(self, job, call.arguments)
