"""Something to draw on: the picture at twice its size or so, the dice and the colours."""

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.comfy.simulator.drawing.palette import Color, Palette
from bot.comfy.simulator.drawing.wish import Wish

Point = tuple[float, float]


@dataclass
class Canvas:
    """Coordinates are shares of the width and height; sizes are shares of the shorter side."""

    picture: Image.Image
    dice: random.Random
    palette: Palette
    wish: Wish = Wish(())  # noqa: RUF009 - frozen

    def __post_init__(self) -> None:
        self.show(self.picture)

    def show(self, picture: Image.Image) -> None:
        """Go on over another picture of this size."""
        self.picture = picture
        self.pen = ImageDraw.Draw(self.picture)
        self.width, self.height = self.picture.size
        self.unit = min(self.picture.size)

    def polygon(self, points: list[Point], color: Color) -> None:
        self.pen.polygon([(x * self.width, y * self.height) for x, y in points], fill=color)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        center, r = (x * self.width, y * self.height), radius * self.unit
        self.pen.ellipse((center[0] - r, center[1] - r, center[0] + r, center[1] + r), fill=color)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float) -> None:
        """Light that fades from the middle to nothing."""
        side = max(2, round(2 * radius * self.unit))
        mask = Image.radial_gradient("L").point(lambda value: round((max(0, 180 - value) / 180) ** 2 * 255 * strength))
        at = (round(x * self.width - side / 2), round(y * self.height - side / 2))
        self.picture.paste(color, at, mask.resize((side, side), Image.Resampling.BILINEAR))

    def gradient(self, stops: tuple[Color, ...], top: float, bottom: float) -> None:
        """Vertical, over the whole width."""
        strip = Image.new("RGB", (1, len(stops)))
        strip.putdata(list(stops))
        first, last = round(top * self.height), round(bottom * self.height)
        strip = strip.resize((1, 64), Image.Resampling.BICUBIC)
        self.picture.paste(strip.resize((self.width, max(1, last - first)), Image.Resampling.BILINEAR), (0, first))

    def veil(self, mask: Image.Image, color: Color) -> None:
        """Lay a colour over the picture through a small mask, softened by the enlarging."""
        self.picture.paste(color, (0, 0), mask.resize(self.picture.size, Image.Resampling.BICUBIC))
