"""The colour ramp with its histogram, and the tensor in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import colours, words
from .canvas import SMALL, Canvas
from .cells import Cells
from .layout import MARGIN, TOP, WIDTH


def draw_legend(canvas: Canvas, cells: Cells, low: float, high: float, signed: bool) -> None:
    """Draw the ramp from `high` down to `low`, its histogram, and the statistics below."""
    x, y, height = 668, TOP, 200
    ramp = colours.table("diverging" if signed else "sequential")[::-1]
    canvas.cells(x, y, 14, height, ramp[:, None])
    statistics = cells.statistics
    counts = None if statistics is None else statistics.histogram
    if counts is not None and statistics is not None and max(counts.counts, default=0) > 0:
        _histogram(canvas, x + 18, y, height, counts, low, high)
    places = [(0.0, high), (0.5, (low + high) / 2), (1.0, low)] if high > low else [(0.5, low)]
    for place, value in places:
        text = words.number(float(value)) if value else "0"
        canvas.text(x - 6, y + place * height, text, size=SMALL, colour=colours.GREY, anchor="rm")
    lines: list[str] = []
    if statistics is not None:
        if statistics.robust is not None:
            lines.append(f"{statistics.robust.clipped:,} of {statistics.count:,} clipped")
        lines += [
            "",
            f"mean {words.number(statistics.mean)}",
            f"std {words.number(statistics.std)}",
            f"min {words.number(statistics.min)}",
            f"max {words.number(statistics.max)}",
        ]
        anomalies = {"NaN": statistics.nan, "+Inf": statistics.posinf, "-Inf": statistics.neginf}
        lines += [f"{count:,} {name}" for name, count in anomalies.items() if count]
    y += height + 24
    for line in lines:
        canvas.text(x - 48, y, line, size=SMALL, colour=colours.GREY, width=WIDTH - MARGIN - x + 48)
        y += 17 if line else 6


def _histogram(canvas: Canvas, x: float, y: float, height: float, histogram: Any, low: float, high: float) -> None:
    """Bins beside the part of the ramp that they belong to; what is outside of the range is not drawn."""
    counts = np.array(histogram.counts)
    # A handful of values in many bins looks like a comb.
    together = 1 if counts.sum() >= 4096 else 4
    if counts.size % together == 0:
        counts = counts.reshape(-1, together).sum(1)
    # In units of the greatest of all, since the whole range of float64 is wider than float64.
    unit = max(abs(low), abs(high), abs(histogram.low), abs(histogram.high)) or 1.0
    low, high = low / unit, high / unit
    edges = np.linspace(histogram.low / unit, histogram.high / unit, counts.size + 1)
    most = counts.max()
    if not high > low or not edges[-1] > edges[0]:
        return
    for count, start, stop in zip(counts, edges, edges[1:], strict=False):
        top = y + (1 - (min(stop, high) - low) / (high - low)) * height
        bottom = y + (1 - (max(start, low) - low) / (high - low)) * height
        if stop > low and start < high and count:
            canvas.box(x, top, max(80 * count / most, 0.5), bottom - top, colours.HISTOGRAM)
