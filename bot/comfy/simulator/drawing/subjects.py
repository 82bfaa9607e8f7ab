"""Who or what is in the picture, as simple figures. Each is drawn in a box from (0, 0) to (1, 1), its feet at y = 1."""

from collections.abc import Callable

from bot.comfy.simulator.drawing.canvas import Canvas, Point
from bot.comfy.simulator.drawing.palette import Color, mix

WHITE, BLACK = (250, 248, 244), (24, 22, 28)


class Figure:
    """A canvas seen through a box; may look the other way."""

    def __init__(self, canvas: Canvas, x: float, ground: float, size: float) -> None:
        self.canvas = canvas
        self._size = size * canvas.unit
        self._left, self._top = x * canvas.width - self._size / 2, ground * canvas.height - self._size
        self._mirrored = canvas.dice.random() < 0.5

    def shape(self, color: Color, *points: Point) -> None:
        self.canvas.pen.polygon([self._at(*point) for point in points], fill=color)

    def oval(self, color: Color, x: float, y: float, wide: float, high: float) -> None:
        (left, top), (right, bottom) = self._at(x - wide, y - high), self._at(x + wide, y + high)
        self.canvas.pen.ellipse((min(left, right), top, max(left, right), bottom), fill=color)

    def line(self, color: Color, thick: float, *points: Point) -> None:
        width = max(1, round(thick * self._size))
        self.canvas.pen.line([self._at(*point) for point in points], fill=color, width=width, joint="curve")

    def _at(self, x: float, y: float) -> Point:
        return self._left + (1 - x if self._mirrored else x) * self._size, self._top + y * self._size


def fox(figure: Figure) -> None:
    coat, deep = (226, 112, 42), (178, 78, 28)
    figure.shape(deep, (0.0, 0.52), (0.1, 0.4), (0.24, 0.46), (0.36, 0.62), (0.26, 0.74), (0.1, 0.68))
    figure.shape(WHITE, (0.0, 0.52), (0.1, 0.4), (0.11, 0.52), (0.06, 0.62))
    _body(figure, coat, deep)
    figure.shape(WHITE, (0.64, 0.6), (0.76, 0.56), (0.74, 0.74), (0.66, 0.78))
    figure.shape(coat, (0.64, 0.44), (0.7, 0.32), (0.84, 0.32), (1.0, 0.5), (0.84, 0.57), (0.7, 0.56))
    figure.shape(WHITE, (0.72, 0.53), (0.84, 0.47), (1.0, 0.5), (0.84, 0.57))
    figure.shape(deep, (0.67, 0.37), (0.68, 0.17), (0.77, 0.33))
    figure.shape(coat, (0.74, 0.35), (0.79, 0.17), (0.85, 0.35))
    _face(figure, 0.83, 0.42, 0.99)


def cat(figure: Figure) -> None:
    coat = figure.canvas.dice.choice(((56, 54, 66), (214, 150, 80), (232, 226, 214), (122, 116, 120)))
    deep = mix(coat, BLACK, 0.3)
    figure.line(deep, 0.06, (0.3, 0.62), (0.14, 0.52), (0.1, 0.3), (0.18, 0.18))
    _body(figure, coat, deep)
    figure.oval(coat, 0.78, 0.44, 0.14, 0.13)
    figure.shape(deep, (0.66, 0.4), (0.67, 0.22), (0.77, 0.33))
    figure.shape(coat, (0.8, 0.33), (0.89, 0.22), (0.91, 0.42))
    _face(figure, 0.83, 0.43, 0.91)


def deer(figure: Figure) -> None:
    coat, deep = (150, 98, 58), (98, 62, 38)
    _body(figure, coat, deep)
    figure.shape(coat, (0.6, 0.6), (0.7, 0.3), (0.8, 0.34), (0.74, 0.62))
    figure.shape(coat, (0.68, 0.3), (0.78, 0.24), (0.95, 0.34), (0.8, 0.4))
    for lean in (0.0, 0.07):
        figure.line(deep, 0.022, (0.73 + lean, 0.26), (0.68 + lean, 0.1), (0.74 + lean, 0.0))
        figure.line(deep, 0.018, (0.69 + lean, 0.13), (0.62 + lean, 0.06))
    _face(figure, 0.8, 0.3, 0.94)


