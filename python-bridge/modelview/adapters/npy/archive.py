"""A `.npz` file: where the arrays in it are."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ...tensors.source import TensorSource
from .._absent import AbsentSource
from .._stored import StoredFile
from .._zip import start_of, stored_archive
from .header import ArrayHeader, Unreadable
from .source import UnpackedSource, stored_source
from .unpacked import MOST_UNPACKED, Unpacked

__all__ = ["read_archive"]

ENDING = ".npy"
MOST_DEFLATED = 1032
"""Times: no bytes are deflated to fewer."""
ENCRYPTED = 1


def read_archive(path: Path) -> tuple[Mapping[str, TensorSource], Mapping[str, Any]]:
    """The arrays of an archive by their names, as `numpy.load` has them, and what there is to say of it.

    Raises
    ------
    OSError
    Unreadable
        Where it is no archive, or has no array in it.
    """
    try:
        with path.open("rb") as file, ZipFile(file) as archive:
            return _read(path, file, archive)
    except (BadZipFile, NotImplementedError) as problem:
        # The latter of an archive that asks for a newer program.
        raise Unreadable(f"it is no zip archive, which an .npz file is, or a damaged one: {problem}") from None


def _read(path: Path, file: IO[bytes], archive: ZipFile) -> tuple[Mapping[str, TensorSource], Mapping[str, Any]]:
    members = [each for each in archive.infolist() if each.filename.endswith(ENDING)]
    [(again, many)] = Counter(each.filename for each in members).most_common(1) or [("", 0)]
    if not many:
        inside = ", ".join(each.filename for each in archive.infolist()[:3])
        raise Unreadable(f"there are no arrays in it, no member ends in {ENDING} ({inside or 'it is empty'})")
    if many > 1:
        raise Unreadable(f"{again[:80]!r} is in it {many} times: which one is meant cannot be known")
    stored = stored_archive(path, file, archive)
    unpacked = Unpacked(path, stored)
    sources: dict[str, TensorSource] = {}
    for member in members:
        name = member.filename.removesuffix(ENDING)
        try:
            sources[name] = _source(archive, member, file, stored, unpacked)
        except Unreadable as problem:
            sources[name] = AbsentSource((), "unknown", 0, f"{member.filename}: {problem}")
    deflated = sum(isinstance(each, UnpackedSource) for each in sources.values())
    attributes: dict[str, Any] = {}
    if deflated:
        attributes["deflated"] = (
            f"{deflated} of {len(members)} arrays: each is unpacked whole, in memory, when it is looked at. "
            "numpy.savez writes arrays that are read in place"
        )
    others = [each.filename for each in archive.infolist() if each not in members]
    if others:
        attributes["not arrays"] = others
    return sources, attributes


def _source(archive: ZipFile, member: ZipInfo, file: IO[bytes], stored: StoredFile, unpacked: Unpacked) -> TensorSource:
    if member.flag_bits & ENCRYPTED:
        raise Unreadable("it is encrypted: unpack the archive, and write it with numpy.savez")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable(
            f"it is compressed by method {member.compress_type} of zip's, and NumPy writes 0 and 8 alone: "
            "load it with numpy.load, and write it with numpy.savez"
        )
    try:
        with archive.open(member) as opened:
            header = ArrayHeader.read(opened)
    except (BadZipFile, EOFError, OSError, ValueError, zlib.error) as problem:
        raise Unreadable(f"it is damaged: {problem}") from None
    header.check(member.file_size)
    if member.compress_type == ZIP_DEFLATED:
        if header.nbytes > MOST_UNPACKED:
            return AbsentSource(
                *(header.shape, header.stored.name, header.nbytes),
                f"it is deflated, and would have to be unpacked whole: its {header.nbytes:,} bytes are more than the "
                f"{MOST_UNPACKED:,} that ModelView keeps in memory. Write it with numpy.savez, which does not deflate",
            )
        if header.nbytes > MOST_DEFLATED * member.compress_size:
            raise Unreadable(f"it is damaged: {member.compress_size:,} bytes cannot unpack to {header.nbytes:,}")
        return UnpackedSource(unpacked, member.filename, header)
    start = start_of(file, member) + len(header.raw)
    if start + header.nbytes > archive.start_dir:
        raise Unreadable("it is damaged: it does not end where the archive says")
    return stored_source(stored, header, start)
