"""A model's picture: what it is, where its parameters are, and a look at its largest tensors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from ..model import Model
from ..structure import Node
from ..tensors import Selection, Tensor
from . import colours, words
from .canvas import LARGE, NORMAL, SMALL, Canvas
from .cells import sample, scale

log = logging.getLogger("modelview.picture")

WIDTH = 800
MARGIN = 20
TOP = 78
ROW = 24
MOST_ROWS = 14
MOST_THUMBNAILS = 6
THUMBNAIL = 112
RIGHT = 412

# A thumbnail has this many cells on its longer side.
CELLS = 56


def draw_model(model: Model) -> Canvas:
    """Draw the overview of a model."""
    # Once: it visits every tensor.
    totals = model.structure.totals
    modules = _modules(model)
    largest = sorted(model.tensors.values(), key=lambda tensor: -tensor.nbytes)[:MOST_THUMBNAILS]
    rows = min(len(modules), MOST_ROWS) + (len(modules) > MOST_ROWS)
    thumbnails = -(-len(largest) // 3) * (THUMBNAIL + 44)
    canvas = Canvas(WIDTH, TOP + max(rows * ROW + 34, thumbnails + 34, 60) + 24)
    _heading(canvas, model, totals)
    _bars(canvas, modules, totals)
    _thumbnails(canvas, largest)
    return canvas


def _heading(canvas: Canvas, model: Model, totals: Mapping[str, Any]) -> None:
    canvas.box(0, 0, WIDTH, 48, colours.PANEL)
    canvas.line(0, 48, WIDTH, 48, colours.HAIRLINE, 2)
    x = MARGIN + canvas.text(MARGIN, 30, model.name, size=LARGE, bold=True, width=300) + 14
    facts = [
        model.structure.kind if model.structure.kind != model.name else "",
        f"{words.many(totals['parameters'])} parameters",
        words.nbytes(totals["bytes"]),
        " · ".join(" ".join(names) for names in (totals["dtypes"], totals["devices"]) if names),
    ]
    for fact in facts:
        if fact and x < WIDTH - MARGIN - 40:
            x += canvas.text(x, 30, fact, colour=colours.GREY, width=WIDTH - MARGIN - x) + 14


def _modules(model: Model) -> list[Node]:
    """The modules directly below the model; where there is only one, those below it."""
    nodes = model.structure.modules
    parent = 0
    for _ in range(8):
        below = [index for index, node in enumerate(nodes) if node.parent == parent]
        if len(below) != 1:
            return [nodes[index] for index in below]
        if not any(node.parent == below[0] for node in nodes):
            return [nodes[below[0]]]
        parent = below[0]
    return []


def _bars(canvas: Canvas, modules: list[Node], totals: Mapping[str, Any]) -> None:
    canvas.text(MARGIN, TOP + 4, "Modules", size=SMALL, colour=colours.GREY, bold=True)
    y = TOP + 28.0
    if not modules:
        count = totals["tensors"]
        sentence = f"{count:,} tensors and no modules within" if count else "no parameters and no buffers"
        canvas.text(MARGIN, y, sentence, colour=colours.GREY, width=RIGHT - 2 * MARGIN)
    total = max(totals["parameters"], 1)
    for node in islice(modules, MOST_ROWS):
        taken = canvas.text(MARGIN, y, node.path or node.name, size=NORMAL, width=150)
        canvas.text(MARGIN + taken + 8, y, node.kind, size=SMALL, colour=colours.GREY, width=max(180 - taken, 30))
        canvas.text(MARGIN + 262, y, words.many(node.parameters), size=SMALL, colour=colours.GREY, anchor="rs")
        canvas.rounded(MARGIN + 272, y - 8, 90, 7, 3, colours.HAIRLINE, None)
        share = node.parameters / total
        if share > 0:
            canvas.rounded(MARGIN + 272, y - 8, max(90 * share, 3), 7, 3, colours.BAR, None)
        y += ROW
    if len(modules) > MOST_ROWS:
        rest = modules[MOST_ROWS:]
        text = f"and {len(rest):,} more, {words.many(sum(node.parameters for node in rest))} parameters"
        canvas.text(MARGIN, y, text, size=SMALL, colour=colours.GREY)


def _thumbnails(canvas: Canvas, tensors: list[Tensor]) -> None:
    if not tensors:
        return
    canvas.text(RIGHT, TOP + 4, "Largest tensors", size=SMALL, colour=colours.GREY, bold=True)
    canvas.text(WIDTH - MARGIN, TOP + 4, "sampled values", size=SMALL, colour=colours.GREY, anchor="rs")
    for index, tensor in enumerate(tensors):
        x = RIGHT + index % 3 * (THUMBNAIL + 16)
        y = TOP + 16 + index // 3 * (THUMBNAIL + 44)
        _thumbnail(canvas, x, y, tensor)
        name = tensor.address.split("/", 1)[-1]
        canvas.text(x, y + THUMBNAIL + 14, name, size=SMALL, width=THUMBNAIL)
        facts = words.shape(tensor.shape)
        canvas.text(x, y + THUMBNAIL + 28, facts, size=SMALL, colour=colours.GREY, width=THUMBNAIL)


def _thumbnail(canvas: Canvas, x: float, y: float, tensor: Tensor) -> None:
    canvas.box(x, y, THUMBNAIL, THUMBNAIL, colours.PANEL)
    problem = tensor.problem
    if problem is None and 0 not in tensor.shape:
        try:
            cells = sample(tensor, _overview(tensor), most=CELLS)
            facets, rows, _ = cells.values.shape
            across = int(np.ceil(np.sqrt(facets)))
            side = THUMBNAIL / across
            low, high, signed = scale(cells)
            for facet in range(facets):
                painted = colours.paint(cells.values[facet], low, high, signed)
                left, top = x + facet % across * side, y + facet // across * side
                gap = 2 if across > 1 else 0
                height = side - gap if rows > 1 else (side - gap) / 4
                canvas.cells(left, top, side - gap, height, painted)
        except Exception:  # one tensor that cannot be read leaves the others their pictures
            log.exception("could not sample %s", tensor.address)
            problem = "could not be read"
    elif problem is None:
        problem = "size 0"
    if problem is not None:
        text = "no values" if len(problem) > 16 else problem
        canvas.text(x + THUMBNAIL / 2, y + THUMBNAIL / 2, text, size=SMALL, colour=colours.GREY, anchor="mm")
    canvas.frame(x, y, THUMBNAIL, THUMBNAIL, colours.FAINT)


def _overview(tensor: Tensor) -> Selection:
    """The default selection, but a 1 × 1 convolution is the matrix that it is."""
    if len(tensor.shape) > 2 and max(tensor.shape[2:]) == 1:
        uses: list[str | int] = ["row", "column", *[0] * (len(tensor.shape) - 2)]
        return Selection.of(tensor, dict(zip(tensor.dims, uses, strict=True)))
    return Selection.of(tensor, None)
