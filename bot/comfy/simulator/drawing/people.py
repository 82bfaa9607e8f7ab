"""People, whole and as portraits, and robots."""

from bot.comfy.simulator.drawing.figure import BLACK, WHITE, Figure, darker, lighter
from bot.comfy.simulator.drawing.palette import Color, mix

_SKINS = ((240, 200, 170), (222, 172, 134), (190, 136, 98), (132, 88, 62), (96, 64, 48))
_HAIRS = ((46, 36, 34), (92, 58, 38), (168, 112, 58), (224, 186, 112), (150, 56, 36))
_COATS = ((170, 58, 62), (52, 88, 134), (212, 170, 72), (74, 110, 86), (96, 70, 128))


def person(figure: Figure) -> None:
    dice = figure.canvas.dice
    coat, skin, hair = figure.paint(*_COATS), dice.choice(_SKINS), dice.choice(_HAIRS)
    hair = figure.canvas.wish.color_of(("hair", "haired")) or hair
    _stand(figure, coat, (48, 46, 62))
    figure.oval(hair, 0.5, 0.17, 0.1, 0.105)
    figure.oval(skin, 0.505, 0.195, 0.08, 0.095)
    figure.blob(hair, (0.41, 0.2), (0.43, 0.09), (0.52, 0.06), (0.6, 0.11), (0.59, 0.16), (0.5, 0.13))
    figure.eye(0.48, 0.2, 0.01)
    figure.eye(0.545, 0.2, 0.01)


def portrait(figure: Figure) -> None:
    """Head and shoulders; the box's lower edge cuts the chest."""
    dice = figure.canvas.dice
    coat, skin, hair = figure.paint(*_COATS), dice.choice(_SKINS), dice.choice(_HAIRS)
    wish, eyes = figure.canvas.wish, dice.choice(((72, 110, 150), (84, 120, 80), (88, 60, 40)))
    old = bool(wish.said & {"old", "grandmother", "grandfather", "elderly"})
    hair = wish.color_of(("hair", "haired")) or (mix(hair, (214, 214, 216), 0.8) if old else hair)
    eyes = wish.color_of(("eyes", "eyed")) or eyes
    long = dice.random() < (0.1 if wish.said & {"man", "boy", "king", "grandfather"} else 0.75)
    if long:
        figure.blob(
            darker(hair), (0.5, 0.06), (0.76, 0.16), (0.82, 0.5), (0.78, 0.86), (0.22, 0.86), (0.18, 0.5), (0.24, 0.16)
        )
    figure.blob(coat, (0.38, 0.78), (0.16, 0.84), (0.04, 1.1), (0.96, 1.1), (0.84, 0.84), (0.62, 0.78))
    figure.blob(darker(skin, 0.16), (0.4, 0.6), (0.6, 0.6), (0.62, 0.82), (0.5, 0.9), (0.38, 0.82))
    figure.blob(
        skin, (0.5, 0.12), (0.68, 0.2), (0.71, 0.42), (0.64, 0.6), (0.5, 0.7), (0.36, 0.6), (0.29, 0.42), (0.32, 0.2)
    )
    figure.blob(
        hair,
        (0.5, 0.04),
        (0.72, 0.12),
        (0.75, 0.38),
        (0.68, 0.3),
        (0.6, 0.22),
        (0.4, 0.2),
        (0.31, 0.3),
        (0.25, 0.38),
        (0.28, 0.12),
    )
    for x in (0.41, 0.59):
        figure.oval(WHITE, x, 0.4, 0.05, 0.03)
        figure.oval(eyes, x, 0.4, 0.028, 0.03)
        figure.oval(BLACK, x, 0.4, 0.013, 0.014)
        figure.line(darker(hair, 0.2), 0.016, (x - 0.06, 0.345), (x, 0.33), (x + 0.055, 0.345))
    figure.line(darker(skin, 0.22), 0.014, (0.5, 0.42), (0.48, 0.51), (0.515, 0.52))
    figure.blob(mix(skin, (170, 50, 60), 0.45), (0.43, 0.585), (0.5, 0.57), (0.57, 0.585), (0.5, 0.615))
    for x in (0.37, 0.63):
        figure.oval(mix(skin, (230, 110, 110), 0.16), x, 0.5, 0.036, 0.024)
    if wish.said & {"beard", "bearded"}:
        _beard(figure, hair)
    if old or wish.said & {"glasses", "spectacles"}:
        for x in (0.41, 0.59):
            figure.ring((60, 56, 60), x, 0.4, 0.075)


def astronaut(figure: Figure) -> None:
    suit = figure.paint((236, 238, 244))
    figure.blob(darker(suit, 0.3), (0.28, 0.4), (0.72, 0.4), (0.72, 0.72), (0.28, 0.72))
    _stand(figure, suit, darker(suit, 0.12), wide=1.35)
    figure.oval(suit, 0.5, 0.2, 0.17, 0.17)
    figure.oval((40, 52, 84), 0.52, 0.2, 0.125, 0.12)
    figure.blob((130, 176, 226), (0.47, 0.14), (0.56, 0.12), (0.6, 0.18), (0.52, 0.18))
    figure.box((206, 66, 60), 0.42, 0.5, 0.5, 0.54)
    figure.box((70, 120, 190), 0.52, 0.5, 0.58, 0.54)


