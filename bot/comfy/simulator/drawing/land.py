"""Mountains, hills, dunes and woods."""

import math

from bot.comfy.simulator.drawing.canvas import Canvas, Point
from bot.comfy.simulator.drawing.palette import Color, mix

Ridge = list[Point]


def paint_mountains(canvas: Canvas, horizon: float, snow: bool) -> None:
    """Two ranges of peaks, each with a side in the shade."""
    snow = snow or canvas.dice.random() < 0.5
    for layer in range(2):
        color = mix(canvas.palette.land[0], canvas.palette.sky[2], 0.62 - 0.3 * layer)
        count = canvas.dice.randrange(3, 6)
        peaks = []
        for number in range(count):
            x = (number + canvas.dice.uniform(0.1, 0.9)) / count
            peaks.append((horizon - canvas.dice.uniform(0.1, 0.34 - 0.1 * layer), x))
        for top, x in sorted(peaks):
            _raise_peak(canvas, (x, top), horizon + 0.05, color, snow)
    canvas.polygon([(0, horizon), (1, horizon), (1, 1), (0, 1)], color)


def paint_dunes(canvas: Canvas, horizon: float) -> Ridge:
    """Waves of sand, the sides away from the light darker; here and there a cactus."""
    far, near = canvas.palette.land
    ridge: Ridge = []
    for layer in range(4):
        depth = (layer + 1) / 4
        ridge = _roll(canvas, horizon + (0.9 - horizon) * depth**1.2, 0.03 + 0.045 * depth)
        color = mix(mix(far, canvas.palette.sky[2], 0.4), near, depth * 0.75)
        canvas.polygon([*ridge, (1, 1), (0, 1)], color)
        crest = [(x, y) for x, y in ridge if canvas.dice.random() < 0.9]
        canvas.polygon(
            [*crest, *[(x, y + 0.012 + 0.05 * depth * x) for x, y in reversed(crest)]], mix(color, near, 0.35)
        )
        for _ in range(layer if canvas.wish.said & {"desert", "western", "cactus"} else 0):
            _plant_cactus(canvas, ridge, depth)
    return ridge


def paint_shore(canvas: Canvas) -> Ridge:
    """Land in front of the water: a beach, or grass where nobody spoke of one."""
    sandy = bool(canvas.wish.said & {"beach", "island", "coast", "tropical"})
    ground = mix((232, 206, 156) if sandy else canvas.palette.land[0], canvas.palette.sky[0], 0.16)
    ridge = _roll(canvas, 0.85, 0.018)
    canvas.polygon([*[(x, y - 0.016) for x, y in ridge], (1, 1), (0, 1)], mix(ground, (255, 255, 255), 0.5))
    canvas.polygon([*ridge, (1, 1), (0, 1)], ground)
    for _ in range(40):
        x, y = canvas.dice.random(), canvas.dice.uniform(0.88, 1)
        canvas.disc(x, y, canvas.dice.uniform(0.002, 0.005), mix(ground, canvas.palette.land[1], 0.5))
    return ridge


def paint_woods(canvas: Canvas) -> Ridge:
    """Inside a forest: trunks in rows, darker and larger towards us, with light between them."""
    far, near = canvas.palette.land
    canvas.gradient((mix(far, canvas.palette.sky[2], 0.55), mix(far, canvas.palette.light, 0.3), far), 0, 1)
    canvas.glow(canvas.dice.uniform(0.3, 0.7), 0.3, 0.6, canvas.palette.light, 0.25 if canvas.palette.dark else 0.7)
    ridge: Ridge = []
    for layer in range(4):
        depth = (layer + 1) / 4
        shade = mix(mix(far, canvas.palette.sky[2], 0.4), mix(near, (24, 18, 20), 0.35), depth)
        ridge = _roll(canvas, 0.6 + 0.27 * depth, 0.012 + 0.02 * depth)
        for _ in range(round(15 - 10 * depth)):
            x = canvas.dice.random()
            if layer < 3 or abs(x - 0.5) > 0.3:
                _grow_trunk(
                    canvas, x, ground_at(ridge, x) + 0.03, (0.008 + 0.03 * depth) * canvas.dice.uniform(0.7, 1.2), shade
                )
        canvas.polygon([*ridge, (1, 1), (0, 1)], mix(shade, near, 0.6))
    return ridge


def paint_hills(canvas: Canvas, horizon: float, layers: int, trees: str) -> Ridge:
    """From far to near; returns the nearest one's outline."""
    far, near = canvas.palette.land
    ridge: Ridge = []
    for layer in range(layers):
        depth = (layer + 1) / layers
        base = horizon + (0.93 - horizon) * depth**1.25 - 0.02
        ridge = _roll(canvas, base, 0.05 + 0.035 * depth)
        haze = mix(far, near, depth)
        color = mix(haze, canvas.palette.sky[2], 0.38 * (1 - depth))
        if trees and layer > 0:
            _plant(canvas, ridge, color, depth, trees)
        canvas.polygon([*ridge, (1, 1), (0, 1)], color)
    if canvas.wish.said & {"flowers", "meadow", "spring", "garden", "blossoms"}:
        _sow(canvas, horizon)
    return ridge


def ground_at(ridge: Ridge, x: float) -> float:
    """The outline's height over ``x``."""
    return min(ridge, key=lambda point: abs(point[0] - x))[1]


