"""A scene composed from the words of a prompt and a seed."""

import hashlib
import random

from PIL import Image

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.city import paint_city
from bot.comfy.simulator.drawing.figure import Figure
from bot.comfy.simulator.drawing.indoors import paint_shapes, paint_space, paint_studio, paint_table
from bot.comfy.simulator.drawing.land import (
    Ridge,
    ground_at,
    paint_dunes,
    paint_hills,
    paint_mountains,
    paint_shore,
    paint_woods,
)
from bot.comfy.simulator.drawing.palette import choose_palette, mix
from bot.comfy.simulator.drawing.sky import paint_sky, paint_weather
from bot.comfy.simulator.drawing.styles import lend_style
from bot.comfy.simulator.drawing.subjects import SUBJECTS, Place, Subject
from bot.comfy.simulator.drawing.water import paint_deep, paint_water, paint_waterfall
from bot.comfy.simulator.drawing.wish import Wish, listed

_WATER = listed("sea ocean lake beach island river water wave waves coast harbor harbour pirate sail")
_CITY = listed("city street skyline tower cyberpunk town urban skyscraper metropolis tokyo")
_PINES = listed("forest pine winter snow snowy mountain mountains woods arctic")
_ROUND = listed("tree trees jungle meadow field spring summer garden village autumn park countryside")
_BARE = listed("desert dune dunes mars moon sand sahara canyon")
_SPACE = listed("space galaxy cosmic cosmos nebula planet planets universe starfield")
_WOODS = listed("forest jungle woods wood rainforest")
_HIGH = listed("mountain mountains alps peak peaks cliff")
_SHAPES = listed("abstract geometric shapes pattern")
_CLOSE = listed("closeup macro")
_DEEP = listed("underwater reef coral submarine")
#: No picture is drawn larger than this; the rest is enlarging.
_LARGEST = 1536


def draw(
    words: str, seed: int, size: tuple[int, int], *, tint: str = "", negative: str = "", index: int = 0
) -> Image.Image:
    """An RGB picture; the same arguments give the same picture. Runs for up to a quarter of a second per megapixel.

    ``tint`` names the model and its LoRAs; ``index`` is the place in a batch.
    """
    scale = min(2.0, _LARGEST / max(size))
    canvas = sketch(
        words, seed, (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), negative=negative, index=index
    )
    _compose(canvas, Wish.of(words, negative))
    picture = canvas.picture if canvas.picture.size == size else _resize(canvas.picture, size, scale)
    return lend_style(picture, words, tint, negative)


def sketch(words: str, seed: int, size: tuple[int, int], *, negative: str = "", index: int = 0) -> Canvas:
    """An empty canvas with the dice and colours for these words."""
    wish = Wish.of(words, negative)
    cast = f"{' '.join(sorted(wish.said))}|{seed}" + (f"|{index}" if index else "")
    dice = random.Random(hashlib.sha256(cast.encode()).digest())  # noqa: S311 - decoration
    turn = hashlib.sha256(negative.encode()).digest()[0] / 255 * 0.05 if negative else 0.0
    palette = choose_palette(wish, dice, turn)
    base = palette.land[1] if wish.said & _CITY else palette.sky[2]
    return Canvas(Image.new("RGB", size, base), dice, palette, wish)


def find_subjects(wish: Wish) -> list[Subject]:
    """At most two, those that make the scene first."""
    return [subject for subject in SUBJECTS if wish.said & subject.words][:2]


def _compose(canvas: Canvas, wish: Wish) -> None:
    said = wish.said
    found = find_subjects(wish)
    places = {subject.place for subject in found}
    horizon = canvas.dice.uniform(0.5, 0.68)
    ridge: Ridge = []
    if said & _SHAPES:
        paint_shapes(canvas)
        found = found if places - {Place.STUDIO} else []
    elif Place.STUDIO in places:
        paint_studio(canvas)
        found = found[:1]
    elif Place.TABLE in places:
        paint_table(canvas)
    elif said & _DEEP or Place.DEEP in places:
        paint_deep(canvas)
    elif said & _SPACE and not said & {"mars", "moon", "city"}:
        paint_space(canvas)
    else:
        wet = {"water"} if Place.WATER in places else frozenset()
        ridge = _paint_landscape(canvas, horizon, said | wet, shore=Place.LAND in places)
    _place_subjects(canvas, wish, found, (ridge, horizon))
    if not places & {Place.TABLE, Place.STUDIO, Place.DEEP}:
        paint_weather(canvas, said)


