"""Animals, each in its own box."""

import math

from bot.comfy.simulator.drawing.figure import BLACK, WHITE, Figure, darker, lighter
from bot.comfy.simulator.drawing.palette import Color, mix


def fox(figure: Figure) -> None:
    coat = figure.paint((226, 112, 42))
    _canine(figure, coat, lighter(coat, 0.92))


def wolf(figure: Figure) -> None:
    coat = figure.paint((118, 122, 134), (86, 88, 98), (156, 152, 148))
    _canine(figure, coat, lighter(coat, 0.6))


def dog(figure: Figure) -> None:
    coat = figure.paint((176, 122, 70), (222, 184, 130), (92, 66, 52), (236, 226, 210))
    deep = darker(coat)
    figure.blob(coat, (0.12, 0.5), (0.06, 0.34), (0.09, 0.31), (0.16, 0.42), (0.26, 0.54), (0.2, 0.6))
    figure.legs(deep, (0.28, 0.6), 0.7)
    figure.blob(coat, (0.16, 0.6), (0.3, 0.5), (0.6, 0.48), (0.74, 0.56), (0.72, 0.76), (0.5, 0.8), (0.22, 0.78))
    figure.legs(coat, (0.2, 0.66), 0.7)
    figure.blob(coat, (0.6, 0.6), (0.62, 0.34), (0.7, 0.22), (0.84, 0.24), (0.88, 0.4), (0.8, 0.56), (0.72, 0.66))
    figure.blob(lighter(coat), (0.8, 0.34), (0.94, 0.36), (0.99, 0.43), (0.92, 0.5), (0.8, 0.5))
    figure.blob(deep, (0.64, 0.24), (0.72, 0.22), (0.74, 0.36), (0.7, 0.52), (0.62, 0.46))
    figure.line((204, 52, 60), 0.03, (0.64, 0.58), (0.76, 0.62))
    figure.eye(0.81, 0.33, 0.02)
    figure.oval(BLACK, 0.965, 0.4, 0.025, 0.02)


def cat(figure: Figure) -> None:
    """Sitting, looking at you."""
    coat = figure.paint((56, 54, 66), (214, 150, 80), (232, 226, 214), (122, 116, 120))
    deep, eyes = darker(coat), figure.canvas.dice.choice(((120, 200, 96), (240, 190, 60), (96, 180, 230)))
    figure.line(deep, 0.075, (0.6, 0.94), (0.84, 0.95), (0.93, 0.82), (0.9, 0.66), (0.82, 0.6))
    figure.blob(coat, (0.36, 0.5), (0.5, 0.42), (0.64, 0.5), (0.76, 0.78), (0.74, 1), (0.26, 1), (0.24, 0.78))
    figure.line(deep, 0.014, (0.44, 0.74), (0.44, 0.97))
    figure.line(deep, 0.014, (0.56, 0.74), (0.56, 0.97))
    for side in (-1, 1):
        figure.shape(deep, (0.5 + side * 0.06, 0.2), (0.5 + side * 0.21, 0.02), (0.5 + side * 0.235, 0.3))
        figure.shape(
            mix(coat, (250, 170, 170), 0.5),
            (0.5 + side * 0.11, 0.18),
            (0.5 + side * 0.195, 0.07),
            (0.5 + side * 0.2, 0.26),
        )
    figure.blob(
        coat, (0.5, 0.12), (0.68, 0.16), (0.76, 0.34), (0.66, 0.5), (0.5, 0.54), (0.34, 0.5), (0.24, 0.34), (0.32, 0.16)
    )
    for x in (0.4, 0.6):
        figure.oval(eyes, x, 0.31, 0.05, 0.05)
        figure.oval(BLACK, x, 0.31, 0.018, 0.044)
    figure.shape((226, 132, 132), (0.475, 0.39), (0.525, 0.39), (0.5, 0.42))
    for side in (-1, 1):
        for drop in (0.39, 0.44):
            figure.line(lighter(coat, 0.7), 0.007, (0.5 + side * 0.09, 0.41), (0.5 + side * 0.32, drop))


def horse(figure: Figure) -> None:
    _gallop(figure, figure.paint((140, 88, 52), (70, 52, 46), (206, 196, 186), (170, 128, 88)))


def unicorn(figure: Figure) -> None:
    _gallop(figure, figure.paint((246, 240, 250)))
    figure.shape((250, 208, 110), (0.79, 0.1), (0.87, -0.12), (0.835, 0.12))
    for number, shade in enumerate(((255, 120, 170), (255, 200, 110), (130, 210, 250))):
        figure.line(
            shade, 0.025, (0.73 - number * 0.02, 0.08 + number * 0.02), (0.6 - number * 0.03, 0.3 + number * 0.04)
        )


