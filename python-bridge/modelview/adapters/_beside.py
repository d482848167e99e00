"""Files that a model names beside itself."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

__all__ = ["outside"]


def outside(name: str) -> bool:
    r"""Whether a file's name leads out of the folder that it is said to be in, on any system; nothing is looked at.

    Examples
    --------
    >>> outside("weights/part.bin"), outside("../part.bin"), outside("/etc/passwd"), outside("C:\\part.bin")
    (False, True, True, True)
    """
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    return PurePosixPath(name).is_absolute() or bool(PureWindowsPath(name).anchor) or ".." in parts or "\0" in name
