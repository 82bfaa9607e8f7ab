"""A skyline."""

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.palette import Color, mix


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
