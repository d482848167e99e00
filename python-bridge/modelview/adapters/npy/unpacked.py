"""The deflated members of an archive, unpacked when they are wanted."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile, ZipFile

import numpy as np

from ...errors import NoValuesError
from ...tensors.dtype import Array
from .._stored import StoredFile

__all__ = ["MOST_UNPACKED", "Unpacked"]

MOST_UNPACKED = 2**30
"""Bytes that an archive's members take in memory, all together."""
AT_ONCE = 4 << 20


class Unpacked:
    """The members that were looked at last, as far as they fit: there is no way into the middle of deflated bytes.

    Parameters
    ----------
    path : Path
    file : StoredFile
        The same, which knows whether it has changed.
    """

    def __init__(self, path: Path, file: StoredFile) -> None:
        self._path = path
        self._file = file
        self._kept: OrderedDict[str, Array] = OrderedDict()
        self._damaged: dict[str, str] = {}
        self._token: object = None
        self._lock = Lock()

    def version(self) -> object:
        """Different once the file was written anew."""
        return self._file.token()

    def problem(self, name: str) -> str | None:
        """`None`, or a sentence: why a member has no values."""
        return self._damaged.get(name) or self._file.problem

    def member(self, name: str, start: int, nbytes: int) -> Array:
        """Part of a member, as bytes: from `start`, and up to its end.

        Raises
        ------
        NoValuesError
            Where the file is gone, is another one by now, or is damaged.
        """
        with self._lock:
            problem = self.problem(name)
            if problem is not None:
                raise NoValuesError(problem)
            token = self.version()
            if token != self._token:
                self._kept.clear()
                self._token = token
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
            while self._kept and nbytes + sum(each.nbytes for each in self._kept.values()) > MOST_UNPACKED:
                self._kept.popitem(last=False)
            found = self._kept[name] = self._unpack(name, start, nbytes)
            return found

    def _unpack(self, name: str, start: int, nbytes: int) -> Array:
        found = np.empty(nbytes, np.uint8)
        try:
            with ZipFile(self._path) as archive, archive.open(name) as file:
                file.read(start)
                for place in range(0, nbytes, AT_ONCE):
                    part = found[place : place + AT_ONCE]
                    data = file.read(len(part))
                    if len(data) < len(part):
                        raise EOFError("it ends too soon")
                    part[...] = np.frombuffer(data, np.uint8)
                # The checksum is looked at where it ends.
                file.read()
        except OSError as problem:
            raise NoValuesError(f"the file {self._path.name} cannot be read any more: {problem.strerror}") from None
        except (BadZipFile, EOFError, KeyError, ValueError, zlib.error) as problem:
            self._damaged[name] = f"{self._path.name} is damaged: {name} cannot be unpacked: {problem}"
            raise NoValuesError(self._damaged[name]) from None
        found.flags.writeable = False
        return found
