"""A picture as triangles of one colour each."""

import random

from PIL import Image, ImageDraw


def facet(picture: Image.Image, *, cells: int, lead: bool = False) -> Image.Image:
    """``cells`` along the longer side; ``lead`` draws dark lines between the triangles."""
    dice = random.Random(11)  # noqa: S311 - decoration
    step = max(2.0, max(picture.size) / cells)
    across, down = int(picture.width / step) + 2, int(picture.height / step) + 2
    corners = [
        [
            ((x - 0.5 + dice.uniform(-0.3, 0.3)) * step, (y - 0.5 + dice.uniform(-0.3, 0.3)) * step)
            for x in range(across + 1)
        ]
        for y in range(down + 1)
    ]
    shown, colors = picture.copy(), picture.reduce(max(1, int(step / 2)))
    pen = ImageDraw.Draw(shown)
    for y in range(down):
        for x in range(across):
            a, b, c, d = corners[y][x], corners[y][x + 1], corners[y + 1][x + 1], corners[y + 1][x]
            for triangle in ((a, b, c), (a, c, d)):
                pen.polygon(triangle, fill=_color_at(colors, picture.size, triangle))
                if lead:
                    pen.line((*triangle, triangle[0]), fill=(28, 26, 34), width=max(1, round(step / 14)))
    return shown


def _color_at(colors: Image.Image, size: tuple[int, int], triangle: tuple[tuple[float, float], ...]) -> tuple[int, ...]:
    x, y = sum(point[0] for point in triangle) / 3, sum(point[1] for point in triangle) / 3
    at = (
        min(colors.width - 1, max(0, int(x / size[0] * colors.width))),
        min(colors.height - 1, max(0, int(y / size[1] * colors.height))),
    )
    return tuple(colors.getpixel(at))  # type: ignore[arg-type]  # an RGB picture's pixels are tuples
