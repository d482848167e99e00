"""Values to colours, by the control points that the page's shaders use too (colour_maps.json)."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

INK = (31, 35, 40)
GREY = (101, 109, 118)
FAINT = (208, 215, 222)
HAIRLINE = (225, 228, 232)
PAPER = (255, 255, 255)
PANEL = (246, 248, 250)
ACCENT = (25, 118, 210)
BAR = (118, 139, 164)
HISTOGRAM = (214, 217, 222)
NAN = (232, 30, 205)
BLACK = (0, 0, 0)

# So many colours of a map are told apart in the picture: enough for the eye, and few enough for a small file.
STEPS = 96


@cache
def table(name: str, theme: str = "light", steps: int = STEPS) -> Image:
    """A map as `steps` evenly spaced sRGB colours, shape (steps, 3), from low to high."""
    text = resources.files("modelview").joinpath("colour_maps.json").read_text("utf-8")
    stops = np.array([_rgb(stop) for stop in json.loads(text)[name][theme]], float)
    place = np.linspace(0, len(stops) - 1, steps)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def palette() -> Image:
    """The picture's 256 colours: both maps, the greys of its lettering, and the few others."""
    greys = np.linspace(np.array(INK), np.array(PAPER), 40)
    others = np.array([GREY, FAINT, HAIRLINE, PANEL, ACCENT, BAR, HISTOGRAM, NAN, BLACK])
    # Letters in the accent's colour, and the bars' ends, are blended with the paper.
    blends = [np.linspace(np.array(colour), np.array(PAPER), 5)[1:-1] for colour in (ACCENT, BAR, NAN)]
    colours = np.concatenate([table("diverging"), table("sequential"), greys, others, *blends])
    return np.asarray(colours.round(), np.uint8)


def paint(values: npt.NDArray[Any], low: float, high: float, signed: bool) -> Image:
    """Colour finite values between `low` and `high`; what is not finite is left white. Adds an axis of three."""
    colours = table("diverging" if signed else "sequential")
    finite = np.isfinite(values)
    # Halves, since the whole range of float64 is wider than float64.
    width = high / 2 - low / 2
    with np.errstate(invalid="ignore"):
        halves = values.astype(np.float64) / 2
        place = (halves - low / 2) / width if width > 0 else np.full(values.shape, 0.5)
    step = np.where(finite, np.clip(place, 0, 1) * STEPS, 0).astype(np.intp)
    painted = colours[np.minimum(step, STEPS - 1)]
    painted[~finite] = 255
    return painted


def _rgb(stop: str) -> tuple[int, int, int]:
    return int(stop[1:3], 16), int(stop[3:5], 16), int(stop[5:7], 16)
