"""GGUF: what llama.cpp and its kin run, a tree from the names in a file, or in all the parts of a split one.

The header is read here, since the package's own reader believes whatever counts a file has in it, and maps the file
into memory. The kinds of blocks, and the numbers that are packed in them, are the package's (`pip install gguf`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from ...inputs import Inputs
from ...model import Model
from ...tensors.source import TensorSource
from .._tree import tree

__all__ = ["describe"]

KIND = "gguf"
NO_DATAFLOW = (
    "A GGUF file holds tensors and settings, and nothing of what is computed with them: show the model that it was "
    "made of, to see what flows."
)
PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")


def describe(path: Path, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a GGUF file, or all the parts of a split one. No value is read.

    Such a file does not say which tensors are parameters: all count as such. Dimensions are in NumPy's order, the one
    whose values lie side by side last: a file has them the other way round.

    Parameters
    ----------
    path : Path
        Of a file, or of any part of a split one.
    name : str, optional
        What to call it; the file's name without its ending if not given.
    inputs : Inputs, optional
        Not used: a file cannot be called.

    Raises
    ------
    UnsupportedModelError
        Where the package `gguf` is missing, or a file is not as the format has it, with what is wrong.
    """
    try:
        from .header import Header
        from .source import source_of
    except ImportError as problem:
        if (problem.name or "").partition(".")[0] != "gguf":
            raise
        raise UnsupportedModelError(
            f"{path.name}: the package gguf knows how its values are packed: pip install modelview[gguf]"
        ) from None
    sources: dict[str, TensorSource] = {}
    attributes: dict[str, Any] = {}
    stem, parts = _parts(path)
    for part in parts:
        header = Header.read(part)
        again = next((each for each in header.entries if each in sources), None)
        if again is not None:
            raise UnsupportedModelError(f"{part.name} has the tensor {again[:80]!r} that another part has too")
        sources |= source_of(part, header)
        attributes = {**header.metadata, **attributes}
    if not sources:
        raise UnsupportedModelError(f"{path.name}: there are no tensors in it")
    if len(parts) > 1:
        attributes["parts"] = len(parts)
    return tree(name or stem, KIND, sources, attributes=attributes, no_dataflow=NO_DATAFLOW)


def _parts(path: Path) -> tuple[str, list[Path]]:
    """What a file is called without its ending, and all the files that it is one of."""
    found = PART.fullmatch(path.name)
    if found is None:
        return path.name.removesuffix(".gguf"), [path]
    stem, count = found["stem"], int(found["count"])
    parts = [path.with_name(f"{stem}-{number:05}-of-{count:05}.gguf") for number in range(1, count + 1)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        shown = ", ".join(missing[:3]) + ", …" * (len(missing) > 3)
        raise UnsupportedModelError(f"{path.name} is one of {count} parts, and these are not beside it: {shown}")
    return stem, parts