def knight(figure: Figure) -> None:
    steel = figure.paint((158, 168, 182))
    _stand(figure, steel, darker(steel, 0.4))
    figure.blob(steel, (0.5, 0.06), (0.61, 0.13), (0.6, 0.29), (0.5, 0.33), (0.4, 0.29), (0.39, 0.13))
    figure.line(BLACK, 0.024, (0.44, 0.2), (0.6, 0.2))
    figure.blob((200, 50, 60), (0.5, 0.07), (0.4, -0.04), (0.3, 0.04), (0.36, 0.12), (0.46, 0.06))
    figure.line((222, 228, 236), 0.03, (0.76, 0.7), (0.76, 0.1))
    figure.line((140, 100, 50), 0.03, (0.68, 0.62), (0.84, 0.62))
    figure.blob((62, 90, 150), (0.2, 0.44), (0.38, 0.44), (0.37, 0.64), (0.29, 0.74), (0.21, 0.64))
    figure.line((236, 206, 110), 0.024, (0.29, 0.46), (0.29, 0.7))


def wizard(figure: Figure) -> None:
    robe, skin = figure.paint((66, 62, 134), (92, 46, 110), (40, 84, 96)), figure.canvas.dice.choice(_SKINS)
    figure.blob(robe, (0.42, 0.36), (0.58, 0.36), (0.7, 0.7), (0.76, 1), (0.24, 1), (0.3, 0.7))
    figure.oval(skin, 0.5, 0.26, 0.075, 0.085)
    figure.blob((236, 234, 230), (0.43, 0.28), (0.57, 0.28), (0.57, 0.42), (0.5, 0.58), (0.43, 0.42))
    figure.shape(darker(robe), (0.34, 0.23), (0.66, 0.23), (0.56, 0.04), (0.62, -0.06), (0.47, 0.02))
    figure.eye(0.47, 0.255, 0.009)
    figure.eye(0.535, 0.255, 0.009)
    figure.line((110, 74, 44), 0.03, (0.8, 1), (0.78, 0.2))
    figure.oval((150, 240, 255), 0.78, 0.17, 0.055, 0.055)
    figure.oval(WHITE, 0.77, 0.155, 0.02, 0.02)


def robot(figure: Figure) -> None:
    steel = figure.paint((150, 164, 180))
    glow = figure.canvas.dice.choice(((96, 236, 255), (255, 190, 84), (150, 255, 150)))
    figure.legs(darker(steel, 0.4), (0.38, 0.55), 0.76, 0.08)
    figure.blob(steel, (0.3, 0.44), (0.5, 0.41), (0.7, 0.44), (0.72, 0.62), (0.68, 0.8), (0.32, 0.8), (0.28, 0.62))
    figure.oval(darker(steel, 0.35), 0.5, 0.6, 0.09, 0.09)
    figure.oval(glow, 0.5, 0.6, 0.06, 0.06)
    figure.line(steel, 0.02, (0.5, 0.14), (0.5, 0.03))
    figure.oval((255, 92, 92), 0.5, 0.03, 0.03, 0.03)
    figure.blob(
        lighter(steel, 0.3),
        (0.32, 0.16),
        (0.5, 0.12),
        (0.68, 0.16),
        (0.7, 0.28),
        (0.66, 0.39),
        (0.34, 0.39),
        (0.3, 0.28),
    )
    figure.blob(
        (40, 48, 62), (0.36, 0.2), (0.5, 0.18), (0.64, 0.2), (0.65, 0.28), (0.62, 0.34), (0.38, 0.34), (0.35, 0.28)
    )
    for x in (0.43, 0.57):
        figure.oval(glow, x, 0.265, 0.04, 0.04)
    for side in (-1, 1):
        figure.line(
            darker(steel, 0.2), 0.06, (0.5 + side * 0.21, 0.49), (0.5 + side * 0.3, 0.6), (0.5 + side * 0.27, 0.72)
        )
        figure.oval(darker(steel, 0.35), 0.5 + side * 0.27, 0.74, 0.045, 0.045)


def _stand(figure: Figure, coat: Color, legs: Color, wide: float = 1.0) -> None:
    for x in (0.44, 0.56):
        figure.shape(
            legs, (x - 0.045 * wide, 0.66), (x + 0.045 * wide, 0.66), (x + 0.035 * wide, 1), (x - 0.035 * wide, 1)
        )
    for side in (-1, 1):
        figure.line(
            darker(coat, 0.2),
            0.065 * wide,
            (0.5 + side * 0.1 * wide, 0.38),
            (0.5 + side * 0.16 * wide, 0.54),
            (0.5 + side * 0.15 * wide, 0.66),
        )
    half = 0.12 * wide
    figure.blob(
        coat,
        (0.5, 0.3),
        (0.5 + half, 0.36),
        (0.5 + half, 0.55),
        (0.5 + half * 1.15, 0.76),
        (0.5 - half * 1.15, 0.76),
        (0.5 - half, 0.55),
        (0.5 - half, 0.36),
    )


def _beard(figure: Figure, hair: Color) -> None:
    shade = mix(hair, (220, 218, 214), 0.3)
    figure.blob(
        shade,
        (0.32, 0.5),
        (0.42, 0.55),
        (0.5, 0.56),
        (0.58, 0.55),
        (0.68, 0.5),
        (0.64, 0.72),
        (0.5, 0.84),
        (0.36, 0.72),
    )
    figure.blob((150, 70, 66), (0.44, 0.6), (0.5, 0.59), (0.56, 0.6), (0.5, 0.62))
