"""The largest value of an option that stays under a ceiling."""

from __future__ import annotations

from math import floor, sqrt

from bot.workflow.option import Option, OptionType, Value
from bot.workflow.sizes import STEP
from bot.workflow.values import literals

#: how fine a number comes down that has no steps
FINE = 0.001


def lowered_number(option: Option, ceiling: float) -> Value | None:
    """What puts at most `ceiling` into the graph; None where the option takes nothing so small, or no numbers."""
    if option.choices is not None:
        fitting = {label: number for label in option.choices if (number := _number(option, label)) <= ceiling}
        return max(fitting, key=lambda label: fitting[label], default=None)
    if option.type not in {OptionType.INTEGER, OptionType.NUMBER} or (option.multiply or 1) <= 0:
        return None
    step = option.step or (1 if option.type is OptionType.INTEGER else FINE)
    count = floor((ceiling / (option.multiply or 1) - (option.min or 0)) / step)
    if _number(option, _stepped(option, count, step)) > ceiling:
        count -= max(1, floor((option.round_to or 0) / step))  # it was rounded up
    value = _stepped(option, count, step)
    return value if count >= 0 and _number(option, value) <= ceiling else None


def lowered_size(option: Option, sides: tuple[float, float], ceiling: float) -> Value | None:
    """The same shape with at most so many pixels; None where the option takes nothing so small."""
    step = int(option.step or STEP)
    scale = sqrt(ceiling / (sides[0] * sides[1]))
    width, height = (floor(side * scale / step) * step for side in sides)
    least = option.bounds[0] or 0
    return f"{width}x{height}" if min(width, height) >= least else None


def _stepped(option: Option, count: int, step: float) -> int | float:
    value = (option.min or 0) + count * step
    return int(value) if option.type is OptionType.INTEGER else round(value, 6)


def _number(option: Option, value: Value) -> float:
    """What goes into the graph; endless where that is no number."""
    (literal,) = literals(option, value)
    return literal if isinstance(literal, int | float) else float("inf")
