"""What was computed and may be wanted again: least recently used first out, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from itertools import count
from threading import RLock
from typing import Any

__all__ = ["Cache", "shared_cache"]


class Cache:
    """A map from `(owner, key)` to a value of a stated size in bytes. Safe between threads.

    Examples
    --------
    >>> cache = Cache(100)
    >>> cache.put(1, "a", "first", 60); cache.put(2, "b", "second", 60)
    >>> cache.get(1, "a"), cache.get(2, "b"), cache.nbytes
    (None, 'second', 60)
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self._entries: OrderedDict[tuple[int, Hashable], tuple[Any, int]] = OrderedDict()
        self._nbytes = 0
        # A finaliser may clear an owner while this thread is inside `put`: hence re-entrant.
        self._lock = RLock()
        self._owners = count(1)

    def new_owner(self) -> int:
        """A number that names an owner, never used again."""
        return next(self._owners)

    @property
    def nbytes(self) -> int:
        """The bytes held now."""
        return self._nbytes

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, owner: int, key: Hashable) -> Any:
        """The value, or `None`."""
        with self._lock:
            entry = self._entries.get((owner, key))
            if entry is None:
                return None
            self._entries.move_to_end((owner, key))
            return entry[0]

    def put(self, owner: int, key: Hashable, value: Any, nbytes: int) -> None:
        """Keep a value; one that is larger than the limit is not kept."""
        with self._lock:
            old = self._entries.pop((owner, key), None)
            if old is not None:
                self._nbytes -= old[1]
            if nbytes > self.limit:
                return
            self._entries[owner, key] = (value, nbytes)
            self._nbytes += nbytes
            while self._nbytes > self.limit:
                _, (_, freed) = self._entries.popitem(last=False)
                self._nbytes -= freed

    def clear(self, owner: int | None = None) -> None:
        """Forget what an owner kept, or everything."""
        with self._lock:
            if owner is None:
                self._entries.clear()
                self._nbytes = 0
                return
            for key in [key for key in self._entries if key[0] == owner]:
                self._nbytes -= self._entries.pop(key)[1]


_shared = Cache()


def shared_cache() -> Cache:
    """The cache of this process, 256 MB."""
    return _shared
