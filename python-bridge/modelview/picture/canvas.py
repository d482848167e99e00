"""A sheet of paper measured in CSS pixels, over Pillow."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import colours

DENSITY = 2
SMALL, NORMAL, LARGE = 11, 12, 15

Colour = tuple[int, int, int]


@cache
def _font(size: float) -> Any:
    return ImageFont.load_default(size * DENSITY)


class Canvas:
    """A sheet that is drawn on in CSS pixels, two pixels of the picture each."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * DENSITY, height * DENSITY), colours.PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """Fill a rectangle."""
        left, top = round(x * DENSITY), round(y * DENSITY)
        right, bottom = round((x + width) * DENSITY) - 1, round((y + height) * DENSITY) - 1
        if right >= left and bottom >= top:
            self._draw.rectangle((left, top, right, bottom), fill=fill)

    def rounded(
        self, x: float, y: float, width: float, height: float, radius: float, fill: Colour | None, line: Colour | None
    ) -> None:
        """Draw a rectangle with round corners."""
        ends = (x * DENSITY, y * DENSITY, (x + width) * DENSITY - 1, (y + height) * DENSITY - 1)
        self._draw.rounded_rectangle(ends, radius * DENSITY, fill=fill, outline=line, width=1)

    def frame(self, x: float, y: float, width: float, height: float, line: Colour = colours.FAINT) -> None:
        """Draw a hairline around a rectangle, outside of it."""
        left, top = round(x * DENSITY), round(y * DENSITY)
        self._draw.rectangle(
            (left - 1, top - 1, left + round(width * DENSITY), top + round(height * DENSITY)), outline=line
        )

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = colours.FAINT, width: int = 1) -> None:
        """Draw a straight line, `width` in the picture's own pixels."""
        ends = (x0 * DENSITY, y0 * DENSITY, x1 * DENSITY, y1 * DENSITY)
        self._draw.line(ends, fill=colour, width=width)

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * DENSITY, y * DENSITY) for x, y in points], fill=fill)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = NORMAL,
        colour: Colour = colours.INK,
        anchor: str = "ls",
        bold: bool = False,
        width: float | None = None,
    ) -> float:
        """Write on one line, cut in its middle where it is wider than `width`; returns the width it took."""
        font = _font(size)
        text = _writable(text)
        if width is not None:
            text = _cut(text, width * DENSITY, font)
        place = (x * DENSITY, y * DENSITY)
        self._draw.text(place, text, font=font, fill=colour, anchor=anchor, stroke_width=0.6 if bold else 0)
        return float(font.getlength(text)) / DENSITY

    def upright(self, x: float, y: float, text: str, *, size: float = SMALL, colour: Colour = colours.GREY) -> None:
        """Write from below upwards, centred on a point."""
        font, text = _font(size), _writable(text)
        length, height = int(font.getlength(text)) + 4, int(size * DENSITY * 1.6)
        strip = Image.new("RGB", (max(length, 1), height), colours.PAPER)
        ImageDraw.Draw(strip).text((length / 2, height / 2), text, font=font, fill=colour, anchor="mm")
        strip = strip.transpose(Image.Transpose.ROTATE_90)
        self.image.paste(strip, (round(x * DENSITY - height / 2), round(y * DENSITY - length / 2)))

    def cells(self, x: float, y: float, width: float, height: float, painted: colours.Image) -> None:
        """Draw an array of colours, shape (rows, columns, 3), as that many rectangles."""
        size = max(1, round(width * DENSITY)), max(1, round(height * DENSITY))
        cells = Image.fromarray(np.ascontiguousarray(painted)).resize(size, Image.Resampling.NEAREST)
        self.image.paste(cells, (round(x * DENSITY), round(y * DENSITY)))

    def png(self) -> bytes:
        """The picture as a PNG of 256 colours, a third of the size of one of all of them."""
        pixels = np.asarray(self.image) >> 1
        red, green, blue = (pixels[..., channel].astype(np.intp) for channel in range(3))
        indexed = _nearest()[(red << 14) | (green << 7) | blue]
        image = Image.fromarray(indexed)
        image.putpalette(colours.palette().tobytes())
        out = BytesIO()
        image.save(out, "PNG", compress_level=6)
        return out.getvalue()


@cache
def _nearest() -> colours.Image:
    """For each colour of 7 bits a channel, the index in the palette; Pillow's own search takes most of a second.

    Found exactly for colours of the palette, and to 5 bits a channel for the blends at the edges of letters.
    """
    levels = (np.arange(32) * 255 / 31).astype(np.float32)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    known = colours.palette()
    # |a - b|² without its |a|², which is the same for every b.
    distance = (known.astype(np.float32) ** 2).sum(1) - 2 * grid @ known.T.astype(np.float32)
    nearest = distance.argmin(1).astype(np.uint8).reshape(32, 32, 32)
    fine = nearest.repeat(4, 0).repeat(4, 1).repeat(4, 2)
    exact = known >> 1
    fine[exact[:, 0], exact[:, 1], exact[:, 2]] = np.arange(len(known))
    return np.asarray(fine.reshape(-1), np.uint8)


def _writable(text: str) -> str:
    """Spell what Pillow's own font lacks."""
    for sign, spelling in (("×", "x"), ("\N{MINUS SIGN}", "-"), ("–", "-")):
        text = text.replace(sign, spelling)
    return "".join(letter if " " <= letter < "\x7f" or letter in "·…" else "?" for letter in text)


def _cut(text: str, width: float, font: Any) -> str:
    if font.getlength(text) <= width:
        return text
    # Names differ at their ends more than in their middles.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(_shorten(text, middle)) <= width:
            low = middle
        else:
            high = middle - 1
    return _shorten(text, low)


def _shorten(text: str, letters: int) -> str:
    tail = letters * 2 // 3
    return text[: letters - tail] + "…" + (text[-tail:] if tail else "")
