"""Reading a file's header piece by piece, and never beyond its end."""

from __future__ import annotations

import struct
from typing import BinaryIO, Literal

__all__ = ["Reading", "Wrong"]

LONGEST_HEADER = 256 << 20
"""Bytes: a vocabulary of a million words has a tenth of it."""
LONGEST_TEXT = 1 << 20
PIECE = 1 << 18


class Wrong(Exception):  # noqa: N818 - a sentence on its way to the error that names the file
    """What is wrong with a header."""


class Reading:
    """A file that is read from its first byte on.

    Parameters
    ----------
    file : BinaryIO
    size : int
        Of it, in bytes.

    Attributes
    ----------
    order : {'little', 'big'}
        Of a number's bytes.
    place : int
        Where the next byte is.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self.order: Literal["little", "big"] = "little"
        self.place = 0

    @property
    def left(self) -> int:
        """The bytes that follow."""
        return self.size - self.place

    def take(self, count: int) -> bytes:
        """The next bytes."""
        self._go(count)
        found = self._file.read(count)
        if len(found) < count:
            raise Wrong("it was cut while it was read")
        return found

    def skip(self, count: int) -> None:
        """Pass over the next bytes."""
        self._go(count)
        self._file.seek(count, 1)

    def number(self, count: int) -> int:
        """An unsigned integer of so many bytes."""
        return int.from_bytes(self.take(count), self.order)

    def text(self, longest: int = LONGEST_TEXT) -> str:
        """A text that its length stands before."""
        length = self.number(8)
        if length > longest:
            raise Wrong(f"a text of {length:,} bytes at {self.place:,}; {longest:,} are the most that are read")
        return self.take(length).decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over texts, of which a vocabulary has hundreds of thousands."""
        length = struct.Struct(">Q" if self.order == "big" else "<Q")
        # Some of the file, and where in it the next text begins.
        piece, at = b"", 0
        for _ in range(count):
            if at + length.size > len(piece):
                self._go(at)
                self._file.seek(self.place)
                piece, at = self._file.read(PIECE), 0
                if len(piece) < length.size:
                    raise Wrong(
                        f"a text is to follow at {self.place:,}, and {self.left:,} bytes do: it was cut, or lies"
                    )
            at += length.size + length.unpack_from(piece, at)[0]
        self._go(at)
        self._file.seek(self.place)

    def all_before(self, place: int) -> bytes:
        """The file's first bytes."""
        self._file.seek(0)
        return self._file.read(place)

    def _go(self, count: int) -> None:
        if count > self.left:
            raise Wrong(f"{count:,} bytes are to follow at {self.place:,}, and {self.left:,} do: it was cut, or lies")
        self.place += count
        if self.place > LONGEST_HEADER:
            raise Wrong(f"its header is longer than {LONGEST_HEADER:,} bytes, the most that are read")