def person(figure: Figure) -> None:
    dice = figure.canvas.dice
    coat = dice.choice(((170, 58, 62), (52, 88, 134), (212, 170, 72), (74, 110, 86)))
    skin = dice.choice(((236, 196, 164), (198, 146, 108), (120, 80, 56)))
    for x in (0.44, 0.54):
        figure.shape(BLACK, (x - 0.035, 0.72), (x + 0.035, 0.72), (x + 0.03, 1), (x - 0.03, 1))
    figure.shape(coat, (0.4, 0.34), (0.58, 0.34), (0.66, 0.78), (0.32, 0.78))
    figure.line(mix(coat, BLACK, 0.25), 0.06, (0.42, 0.4), (0.33, 0.6))
    figure.line(mix(coat, BLACK, 0.25), 0.06, (0.57, 0.4), (0.67, 0.58))
    figure.oval(skin, 0.49, 0.25, 0.075, 0.09)
    figure.shape((70, 48, 40), (0.4, 0.27), (0.42, 0.14), (0.56, 0.14), (0.56, 0.19), (0.46, 0.21))


def house(figure: Figure) -> None:
    wall = mix(figure.canvas.palette.land[1], (238, 222, 196), 0.72)
    figure.shape(mix(wall, BLACK, 0.35), (0.68, 0.42), (0.68, 0.2), (0.76, 0.2), (0.76, 0.5))
    figure.shape(wall, (0.18, 1), (0.18, 0.55), (0.84, 0.55), (0.84, 1))
    figure.shape((148, 64, 54), (0.08, 0.58), (0.51, 0.24), (0.94, 0.58))
    figure.shape((92, 58, 44), (0.44, 1), (0.44, 0.72), (0.58, 0.72), (0.58, 1))
    for x in (0.26, 0.66):
        figure.shape(figure.canvas.palette.light, (x, 0.66), (x + 0.11, 0.66), (x + 0.11, 0.8), (x, 0.8))


def castle(figure: Figure) -> None:
    stone = mix(figure.canvas.palette.land[0], (206, 200, 196), 0.55)
    for x, top, wide in ((0.1, 0.4, 0.18), (0.28, 0.58, 0.44), (0.72, 0.36, 0.18), (0.42, 0.24, 0.16)):
        figure.shape(mix(stone, BLACK, x / 4), (x, 1), (x, top), (x + wide, top), (x + wide, 1))
        if wide < 0.3:
            figure.shape((112, 66, 96), (x - 0.03, top), (x + wide / 2, top - 0.24), (x + wide + 0.03, top))
    for x, y in ((0.17, 0.52), (0.79, 0.5), (0.48, 0.38), (0.36, 0.72), (0.6, 0.72)):
        figure.shape(figure.canvas.palette.light, (x, y), (x + 0.05, y), (x + 0.05, y + 0.09), (x, y + 0.09))


def boat(figure: Figure) -> None:
    figure.shape((112, 62, 48), (0.08, 0.8), (0.94, 0.78), (0.8, 0.97), (0.24, 0.98))
    figure.line((80, 56, 46), 0.025, (0.5, 0.8), (0.5, 0.08))
    figure.shape(WHITE, (0.53, 0.1), (0.53, 0.74), (0.92, 0.72))
    figure.shape(mix(WHITE, figure.canvas.palette.sky[1], 0.3), (0.47, 0.18), (0.47, 0.74), (0.16, 0.74))


