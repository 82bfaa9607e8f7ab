"""What is not a landscape: a table by the window, a soft background, space, shapes."""

from PIL import Image, ImageDraw, ImageFilter

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.palette import mix


def paint_table(canvas: Canvas) -> None:
    """A wall, a window with the sky in it, a table."""
    palette, dice = canvas.palette, canvas.dice
    wall = mix(palette.land[0], (236, 226, 210), 0.55)
    canvas.gradient((mix(wall, palette.land[1], 0.25), wall, mix(wall, palette.light, 0.3)), 0, 0.75)
    x, half = dice.choice((0.24, 0.76)), 0.17
    canvas.polygon([(x - half, 0.06), (x + half, 0.06), (x + half, 0.52), (x - half, 0.52)], (246, 242, 234))
    for left in (x - half + 0.02, x + 0.01):
        for top in (0.085, 0.3):
            pane = mix(palette.sky[1], palette.sky[2], top * 2)
            canvas.polygon(
                [(left, top), (left + half - 0.03, top), (left + half - 0.03, top + 0.195), (left, top + 0.195)], pane
            )
    canvas.glow(x, 0.3, 0.6, palette.light, 0.35)
    wood = mix(palette.land[1], (150, 98, 62), 0.6)
    canvas.gradient((mix(wood, palette.light, 0.3), wood, mix(wood, (20, 12, 10), 0.4)), 0.7, 1)
    for _ in range(12):
        y = 0.71 + 0.29 * dice.random() ** 1.3
        start, shade = dice.uniform(-0.2, 0.8), mix(wood, (30, 18, 14), 0.3)
        canvas.polygon([(start, y), (start + 0.4, y + 0.001), (start + 0.4, y + 0.004), (start, y + 0.003)], shade)


def paint_studio(canvas: Canvas) -> None:
    """Lights far out of focus."""
    palette, dice = canvas.palette, canvas.dice
    canvas.gradient((palette.sky[0], palette.sky[1], mix(palette.land[0], palette.sky[1], 0.5)), 0, 1)
    for color in (palette.light, palette.sky[2], palette.water, palette.land[0]):
        wide, high = 128 * canvas.width // canvas.unit, 128 * canvas.height // canvas.unit
        mask = Image.new("L", (wide, high))
        pen = ImageDraw.Draw(mask)
        for _ in range(6):
            x, y, r = dice.uniform(0, wide), dice.uniform(0, high), dice.uniform(5, 15)
            pen.ellipse((x - r, y - r, x + r, y + r), fill=dice.randrange(40, 130))
        canvas.veil(mask.filter(ImageFilter.GaussianBlur(1.5)), color)


def paint_space(canvas: Canvas) -> None:
    """Stars, clouds of light, a planet or two."""
    palette, dice = canvas.palette, canvas.dice
    canvas.gradient((palette.sky[0], mix(palette.sky[0], palette.sky[1], 0.7), palette.sky[0]), 0, 1)
    for color in (palette.sky[2], palette.sky[1], (84, 150, 250), palette.light):
        mask = Image.new("L", (96, 96))
        pen = ImageDraw.Draw(mask)
        x, y = dice.uniform(20, 76), dice.uniform(20, 76)
        for _ in range(14):
            x, y, r = x + dice.uniform(-12, 12), y + dice.uniform(-9, 9), dice.uniform(4, 13)
            pen.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=dice.randrange(30, 110))
        canvas.veil(mask.filter(ImageFilter.GaussianBlur(6)), color)
    for _ in range(240):
        shade = mix(palette.sky[1], (255, 255, 255), dice.uniform(0.4, 1))
        canvas.disc(dice.random(), dice.random(), dice.choice((0.001, 0.0014, 0.002, 0.004)), shade)
    for _ in range(dice.randrange(1, 3)):
        _hang_planet(canvas, dice.uniform(0.12, 0.88), dice.uniform(0.14, 0.8), dice.uniform(0.05, 0.17))


def paint_shapes(canvas: Canvas) -> None:
    """Circles, bars and arcs of the palette's colours."""
    palette, dice = canvas.palette, canvas.dice
    colors = (*palette.sky, *palette.land, palette.light, palette.water)
    canvas.gradient((mix(palette.sky[2], palette.light, 0.5), palette.sky[2]), 0, 1)
    for _ in range(26):
        x, y, r = dice.random(), dice.random(), dice.uniform(0.03, 0.2)
        color, kind = dice.choice(colors), dice.randrange(4)
        if kind == 0:
            canvas.disc(x, y, r, color)
        elif kind == 1:
            points = [(x + dice.uniform(-r, r) * 1.6, y + dice.uniform(-r, r) * 1.6) for _ in range(3)]
            canvas.polygon(points, color)
        else:
            lean = dice.uniform(-0.3, 0.3)
            wide = r * 0.2 * kind
            canvas.polygon([(x, y - r), (x + wide, y - r), (x + wide + lean, y + r), (x + lean, y + r)], color)


def _hang_planet(canvas: Canvas, x: float, y: float, r: float) -> None:
    dice = canvas.dice
    color = dice.choice(((206, 140, 92), (108, 150, 206), (150, 110, 180), (206, 186, 140)))
    side = max(2, round(2 * r * canvas.unit))
    ball = Image.new("RGB", (side, side), color)
    pen = ImageDraw.Draw(ball)
    top = 0.0
    while top < side:
        high = side * dice.uniform(0.05, 0.16)
        pen.rectangle((0, top, side, top + high), fill=mix(color, dice.choice(((255, 255, 255), (40, 24, 40))), 0.18))
        top += high * 1.8
    light = (
        Image.radial_gradient("L")
        .resize((side * 2, side * 2))
        .crop((side // 2, side // 2, side // 2 + side, side // 2 + side))
    )
    ball.paste((8, 6, 24), (0, 0), light.point(lambda value: min(235, value * 2)))
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    canvas.picture.paste(ball, (round(x * canvas.width - side / 2), round(y * canvas.height - side / 2)), mask)
