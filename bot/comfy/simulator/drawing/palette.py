"""Colours for a scene: the sky from words about time and weather, the land from words about places."""

import colorsys
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.comfy.simulator.drawing.wish import Wish

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """``sky`` from top to horizon; ``land`` from far to near; ``light`` is the sun's, moon's and windows' colour."""

    sky: tuple[Color, Color, Color]
    land: tuple[Color, Color]
    light: Color
    dark: bool
    water: Color


#: Words -> sky from top to horizon, light, whether it is dark.
_SKIES: tuple[tuple[str, tuple[str, str, str], str, bool], ...] = (
    (
        "night midnight star stars moon moonlit moonlight dark aurora northern",
        ("#070b24", "#15224f", "#3a4a86"),
        "#f4efd2",
        True,
    ),
    ("space galaxy cosmic nebula planet alien", ("#05030f", "#26124d", "#7b2c83"), "#ffd9f2", True),
    ("neon cyberpunk synthwave vaporwave", ("#120328", "#4a0f6b", "#f0447c"), "#ffe66d", True),
    ("sunset dusk evening fire autumn golden", ("#2f2a5a", "#c8496a", "#ffb457"), "#fff0b8", False),
    ("sunrise dawn morning pink spring", ("#6a8fd0", "#f3a6b5", "#ffe3b8"), "#fffbe0", False),
    ("storm stormy rain rainy fog foggy mist misty gloomy", ("#46525f", "#7c8a96", "#b9c2c6"), "#eef2f2", False),
    ("snow snowy winter ice frozen arctic frost", ("#7fa7cc", "#b9d3e6", "#f1f6fa"), "#ffffff", False),
    ("day sunny summer sky blue meadow field", ("#2f7fd0", "#7fbdf0", "#dff1fb"), "#fff8d6", False),
    ("desert sand dune mars western", ("#c25b32", "#eaa45e", "#fde1a8"), "#fff3cf", False),
)
_OTHER_SKIES = (
    (("#1d4e89", "#62a8c9", "#f7d6a3"), "#fff4cc", False),
    (("#3b2c73", "#a65aa8", "#ffc4a1"), "#ffeccf", False),
    (("#0f3d4c", "#2f8f8b", "#e6e2a8"), "#fdf6c8", False),
    (("#20264f", "#5b6bb0", "#e7b5c9"), "#fff1e6", False),
    (("#0b132b", "#2c3f6f", "#7d8fc7"), "#f7f0d8", True),
)
#: Words -> land from far to near, water.
_LANDS: tuple[tuple[str, tuple[str, str], str], ...] = (
    ("snow snowy winter ice frozen arctic frost", ("#9fb8cf", "#f4f8fb"), "#6f93b3"),
    ("forest jungle wood woods moss tree trees pine", ("#4c7a68", "#123524"), "#2d5d63"),
    ("desert sand dune mars western", ("#d08a55", "#8a4326"), "#b5743f"),
    ("autumn fall orange", ("#b0714a", "#5a2a17"), "#6d4a3d"),
    ("sea ocean beach lake island river water wave boat ship", ("#5f8f8c", "#22454a"), "#14506e"),
    ("city street neon cyberpunk skyline tower", ("#54507f", "#16142e"), "#2b2a55"),
    ("meadow field grass spring summer flower flowers garden", ("#7cab6a", "#2f6b34"), "#3f7f8d"),
    ("mountain mountains rock cliff", ("#7a86a3", "#2f3a4c"), "#3d5a7c"),
)
_OTHER_LANDS = (
    (("#6f8f7a", "#1f3b33"), "#2f5f73"),
    (("#7d7396", "#2b2440"), "#3d3f73"),
    (("#8f7f68", "#3b2a22"), "#4a5a66"),
    (("#5b8592", "#173039"), "#1f4f66"),
)


#: Colours by name.
COLORS: dict[str, Color] = {
    "red": (206, 44, 48),
    "crimson": (164, 28, 52),
    "scarlet": (220, 52, 36),
    "orange": (236, 128, 40),
    "gold": (226, 178, 62),
    "golden": (226, 178, 62),
    "yellow": (246, 206, 64),
    "green": (68, 148, 76),
    "emerald": (28, 150, 104),
    "teal": (34, 138, 140),
    "turquoise": (64, 196, 190),
    "cyan": (70, 200, 226),
    "blue": (54, 106, 202),
    "navy": (34, 50, 104),
    "indigo": (74, 62, 160),
    "purple": (130, 70, 176),
    "violet": (146, 92, 204),
    "magenta": (206, 60, 150),
    "pink": (240, 140, 178),
    "brown": (122, 82, 54),
    "beige": (222, 202, 170),
    "black": (40, 38, 46),
    "white": (244, 242, 238),
    "grey": (134, 138, 146),
    "gray": (134, 138, 146),
    "silver": (188, 194, 204),
}
_GREYS = frozenset(("black", "white", "grey", "gray", "silver"))
_SKY_NOUNS = ("sky", "skies", "sunset", "sunrise", "clouds", "light", "background", "galaxy", "nebula")
_LAND_NOUNS = ("forest", "trees", "grass", "hills", "mountains", "mountain", "desert", "field", "meadow", "leaves")
_WATER_NOUNS = ("sea", "ocean", "lake", "water", "river", "waves")


def choose_palette(wish: "Wish", dice: random.Random, turn: float) -> Palette:
    """What the words ask for, its hues turned a little; the dice decide where they say nothing."""
    words = wish.said
    sky, light, dark = dice.choice(_OTHER_SKIES)
    for listed, stops, lamp, night in reversed(_SKIES):
        if words & set(listed.split()):
            sky, light, dark = stops, lamp, night
    land, water = dice.choice(_OTHER_LANDS)
    for listed, shades, deep in reversed(_LANDS):
        if words & set(listed.split()):
            land, water = shades, deep
    turn += dice.uniform(-0.025, 0.025)
    top, middle, low = (_shift(_parse(stop), turn) for stop in sky)
    far, near = (_shift(_parse(shade), turn) for shade in land)
    if dark:
        far, near = mix(far, top, 0.55), mix(near, top, 0.5)
    palette = Palette((top, middle, low), (far, near), _parse(light), dark, _shift(_parse(water), turn))
    return _color(palette, wish)


def _color(palette: Palette, wish: "Wish") -> Palette:
    """The colours named for a part of the scene, and a touch of the first one for all of it."""
    (top, middle, low), (far, near), water = palette.sky, palette.land, palette.water
    if wish.mood is not None and not wish.said & _GREYS:
        top, middle, low, far, near = (mix(one, wish.mood, 0.14) for one in (top, middle, low, far, near))
    if (sky := wish.color_of(_SKY_NOUNS)) is not None:
        top, middle, low = mix(sky, (0, 0, 0), 0.4), mix(sky, middle, 0.2), mix(sky, (255, 255, 255), 0.45)
    if (land := wish.color_of(_LAND_NOUNS)) is not None:
        far, near = mix(land, far, 0.35), mix(land, (0, 0, 0), 0.45)
    if (sea := wish.color_of(_WATER_NOUNS)) is not None:
        water = mix(sea, water, 0.25)
    return replace(palette, sky=(top, middle, low), land=(far, near), water=water)


def mix(one: Color, other: Color, share: float) -> Color:
    """``share`` of the other colour."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _parse(code: str) -> Color:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _shift(color: Color, turn: float) -> Color:
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in color))
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb((hue + turn) % 1, light, saturation))
    return red, green, blue
