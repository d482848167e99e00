"""Where a tensor's values come from: the one interface between a framework and everything else."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

from ..errors import ClosedError
from .dtype import Array

__all__ = ["ClosedSource", "Index", "TensorSource"]

Index: TypeAlias = "tuple[int | slice, ...]"


@runtime_checkable
class TensorSource(Protocol):
    """Five words about a tensor, and a way to read part of it.

    Nothing is copied, moved off its device or converted before `read` is called, and then only
    what the index names. A source may be read from several threads at once.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each dimension; `()` where it is not known (see `problem`)."""

    @property
    def dtype(self) -> str:
        """The dtype's name as its framework has it, without a prefix: 'float32', 'bfloat16'."""

    @property
    def device(self) -> str:
        """Where the values are: 'cpu', 'cuda:0', 'meta'."""

    @property
    def layout(self) -> str:
        """How the values are stored: 'strided', 'sparse_coo', 'sparse_csr', and so on."""

    @property
    def nbytes(self) -> int:
        """The bytes that the values take where they are."""

    @property
    def requires_grad(self) -> bool | None:
        """Whether training changes it; `None` where that has no meaning."""

    @property
    def resident(self) -> bool:
        """Whether a block is read as soon as memory is copied: no device, file or other code has a hand in it.

        Of such a tensor a tile is sent by the thread that hears of it (see `service.client`).
        """

    @property
    def problem(self) -> str | None:
        """`None`, or a sentence: why there are no values, and what to do."""

    def version(self) -> object:
        """A cheap token that is different (`!=`) once the values may have changed."""

    def read(self, index: Index) -> Array:
        """Read a block.

        Parameters
        ----------
        index : tuple of int or slice
            One entry for each dimension, integers in range, slices with non-negative bounds and
            step 1 (`slice.indices` already applied).

        Returns
        -------
        ndarray
            In `value_dtype(self.dtype)`; a view wherever that is possible, so never written to.

        Raises
        ------
        NoValuesError
            With `problem` as its message.
        """


class ClosedSource:
    """What is left of a source when its model is closed: what it was, and no values."""

    layout = "strided"
    requires_grad: bool | None = None
    resident = False
    problem = "the view was closed and has let go of its tensors: make a new one"

    def __init__(self, source: TensorSource) -> None:
        self.shape = source.shape
        self.dtype = source.dtype
        self.device = source.device
        self.nbytes = source.nbytes

    def version(self) -> object:
        """Always the same."""
        return None

    def read(self, index: Index) -> Array:
        """Raise `ClosedError`."""
        raise ClosedError(self.problem)