def deer(figure: Figure) -> None:
    coat = figure.paint((160, 104, 60))
    deep = darker(coat)
    figure.legs(deep, (0.3, 0.58), 0.66, 0.04)
    figure.blob(coat, (0.14, 0.56), (0.3, 0.5), (0.56, 0.5), (0.68, 0.54), (0.66, 0.7), (0.4, 0.74), (0.18, 0.7))
    figure.legs(coat, (0.2, 0.62), 0.66, 0.045)
    figure.oval(WHITE, 0.15, 0.56, 0.035, 0.05)
    figure.blob(coat, (0.56, 0.58), (0.64, 0.34), (0.72, 0.26), (0.78, 0.34), (0.7, 0.62))
    figure.blob(coat, (0.66, 0.28), (0.78, 0.24), (0.92, 0.34), (0.9, 0.4), (0.76, 0.4))
    figure.blob(coat, (0.68, 0.28), (0.58, 0.22), (0.56, 0.26), (0.66, 0.34))
    for lean in (0.0, 0.08):
        figure.line(deep, 0.022, (0.71 + lean, 0.26), (0.66 + lean, 0.12), (0.73 + lean, 0.0))
        figure.line(deep, 0.018, (0.67 + lean, 0.14), (0.59 + lean, 0.06))
        figure.line(deep, 0.016, (0.69 + lean, 0.07), (0.63 + lean, -0.02))
    figure.eye(0.8, 0.31, 0.014)
    figure.oval(BLACK, 0.915, 0.36, 0.016, 0.014)


def bear(figure: Figure) -> None:
    coat = figure.paint((110, 74, 50), (74, 54, 44), (238, 236, 230))
    _sit(figure, coat, darker(coat), lighter(coat, 0.35))


def lion(figure: Figure) -> None:
    coat = figure.paint((222, 168, 88))
    mane = darker(coat, 0.42)
    figure.line(coat, 0.05, (0.7, 0.94), (0.92, 0.9), (0.96, 0.72))
    figure.oval(mane, 0.96, 0.68, 0.05, 0.07)
    figure.blob(coat, (0.32, 0.5), (0.5, 0.42), (0.68, 0.5), (0.8, 0.76), (0.7, 1), (0.3, 1), (0.2, 0.76))
    for x in (0.34, 0.66):
        figure.oval(lighter(coat, 0.2), x, 0.96, 0.1, 0.06)
    for turn in range(12):
        x, y = math.cos(turn * math.tau / 12), math.sin(turn * math.tau / 12)
        figure.oval(mix(mane, BLACK, 0.12 * (turn % 2)), 0.5 + 0.22 * x, 0.32 + 0.21 * y, 0.12, 0.12)
    for x in (0.34, 0.66):
        figure.oval(coat, x, 0.16, 0.06, 0.06)
    figure.oval(coat, 0.5, 0.32, 0.2, 0.19)
    figure.oval(lighter(coat, 0.6), 0.5, 0.4, 0.1, 0.08)
    for x in (0.42, 0.58):
        figure.eye(x, 0.29, 0.024)
    figure.shape((110, 62, 50), (0.455, 0.35), (0.545, 0.35), (0.5, 0.4))


def panda(figure: Figure) -> None:
    _sit(figure, figure.paint((244, 242, 238)), (40, 38, 44), (250, 250, 250))
    for x in (0.41, 0.59):
        figure.oval((40, 38, 44), x, 0.27, 0.055, 0.06)
        figure.eye(x, 0.27, 0.02, WHITE)
    figure.oval(BLACK, 0.5, 0.33, 0.03, 0.022)


def rabbit(figure: Figure) -> None:
    coat = figure.paint((206, 190, 172), (240, 236, 230), (150, 122, 100))
    for x, lean in ((0.42, -0.05), (0.57, 0.05)):
        figure.blob(
            coat, (x - 0.05, 0.36), (x - 0.06 + lean, 0.1), (x + lean, 0.0), (x + 0.06 + lean, 0.1), (x + 0.05, 0.36)
        )
        figure.blob(
            (240, 176, 178),
            (x - 0.02, 0.32),
            (x - 0.025 + lean, 0.12),
            (x + lean, 0.06),
            (x + 0.025 + lean, 0.12),
            (x + 0.02, 0.32),
        )
    figure.oval(WHITE, 0.76, 0.88, 0.08, 0.08)
    figure.blob(coat, (0.36, 0.6), (0.5, 0.54), (0.66, 0.6), (0.76, 0.82), (0.7, 1), (0.3, 1), (0.26, 0.82))
    figure.oval(coat, 0.5, 0.45, 0.17, 0.16)
    figure.oval(lighter(coat, 0.6), 0.5, 0.82, 0.12, 0.14)
    figure.eye(0.43, 0.42, 0.025)
    figure.eye(0.57, 0.42, 0.025)
    figure.shape((226, 132, 132), (0.475, 0.48), (0.525, 0.48), (0.5, 0.51))
    figure.box(WHITE, 0.485, 0.53, 0.515, 0.565)


