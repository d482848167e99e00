"""Zip archives whose members are read where they are."""

from __future__ import annotations

from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

from ._stored import StoredFile

__all__ = ["start_of", "stored_archive"]

LOCAL_HEADER = 30
"""Bytes, of which the last four are the lengths of what follows it: the name, and other things."""


def stored_archive(path: Path, file: IO[bytes], archive: ZipFile) -> StoredFile:
    """An archive as a file of values.

    What stands at its end has a checksum of each member: where that is the same, the values are.
    """
    size = file.seek(0, 2)
    file.seek(archive.start_dir)
    return StoredFile(path, size, file.read(), archive.start_dir)


def start_of(file: IO[bytes], member: ZipInfo) -> int:
    """Where the bytes of a member begin in the archive's file."""
    file.seek(member.header_offset + LOCAL_HEADER - 4)
    lengths = file.read(4)
    ahead = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    return member.header_offset + LOCAL_HEADER + ahead
