"""The pictures the simulator draws: what decides them, and how they come into being."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.comfy.simulator.drawing import draw, focus, inpaint, redraw
from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.figure import Figure
from bot.comfy.simulator.drawing.palette import COLORS, choose_palette
from bot.comfy.simulator.drawing.subjects import SUBJECTS, Subject
from bot.comfy.simulator.drawing.wish import Wish

STYLES = (
    *("watercolour", "oil painting", "impressionist", "anime", "pencil sketch", "pixel art", "low poly"),
    *("stained glass", "pastel", "black and white", "sepia", "photo"),
)
SCENES = (
    "",
    "🦊",
    "neon city",
    "sea",
    "desert",
    "forest",
    "galaxy",
    "waterfall",
    "abstract",
    "meadow",
    "rain",
    "aurora",
)
SIZE = (64, 64)


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference per channel, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def count_near(picture: Image.Image, color: tuple[int, int, int]) -> int:
    data = picture.tobytes()
    pixels = zip(data[::3], data[1::3], data[2::3], strict=True)
    return sum(all(abs(a - b) < 24 for a, b in zip(pixel, color, strict=True)) for pixel in pixels)


@pytest.mark.parametrize("words", [*SCENES, *(f"a fox, {style}" for style in STYLES)])
def test_every_scene_and_style_can_be_drawn_in_any_shape(words: str) -> None:
    for size in ((1, 1), (48, 16), (16, 48)):
        assert draw(words, 3, size).size == size


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: min(subject.words))
def test_every_subject_fills_its_box(subject: Subject) -> None:
    empty = Image.new("RGB", (80, 80), (1, 2, 3))
    canvas = Canvas(empty.copy(), random.Random(1), choose_palette(Wish(()), random.Random(1), 0))
    subject.figure(Figure(canvas, 0.5, 0.9, 0.8))
    changed = ImageChops.difference(canvas.picture, empty).convert("L").point(lambda value: 255 if value else 0)

    assert ImageStat.Stat(changed).mean[0] / 255 > 0.08


def test_words_seed_model_negative_and_place_in_the_batch_decide_the_picture() -> None:
    one = draw("a fox in the snow", 1, SIZE)
    others = [
        draw("a fox in the snow", 2, SIZE),
        draw("a castle", 1, SIZE),
        draw("a fox in the snow", 1, SIZE, tint="other.safetensors"),
        draw("a fox in the snow", 1, SIZE, negative="blurry"),
        draw("a fox in the snow", 1, SIZE, index=1),
    ]

    assert draw("a fox in the snow", 1, SIZE) == one
    assert all(other != one for other in others)


@pytest.mark.parametrize("color", ["red", "blue", "green", "purple"])
@pytest.mark.parametrize("noun", ["car", "dragon", "flower", "cat", "bottle"])
def test_a_named_colour_shows(color: str, noun: str) -> None:
    named, other = (draw(f"a {word} {noun}", 4, (128, 128)) for word in (color, "beige"))

    assert count_near(named, COLORS[color]) > 100 + count_near(other, COLORS[color])


def test_what_is_unwanted_is_not_drawn() -> None:
    unwanted = draw("a red fox in a field", 7, (128, 128), negative="fox")

    assert count_near(draw("a red fox in a field", 7, (128, 128)), COLORS["red"]) > 100
    assert count_near(unwanted, COLORS["red"]) == 0


@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_seen(style: str) -> None:
    plain = draw("a fox", 3, SIZE)
    picture = draw("a fox", 3, SIZE, tint=f"{style}.safetensors")

    assert distance(picture, plain) > distance(draw("a fox", 3, SIZE, tint="some.safetensors"), plain)


def test_black_and_white_has_no_colour() -> None:
    red, green, blue = draw("a fox, black and white", 3, SIZE).split()

    assert red == green == blue


def test_what_is_drawn_over_keeps_less_of_the_original_the_stronger() -> None:
    original = draw("a house by a lake", 1, (128, 128))
    distances = [distance(redraw(original, "a fox", 5, strength), original) for strength in (0, 0.2, 0.4, 0.6, 0.8, 1)]

    assert distances[0] == 0
    assert distances == sorted(distances)
    assert redraw(original, "a fox", 5, 1.0) == draw("a fox", 5, (128, 128))


@pytest.mark.parametrize("words", ["a dragon", "the blue sea"])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_outside_the_mask_nothing_changes(words: str, strength: float) -> None:
    original = draw("a house by a lake", 1, (128, 128))
    mask = Image.new("L", (128, 128))
    mask.paste(255, (40, 40, 90, 90))
    painted = inpaint(original, mask, words, 5, strength)
    changed = ImageChops.difference(painted, original).getbbox()

    assert changed is not None
    assert changed[0] >= 30
    assert changed[1] >= 30
    assert max(changed[2:]) <= 100
    assert distance(painted.crop((45, 45, 85, 85)), original.crop((45, 45, 85, 85))) > 5


def test_an_empty_mask_leaves_the_picture() -> None:
    original = draw("a house", 1, SIZE)

    assert inpaint(original, Image.new("L", SIZE), "a dragon", 5, 1.0) == original


def test_previews_come_into_focus() -> None:
    picture = draw("a fox", 1, SIZE)

    def seen(done: float) -> Image.Image:
        with Image.open(io.BytesIO(focus(picture, done, 1))) as shown:
            return shown.convert("RGB")

    distances = [distance(seen(step / 8), picture) for step in range(1, 9)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 20
    assert distances[-1] < 3
