"""What the page will still take: FACTS say that a flood of comm messages is dropped, so the page drives."""

from __future__ import annotations

from collections import deque


class Credits:
    """Buffers that were sent and not yet acknowledged, against what the page granted.

    The page acknowledges bytes in the order in which they came, so a request's slot is free again when the last of its
    bytes was taken. A limit is reached rather than never passed: one reply of at most a mebibyte may go over it, and
    something may always be sent when nothing is outstanding.

    Parameters
    ----------
    requests
        How many requests may have bytes outstanding.
    nbytes
        How many bytes may be outstanding before sending stops.
    """

    def __init__(self, requests: int, nbytes: int) -> None:
        self.requests = requests
        self.nbytes = nbytes
        self._outstanding: deque[tuple[str, int]] = deque()
        self._unacknowledged = 0

    @property
    def unacknowledged(self) -> int:
        """Bytes that were sent and not yet taken."""
        return self._unacknowledged

    def allow(self, request: str) -> bool:
        """Tell whether this request may send more buffers now."""
        if not self._outstanding:
            return True
        if self._unacknowledged >= self.nbytes:
            return False
        open_requests = {name for name, _ in self._outstanding}
        return request in open_requests or len(open_requests) < self.requests

    def spend(self, request: str, nbytes: int) -> None:
        """Note that buffers were sent."""
        if nbytes:
            self._outstanding.append((request, nbytes))
            self._unacknowledged += nbytes

    def acknowledge(self, nbytes: int) -> None:
        """Note that the page took so many bytes; more than were sent is taken for all of them."""
        while nbytes > 0 and self._outstanding:
            request, size = self._outstanding.popleft()
            taken = min(size, nbytes)
            nbytes -= taken
            self._unacknowledged -= taken
            if taken < size:
                self._outstanding.appendleft((request, size - taken))