def _paint_landscape(canvas: Canvas, horizon: float, said: frozenset[str], *, shore: bool) -> Ridge:
    dice = canvas.dice
    if said & _WOODS and not said & _HIGH and not said & _WATER:
        return paint_woods(canvas)
    light_x, _ = paint_sky(canvas, said, horizon)
    _fly_birds(canvas, said)
    if said & _CITY:
        paint_city(canvas, horizon)
        return []
    if said & {"waterfall", "waterfalls"}:
        paint_mountains(canvas, horizon - 0.1, bool(said & {"snow", "winter"}))
        paint_waterfall(canvas, horizon)
        return []
    if said & _WATER:
        if said & _HIGH or dice.random() < 0.6:
            paint_mountains(canvas, horizon, bool(said & {"snow", "winter"}))
        paint_water(canvas, horizon, light_x)
        return paint_shore(canvas) if shore or "beach" in said else []
    if said & _BARE:
        return paint_dunes(canvas, horizon)
    if not said & {"meadow", "field", "plain", "plains", "hills"} or said & _HIGH:
        paint_mountains(canvas, horizon, bool(said & {"snow", "snowy", "winter", "alps"}))
    trees = "pine" if said & _PINES else "round" if said & _ROUND else dice.choice(("pine", "round", ""))
    return paint_hills(canvas, horizon, dice.randrange(3, 5), trees)


def _place_subjects(canvas: Canvas, wish: Wish, found: list[Subject], ground: tuple[Ridge, float]) -> None:
    ridge, horizon = ground
    spots = [canvas.dice.uniform(0.26, 0.36), canvas.dice.uniform(0.64, 0.74)]
    if len(found) == 1:
        spots = [0.5 if found[0].place in (Place.STUDIO, Place.TABLE) else canvas.dice.uniform(0.32, 0.68)]
    # what is farther away stands behind
    for subject, x in sorted(zip(found, spots, strict=False), key=lambda pair: pair[0].size, reverse=True):
        size = subject.size * canvas.dice.uniform(0.9, 1.2) * (1.35 if wish.said & _CLOSE else 1)
        y = _stand(canvas, subject, x, ridge, horizon)
        if subject.place in (Place.LAND, Place.TABLE):
            _cast_shadow(canvas, x, y, size)
        subject.figure(Figure(canvas, x, y, size, wish.color_of(subject.words)))


def _stand(canvas: Canvas, subject: Subject, x: float, ridge: Ridge, horizon: float) -> float:
    """How far down its feet are."""
    match subject.place:
        case Place.WATER:
            return min(0.94, horizon + 0.16)
        case Place.AIR | Place.DEEP:
            return canvas.dice.uniform(0.56, 0.7)
        case Place.STUDIO:
            return 1.0 if subject.size > 0.6 else 0.78
        case Place.TABLE:
            return 0.88
        case Place.LAND if ridge:
            return min(0.96, ground_at(ridge, x) + 0.05)
    return 0.94


def _cast_shadow(canvas: Canvas, x: float, y: float, size: float) -> None:
    wide, high = size * canvas.unit * 0.42, size * canvas.unit * 0.045
    left, top = x * canvas.width - wide, y * canvas.height - high
    box = (left, top, left + 2 * wide, top + 2 * high)
    canvas.pen.ellipse(box, fill=mix(canvas.palette.land[1], (10, 12, 24), 0.35))


def _fly_birds(canvas: Canvas, said: frozenset[str]) -> None:
    dice = canvas.dice
    many = 9 if said & {"birds", "crows", "seagull", "seagulls"} else dice.choice((0, 0, 3, 4))
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
