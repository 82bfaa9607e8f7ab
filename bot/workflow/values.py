"""What a person gave for an option: may it be used, and what does it put into the graph."""

from __future__ import annotations

from math import isclose, isfinite

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.limits import MAX_NUMBER, MAX_TEXT
from bot.workflow.names import closest, match
from bot.workflow.option import FILES, Option, OptionType, Value
from bot.workflow.sizes import STEP, parse_size

#: what stands for a person's file in a graph until a server has it; no text is ever a table
FILE_MARKER = "easel:file"

#: characters of a value that a refusal repeats
SHOWN = 100

Literal = Value | dict[str, str]


def check_value(option: Option, value: object, choices: tuple[str, ...] | None) -> Value:
    """The value in its plain form (`768 X 512` is `768x512`); raises OptionRefused.

    `choices` is what there is to choose from, None where that is not known.
    """
    match option.type:
        case OptionType.BOOLEAN:
            return _boolean(option, value)
        case OptionType.INTEGER | OptionType.SEED:
            return _whole(option, value)
        case OptionType.NUMBER:
            return _number(option, value)
        case OptionType.SIZE:
            return _size(option, value)
        case OptionType.CHOICE:
            return _choice(option, value, choices)
        case OptionType.TEXT:
            return _text(option, value)
        case OptionType.LORA:
            return _lora(option, value, choices)
        case OptionType.IMAGE | OptionType.MASK | OptionType.VIDEO | OptionType.AUDIO | OptionType.FILE:
            return _key(option, value)


def literals(option: Option, value: Value) -> list[Literal]:
    """What goes into the option's targets, in turn; a size has two, all others one that goes into each.

    A LoRA's strength goes elsewhere: see `strength_of`.
    """
    if option.type in FILES:
        return [{FILE_MARKER: str(value)}]
    if option.type is OptionType.SIZE:
        return list(size_of(option, value))
    if option.type is OptionType.CHOICE and option.choices is not None:
        value = option.choices[str(value)]
    if option.type is OptionType.LORA:
        return [split_lora(str(value))[0]]
    if isinstance(value, str):
        return [_worded(option, value)]
    return [value if isinstance(value, bool) else _scaled(option, value)]


def split_lora(text: str) -> tuple[str, float | None]:
    """The name, and the strength behind its last colon if there is a number."""
    name, colon, number = text.rpartition(":")
    try:
        strength = float(number) if colon and name.strip() else None
    except ValueError:
        strength = None
    return (text, None) if strength is None else (name.strip(), strength)


def size_of(option: Option, value: object) -> tuple[int, int]:
    """Width and height of a choice's name or of `WxH`; raises OptionRefused."""
    named = match_label(str(value), option)
    size = parse_size(value if named is None else (option.choices or {})[named])
    if size is None:
        names = ", ".join(f"`{name}`" for name in option.choices or ())
        raise OptionRefused(
            option.name,
            _("“{value}” is no size. Write width x height, such as `768x512`, or one of: {names}.").format(
                value=value, names=names
            )
            if names
            else _("“{value}” is no size. Write width x height, such as `768x512`.").format(value=value),
        )
    return size


def match_label(text: str, option: Option) -> str | None:
    """The choice of that name, whatever its case."""
    labels = {label.casefold(): label for label in option.choices or ()}
    return text if text in (option.choices or ()) else labels.get(text.strip().casefold())


def _worded(option: Option, text: str) -> str:
    if option.template:
        return option.template.replace("{value}", text)
    return option.prefix + text + option.suffix


def _scaled(option: Option, value: int | float) -> int | float:
    scaled = value if option.multiply is None else value * option.multiply
    if option.round_to is not None:
        scaled = round(scaled / option.round_to) * option.round_to
    return scaled if isinstance(scaled, int) else round(scaled, 10)


