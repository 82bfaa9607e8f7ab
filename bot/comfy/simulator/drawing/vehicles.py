"""What people travel in."""

from bot.comfy.simulator.drawing.figure import BLACK, WHITE, Figure, darker, lighter
from bot.comfy.simulator.drawing.palette import mix

_GLASS = (176, 214, 232)


def car(figure: Figure) -> None:
    paint = figure.paint((204, 52, 52), (52, 104, 186), (240, 190, 62), (86, 150, 112))
    figure.blob(paint, (0.22, 0.66), (0.34, 0.46), (0.62, 0.44), (0.78, 0.64))
    figure.shape(_GLASS, (0.28, 0.63), (0.37, 0.5), (0.48, 0.49), (0.48, 0.63))
    figure.shape(_GLASS, (0.51, 0.63), (0.51, 0.49), (0.61, 0.5), (0.71, 0.63))
    figure.blob(
        paint, (0.02, 0.7), (0.14, 0.63), (0.5, 0.62), (0.86, 0.64), (1.0, 0.74), (0.98, 0.88), (0.5, 0.9), (0.03, 0.88)
    )
    figure.line(darker(paint), 0.012, (0.06, 0.78), (0.94, 0.78))
    figure.oval((255, 244, 190), 0.95, 0.74, 0.03, 0.026)
    figure.oval((230, 60, 60), 0.045, 0.74, 0.02, 0.024)
    for x in (0.23, 0.77):
        _wheel(figure, x, 0.88, 0.12)


def train(figure: Figure) -> None:
    paint = figure.paint((176, 46, 44), (40, 86, 70), (52, 70, 120))
    figure.line((96, 84, 78), 0.03, (-0.6, 0.985), (1.6, 0.985))
    for x in (-0.5, 0.0):
        figure.box(mix(paint, (230, 200, 150), 0.35), x - 0.03, 0.5, x + 0.4, 0.88)
        for window in range(3):
            figure.box(_GLASS, x + 0.02 + window * 0.125, 0.57, x + 0.1 + window * 0.125, 0.68)
    for x in (-0.42, -0.2, 0.08, 0.3, 0.52, 0.7, 0.88):
        _wheel(figure, x, 0.91, 0.075)
    figure.box(paint, 0.42, 0.36, 0.66, 0.88)
    figure.box(darker(paint), 0.39, 0.32, 0.69, 0.37)
    figure.box(_GLASS, 0.48, 0.44, 0.6, 0.56)
    figure.blob(darker(paint, 0.5), (0.64, 0.58), (0.8, 0.55), (0.98, 0.58), (1.0, 0.72), (0.98, 0.84), (0.64, 0.86))
    figure.shape(BLACK, (0.83, 0.57), (0.81, 0.36), (0.93, 0.36), (0.91, 0.57))
    figure.oval((255, 244, 190), 0.99, 0.66, 0.03, 0.03)
    for x, y, r in ((0.84, 0.26, 0.06), (0.7, 0.16, 0.08), (0.52, 0.08, 0.1)):
        figure.oval((226, 226, 232), x, y, r, r * 0.8)


def bicycle(figure: Figure) -> None:
    paint = figure.paint((200, 60, 56), (40, 130, 140), (226, 170, 60))
    for x in (0.24, 0.78):
        figure.ring(BLACK, x, 0.78, 0.2)
        for ex, ey in ((0.19, 0), (0, 0.19), (0.13, 0.13), (-0.13, 0.13)):
            figure.line((150, 150, 156), 0.006, (x - ex, 0.78 - ey), (x + ex, 0.78 + ey))
    figure.line(paint, 0.03, (0.24, 0.78), (0.42, 0.46), (0.72, 0.46), (0.48, 0.8), (0.24, 0.78))
    figure.line(paint, 0.03, (0.48, 0.8), (0.4, 0.4))
    figure.line(paint, 0.03, (0.78, 0.78), (0.7, 0.34), (0.8, 0.32))
    figure.blob((60, 44, 40), (0.32, 0.38), (0.4, 0.36), (0.47, 0.38), (0.4, 0.42))


