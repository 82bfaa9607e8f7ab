"""Lakes and the sea, from above and from below; a waterfall."""

import math

from PIL import Image, ImageDraw, ImageFilter

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.palette import mix


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


def paint_deep(canvas: Canvas) -> None:
    """Below the surface: light falling in, weeds, bubbles."""
    dice, water = canvas.dice, canvas.palette.water
    canvas.gradient(
        (mix(water, (196, 240, 250), 0.6), mix(water, (70, 170, 210), 0.5), mix(water, (4, 22, 48), 0.6)), 0, 1
    )
    rays = Image.new("L", (64, 64))
    pen = ImageDraw.Draw(rays)
    for _ in range(6):
        x, wide = dice.uniform(-6, 70), dice.uniform(2, 6)
        pen.polygon([(x, 0), (x + wide, 0), (x + wide * 3 - 12, 64), (x - 16, 64)], fill=dice.randrange(30, 80))
    canvas.veil(rays.filter(ImageFilter.GaussianBlur(1.4)), (214, 244, 250))
    canvas.polygon([(0, 0.92), (0.3, 0.88), (0.7, 0.93), (1, 0.89), (1, 1), (0, 1)], mix((206, 186, 140), water, 0.45))
    for _ in range(16):
        _wave_weed(canvas, dice.random())
    for _ in range(30):
        canvas.disc(
            dice.random(), dice.random() * 0.9, dice.choice((0.004, 0.007, 0.012)), mix(water, (255, 255, 255), 0.6)
        )


def paint_waterfall(canvas: Canvas, horizon: float) -> None:
    """Between two cliffs, into a pool."""
    palette, dice = canvas.palette, canvas.dice
    rock = mix(palette.land[0], (96, 96, 104), 0.4)
    x, half, top = dice.uniform(0.4, 0.6), dice.uniform(0.07, 0.11), horizon - 0.3
    moss = mix(palette.land[1], (70, 130, 70), 0.5)
    for _ in range(60):
        at, side = dice.random(), dice.uniform(0.01, 0.035)
        if abs(at - x) > half * 0.9:
            canvas.disc(at, top - 0.005 - 0.06 * abs(at - x), side, mix(moss, palette.light, dice.uniform(0, 0.25)))
    canvas.polygon([(0, top - 0.06), (x - half, top), (x - half * 0.8, 1), (0, 1)], rock)
    canvas.polygon([(1, top - 0.1), (x + half, top), (x + half * 0.8, 1), (1, 1)], mix(rock, (0, 0, 0), 0.18))
    canvas.polygon([(x - half, top), (x + half, top), (x + half * 1.1, 0.86), (x - half * 1.1, 0.86)], (222, 238, 246))
    for _ in range(40):
        at, high, long = x + dice.uniform(-1, 1) * half * 0.95, dice.uniform(top, 0.8), dice.uniform(0.03, 0.14)
        shade = mix(palette.water, (255, 255, 255), dice.uniform(0.3, 1))
        canvas.polygon(
            [(at - 0.003, high), (at + 0.003, high), (at + 0.004, high + long), (at - 0.004, high + long)], shade
        )
    canvas.gradient(
        (mix(palette.water, (255, 255, 255), 0.3), palette.water, mix(palette.water, (0, 0, 0), 0.4)), 0.84, 1
    )
    for _ in range(26):
        canvas.disc(
            x + dice.uniform(-1.5, 1.5) * half,
            0.85 + dice.uniform(-0.02, 0.03),
            dice.uniform(0.01, 0.03),
            (240, 247, 250),
        )


def _wave_weed(canvas: Canvas, x: float) -> None:
    dice = canvas.dice
    tall, wide, phase = dice.uniform(0.08, 0.34), dice.uniform(0.006, 0.014), dice.uniform(0, 6)
    color = mix(dice.choice(((46, 130, 96), (84, 150, 76), (190, 84, 110))), canvas.palette.water, 0.35)
    spine = [
        (x + 0.02 * math.sin(step * 0.9 + phase), 0.97 - tall * step / 8, wide * (1 - step / 8)) for step in range(9)
    ]
    canvas.polygon(
        [*[(at - half, y) for at, y, half in spine], *[(at + half, y) for at, y, half in reversed(spine)]], color
    )
