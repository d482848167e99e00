"""A file in memory, as far as it is looked at."""

from __future__ import annotations

import mmap
from pathlib import Path
from threading import Lock

from ...errors import NoValuesError

__all__ = ["MappedFile"]

CHANGED = "its file is no longer the one that was opened: show it again"


class MappedFile:
    """A file of values: mapped when one is first read, and again after it was written anew.

    Cutting a file that is mapped ends the process that reads beyond the cut. So each read first asks whether the file
    is as it was; if not, its size and what it begins with must be.

    Parameters
    ----------
    size : int
        Of the file when it was opened, in bytes.
    header : bytes
        What it began with, where that says what is in it.
    """

    def __init__(self, path: Path, size: int, header: bytes = b"") -> None:
        self._path = path
        self._header = header
        self._size = size
        self._lock = Lock()
        self._mapped: mmap.mmap | None = None
        self._seen: object = self.token()

    def token(self) -> object:
        """Different once the file was written, replaced or removed."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    @property
    def problem(self) -> str | None:
        """`None`, or a sentence: why there are no values."""
        try:
            self.bytes()
        except NoValuesError as problem:
            return str(problem)
        return None

    def bytes(self) -> mmap.mmap:
        """The file's bytes.

        Raises
        ------
        NoValuesError
            Where the file is gone, or is another one by now.
        """
        with self._lock:
            token = self.token()
            if self._mapped is None or token != self._seen:
                self._mapped = None
                self._mapped = self._map()
                self._seen = token
            return self._mapped

    def _map(self) -> mmap.mmap:
        try:
            with self._path.open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as problem:
            raise NoValuesError(f"the file {self._path.name} cannot be read any more: {problem}") from None
        if len(mapped) != self._size or mapped[: len(self._header)] != self._header:
            raise NoValuesError(f"{self._path.name}: {CHANGED}")
        return mapped