def rocket(figure: Figure) -> None:
    hull = figure.paint((236, 238, 242))
    figure.blob((255, 150, 50), (0.42, 0.8), (0.58, 0.8), (0.6, 0.94), (0.5, 1.2), (0.4, 0.94))
    figure.blob((255, 230, 130), (0.46, 0.8), (0.54, 0.8), (0.54, 0.92), (0.5, 1.04), (0.46, 0.92))
    for side in (-1, 1):
        figure.blob(
            (206, 60, 60),
            (0.5 + side * 0.12, 0.52),
            (0.5 + side * 0.28, 0.72),
            (0.5 + side * 0.27, 0.88),
            (0.5 + side * 0.1, 0.78),
        )
    figure.blob(hull, (0.5, 0.0), (0.62, 0.2), (0.66, 0.5), (0.6, 0.82), (0.4, 0.82), (0.34, 0.5), (0.38, 0.2))
    figure.blob((206, 60, 60), (0.5, 0.0), (0.585, 0.13), (0.5, 0.16), (0.415, 0.13))
    figure.oval(darker(hull, 0.3), 0.5, 0.38, 0.085, 0.085)
    figure.oval((96, 176, 226), 0.5, 0.38, 0.06, 0.06)


def balloon(figure: Figure) -> None:
    cloth = figure.paint((216, 70, 62), (70, 120, 196), (242, 180, 66))
    figure.blob(
        cloth,
        (0.5, 0.0),
        (0.78, 0.1),
        (0.86, 0.34),
        (0.7, 0.58),
        (0.56, 0.74),
        (0.44, 0.74),
        (0.3, 0.58),
        (0.14, 0.34),
        (0.22, 0.1),
    )
    for half in (0.2, 0.07):
        shade = lighter(cloth, 0.55) if half > 0.1 else cloth
        figure.blob(
            shade,
            (0.5, 0.0),
            (0.5 + half, 0.14),
            (0.5 + half * 1.2, 0.36),
            (0.5 + half * 0.4, 0.74),
            (0.5 - half * 0.4, 0.74),
            (0.5 - half * 1.2, 0.36),
            (0.5 - half, 0.14),
        )
    for x in (0.44, 0.56):
        figure.line((90, 70, 56), 0.01, (x, 0.73), (0.5 + (x - 0.5) * 0.8, 0.86))
    figure.box((136, 92, 56), 0.44, 0.86, 0.56, 0.97)


def ship(figure: Figure) -> None:
    hull = figure.paint((112, 70, 46), (70, 52, 48))
    cloth = WHITE if not figure.canvas.wish.said & {"pirate", "pirates"} else (52, 50, 56)
    for x, top in ((0.3, 0.1), (0.52, 0.0), (0.72, 0.14)):
        figure.line((84, 60, 46), 0.02, (x, 0.8), (x, top))
        for low, high in ((0.44, 0.72), (0.16 + top, 0.42)):
            figure.blob(
                mix(cloth, figure.canvas.palette.sky[1], 0.12),
                (x - 0.1, high),
                (x - 0.08, low),
                (x + 0.08, low),
                (x + 0.1, high),
                (x + 0.04, high - 0.05),
                (x - 0.04, high - 0.05),
            )
    figure.shape((204, 60, 60), (0.52, 0.0), (0.64, 0.03), (0.52, 0.06))
    figure.line((84, 60, 46), 0.02, (0.86, 0.8), (1.06, 0.66))
    figure.blob(
        hull, (0.06, 0.68), (0.16, 0.76), (0.5, 0.8), (0.84, 0.76), (0.96, 0.74), (0.86, 0.94), (0.5, 1.0), (0.18, 0.95)
    )
    figure.line(lighter(hull, 0.35), 0.02, (0.12, 0.8), (0.5, 0.86), (0.9, 0.81))


def boat(figure: Figure) -> None:
    figure.blob(
        figure.paint((150, 66, 52), (52, 92, 132), (70, 110, 96)),
        (0.06, 0.8),
        (0.5, 0.83),
        (0.96, 0.77),
        (0.82, 0.98),
        (0.24, 0.99),
    )
    figure.line((80, 56, 46), 0.025, (0.5, 0.82), (0.5, 0.06))
    figure.blob(WHITE, (0.53, 0.08), (0.74, 0.4), (0.92, 0.72), (0.72, 0.75), (0.53, 0.75))
    figure.blob(mix(WHITE, figure.canvas.palette.sky[1], 0.3), (0.47, 0.16), (0.3, 0.48), (0.16, 0.74), (0.47, 0.75))


def _wheel(figure: Figure, x: float, y: float, r: float) -> None:
    figure.oval(BLACK, x, y, r, r)
    figure.oval((176, 180, 188), x, y, r * 0.55, r * 0.55)
    figure.oval(BLACK, x, y, r * 0.15, r * 0.15)
