"""Colours for a scene: the sky from words about time and weather, the land from words about places."""

import colorsys
import random
import re
from dataclasses import dataclass

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
    ("storm rain rainy fog foggy mist misty gloomy", ("#46525f", "#7c8a96", "#b9c2c6"), "#eef2f2", False),
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


def words_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text.lower()))


def choose_palette(words: frozenset[str], dice: random.Random) -> Palette:
    """What the words ask for, a little different each time; the dice decide where they say nothing."""
    sky, light, dark = dice.choice(_OTHER_SKIES)
    for listed, stops, lamp, night in reversed(_SKIES):
        if words & set(listed.split()):
            sky, light, dark = stops, lamp, night
    land, water = dice.choice(_OTHER_LANDS)
    for listed, shades, deep in reversed(_LANDS):
        if words & set(listed.split()):
            land, water = shades, deep
    turn = dice.uniform(-0.025, 0.025)
    top, middle, low = (_shift(_parse(stop), turn) for stop in sky)
    far, near = (_shift(_parse(shade), turn) for shade in land)
    if dark:
        far, near = mix(far, top, 0.55), mix(near, top, 0.5)
    return Palette((top, middle, low), (far, near), _parse(light), dark, _shift(_parse(water), turn))


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
