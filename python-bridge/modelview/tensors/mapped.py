"""Work on the blocks of a source, done where its values are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Protocol, TypeVar, cast, runtime_checkable

from .dtype import Array
from .pool import Cells
from .progress import Cancel, Progress, each
from .source import Index, TensorSource

__all__ = ["MappingSource", "PoolingSource", "map_blocks"]

Result = TypeVar("Result")
Taken = TypeVar("Taken")


@runtime_checkable
class MappingSource(Protocol):
    """A source whose values are elsewhere, as a dask array's are: work is done there, and what comes of it fetched."""

    def map_blocks(
        self,
        boxes: Sequence[Index],
        function: Callable[[Array, Index], Result],
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> list[Result]:
        """Apply a function to the values of each box, and give the results in the order of the boxes.

        Parameters
        ----------
        boxes
            As for `TensorSource.read`.
        function
            It can be pickled, and is given what `read` would give, and the box.
        progress
            Told the elements that are done, of how many, and a label, from the thread that called.
        cancelled
            Asked now and then; when it says so, what has not begun is given up and `Cancelled` raised.
        """


@runtime_checkable
class PoolingSource(Protocol):
    """A source that may pool where its values are, as a tensor on a GPU does: only the cells are copied."""

    @property
    def pools(self) -> bool:
        """Whether it does so now; else its values are read, and pooled here."""

    def pool_block(self, index: Index, roles: tuple[str, ...], level: int) -> Cells:
        """Pool a block.

        Parameters
        ----------
        index
            As for `TensorSource.read`.
        roles : tuple of str
            What each dimension of the block is: 'facet', 'row' or 'column'.
        level : int
            2^level × 2^level cells become one.
        """


def map_blocks(
    source: TensorSource,
    boxes: Sequence[Index],
    function: Callable[[Array, Index], Result],
    label: str,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
    take: Callable[[int, Result], Taken] | None = None,
) -> list[Taken]:
    """Apply a function to the values of each box: by the source where it can, else by some threads of this process.

    Parameters
    ----------
    label
        What is done, for the progress bar.
    take
        What is done in this process with the number of a box and its result, if not to keep it. It may be called from
        several threads at once, each with another number.

    Raises
    ------
    NoValuesError, Cancelled
    """
    keep = take or (lambda _number, result: cast("Taken", result))
    if isinstance(source, MappingSource):
        told = None if progress is None else (lambda done, total, _label: progress(done, total, label))
        return [
            keep(number, result) for number, result in enumerate(source.map_blocks(boxes, function, told, cancelled))
        ]
    return each(
        range(len(boxes)),
        lambda number: keep(number, function(source.read(boxes[number]), boxes[number])),
        lambda number: _size(boxes[number]),
        label,
        progress,
        cancelled,
    )


def _size(box: Index) -> int:
    return prod(part.stop - part.start for part in box if isinstance(part, slice))
