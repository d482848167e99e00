"""The static picture: true colours, small files, a word where there is nothing to draw."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modelview import ModelView, TensorView
from modelview.adapters import _stored
from modelview.picture import cells, colours, draw
from modelview.picture.canvas import DENSITY
from modelview.picture.layout import LEFT, SPACE_HEIGHT, TOP
from modelview.tensors import Selection

RNG = np.random.default_rng(11)


def picture(view):
    drawn = draw(view._subject, view.state, tensor=view._pictured())
    image = Image.open(io.BytesIO(drawn.png)).convert("RGB")
    assert image.size == (drawn.width * DENSITY, drawn.height * DENSITY)
    assert len(drawn.png) < 150_000
    return np.asarray(image)


def near(a, b, tolerance=6):
    return np.abs(np.asarray(a, int) - np.asarray(b, int)).max() <= tolerance


def colours_in(image):
    return len(np.unique(image.astype(int) @ [65536, 256, 1]))


def cell(image, row, column, rows, columns):
    width = min(520, SPACE_HEIGHT / (rows / columns), max(columns * 48, 96))
    x = LEFT + (column + 0.5) * width / columns
    y = TOP + (row + 0.5) * width / columns
    return image[round(y * DENSITY), round(x * DENSITY)]


def test_positive_is_blue_negative_is_red_and_zero_is_white():
    array = np.array([[1.0, -1.0, 0.0], [0.5, -0.5, 0.0], [0, 0, 0]])
    image = picture(TensorView(array))
    ramp = colours.table("diverging")
    assert near(cell(image, 0, 0, 3, 3), ramp[-1])
    assert near(cell(image, 0, 1, 3, 3), ramp[0])
    assert near(cell(image, 0, 2, 3, 3), (255, 255, 255))
    blue, red = cell(image, 1, 0, 3, 3), cell(image, 1, 1, 3, 3)
    assert blue[2] > blue[0] + 40
    assert red[0] > red[2] + 40


def test_values_without_a_sign_use_the_sequential_map():
    image = picture(TensorView(np.array([[0.0, 1.0], [2.0, 4.0]])))
    ramp = colours.table("sequential")
    assert near(cell(image, 0, 0, 2, 2), ramp[0])
    assert near(cell(image, 1, 1, 2, 2), ramp[-1])


def test_nan_and_infinities_are_marked():
    array = np.ones((4, 4))
    array[1, 1], array[2, 2] = np.nan, np.inf
    image = picture(TensorView(array))
    pixels = image.reshape(-1, 3)
    assert (np.abs(pixels.astype(int) - colours.NAN).max(1) <= 6).sum() > 50
    assert near(cell(image, 2, 2, 4, 4), (255, 255, 255))  # the arrow
    assert (pixels == 0).all(1).sum() > 1000  # on black


@pytest.mark.parametrize(
    "array",
    [
        np.float32(2.5),
        np.zeros((0, 3)),
        np.full((5, 5), np.nan),
        np.zeros((5, 5)),
        np.array([True, False]),
        np.array([2**63], "u8"),
        np.array([[1 + 1j, 2]]),
        np.array([1e308, -1e308]),
        RNG.standard_normal(100_000),
        RNG.standard_normal((1, 5000)),
        RNG.standard_normal((5000, 1)),
        RNG.standard_normal((3000, 2000)).astype("f4"),
        RNG.standard_normal((64, 3, 7, 7)),
        RNG.standard_normal((2000, 1, 3, 3)),
        RNG.standard_normal((70, 60, 1, 1)),
        RNG.standard_normal((30, 4, 5, 6, 2)),
        RNG.standard_normal((3, 300, 200)),
    ],
    ids=lambda array: f"{np.shape(array)} {np.asarray(array).dtype}",
)
def test_arrays_of_every_kind_are_drawn(array):
    image = picture(TensorView(array))
    assert colours_in(image) > 3


def test_what_the_picture_computes_answers_the_pages_first_request():
    view = TensorView(RNG.standard_normal((700, 500)).astype("f4"))
    reads = []
    source = view.tensor.source

    class Counting:
        def __getattr__(self, name):
            return getattr(source, name)

        def read(self, index):
            reads.append(index)
            return source.read(index)

    view.tensor.source = Counting()
    picture(view)
    assert reads
    reads.clear()
    from pages import Page, get

    page = Page()
    view._service.connect(page)
    page.hello().say(get("r", view.tensor, plane=True))
    assert page.end("r")["kind"] == "plane"
    assert not reads


def test_a_large_tensor_is_sampled_and_never_read_whole():
    view = TensorView(np.broadcast_to(np.arange(4096, dtype="f4"), (200_000, 4096)))
    source = view.tensor.source
    seen = []

    class Sparing:
        def __getattr__(self, name):
            return getattr(source, name)

        def read(self, index):
            values = source.read(index)
            seen.append(values)
            return values

    view.tensor.source = Sparing()
    picture(view)
    # A strided view of the memory is all that was taken.
    assert all(np.shares_memory(values, source._array) for values in seen)


def test_a_model_shows_its_modules_and_its_largest_tensors():
    names = {f"block.{i}.weight": RNG.standard_normal((40, 30)).astype("f4") for i in range(40)}
    names["<script>alert(1)</script>.weight"] = np.zeros((3, 3), "f4")
    names["empty"] = np.zeros((0, 3), "f4")
    image = picture(ModelView(names, name="a name that is far too long to stand in the header " * 3))
    assert colours_in(image) > 20


def test_a_model_without_tensors_says_so():
    torch = pytest.importorskip("torch")
    picture(ModelView(torch.nn.Sequential()))


def test_tensors_without_values_say_so():
    torch = pytest.importorskip("torch")
    picture(ModelView(torch.nn.Linear(3, 4, device="meta")))
    picture(TensorView(torch.empty(3, 4, device="meta")))


def test_both_languages_read_one_file_of_colours():
    path = Path(colours.__file__).parents[1] / "colour_maps.json"
    maps = json.loads(path.read_text("utf-8"))
    for name in ("diverging", "sequential"):
        for theme in ("light", "dark"):
            stops = maps[name][theme]
            assert len(stops) >= 33
            assert len(stops) % 2 == 1
    assert maps["diverging"]["light"][16] == "#ffffff"
    # Equal strength means equal lightness on both sides.
    for theme in ("light", "dark"):
        ramp = colours.table("diverging", theme, 33).astype(float) @ [0.2126, 0.7152, 0.0722]
        assert np.abs(ramp - ramp[::-1]).max() < 32


def test_of_a_large_file_a_corner_is_read_and_the_picture_says_so(tmp_path, monkeypatch):
    large = np.lib.format.open_memmap(tmp_path / "large.npy", "w+", np.float32, (40_000, 3000))
    large[0] = RNG.standard_normal(3000)
    large.flush()
    taken = []
    take = _stored._take
    monkeypatch.setattr(_stored, "_take", lambda file, start, into: (taken.append(len(into)), take(file, start, into)))
    view = TensorView(tmp_path / "large.npy")
    drawn = cells.sample(view.tensor, Selection.of(view.tensor, None))
    assert 0 < sum(taken) <= 2 * 4 * cells.LARGEST_CORNER
    assert drawn.note == "a sample: every 8 × 8th value of the first 2048 × 2048"
    np.testing.assert_array_equal(drawn.values[0], large[:2048:8, :2048:8])
    picture(view)
