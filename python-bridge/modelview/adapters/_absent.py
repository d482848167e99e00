"""A tensor that is known and cannot be shown."""

from __future__ import annotations

from ..errors import NoValuesError
from ..tensors.dtype import Array
from ..tensors.source import Index

__all__ = ["AbsentSource"]


class AbsentSource:
    """A source without values, and the sentence that says why.

    Parameters
    ----------
    shape, dtype, nbytes
        See `TensorSource`.
    problem : str
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    resident = False

    def __init__(self, shape: tuple[int, ...], dtype: str, nbytes: int, problem: str) -> None:
        self.shape = shape
        self.dtype = dtype
        self.nbytes = nbytes
        self.problem: str | None = problem

    def version(self) -> object:
        """Always the same."""
        return None

    def read(self, index: Index) -> Array:
        """Raise `NoValuesError`."""
        raise NoValuesError(self.problem)
