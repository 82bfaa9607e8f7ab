"""Mountains, hills, trees, water, a skyline."""

import math
from itertools import pairwise

from bot.comfy.simulator.drawing.canvas import Canvas, Point
from bot.comfy.simulator.drawing.palette import Color, mix

Ridge = list[Point]


def paint_mountains(canvas: Canvas, horizon: float, snow: bool) -> None:
    color = mix(canvas.palette.land[0], canvas.palette.sky[2], 0.45)
    ridge = _displace(canvas, horizon - 0.02, 0.24)
    canvas.polygon([*ridge, (1, 1), (0, 1)], color)
    shade = mix(color, canvas.palette.sky[0], 0.22)
    for (x, y), (after_x, after_y) in pairwise(ridge):
        if after_y > y + 0.006:
            canvas.polygon([(x, y), (after_x, after_y), (after_x, after_y + 0.09), (x + 0.01, y + 0.16)], shade)
    if snow or canvas.dice.random() < 0.5:
        cap = mix(color, (255, 255, 255), 0.75)
        for before, peak, after in zip(ridge, ridge[1:], ridge[2:], strict=False):
            if peak[1] < min(before[1], after[1]) and peak[1] < horizon - 0.1:
                canvas.polygon(
                    [peak, _between(peak, after, 0.8), (peak[0], peak[1] + 0.03), _between(peak, before, 0.8)], cap
                )


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
    return ridge


def paint_water(canvas: Canvas, horizon: float, light_x: float) -> None:
    palette, dice = canvas.palette, canvas.dice
    canvas.gradient(
        (mix(palette.sky[2], palette.water, 0.25), palette.water, mix(palette.water, (0, 0, 0), 0.35)), horizon, 1
    )
    for _ in range(90):
        y = horizon + (1 - horizon) * dice.random() ** 1.6
        nearness = (y - horizon) / (1 - horizon)
        x, long = dice.random(), 0.01 + 0.08 * nearness * dice.random()
        wave = mix(palette.water, palette.sky[2], dice.uniform(0.15, 0.5))
        canvas.polygon([(x - long, y), (x, y - 0.0015 - 0.002 * nearness), (x + long, y), (x, y + 0.0012)], wave)
    for step in range(46):
        y = horizon + 0.004 + (1 - horizon) * (step / 46) ** 1.3
        half = 0.012 + 0.075 * (step / 46) * dice.random()
        x = light_x + dice.uniform(-0.02, 0.02) * (1 + step / 12)
        canvas.polygon(
            [(x - half, y), (x, y - 0.003), (x + half, y), (x, y + 0.003)], mix(palette.light, palette.water, 0.25)
        )


def paint_city(canvas: Canvas, horizon: float) -> None:
    """Three rows of houses, lit windows in the nearer ones."""
    palette, dice = canvas.palette, canvas.dice
    for row, base in enumerate((horizon + 0.05, horizon + 0.2, 1.0)):
        color = mix(mix(*palette.land, (row + 1) / 3), palette.sky[2], 0.34 - 0.15 * row)
        x = -0.02
        while x < 1:
            wide = dice.uniform(0.045, 0.1) * (1 + row * 0.35)
            top = horizon + 0.14 * row - dice.uniform(0.05, 0.4 - 0.06 * row)
            canvas.polygon([(x, base), (x, top), (x + wide, top), (x + wide, base)], color)
            if row:
                _light_windows(canvas, (x, top, wide, base), color)
            x += wide + dice.choice((0, 0, 0.006, 0.02))


def ground_at(ridge: Ridge, x: float) -> float:
    """The outline's height over ``x``."""
    return min(ridge, key=lambda point: abs(point[0] - x))[1]


def _light_windows(canvas: Canvas, house: tuple[float, float, float, float], color: Color) -> None:
    x, top, wide, base = house
    dice, lit = canvas.dice, canvas.palette.light
    columns = max(2, round(wide / 0.017))
    step = wide / columns
    for floor in range(int(min(0.6, base - top) / 0.022) - 1):
        for column in range(columns):
            if dice.random() < (0.45 if canvas.palette.dark else 0.3):
                at_x, at_y = x + step * (column + 0.25), top + 0.012 + floor * 0.022
                shade = mix(color, lit, dice.uniform(0.45, 0.95))
                canvas.polygon(
                    [(at_x, at_y), (at_x + step / 2, at_y), (at_x + step / 2, at_y + 0.011), (at_x, at_y + 0.011)],
                    shade,
                )


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


def _displace(canvas: Canvas, base: float, rough: float) -> Ridge:
    """Midpoint displacement: halves get a random lift, smaller each time."""
    heights = [base, base - rough * canvas.dice.uniform(0.3, 1), base - rough * canvas.dice.uniform(0, 0.8), base]
    lift = rough * 0.45
    for _ in range(4):
        finer = []
        for one, other in pairwise(heights):
            finer += [one, (one + other) / 2 + canvas.dice.uniform(-lift, lift)]
        heights = [*finer, heights[-1]]
        lift *= 0.52
    return [(index / (len(heights) - 1), min(height, base + 0.04)) for index, height in enumerate(heights)]


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