def _lora(option: Option, value: object, choices: tuple[str, ...] | None) -> str:
    name, strength = split_lora(str(value))
    found = _choice(option, name, choices)
    if strength is None:
        return found
    _bounded(option, strength)
    return f"{found}:{strength:g}"


def _boolean(option: Option, value: object) -> bool:
    if not isinstance(value, bool):
        raise OptionRefused(option.name, _("It is either true or false."))
    return value


def _whole(option: Option, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise OptionRefused(option.name, _("It is a whole number."))
    _bounded(option, value)
    return value


def _number(option: Option, value: object) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise OptionRefused(option.name, _("It is a number."))
    _bounded(option, value)
    return value


def _bounded(option: Option, value: float) -> None:
    low, high = option.bounds
    least = -MAX_NUMBER if low is None else low
    most = MAX_NUMBER - (option.type is OptionType.SEED) if high is None else high
    if not least <= value <= most:
        if low is None and value > most:
            sentence = _("{value} is too much: it is at most {high}.")
        elif high is None and value < least and option.type is not OptionType.SEED:
            sentence = _("{value} is too little: it is at least {low}.")
        else:
            sentence = _("{value} is out of range: it goes from {low} to {high}.")
        raise OptionRefused(option.name, sentence.format(value=value, low=least, high=most))
    if option.step is None:
        return
    start = option.min or 0
    steps = round((value - start) / option.step)
    if not isclose(nearest := start + steps * option.step, value, rel_tol=1e-9, abs_tol=1e-9):
        raise OptionRefused(
            option.name,
            _("{value} is between two steps: it goes in steps of {step}, such as {nearest}.").format(
                value=value, step=option.step, nearest=round(nearest, 6)
            ),
        )


def _text(option: Option, value: object) -> str:
    low, high = option.bounds
    if not isinstance(value, str):
        raise OptionRefused(option.name, _("It is a text."))
    if len(value) > (most := high or MAX_TEXT):
        raise OptionRefused(
            option.name,
            _("It has {length} characters; at most {most} fit. Shorten it.").format(length=len(value), most=most),
        )
    if len(value) < (low or 0):
        raise OptionRefused(option.name, _("Write at least {least} characters.").format(least=low))
    return value


def _size(option: Option, value: object) -> str:
    if (label := match_label(str(value), option)) is not None:
        return label
    width, height = size_of(option, value)
    low, high = option.bounds
    step = int(option.step or STEP)
    if low is not None and high is not None and not (low <= min(width, height) and max(width, height) <= high):
        raise OptionRefused(
            option.name,
            _("{width}x{height} is out of range: each side goes from {low} to {high} pixels.").format(
                width=width, height=height, low=low, high=high
            ),
        )
    if width % step or height % step:
        raise OptionRefused(
            option.name,
            _("Both sides must be multiples of {step}, such as {width}x{height}.").format(
                step=step, width=width // step * step, height=height // step * step
            ),
        )
    return f"{width}x{height}"


def _choice(option: Option, value: object, choices: tuple[str, ...] | None) -> str:
    text = str(value)
    if option.choices is not None:
        found = match_label(text, option)
        choices = tuple(option.choices)
    elif choices is None:
        found = text if _harmless(text) else None
    else:
        found = match(text, choices)
    if found is not None:
        return found
    near = ", ".join(f"`{name}`" for name in closest(text, choices or ()) or (choices or ())[:3])
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    raise OptionRefused(
        option.name,
        _("“{value}” is not among the choices. The closest are: {names}.").format(value=shown, names=near)
        if near
        else _("“{value}” is not among the choices.").format(value=shown),
    )


def _harmless(text: str) -> bool:
    """Whether a name that no list vouches for can only be a file inside its folder (ComfyUI reads `x [output]`)."""
    parts = text.replace("\\", "/").split("/")
    return 1 <= len(text) <= 200 and ":" not in text and "" not in parts and ".." not in parts and "[" not in text


def _key(option: Option, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise OptionRefused(option.name, _("Attach a file."))
    return value
