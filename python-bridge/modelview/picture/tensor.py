"""A tensor's picture: its coarsest tile, rulers, a legend with the histogram, and what is to be known about it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..tensors import Plane, Selection, Tensor
from . import colours, words
from .canvas import LARGE, SMALL, Canvas
from .cells import LARGEST_READ, Cells, coarsest, sample, scale
from .layout import LEFT, MARGIN, TOP, WIDTH, arrange
from .legend import draw_legend


def draw_tensor(name: str, tensor: Tensor, selection: Selection | None = None) -> Canvas:
    """Draw one tensor, sliced as the view slices it."""
    plane = Plane.of(tensor, selection)
    empty = tensor.problem or ("no values: a dimension has the size 0" if plane.size == 0 else None)
    if empty is not None:
        canvas = Canvas(WIDTH, TOP + 90)
        _heading(canvas, name, tensor)
        canvas.rounded(MARGIN, TOP - 18, WIDTH - 2 * MARGIN, 78, 6, colours.PANEL, colours.HAIRLINE)
        canvas.text(MARGIN + 18, TOP + 26, empty, colour=colours.GREY, width=WIDTH - 2 * MARGIN - 36)
        return canvas
    cells = coarsest(tensor, plane) if tensor.nbytes <= LARGEST_READ else sample(tensor, plane.selection)
    low, high, signed = scale(cells)
    grid = arrange(plane, cells.values.shape)
    shown = min(len(cells.values), grid.most)
    canvas = Canvas(WIDTH, round(max(TOP + grid.height + 58, TOP + 330)))
    _heading(canvas, name, tensor)
    for index in range(shown):
        x, y = grid.place(index)
        painted = colours.paint(cells.values[index], low, high, signed)
        canvas.cells(x, y, grid.cell_width, grid.cell_height, painted)
        canvas.frame(x, y, grid.cell_width, grid.cell_height, colours.HAIRLINE)
        _anomalies(canvas, x, y, grid.cell_width, grid.cell_height, cells, index)
    if plane.facets > 1:
        _facet_names(canvas, plane)
    else:
        _rulers(canvas, plane, grid.width, grid.height)
    draw_legend(canvas, cells, low, high, signed)
    notes = [_sentence(plane.selection), cells.note]
    if shown < plane.facets:
        notes.append(f"first {shown:,} of {plane.facets:,} facets")
    canvas.text(
        MARGIN, canvas.height - 16, "  ·  ".join(note for note in notes if note),
        size=SMALL, colour=colours.GREY, width=WIDTH - 2 * MARGIN,
    )  # fmt: skip
    return canvas


def _heading(canvas: Canvas, name: str, tensor: Tensor) -> None:
    facts = f"{words.shape(tensor.shape)} · {tensor.dtype} · {words.nbytes(tensor.nbytes)}"
    if tensor.device != "cpu":
        facts += f" · {tensor.device}"
    canvas.text(MARGIN, 34, name, size=LARGE, bold=True, width=WIDTH - 2 * MARGIN)
    canvas.text(MARGIN, 54, facts, colour=colours.GREY, width=WIDTH - 2 * MARGIN)


def _anomalies(canvas: Canvas, x: float, y: float, width: float, height: float, cells: Cells, index: int) -> None:
    """Mark NaN by a magenta cross on black and infinities by an arrow, as the page does; tiny cells by a dot."""
    _, rows, columns = cells.values.shape
    cell_width, cell_height = width / columns, height / rows
    glyphs = min(cell_width, cell_height) >= 7
    for mask, is_nan in ((cells.nan[index], True), (cells.infinite[index], False)):
        # So many marks read as a surface: drawing each would take longer than the rest of the picture.
        for row, column in np.argwhere(mask)[:4000]:
            left, top = x + column * cell_width, y + row * cell_height
            if not glyphs:
                side = max(cell_width, 1.0), max(cell_height, 1.0)
                canvas.box(left, top, *side, colours.NAN if is_nan else colours.BLACK)
                continue
            canvas.box(left, top, cell_width, cell_height, colours.BLACK)
            inset = 0.25 * min(cell_width, cell_height)
            right, bottom = left + cell_width - inset, top + cell_height - inset
            left, top = left + inset, top + inset
            if is_nan:
                canvas.line(left, top, right, bottom, colours.NAN, 2)
                canvas.line(left, bottom, right, top, colours.NAN, 2)
            else:
                tip, base = (top, bottom) if not _negative(cells, index, row, column) else (bottom, top)
                canvas.polygon([(left, base), (right, base), ((left + right) / 2, tip)], colours.PAPER)


def _negative(cells: Cells, index: int, row: int, column: int) -> bool:
    return bool(cells.values[index, row, column] == -math.inf)


def _rulers(canvas: Canvas, plane: Plane, width: float, height: float) -> None:
    rows, columns = plane.selection.named("row"), plane.selection.named("column")
    if columns:
        canvas.text(LEFT + width / 2, TOP - 24, columns[0], size=SMALL, colour=colours.GREY, anchor="ms")
        for tick in _ticks(plane.columns, max(2, int(width // 70))):
            place = LEFT + (tick + 0.5) / plane.columns * width
            canvas.line(place, TOP - 5, place, TOP - 1, colours.GREY)
            canvas.text(place, TOP - 8, str(tick), size=SMALL, colour=colours.GREY, anchor="ms")
    if rows:
        canvas.upright(LEFT - 48, TOP + height / 2, rows[0])
        for tick in _ticks(plane.rows, max(2, int(height // 50))):
            place = TOP + (tick + 0.5) / plane.rows * height
            canvas.line(LEFT - 5, place, LEFT - 1, place, colours.GREY)
            canvas.text(LEFT - 8, place, str(tick), size=SMALL, colour=colours.GREY, anchor="rm")


def _facet_names(canvas: Canvas, plane: Plane) -> None:
    names = plane.selection.named("facet")
    inner = [name for role in ("row", "column") for name in plane.selection.named(role)]
    text = f"{' × '.join(names)} facets"
    if inner:
        text += f", each {' × '.join(inner)}"
    canvas.text(LEFT, TOP - 10, text, size=SMALL, colour=colours.GREY)


def _ticks(size: int, most: int) -> Sequence[int]:
    step = 1
    while size / step > most:
        # 1, 2, 5, 10, …, or the powers of two where the size is one.
        step = step * 2 if size & (size - 1) == 0 or str(step)[0] != "2" else step * 5 // 2
    return range(0, size, step)


def _sentence(selection: Selection) -> str:
    """The fixed and the reduced dimensions, and the component."""
    parts = [f"{dim} = {use}" for dim, use in selection.dims.items() if isinstance(use, int)]
    if selection.reduced:
        parts.append(f"{selection.statistic} over {', '.join(selection.reduced)}")
    if selection.component != "value":
        parts.append(selection.component)
    return ", ".join(parts)
