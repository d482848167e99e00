"""The operations that a page may call by name: docs/protocol.md, 'Operations'. Nothing else is ever evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..tensors import clipped as count_clipped
from ..tensors.derive import scales_of
from ..tensors.statistics import statistics_of
from ..wire import replies
from ..wire.protocol import ArgumentError
from ..wire.replies import Reply
from .arguments import number, only, tensor_of
from .measures import channels, distribution, order, quantiles, ridgelines, spectrum

if TYPE_CHECKING:
    from .job import Job, Pause
    from .service import Service

MOST_SCALES = 2**20

Operation = Callable[["Service", "Job", Mapping[str, Any]], "Iterator[Reply | Pause]"]


def structure(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """Nodes, tensors and totals of the model."""
    only(arguments)
    yield replies.done(job.request, service.model.structure.to_json())


def graph(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply | Pause]:
    """What flows through the model, as far as it can be found."""
    only(arguments)
    structure = service.model.structure
    capture = structure.capture
    if capture is not None and not capture.known:
        # It calls the person's model.
        yield from job.elsewhere(lambda: capture(job.progress, job.unwanted))
        job.check()
    yield replies.done(job.request, structure.dataflow.to_json())


def profile(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply | Pause]:
    """What a call of the model costs, measured anew."""
    only(arguments)
    structure = service.model.structure
    # It calls the person's model.
    measured = yield from job.elsewhere(lambda: structure.profile(progress=job.progress, cancelled=job.unwanted))
    job.check()
    yield replies.done(job.request, measured.to_json())


def clipped(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """Exact counts of the finite values outside a colour range."""
    only(arguments, "address", "selection", "low", "high")
    low, high = number(arguments, "low"), number(arguments, "high")
    tensor, selection = tensor_of(service, arguments)
    below, above = count_clipped(tensor, selection, low, high, job.progress, job.unwanted)
    yield replies.done(job.request, {"below": int(below), "above": int(above)})


def statistics(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """A plane's statistics, for which every value is read: what a large plane comes with is of a sample."""
    only(arguments, "address", "selection")
    tensor, selection = tensor_of(service, arguments)
    counted = statistics_of(tensor, selection, job.progress, job.unwanted)
    yield replies.done(job.request, counted.to_json())


def scales(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """What the rows or columns of a normalised selection are divided by, from which the page tells the values."""
    only(arguments, "address", "selection")
    tensor, selection = tensor_of(service, arguments)
    if selection.normalise is None:
        raise ArgumentError("`selection` must say by `normalise` what is divided: rows or columns.")
    found = scales_of(tensor, selection, job.progress, job.unwanted)
    if found.size > MOST_SCALES:
        raise ArgumentError(f"That would be {found.size:,} numbers, and at most {MOST_SCALES:,} are told at once.")
    yield replies.done(job.request, {"shape": list(found.shape), "scales": found.ravel().tolist()})


OPERATIONS: Mapping[str, Operation] = {
    "structure": structure,
    "graph": graph,
    "profile": profile,
    "clipped": clipped,
    "statistics": statistics,
    "scales": scales,
    "distribution": distribution,
    "quantiles": quantiles,
    "ridgelines": ridgelines,
    "channels": channels,
    "order": order,
    "spectrum": spectrum,
}
