"""A scene composed from the words of a prompt and a seed."""

import hashlib
import random

from PIL import Image, ImageOps

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.land import (
    Ridge,
    ground_at,
    paint_city,
    paint_hills,
    paint_mountains,
    paint_water,
)
from bot.comfy.simulator.drawing.palette import choose_palette, mix, words_in
from bot.comfy.simulator.drawing.sky import paint_sky, paint_weather
from bot.comfy.simulator.drawing.subjects import SUBJECTS, Figure

_WATER = {
    "sea",
    "ocean",
    "lake",
    "beach",
    "island",
    "river",
    "water",
    "wave",
    "boat",
    "ship",
    "whale",
    "fish",
    "dolphin",
}
_CITY = {"city", "street", "skyline", "tower", "cyberpunk", "neon", "town", "urban", "skyscraper"}
_PINES = {"forest", "pine", "winter", "snow", "mountain", "mountains", "woods", "arctic"}
_ROUND = {"tree", "trees", "jungle", "meadow", "field", "spring", "summer", "garden", "village", "autumn", "park"}
_BARE = {"desert", "dune", "mars", "moon", "space", "sand"}
#: No picture is drawn larger than this; the rest is enlarging.
_LARGEST = 2048


def draw(words: str, seed: int, size: tuple[int, int], *, tint: str = "") -> Image.Image:
    """An RGB picture; the same arguments give the same picture. Runs for up to a fifth of a second per megapixel."""
    said = words_in(words)
    dice = random.Random(hashlib.sha256(f"{' '.join(sorted(said))}|{seed}".encode()).digest())  # noqa: S311 - decoration
    scale = min(2.0, _LARGEST / max(size))
    working = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    canvas = _blank(working, dice, said)
    _compose(canvas, said)
    picture = canvas.picture if working == size else _resize(canvas.picture, size, scale)
    return _style(picture, said | words_in(tint.replace("-", " ").replace("_", " ")), tint)


def _blank(size: tuple[int, int], dice: random.Random, said: frozenset[str]) -> Canvas:
    palette = choose_palette(said, dice)
    base = palette.land[1] if said & _CITY else palette.sky[2]
    return Canvas(Image.new("RGB", size, base), dice, palette)


def _compose(canvas: Canvas, said: frozenset[str]) -> None:
    horizon = canvas.dice.uniform(0.52, 0.66)
    light_x, _ = paint_sky(canvas, said, horizon)
    _fly_birds(canvas, said)
    ridge: Ridge = []
    if said & _CITY:
        paint_city(canvas, horizon)
    elif said & _WATER:
        if canvas.dice.random() < 0.7:
            paint_mountains(canvas, horizon + 0.01, False)
        paint_water(canvas, horizon, light_x)
    else:
        if not said & {"meadow", "field", "desert"} or "mountains" in said:
            paint_mountains(canvas, horizon, bool(said & {"snow", "winter", "mountain", "mountains"}))
        trees = "" if said & _BARE else "pine" if said & _PINES else "round" if said & _ROUND else ""
        trees = trees or ("" if said & _BARE else canvas.dice.choice(("pine", "round", "")))
        ridge = paint_hills(canvas, horizon, canvas.dice.randrange(3, 5), trees)
    _place_subjects(canvas, said, ridge, horizon)
    paint_weather(canvas, said)


def _place_subjects(canvas: Canvas, said: frozenset[str], ridge: Ridge, horizon: float) -> None:
    found = [(figure, size, swims) for listed, figure, size, swims in SUBJECTS if said & set(listed.split())]
    places = [0.36, 0.66] if len(found) > 1 else [canvas.dice.uniform(0.33, 0.67)]
    for (figure, size, swims), x in zip(found[:2], places, strict=False):
        ground = horizon + 0.16 if swims else ground_at(ridge, x) + 0.05 if ridge else 0.93
        if not swims:
            _cast_shadow(canvas, x, min(ground, 0.96), size)
        figure(Figure(canvas, x, min(ground, 0.96), size))


def _cast_shadow(canvas: Canvas, x: float, y: float, size: float) -> None:
    wide, high = size * canvas.unit * 0.42, size * canvas.unit * 0.045
    left, top = x * canvas.width - wide, y * canvas.height - high
    box = (left, top, left + 2 * wide, top + 2 * high)
    canvas.pen.ellipse(box, fill=mix(canvas.palette.land[1], (10, 12, 24), 0.35))


def _fly_birds(canvas: Canvas, said: frozenset[str]) -> None:
    dice = canvas.dice
    many = 9 if said & {"bird", "birds", "crow", "seagull", "eagle", "dragon"} else dice.choice((0, 0, 3, 4))
    x, y = dice.uniform(0.2, 0.7), dice.uniform(0.15, 0.4)
    shade = mix(canvas.palette.sky[0], (0, 0, 0), 0.55)
    for _ in range(0 if canvas.palette.dark else many):
        at_x, at_y, wing = x + dice.uniform(-0.12, 0.12), y + dice.uniform(-0.06, 0.06), dice.uniform(0.008, 0.016)
        canvas.polygon([(at_x - wing, at_y - wing / 2), (at_x, at_y), (at_x, at_y + 0.003)], shade)
        canvas.polygon([(at_x + wing, at_y - wing / 2), (at_x, at_y), (at_x, at_y + 0.003)], shade)


def _resize(picture: Image.Image, size: tuple[int, int], scale: float) -> Image.Image:
    if scale == 2.0:
        return picture.reduce(2)
    return picture.resize(size, Image.Resampling.BILINEAR)


def _style(picture: Image.Image, said: frozenset[str], tint: str) -> Image.Image:
    """Models lend a cast; some words and LoRAs change the hand."""
    if said & {"pixel", "pixelart", "bit"}:
        wide = max(1, picture.width * 96 // max(picture.size))
        high = max(1, picture.height * 96 // max(picture.size))
        picture = (
            picture.resize((wide, high), Image.Resampling.BOX)
            .quantize(28)
            .convert("RGB")
            .resize(picture.size, Image.Resampling.NEAREST)
        )
    if said & {"monochrome", "grayscale", "noir", "sketch", "charcoal"}:
        picture = ImageOps.grayscale(picture).convert("RGB")
    if said & {"sepia", "vintage", "antique"}:
        picture = ImageOps.colorize(ImageOps.grayscale(picture), (40, 24, 14), (252, 236, 204))
    if not tint:
        return picture
    cast = hashlib.sha256(tint.encode()).digest()
    return Image.blend(picture, Image.new("RGB", picture.size, (cast[0], cast[1], cast[2])), 0.05)
