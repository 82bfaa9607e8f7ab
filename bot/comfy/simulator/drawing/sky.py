"""Sky, sun or moon, stars, clouds; and what falls from it."""

import math

from PIL import Image, ImageDraw, ImageFilter

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.palette import mix


def paint_sky(canvas: Canvas, words: frozenset[str], horizon: float) -> tuple[float, float]:
    """Returns where the sun or moon stands."""
    dice, palette = canvas.dice, canvas.palette
    canvas.gradient(palette.sky, 0, min(1.0, horizon + 0.05))
    if palette.dark:
        _scatter_stars(canvas, horizon)
    if words & {"aurora", "northern", "nebula", "galaxy"}:
        _hang_aurora(canvas)
    x, y = dice.uniform(0.15, 0.85), dice.uniform(0.16, max(0.2, horizon - 0.12))
    radius = dice.uniform(0.05, 0.11)
    canvas.glow(x, y, radius * 5, palette.light, 0.35 if palette.dark else 0.6)
    canvas.disc(x, y, radius, palette.light)
    if palette.dark:
        _crater_moon(canvas, x, y, radius)
    if not words & {"space", "galaxy", "cosmic"}:
        _drift_clouds(canvas, horizon)
    return x, y


def paint_weather(canvas: Canvas, words: frozenset[str]) -> None:
    dice, size = canvas.dice, canvas.unit
    if words & {"snow", "snowy", "winter", "blizzard"}:
        for _ in range(170):
            canvas.disc(dice.random(), dice.random(), dice.choice((0.0016, 0.0025, 0.0042)), (252, 253, 255))
    if words & {"rain", "rainy", "storm", "stormy"}:
        shade = mix(canvas.palette.sky[2], (255, 255, 255), 0.3)
        for _ in range(140):
            x, y = dice.random() * canvas.width, dice.random() * canvas.height
            canvas.pen.line((x, y, x - size * 0.012, y + size * 0.045), fill=shade, width=max(1, size // 500))
    if words & {"fireflies", "magic", "magical", "fairy", "lantern", "lanterns"}:
        for _ in range(26):
            x, y = dice.random(), dice.uniform(0.4, 0.95)
            canvas.glow(x, y, 0.03, (255, 226, 140), 0.7)
            canvas.disc(x, y, 0.004, (255, 246, 205))


def _scatter_stars(canvas: Canvas, horizon: float) -> None:
    dice = canvas.dice
    for _ in range(150):
        shade = mix(canvas.palette.sky[0], (255, 255, 255), dice.uniform(0.35, 1))
        canvas.disc(dice.random(), dice.random() ** 1.4 * horizon, dice.choice((0.0011, 0.0016, 0.0028)), shade)


def _crater_moon(canvas: Canvas, x: float, y: float, radius: float) -> None:
    shade = mix(canvas.palette.light, canvas.palette.sky[1], 0.16)
    across, down = canvas.unit / canvas.width, canvas.unit / canvas.height
    for _ in range(5):
        off_x, off_y = canvas.dice.uniform(-0.55, 0.55) * radius, canvas.dice.uniform(-0.55, 0.55) * radius
        canvas.disc(x + off_x * across, y + off_y * down, radius * canvas.dice.uniform(0.07, 0.2), shade)


def _hang_aurora(canvas: Canvas) -> None:
    dice = canvas.dice
    for color in ((84, 245, 178), (156, 120, 255)):
        mask = Image.new("L", (64, 64))
        pen = ImageDraw.Draw(mask)
        phase, lift = dice.uniform(0, 6), dice.uniform(14, 24)
        for x in range(64):
            top = lift + 6 * math.sin(x / 9 + phase) + 3 * math.sin(x / 3.7 + phase * 2)
            pen.line((x, top - 9, x, top + 7), fill=70)
            pen.line((x, top - 2, x, top + 5), fill=130)
        canvas.veil(mask.filter(ImageFilter.GaussianBlur(2)), color)


def _drift_clouds(canvas: Canvas, horizon: float) -> None:
    dice = canvas.dice
    mask = Image.new("L", (96, 96))
    pen = ImageDraw.Draw(mask)
    for _ in range(dice.randrange(2, 6)):
        x, y, strength = dice.uniform(-10, 100), dice.uniform(6, 96 * horizon * 0.8), dice.randrange(70, 150)
        for _ in range(dice.randrange(4, 9)):
            wide, high = dice.uniform(5, 14), dice.uniform(1.2, 3.2)
            at_x, at_y = x + dice.uniform(-14, 14), y + dice.uniform(-2, 2)
            pen.ellipse((at_x - wide, at_y - high, at_x + wide, at_y + high), fill=strength)
    shade = mix(canvas.palette.sky[2], (255, 255, 255), 0.15 if canvas.palette.dark else 0.75)
    canvas.veil(mask.filter(ImageFilter.GaussianBlur(1.6)), mix(shade, canvas.palette.sky[1], 0.15))
