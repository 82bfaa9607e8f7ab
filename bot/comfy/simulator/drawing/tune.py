"""A tune in place of a music model's: its words decide the scale, its seed the notes."""

import hashlib
import random

from bot.comfy.simulator.drawing.wish import Wish, listed

_BASE = 220.0
_MAJOR, _MINOR = (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)
_SAD = listed("sad dark minor night slow melancholic ambient horror rain winter")
_HIGH = listed("happy bright bells flute fast cheerful spring pop")
#: Enough to hear that it is one.
_NOTES = 12


def compose(words: str, seed: int) -> tuple[float, ...]:
    """Frequencies in Hz."""
    said = Wish.of(words).said
    dice = random.Random(hashlib.sha256(f"{' '.join(sorted(said))}|{seed}".encode()).digest())  # noqa: S311 - decoration
    scale = _MINOR if said & _SAD else _MAJOR if said & _HIGH else dice.choice((_MAJOR, _MINOR))
    base = _BASE * 2 ** ((12 if said & _HIGH else 0) / 12 + dice.randrange(-3, 4) / 12)
    place, notes = dice.randrange(len(scale)), []
    for _ in range(_NOTES):
        place = max(0, min(2 * len(scale) - 1, place + dice.choice((-2, -1, 1, 1, 2))))
        octave, step = divmod(place, len(scale))
        notes.append(round(base * 2 ** (octave + scale[step] / 12), 2))
    return (*notes[:-1], base)
