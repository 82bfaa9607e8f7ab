"""Plants, and things on a table."""

from bot.comfy.simulator.drawing.figure import WHITE, Figure, darker, lighter
from bot.comfy.simulator.drawing.palette import Color


def flower(figure: Figure) -> None:
    petal = figure.paint((236, 84, 120), (250, 196, 72), (154, 110, 226), (245, 245, 250), (226, 52, 60))
    figure.line((58, 128, 66), 0.035, (0.5, 1), (0.53, 0.7), (0.5, 0.36))
    for side, y in ((1, 0.84), (-1, 0.74)):
        figure.blob(
            (70, 146, 78),
            (0.52, y),
            (0.52 + side * 0.14, y - 0.12),
            (0.52 + side * 0.3, y - 0.1),
            (0.52 + side * 0.16, y + 0.01),
        )
    _bloom(figure, 0.5, 0.29, 0.29, petal)


def tree(figure: Figure) -> None:
    leaves = figure.paint((70, 138, 70), (92, 150, 66), (216, 122, 50), (230, 150, 180))
    bark = (96, 66, 48)
    figure.blob(bark, (0.44, 1), (0.46, 0.6), (0.4, 0.46), (0.5, 0.54), (0.6, 0.44), (0.55, 0.62), (0.58, 1))
    for x, y, r, shade in (
        (0.3, 0.4, 0.2, 0.2),
        (0.7, 0.4, 0.2, 0.24),
        (0.5, 0.24, 0.24, 0.1),
        (0.5, 0.44, 0.22, 0.14),
        (0.36, 0.28, 0.15, 0.0),
        (0.6, 0.3, 0.14, 0.04),
    ):
        figure.oval(darker(leaves, shade), x, y, r, r * 0.9)
    dice = figure.canvas.dice
    for _ in range(26):
        x, y = 0.5 + dice.uniform(-0.33, 0.33), 0.34 + dice.uniform(-0.24, 0.2)
        figure.oval(lighter(leaves, dice.uniform(0.05, 0.3)), x, y, 0.035, 0.022)


def mushroom(figure: Figure) -> None:
    cap = figure.paint((212, 52, 48), (178, 112, 66), (120, 92, 190))
    figure.blob((240, 230, 212), (0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.66, 1), (0.34, 1), (0.4, 0.8))
    figure.blob(cap, (0.06, 0.54), (0.16, 0.24), (0.5, 0.06), (0.84, 0.24), (0.94, 0.54), (0.5, 0.6))
    for x, y, r in ((0.3, 0.32, 0.06), (0.54, 0.2, 0.07), (0.72, 0.4, 0.06), (0.46, 0.44, 0.045), (0.2, 0.48, 0.03)):
        figure.oval(WHITE, x, y, r, r * 0.8)


def cup(figure: Figure) -> None:
    clay = figure.paint((236, 234, 228), (70, 116, 150), (196, 92, 70))
    figure.ring(darker(clay, 0.12), 0.78, 0.66, 0.13, 0.05)
    figure.oval(darker(clay, 0.2), 0.5, 0.95, 0.42, 0.06)
    figure.blob(clay, (0.22, 0.46), (0.78, 0.46), (0.76, 0.72), (0.62, 0.94), (0.38, 0.94), (0.24, 0.72))
    figure.oval(lighter(clay), 0.5, 0.47, 0.29, 0.075)
    figure.oval((92, 56, 36), 0.5, 0.475, 0.25, 0.058)
    for x in (0.38, 0.5, 0.62):
        figure.line((236, 236, 240), 0.018, (x, 0.36), (x - 0.05, 0.26), (x + 0.03, 0.16), (x - 0.02, 0.04))


