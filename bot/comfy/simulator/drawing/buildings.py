"""Buildings that stand in a landscape."""

from bot.comfy.simulator.drawing.figure import BLACK, WHITE, Figure, darker
from bot.comfy.simulator.drawing.palette import mix


def castle(figure: Figure) -> None:
    stone = figure.paint(mix(figure.canvas.palette.land[0], (206, 200, 196), 0.55))
    roof = figure.canvas.dice.choice(((112, 66, 96), (70, 92, 140), (150, 66, 58)))
    for x, top, wide in ((0.42, 0.24, 0.16), (0.28, 0.58, 0.44), (0.1, 0.4, 0.18), (0.72, 0.36, 0.18)):
        wall = mix(stone, BLACK, x / 4)
        figure.box(wall, x, top, x + wide, 1)
        if wide < 0.3:
            figure.shape(roof, (x - 0.03, top), (x + wide / 2, top - 0.24), (x + wide + 0.03, top))
            figure.shape(darker(roof), (x + wide / 2, top), (x + wide / 2, top - 0.24), (x + wide + 0.03, top))
            figure.shape(
                (226, 70, 70), (x + wide / 2, top - 0.3), (x + wide / 2 + 0.08, top - 0.27), (x + wide / 2, top - 0.24)
            )
        else:
            for tooth in range(5):
                figure.box(wall, x + 0.01 + tooth * 0.09, top - 0.05, x + 0.06 + tooth * 0.09, top)
    for x, y in ((0.17, 0.52), (0.79, 0.5), (0.48, 0.38), (0.34, 0.7), (0.62, 0.7)):
        figure.blob(
            figure.canvas.palette.light,
            (x, y + 0.1),
            (x, y + 0.02),
            (x + 0.022, y),
            (x + 0.045, y + 0.02),
            (x + 0.045, y + 0.1),
        )
    figure.blob((66, 46, 40), (0.43, 1.02), (0.43, 0.84), (0.5, 0.78), (0.57, 0.84), (0.57, 1.02))


def house(figure: Figure) -> None:
    wall = figure.paint(mix(figure.canvas.palette.land[1], (238, 222, 196), 0.72))
    roof = figure.canvas.dice.choice(((148, 64, 54), (84, 92, 112), (120, 92, 60)))
    figure.box(mix(wall, BLACK, 0.35), 0.68, 0.2, 0.76, 0.5)
    figure.box(wall, 0.18, 0.55, 0.84, 1)
    figure.shape(roof, (0.08, 0.58), (0.4, 0.26), (0.66, 0.26), (0.94, 0.58))
    for y in (0.36, 0.47):
        figure.line(darker(roof, 0.18), 0.012, (0.5 - (y - 0.1), y), (0.52 + (y - 0.08), y))
    figure.box((92, 58, 44), 0.44, 0.7, 0.58, 1)
    figure.oval((230, 196, 90), 0.555, 0.86, 0.012, 0.012)
    for x in (0.25, 0.66):
        figure.box(figure.canvas.palette.light, x, 0.66, x + 0.12, 0.8)
        figure.line(darker(wall), 0.012, (x + 0.06, 0.66), (x + 0.06, 0.8))
        figure.line(darker(wall), 0.012, (x, 0.73), (x + 0.12, 0.73))


def lighthouse(figure: Figure) -> None:
    band = figure.paint((204, 56, 52), (52, 92, 150))
    figure.blob((96, 92, 96), (0.1, 1.02), (0.24, 0.92), (0.5, 0.88), (0.78, 0.92), (0.92, 1.02))
    figure.shape(WHITE, (0.34, 0.96), (0.4, 0.22), (0.6, 0.22), (0.66, 0.96))
    for low, high in ((0.36, 0.5), (0.64, 0.78)):
        figure.shape(
            band,
            *[
                (0.5 + side * (0.1 + 0.06 * (y - 0.22) / 0.74), y)
                for side, y in ((-1, low), (1, low), (1, high), (-1, high))
            ],
        )
    figure.box((52, 52, 62), 0.36, 0.18, 0.64, 0.23)
    figure.box((255, 240, 170), 0.42, 0.08, 0.58, 0.18)
    figure.shape(band, (0.38, 0.09), (0.5, -0.02), (0.62, 0.09))
    if figure.canvas.palette.dark:
        figure.shape(
            mix(figure.canvas.palette.sky[1], (255, 244, 180), 0.4),
            (0.58, 0.1),
            (1.5, -0.06),
            (1.5, 0.24),
            (0.58, 0.16),
        )


def pagoda(figure: Figure) -> None:
    roof = figure.paint((150, 52, 46), (52, 84, 78))
    wall = (232, 214, 186)
    for floor, half in enumerate((0.34, 0.28, 0.22, 0.16)):
        base = 1 - floor * 0.22
        figure.box(wall, 0.5 - half * 0.7, base - 0.16, 0.5 + half * 0.7, base)
        for x in (-0.4, 0, 0.4):
            figure.box((110, 44, 40), 0.5 + x * half - 0.012, base - 0.16, 0.5 + x * half + 0.012, base)
        figure.blob(
            roof,
            (0.5 - half - 0.12, base - 0.13),
            (0.5 - half * 0.5, base - 0.19),
            (0.5 - half * 0.4, base - 0.25),
            (0.5 + half * 0.4, base - 0.25),
            (0.5 + half * 0.5, base - 0.19),
            (0.5 + half + 0.12, base - 0.13),
            (0.5, base - 0.155),
        )
    figure.line((230, 190, 90), 0.02, (0.5, 0.12), (0.5, -0.06))


def windmill(figure: Figure) -> None:
    figure.shape(figure.paint((226, 214, 196), (190, 120, 92)), (0.34, 1), (0.4, 0.4), (0.6, 0.4), (0.66, 1))
    figure.blob((120, 62, 52), (0.37, 0.42), (0.44, 0.28), (0.56, 0.28), (0.63, 0.42))
    figure.box((92, 58, 44), 0.45, 0.84, 0.55, 1)
    for dx, dy in ((0.3, -0.26), (0.26, 0.3), (-0.3, 0.26), (-0.26, -0.3)):
        figure.line((96, 72, 56), 0.018, (0.5, 0.4), (0.5 + dx, 0.4 + dy))
        figure.shape(
            WHITE,
            (0.5 + dx * 0.3, 0.4 + dy * 0.3),
            (0.5 + dx, 0.4 + dy),
            (0.5 + dx - dy * 0.28, 0.4 + dy + dx * 0.28),
            (0.5 + dx * 0.3 - dy * 0.28, 0.4 + dy * 0.3 + dx * 0.28),
        )
