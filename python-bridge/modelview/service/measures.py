"""The operations that measure a tensor's values: docs/statistics.md says what their numbers mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..tensors.channels import COLUMNS, MOST_CHANNELS, channels_of
from ..tensors.distribution import distribution_of, quantiles_of
from ..tensors.ordering import order_note, order_of
from ..tensors.ridgelines import MOST_RIDGES, SCALES, ridgelines_of
from ..tensors.scope import SCOPES
from ..tensors.selection import ORDERS
from ..tensors.spectrum import spectrum_of
from ..wire import replies
from ..wire.replies import Reply
from .arguments import choice, flag, numbers, only, tensor_of, text, whole, wholes

if TYPE_CHECKING:
    from .job import Job
    from .service import Service

__all__ = ["channels", "distribution", "order", "quantiles", "ridgelines", "spectrum"]

MOST_ROWS = 1000
MOST_QUANTILES = 64


def distribution(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """How all values of a tensor, or those of a slice, are spread."""
    only(arguments, "address", "selection", "scope")
    scope = choice(arguments, "scope", SCOPES)
    tensor, selection = tensor_of(service, arguments)
    found = distribution_of(tensor, selection, scope, job.progress, job.unwanted)
    yield replies.done(job.request, found.to_json())


def quantiles(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """The values below which some parts of a plane's values lie: of the same values as its statistics."""
    only(arguments, "address", "selection", "p")
    p = numbers(arguments, "p", 0, 1, MOST_QUANTILES)
    tensor, selection = tensor_of(service, arguments)
    found = quantiles_of(tensor, selection, p, "tensor", job.progress, job.unwanted)
    yield replies.done(job.request, {"values": found, "error": None})


def ridgelines(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """A histogram of each of some indices of a dimension, over bins that all share."""
    only(arguments, "address", "selection", "scope", "dim", "indices", "scale")
    scope, dim, scale = choice(arguments, "scope", SCOPES), text(arguments, "dim"), choice(arguments, "scale", SCALES)
    indices = None if arguments["indices"] is None else wholes(arguments, "indices", MOST_RIDGES)
    tensor, selection = tensor_of(service, arguments)
    found = ridgelines_of(tensor, selection, dim, scope, indices, scale, job.progress, job.unwanted)
    yield replies.done(job.request, found.to_json())


def channels(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """A page of the table of a dimension's indices, sorted here: the page has but the rows that it shows."""
    only(arguments, "address", "selection", "scope", "dim", "sort", "descending", "offset", "count")
    scope, dim = choice(arguments, "scope", SCOPES), text(arguments, "dim")
    sort, descending = choice(arguments, "sort", COLUMNS), flag(arguments, "descending")
    offset, count = whole(arguments, "offset", 0, MOST_CHANNELS), whole(arguments, "count", 0, MOST_ROWS)
    tensor, selection = tensor_of(service, arguments)
    found = channels_of(tensor, selection, dim, scope, job.progress, job.unwanted).sort(sort, descending=descending)
    yield replies.done(job.request, found.to_json(offset, count))


def order(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """The indices of a dimension in another order: what stands at each place."""
    only(arguments, "address", "selection", "dim", "by")
    dim, by = text(arguments, "dim"), choice(arguments, "by", ORDERS)
    tensor, selection = tensor_of(service, arguments)
    found = order_of(tensor, selection.plain, dim, by, job.progress, job.unwanted)
    note = order_note(tensor, selection.plain, dim, by)
    yield replies.done(job.request, {"dim": dim, "by": by, "order": found.tolist(), "note": note})


def spectrum(service: Service, job: Job, arguments: Mapping[str, Any]) -> Iterator[Reply]:
    """The singular values of a selection's rows × columns, or of one dimension × all others."""
    only(arguments, "address", "selection", "flatten")
    flatten = None if arguments["flatten"] is None else text(arguments, "flatten")
    tensor, selection = tensor_of(service, arguments)
    found = spectrum_of(tensor, selection, flatten, job.progress, job.unwanted)
    yield replies.done(job.request, found.to_json())