def fruit(figure: Figure) -> None:
    figure.oval((250, 206, 70), 0.3, 0.48, 0.16, 0.16)
    _apple(figure, 0.5, 0.42, 0.2, figure.paint((206, 48, 48), (120, 176, 66)))
    figure.oval((240, 150, 50), 0.72, 0.5, 0.16, 0.16)
    for x, y in ((0.4, 0.52), (0.46, 0.57), (0.52, 0.53), (0.58, 0.58), (0.62, 0.52)):
        figure.oval((106, 66, 134), x, y, 0.06, 0.06)
    figure.blob(
        (172, 130, 92), (0.06, 0.58), (0.5, 0.62), (0.94, 0.58), (0.82, 0.82), (0.6, 0.96), (0.4, 0.96), (0.18, 0.82)
    )
    figure.line((140, 100, 70), 0.02, (0.12, 0.68), (0.5, 0.72), (0.88, 0.68))


def apple(figure: Figure) -> None:
    _apple(figure, 0.5, 0.62, 0.36, figure.paint((206, 48, 48), (120, 176, 66)))


def bottle(figure: Figure) -> None:
    glass = figure.paint((96, 160, 150), (120, 96, 190), (84, 130, 190))
    figure.box((150, 108, 72), 0.44, 0.0, 0.56, 0.1)
    figure.blob(
        lighter(glass, 0.35),
        (0.44, 0.06),
        (0.56, 0.06),
        (0.56, 0.26),
        (0.74, 0.44),
        (0.76, 0.96),
        (0.24, 0.96),
        (0.26, 0.44),
        (0.44, 0.26),
    )
    figure.blob(glass, (0.3, 0.5), (0.5, 0.46), (0.7, 0.5), (0.71, 0.92), (0.29, 0.92))
    dice = figure.canvas.dice
    for _ in range(30):
        r = dice.choice((0.006, 0.01, 0.016))
        figure.oval(lighter(glass, dice.uniform(0.5, 1)), dice.uniform(0.33, 0.67), dice.uniform(0.52, 0.88), r, r)
    figure.blob(lighter(glass, 0.75), (0.31, 0.48), (0.35, 0.46), (0.34, 0.8), (0.31, 0.8))


def heart(figure: Figure) -> None:
    color = figure.paint((226, 54, 76))
    figure.blob(
        color,
        (0.5, 0.3),
        (0.66, 0.12),
        (0.9, 0.18),
        (0.94, 0.46),
        (0.74, 0.74),
        (0.5, 0.96),
        (0.26, 0.74),
        (0.06, 0.46),
        (0.1, 0.18),
        (0.34, 0.12),
    )
    figure.oval(lighter(color, 0.5), 0.28, 0.3, 0.07, 0.06)


def _apple(figure: Figure, x: float, y: float, r: float, color: Color) -> None:
    figure.line((90, 62, 40), 0.025, (x, y - r * 0.8), (x + r * 0.15, y - r * 1.25))
    figure.blob((96, 160, 72), (x + r * 0.1, y - r), (x + r * 0.5, y - r * 1.35), (x + r * 0.7, y - r * 1.1))
    figure.blob(
        color,
        (x, y - r * 0.75),
        (x + r * 0.7, y - r * 0.85),
        (x + r, y - r * 0.1),
        (x + r * 0.5, y + r * 0.95),
        (x, y + r * 0.85),
        (x - r * 0.5, y + r * 0.95),
        (x - r, y - r * 0.1),
        (x - r * 0.7, y - r * 0.85),
    )
    figure.oval(lighter(color, 0.55), x - r * 0.5, y - r * 0.35, r * 0.14, r * 0.2)


def _bloom(figure: Figure, x: float, y: float, r: float, petal: Color) -> None:
    for ring, reach in ((darker(petal, 0.15), 0.62), (petal, 0.5)):
        for dx, dy in ((0, -1), (0.87, -0.5), (0.87, 0.5), (0, 1), (-0.87, 0.5), (-0.87, -0.5)):
            turn = (dy, dx) if reach > 0.6 else (dx, dy)
            figure.oval(ring, x + turn[0] * r * reach, y + turn[1] * r * reach, r * 0.36, r * 0.36)
    figure.oval((250, 206, 92), x, y, r * 0.3, r * 0.3)
    figure.oval((214, 150, 60), x, y, r * 0.17, r * 0.17)