def whale(figure: Figure) -> None:
    skin = (58, 84, 116)
    figure.shape(skin, (0.02, 0.66), (0.0, 0.5), (0.12, 0.6), (0.22, 0.5), (0.2, 0.68), (0.32, 0.82), (0.14, 0.84))
    figure.oval(skin, 0.6, 0.8, 0.4, 0.19)
    figure.oval(mix(skin, WHITE, 0.6), 0.68, 0.9, 0.28, 0.08)
    figure.oval(BLACK, 0.86, 0.76, 0.015, 0.015)
    figure.line((220, 240, 248), 0.02, (0.66, 0.6), (0.66, 0.42), (0.58, 0.34))
    figure.line((220, 240, 248), 0.02, (0.66, 0.42), (0.75, 0.34))


def robot(figure: Figure) -> None:
    steel = (150, 164, 180)
    for x in (0.38, 0.56):
        figure.shape(mix(steel, BLACK, 0.4), (x, 1), (x, 0.78), (x + 0.08, 0.78), (x + 0.08, 1))
    figure.shape(steel, (0.3, 0.8), (0.28, 0.42), (0.74, 0.42), (0.72, 0.8))
    figure.shape(mix(steel, WHITE, 0.3), (0.34, 0.38), (0.34, 0.14), (0.68, 0.14), (0.68, 0.38))
    figure.line(steel, 0.02, (0.51, 0.14), (0.51, 0.04))
    figure.oval((255, 92, 92), 0.51, 0.04, 0.03, 0.03)
    for x in (0.43, 0.59):
        figure.oval((96, 236, 255), x, 0.25, 0.045, 0.045)
    figure.line(mix(steel, BLACK, 0.2), 0.06, (0.29, 0.47), (0.18, 0.68))
    figure.line(mix(steel, BLACK, 0.2), 0.06, (0.73, 0.47), (0.84, 0.66))


def flower(figure: Figure) -> None:
    petal = figure.canvas.dice.choice(((236, 84, 120), (250, 196, 72), (154, 110, 226), (245, 245, 250)))
    figure.line((58, 128, 66), 0.04, (0.5, 1), (0.48, 0.4))
    figure.shape((70, 146, 78), (0.5, 0.8), (0.7, 0.66), (0.74, 0.72))
    for x, y in ((0.5, 0.16), (0.66, 0.26), (0.62, 0.44), (0.38, 0.44), (0.34, 0.26)):
        figure.oval(petal, x, y, 0.12, 0.12)
    figure.oval((250, 206, 92), 0.5, 0.31, 0.09, 0.09)


def _body(figure: Figure, coat: Color, deep: Color) -> None:
    for x in (0.36, 0.6):
        figure.shape(deep, (x, 0.7), (x + 0.07, 0.7), (x + 0.05, 1), (x + 0.005, 1))
    figure.oval(coat, 0.5, 0.64, 0.24, 0.15)
    for x in (0.3, 0.66):
        figure.shape(coat, (x, 0.66), (x + 0.08, 0.66), (x + 0.055, 1), (x + 0.005, 1))


def _face(figure: Figure, x: float, y: float, nose: float) -> None:
    figure.oval(BLACK, x, y, 0.016, 0.02)
    figure.oval(BLACK, nose - 0.01, y + 0.075, 0.017, 0.015)


#: Words -> figure, its size, whether it swims.
SUBJECTS: tuple[tuple[str, Callable[[Figure], None], float, bool], ...] = (
    ("fox foxes", fox, 0.3, False),
    ("cat cats kitten dog puppy wolf", cat, 0.26, False),
    ("deer stag elk moose horse unicorn", deer, 0.32, False),
    ("robot android mecha", robot, 0.34, False),
    ("castle palace fortress ruins temple", castle, 0.4, False),
    ("house cottage cabin hut home village farm", house, 0.28, False),
    ("boat ship sail sailboat pirate", boat, 0.3, True),
    ("whale dolphin fish shark", whale, 0.34, True),
    ("flower flowers rose tulip garden", flower, 0.22, False),
    ("person man woman girl boy child knight wizard witch astronaut portrait hero samurai", person, 0.36, False),
)