def _raise_peak(canvas: Canvas, peak: Point, base: float, color: Color, snow: bool) -> None:
    dice, (x, top) = canvas.dice, peak
    half = (base - top) * dice.uniform(0.7, 1.15) * min(1.6, canvas.height / canvas.width)
    lean = dice.uniform(-0.3, 0.3) * half

    def slope(side: int, down: float) -> Point:
        rough = 0.05 * half * dice.uniform(-1, 1) if 0 < down < 1 else 0
        return x + side * half * down**1.12 + rough, top + (base - top) * down

    steps = [step / 9 for step in range(1, 10)]
    left, right = [slope(-1, step) for step in steps], [slope(1, step) for step in steps]
    spine = [
        (x + lean * step + half * 0.13 * (1 if index % 2 else -1) * step, top + (base - top) * step)
        for index, step in enumerate(steps)
    ]
    canvas.polygon([*reversed(left), peak, *right], color)
    canvas.polygon([peak, *right, *reversed(spine)], mix(color, canvas.palette.sky[0], 0.3))
    if snow:
        cap = mix((255, 255, 255), canvas.palette.sky[1], 0.12)
        teeth = [_between(right[2], left[2], share / 6) for share in range(1, 6)]
        teeth = [(tx, ty + (0.14 if index % 2 else -0.02) * (base - top)) for index, (tx, ty) in enumerate(teeth)]
        canvas.polygon([peak, *right[:3], *teeth, *reversed(left[:3])], cap)
        canvas.polygon([peak, *right[:3], *teeth[:2], spine[1]], mix(cap, canvas.palette.sky[0], 0.22))


def _grow_trunk(canvas: Canvas, x: float, y: float, half: float, shade: Color) -> None:
    half *= canvas.unit / canvas.width
    lean = canvas.dice.uniform(-0.6, 0.6) * half
    canvas.polygon([(x - half, y), (x - half * 0.6 + lean, 0), (x + half * 0.6 + lean, 0), (x + half, y)], shade)
    canvas.polygon([(x - half * 1.9, y + 0.01), (x, y - half * 3), (x + half * 1.9, y + 0.01)], shade)
    for _ in range(3):
        high, side, long = canvas.dice.uniform(0.05, 0.5), canvas.dice.choice((-1, 1)), half * canvas.dice.uniform(3, 6)
        canvas.polygon([(x, high + half), (x + side * long, high - long * 0.5), (x, high - half * 0.2)], shade)


def _plant_cactus(canvas: Canvas, ridge: Ridge, depth: float) -> None:
    x, size = canvas.dice.random(), 0.03 + 0.09 * depth
    y, wide = ground_at(ridge, x) + 0.01, size * 0.13 * canvas.unit / canvas.width
    green = mix((66, 118, 78), canvas.palette.land[1], 0.45)
    canvas.polygon(
        [(x - wide, y), (x - wide, y - size), (x, y - size * 1.08), (x + wide, y - size), (x + wide, y)], green
    )
    for side, low in ((-1, 0.45), (1, 0.6)):
        out, high = x + side * wide * 3.4, y - size * low
        canvas.polygon(
            [
                (x, high),
                (out, high),
                (out, high - size * 0.35),
                (out + side * wide, high - size * 0.35),
                (out + side * wide, high + size * 0.14),
                (x, high + size * 0.14),
            ],
            green,
        )


def _sow(canvas: Canvas, horizon: float) -> None:
    """Flowers all over, smaller in the distance."""
    dice = canvas.dice
    named = canvas.wish.color_of(("flowers", "flower", "blossoms"))
    colors = (named,) if named else ((240, 96, 120), (250, 206, 80), (245, 245, 250), (170, 120, 230))
    for depth in sorted(dice.random() ** 0.7 for _ in range(130)):
        x, y, size = dice.random(), horizon + 0.12 + (0.86 - horizon) * depth, 0.003 + 0.011 * depth
        canvas.disc(x, y, size, mix(dice.choice(colors), canvas.palette.land[1], 0.25 * (1 - depth)))
        canvas.disc(x, y, size * 0.4, (250, 220, 110))


def _plant(canvas: Canvas, ridge: Ridge, color: Color, depth: float, kind: str) -> None:
    dice = canvas.dice
    shade = mix(color, (0, 0, 0), 0.18)
    for _ in range(round(10 + 20 * (1 - depth))):
        x = dice.random()
        y, size = ground_at(ridge, x) + 0.012, (0.035 + 0.1 * depth) * dice.uniform(0.6, 1.25)
        flat = canvas.unit / canvas.width
        if kind == "pine":
            for part in range(3):
                low, half = y - size * (0.12 + 0.27 * part), size * (0.32 - 0.08 * part) * flat
                canvas.polygon([(x - half, low), (x, low - size * 0.46), (x + half, low)], shade)
        else:
            canvas.polygon(
                [(x - 0.05 * size * flat, y), (x, y - size * 0.5), (x + 0.05 * size * flat, y)],
                mix(shade, (60, 35, 20), 0.5),
            )
            canvas.disc(x, y - size * 0.62 * canvas.unit / canvas.height, size * 0.27, shade)
            canvas.disc(x + 0.12 * size * flat, y - size * 0.5, size * 0.2, mix(shade, canvas.palette.light, 0.06))


def _roll(canvas: Canvas, base: float, swing: float) -> Ridge:
    dice = canvas.dice
    waves = [(dice.uniform(1.2, 2.4), swing), (dice.uniform(3, 6), swing / 3), (dice.uniform(9, 17), swing / 12)]
    phases = [dice.uniform(0, math.tau) for _ in waves]

    def height(x: float) -> float:
        return base + sum(a * math.sin(f * x * 3 + p) for (f, a), p in zip(waves, phases, strict=True))

    return [(step / 96, height(step / 96)) for step in range(97)]


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
