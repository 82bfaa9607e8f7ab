"""A canvas seen through a box from (0, 0) to (1, 1), in which one subject stands with its feet at y = 1."""

from bot.comfy.simulator.drawing.canvas import Canvas, Point
from bot.comfy.simulator.drawing.palette import Color, mix

WHITE, BLACK = (250, 248, 244), (24, 22, 28)
_BETWEEN = 7


class Figure:
    """May look the other way. ``color`` is what the prompt asks for, if it does."""

    def __init__(self, canvas: Canvas, x: float, ground: float, size: float, color: Color | None = None) -> None:
        self.canvas = canvas
        self._color = color
        self._size = size * canvas.unit
        self._left, self._top = x * canvas.width - self._size / 2, ground * canvas.height - self._size
        self._mirrored = canvas.dice.random() < 0.5

    def paint(self, *usual: Color) -> Color:
        """The prompt's colour, else one of the usual ones."""
        chosen = self.canvas.dice.choice(usual)
        return self._color or chosen

    def shape(self, color: Color, *points: Point) -> None:
        self.canvas.pen.polygon([self._at(*point) for point in points], fill=color)

    def blob(self, color: Color, *points: Point) -> None:
        """A smooth outline through the points."""
        self.canvas.pen.polygon([self._at(*point) for point in _smooth(points)], fill=color)

    def oval(self, color: Color, x: float, y: float, wide: float, high: float) -> None:
        """``wide`` and ``high`` are half the width and height."""
        (left, top), (right, bottom) = self._at(x - wide, y - high), self._at(x + wide, y + high)
        self.canvas.pen.ellipse((min(left, right), top, max(left, right), bottom), fill=color)

    def box(self, color: Color, left: float, top: float, right: float, bottom: float) -> None:
        self.shape(color, (left, top), (right, top), (right, bottom), (left, bottom))

    def line(self, color: Color, thick: float, *points: Point) -> None:
        width = max(1, round(thick * self._size))
        self.canvas.pen.line([self._at(*point) for point in points], fill=color, width=width, joint="curve")

    def ring(self, color: Color, x: float, y: float, radius: float, thick: float = 0.022) -> None:
        (left, top), (right, bottom) = self._at(x - radius, y - radius), self._at(x + radius, y + radius)
        width = max(1, round(thick * self._size))
        self.canvas.pen.ellipse((min(left, right), top, max(left, right), bottom), outline=color, width=width)

    def eye(self, x: float, y: float, size: float = 0.018, color: Color = BLACK) -> None:
        self.oval(color, x, y, size, size * 1.2)
        self.oval(WHITE, x + size * 0.35, y - size * 0.4, size * 0.35, size * 0.35)

    def legs(self, color: Color, places: tuple[float, ...], top: float, wide: float = 0.06) -> None:
        for x in places:
            self.shape(color, (x, top), (x + wide, top), (x + wide * 0.85, 1), (x + wide * 0.15, 1))

    def _at(self, x: float, y: float) -> Point:
        return self._left + (1 - x if self._mirrored else x) * self._size, self._top + y * self._size


def darker(color: Color, share: float = 0.28) -> Color:
    return mix(color, BLACK, share)


def lighter(color: Color, share: float = 0.4) -> Color:
    return mix(color, WHITE, share)


def _smooth(points: tuple[Point, ...]) -> list[Point]:
    """A closed Catmull-Rom curve."""
    curve, count = [], len(points)
    for index in range(count):
        around = [points[(index + offset) % count] for offset in (-1, 0, 1, 2)]
        for step in range(_BETWEEN):
            t = step / _BETWEEN
            curve.append((_spline(t, *[p[0] for p in around]), _spline(t, *[p[1] for p in around])))
    return curve


def _spline(t: float, a: float, b: float, c: float, d: float) -> float:
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
