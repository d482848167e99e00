"""NumPy's own files: `.npy`, an array, and `.npz`, a zip archive of them.

Nothing in them is ever unpickled: an array of Python objects is not read, since that would run what the file says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from ...inputs import Inputs
from ...model import Model
from ...tensors.source import TensorSource
from .._stored import StoredFile
from .._tree import tree
from .archive import read_archive
from .header import ArrayHeader, Unreadable
from .source import stored_source

__all__ = ["describe"]

NO_DATAFLOW = "NumPy's files hold arrays and nothing of what is computed with them: show the model that they are of."


def describe(path: Path, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a `.npy` or `.npz` file. No value is read.

    Such a file does not say which arrays are parameters: all count as such.

    Parameters
    ----------
    path : Path
    name : str, optional
        What to call it; the file's name without its ending if not given.
    inputs : Inputs, optional
        Not used: a file cannot be called.

    Raises
    ------
    UnsupportedModelError
        Where the file is not as the format has it, or holds no array, with what is wrong.
    """
    kind = path.suffix.removeprefix(".")
    try:
        sources, attributes = read_archive(path) if kind == "npz" else _array(path)
    except OSError as problem:
        raise UnsupportedModelError(f"{path.name}: it cannot be read: {problem.strerror}") from None
    except Unreadable as problem:
        raise UnsupportedModelError(f"{path.name}: {problem}") from None
    return tree(name or path.stem, kind, sources, attributes=attributes, no_dataflow=NO_DATAFLOW, slashes=kind == "npz")


def _array(path: Path) -> tuple[Mapping[str, TensorSource], Mapping[str, Any]]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header = ArrayHeader.read(file)
    header.check(size)
    source = stored_source(StoredFile(path, size, header.raw), header, len(header.raw))
    # A dot in a file's name is no place in a tree.
    return {path.stem.replace(".", "_"): source}, {}
