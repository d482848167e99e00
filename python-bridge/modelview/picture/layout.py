"""Where things stand in a tensor's picture, in CSS pixels."""

from __future__ import annotations

from dataclasses import dataclass

from ..tensors import Plane

WIDTH = 800
MARGIN = 20
LEFT, TOP = 72, 92
SPACE_WIDTH, SPACE_HEIGHT = 520, 520
GAP = 4
STRIP_GAP = 18
SMALLEST = 12.0


@dataclass(frozen=True)
class Grid:
    """Where facets stand: `across` in a row, `down` rows in a strip, and strips side by side."""

    across: int
    down: int
    strips: int
    cell_width: float
    cell_height: float

    @property
    def most(self) -> int:
        """How many facets there is room for."""
        return self.across * self.down * self.strips

    @property
    def width(self) -> float:
        """Of everything."""
        strip = self.across * (self.cell_width + GAP) - GAP
        return self.strips * (strip + STRIP_GAP) - STRIP_GAP

    @property
    def height(self) -> float:
        """Of everything."""
        return self.down * (self.cell_height + GAP) - GAP

    def place(self, index: int) -> tuple[float, float]:
        """The left upper corner of a facet."""
        row, column = divmod(index, self.across)
        strip, row = divmod(row, self.down)
        left = strip * (self.across * (self.cell_width + GAP) - GAP + STRIP_GAP)
        return LEFT + left + column * (self.cell_width + GAP), TOP + row * (self.cell_height + GAP)


def arrange(plane: Plane, shape: tuple[int, ...]) -> Grid:
    """How facets are laid out, and how large each is drawn."""
    facets, _, columns = shape
    # Square cells, unless the plane is so long that they would leave a thread.
    aspect = min(max(plane.rows / max(plane.columns, 1), 0.25), 2.5)
    if plane.rows == 1 and plane.columns > 8:
        aspect = 0.12
    if plane.facets == 1:
        width = min(SPACE_WIDTH, SPACE_HEIGHT / aspect)
        # Few cells need not be giants.
        width = min(width, max(columns * 48, 96))
        return Grid(1, 1, 1, width, max(width * aspect, 14))
    # Of two facets the second goes across, and long columns are folded into strips.
    pair = len(plane.facet_shape) == 2 and plane.facet_shape[1] <= 32
    best = Grid(1, 1, 1, SMALLEST, max(SMALLEST * aspect, 6))
    for number in range(1, 65):
        across = min(plane.facet_shape[1], facets) if pair else number
        strips = number if pair else 1
        down = -(-facets // (across * strips))
        gaps = strips * (across - 1) * GAP + (strips - 1) * STRIP_GAP
        width = min((SPACE_WIDTH - gaps) / (across * strips), 160)
        width = min(width, (SPACE_HEIGHT - (down - 1) * GAP) / down / aspect)
        if width > best.cell_width:
            best = Grid(across, down, strips, width, max(width * aspect, 6))
    if best.most > 1:
        return best
    # Too many to fit: as many as do.
    across = int((SPACE_WIDTH + GAP) // (SMALLEST + GAP))
    return Grid(across, int((SPACE_HEIGHT + GAP) // (best.cell_height + GAP)), 1, SMALLEST, best.cell_height)
