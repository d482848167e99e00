"""dask arrays: read and reduced by their own scheduler, so that only tiles come to this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import isnan, prod
from typing import Any, TypeVar

import dask.array
import numpy as np
from dask import base
from dask.delayed import delayed

from ..errors import Cancelled, UnsupportedModelError
from ..tensors.dtype import Array
from ..tensors.progress import Cancel, Progress
from ..tensors.source import Index
from ._foreign import ForeignSource, values_of

__all__ = ["DaskSource", "source_of"]

Result = TypeVar("Result")

TOGETHER = 16
"""Boxes that a scheduler of this process is given at once: between two such lots work is told of and cancelled."""
WAIT = 0.1
"""Seconds between two looks at what a cluster has done."""


def source_of(value: object) -> DaskSource | None:
    """A source for a dask array, or `None` where the value is none.

    Raises
    ------
    UnsupportedModelError
        Where the array does not know its shape.
    """
    return DaskSource(value) if isinstance(value, dask.array.Array) else None


class DaskSource(ForeignSource):
    """A dask array, which is computed a block at a time when it is looked at.

    What is asked of many values (pooling, statistics) is done by the workers, on the chunks that they hold or make, and
    the results alone are fetched: by the `distributed` client that is current, else by the scheduler that dask is set
    to.
    """

    device = "dask"
    layout = "chunked"

    def __init__(self, array: Any) -> None:
        if any(isnan(size) for size in array.shape):
            raise UnsupportedModelError(
                f"a dask array of unknown chunk sizes, {array.shape}: array.compute_chunk_sizes() finds them"
            )
        super().__init__(array)
        self.chunks = array.chunks

    def version(self) -> object:
        """A dask array does not change: its name tells what it is computed from."""
        return self._array.name

    def identity(self) -> object:
        """See `ForeignSource`."""
        return "dask", self._array.name

    def _fetch(self, index: Index) -> Any:
        return self._array[index].compute()

    def map_blocks(
        self,
        boxes: Sequence[Index],
        function: Callable[[Array, Index], Result],
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> list[Result]:
        """See `MappingSource.map_blocks`."""
        work = [delayed(_apply, pure=False)(self._array[box], function, box) for box in boxes]
        sizes = [prod(part.stop - part.start for part in box if isinstance(part, slice)) for box in boxes]
        client = _client()
        steps = _in_process(work) if client is None else _on_cluster(client, work, cancelled)
        found: dict[int, Result] = {}
        done = 0
        try:
            while len(found) < len(boxes):
                if cancelled is not None and cancelled():
                    raise Cancelled("cancelled")
                for number, result in next(steps):
                    found[number] = result
                    done += sizes[number]
                if progress is not None:
                    progress(done, sum(sizes), "Working on the chunks")
        finally:
            steps.close()
        return [found[number] for number in range(len(boxes))]


def _in_process(work: Sequence[Any]) -> Any:
    """Results by their numbers, a lot at a time, from the scheduler that dask is set to."""
    for start in range(0, len(work), TOGETHER):
        found = base.compute(*work[start : start + TOGETHER])  # type: ignore[no-untyped-call]
        yield list(enumerate(found, start))


def _on_cluster(client: Any, work: Sequence[Any], cancelled: Cancel | None) -> Any:
    """Results by their numbers as they come in; nothing where none has come for a moment."""
    futures = client.compute(list(work))
    waiting = {future: number for number, future in enumerate(futures)}
    try:
        while waiting:
            done = [future for future in waiting if future.done()]
            if not done:
                _wait(list(waiting))
                yield []
                continue
            yield list(zip([waiting.pop(future) for future in done], client.gather(done), strict=True))
    finally:
        if waiting:
            client.cancel(list(waiting))


def _wait(futures: list[Any]) -> None:
    wait: Any = sys.modules["distributed"].wait
    try:
        wait(futures, timeout=WAIT, return_when="FIRST_COMPLETED")
    except TimeoutError:
        # Time to look whether it is still wanted.
        return


def _client() -> Any:
    """The client of a cluster, where the person has one."""
    distributed = sys.modules.get("distributed")
    if distributed is None or not hasattr(distributed, "default_client"):
        return None
    try:
        return distributed.default_client()
    except ValueError:
        return None


def _apply(block: Any, function: Callable[[Array, Index], Result], box: Index) -> Result:
    """What a worker does with the values of a box."""
    return function(values_of(np.asarray(block)), box)