def _gallop(figure: Figure, coat: Color) -> None:
    deep, mane = darker(coat), darker(coat, 0.5)
    figure.blob(mane, (0.1, 0.46), (0.02, 0.56), (0.03, 0.8), (0.09, 0.84), (0.1, 0.62), (0.16, 0.52))
    figure.legs(deep, (0.24, 0.58), 0.62, 0.055)
    figure.blob(
        coat, (0.1, 0.5), (0.22, 0.42), (0.5, 0.44), (0.66, 0.4), (0.72, 0.5), (0.66, 0.66), (0.4, 0.68), (0.16, 0.66)
    )
    figure.legs(coat, (0.15, 0.63), 0.6, 0.06)
    figure.blob(coat, (0.54, 0.5), (0.62, 0.3), (0.7, 0.14), (0.8, 0.1), (0.86, 0.18), (0.78, 0.34), (0.7, 0.56))
    figure.blob(coat, (0.74, 0.1), (0.86, 0.12), (0.98, 0.26), (0.95, 0.33), (0.85, 0.3), (0.76, 0.24))
    figure.blob(mane, (0.74, 0.06), (0.66, 0.14), (0.56, 0.36), (0.54, 0.48), (0.62, 0.42), (0.72, 0.2))
    figure.shape(coat, (0.74, 0.11), (0.76, 0.02), (0.8, 0.11))
    figure.eye(0.83, 0.17, 0.014)


def _canine(figure: Figure, coat: Color, tip: Color) -> None:
    deep = darker(coat)
    figure.blob(deep, (0.26, 0.6), (0.16, 0.44), (0.03, 0.42), (0.0, 0.56), (0.1, 0.68), (0.26, 0.72))
    figure.blob(tip, (0.07, 0.42), (0.0, 0.44), (-0.01, 0.55), (0.05, 0.62), (0.08, 0.52))
    figure.legs(deep, (0.32, 0.6), 0.7, 0.055)
    figure.blob(coat, (0.2, 0.62), (0.36, 0.53), (0.6, 0.52), (0.74, 0.58), (0.72, 0.74), (0.5, 0.78), (0.26, 0.77))
    figure.legs(coat, (0.25, 0.65), 0.7, 0.06)
    for x in (0.25, 0.32, 0.6, 0.65):
        figure.box(darker(coat, 0.6), x + 0.01, 0.92, x + 0.045, 1)
    figure.blob(tip, (0.64, 0.58), (0.74, 0.5), (0.78, 0.62), (0.72, 0.76), (0.65, 0.72))
    figure.blob(coat, (0.62, 0.46), (0.68, 0.33), (0.82, 0.31), (0.92, 0.42), (1.01, 0.49), (0.88, 0.56), (0.7, 0.58))
    figure.blob(tip, (0.72, 0.55), (0.82, 0.48), (1.0, 0.49), (0.88, 0.56), (0.78, 0.58))
    figure.shape(deep, (0.65, 0.4), (0.66, 0.17), (0.76, 0.33))
    figure.shape(coat, (0.73, 0.35), (0.79, 0.16), (0.85, 0.35))
    figure.eye(0.83, 0.42, 0.017)
    figure.oval(BLACK, 1.0, 0.485, 0.02, 0.018)


def _sit(figure: Figure, coat: Color, limbs: Color, snout: Color) -> None:
    for x in (0.35, 0.65):
        figure.oval(limbs, x, 0.13, 0.075, 0.075)
    figure.blob(coat, (0.32, 0.5), (0.5, 0.42), (0.68, 0.5), (0.8, 0.76), (0.7, 1), (0.3, 1), (0.2, 0.76))
    figure.oval(lighter(coat, 0.3), 0.5, 0.75, 0.16, 0.19)
    for side in (-1, 1):
        figure.blob(
            limbs,
            (0.5 + side * 0.2, 0.52),
            (0.5 + side * 0.32, 0.62),
            (0.5 + side * 0.3, 0.8),
            (0.5 + side * 0.22, 0.78),
        )
        figure.oval(limbs, 0.5 + side * 0.2, 0.95, 0.11, 0.07)
    figure.oval(coat, 0.5, 0.28, 0.22, 0.2)
    figure.oval(snout, 0.5, 0.35, 0.1, 0.08)
    for x in (0.41, 0.59):
        figure.eye(x, 0.26, 0.022)
    figure.oval(BLACK, 0.5, 0.33, 0.035, 0.025)
