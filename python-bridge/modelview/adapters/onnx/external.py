"""The files beside a model that hold its tensors: named by the model, and so not to be trusted."""

from __future__ import annotations

from pathlib import Path

from .._beside import outside
from .._stored import StoredFile

__all__ = ["ExternalFiles"]


class ExternalFiles:
    """The files that a model's tensors are in, each looked for once, and opened when a tensor in it is read.

    Parameters
    ----------
    folder : Path or None
        The model's; `None` of a model in memory that does not know it.
    model : Path, optional
        The model's file. Where that is a link, as in Hugging Face's cache, a link beside it may lead to where it leads.
    """

    def __init__(self, folder: Path | None, model: Path | None = None) -> None:
        self._folder = folder
        self._roots = [] if folder is None else [folder.resolve()]
        if model is not None:
            self._roots.append(model.resolve().parent)
        self._known: dict[str, StoredFile | str] = {}
        self._sizes: dict[str, int] = {}

    def find(self, location: str, offset: int, length: int | None, nbytes: int) -> StoredFile | str:
        """The file that a tensor is in, or a sentence that says why it is not to be had.

        Parameters
        ----------
        location : str
            The file's name, as the model has it.
        offset, length
            As the model has them, in bytes.
        nbytes : int
            That the tensor's shape and dtype take.
        """
        if location not in self._known:
            self._known[location] = self._look(location)
        found = self._known[location]
        if isinstance(found, str):
            return found
        if length is not None and length != nbytes:
            return f"its shape takes {nbytes:,} bytes, and the model says that {length:,} are in {location[:80]!r}"
        size = self._sizes[location]
        if offset < 0 or offset + nbytes > size:
            return (
                f"it would be at the bytes {offset:,} to {offset + nbytes:,} of {location[:80]!r}, which has {size:,}: "
                "the file was cut, or the model is of another one"
            )
        return found

    def _look(self, location: str) -> StoredFile | str:
        shown = repr(location[:80])
        if not location:
            return "its values are in another file, and the model does not say in which"
        if outside(location):
            return f"its values are in {shown}, which is outside the model's folder: it was not opened"
        if self._folder is None:
            return f"its values are in the file {shown}: show the model by its path, ModelView('….onnx')"
        path = self._folder / location
        try:
            # Where its links lead is asked of the file system; nothing is opened.
            real = path.resolve()
            if not any(real.is_relative_to(root) for root in self._roots):
                return f"its values are in {shown}, a link that leads out of the model's folder: it was not opened"
            if not real.is_file():
                return f"its values are in {shown}, which is not beside the model: fetch all the files of the model"
            self._sizes[location] = size = real.stat().st_size
        except (OSError, RuntimeError, ValueError) as problem:
            return f"its values are in {shown}, which cannot be looked at: {problem}"
        return StoredFile(real, size)
