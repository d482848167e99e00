"""How a `get` is answered: the plane with its coarsest tiles, then the tiles in the order that was asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..errors import StaleError
from ..tensors import Pyramid, TileAddress
from ..wire import replies
from ..wire.arrow import encode_tile
from .job import LATER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..wire.protocol import Get
    from ..wire.replies import EncodedTile, Reply
    from .job import Job, Steps
    from .service import Service

# A plane of very many facets has thousands of coarsest tiles; the page asks for the others as they come into sight.
MOST_UNASKED = 16

# A batch that is slow to fill is sent as it is, so that what was asked for first is seen first.
BATCH_SECONDS = 0.05


def get_steps(service: Service, job: Job, get: Get) -> Steps:
    """Answer one `get`, a reply at a time; `LATER` where its first one takes more than reading what it brings."""
    tensor, selection = service.find(get.address, get.selection)

    def stale() -> Reply:
        return replies.stale(get.request, tensor.address, tensor.version)

    version = tensor.version
    if get.version is not None and get.version != version:
        yield stale()
        return

    wanted = [TileAddress(*tile) for tile in get.tiles]
    plane, pyramid = service.open(tensor, selection)
    first = plane.coarsest_tiles()[:MOST_UNASKED] if get.plane else []
    if not pyramid.on_hand(first[:1] if get.plane else wanted, statistics=get.plane):
        yield LATER
    if get.plane:
        # A tensor in training changes while it is read. One more try is worth its time; then the page decides.
        for attempt in range(2):
            try:
                statistics = pyramid.statistics(job.progress, job.unwanted)
                description = plane.describe(statistics)
                opening = [_tile(job, pyramid, tile) for tile in first[:1]]
            except StaleError:
                unchanged = False
            else:
                unchanged = tensor.version == plane.version
            if unchanged:
                break
            if attempt or get.version is not None:
                yield stale()
                return
            yield LATER  # what was known of the version before is not of this one
            plane, pyramid = service.open(tensor, selection)
            first = plane.coarsest_tiles()[:MOST_UNASKED]
        sent = set(first)
        wanted = first[1:] + [tile for tile in wanted if tile not in sent]
        yield replies.plane(get.request, description, opening, last=not wanted)

    position = 0
    while position < len(wanted):
        try:
            batch = _batch(job, pyramid, wanted[position:])
        except StaleError:
            yield stale()
            return
        if tensor.version != plane.version:
            yield stale()
            return
        position += len(batch)
        yield replies.tiles(get.request, batch, last=position == len(wanted))


def _batch(job: Job, pyramid: Pyramid, wanted: Sequence[TileAddress]) -> list[EncodedTile]:
    """Encode the next tiles, as many as one reply takes."""
    batch: list[EncodedTile] = []
    nbytes = 0
    started = time.monotonic()
    for tile in wanted:
        job.check()
        batch.append(_tile(job, pyramid, tile))
        nbytes += len(batch[-1].buffer)
        if nbytes >= replies.SMALLEST_BATCH or time.monotonic() - started > BATCH_SECONDS:
            break
    return batch


def _tile(job: Job, pyramid: Pyramid, address: TileAddress) -> EncodedTile:
    tile = pyramid.tile(address, job.progress, job.unwanted)
    return replies.encoded_tile(address, encode_tile(tile), (tile.nan, tile.posinf, tile.neginf))
