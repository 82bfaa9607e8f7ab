"""A wish becomes an option: type, bounds, default and help from the server's own description, within Discord's."""

from __future__ import annotations

import re
from math import isfinite

from pydantic import ValidationError

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.catalogue import COMBO, Input
from bot.workflow.inference.naming import slug
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.limits import MAX_NUMBER
from bot.workflow.option import FILES, Option, OptionType
from bot.workflow.sizes import SIDES
from bot.workflow.values import check_value

_TYPES = {
    "INT": OptionType.INTEGER,
    "FLOAT": OptionType.NUMBER,
    "STRING": OptionType.TEXT,
    "BOOLEAN": OptionType.BOOLEAN,
    COMBO: OptionType.CHOICE,
}
_LARGEST_SIDE = 16384
#: the most one command may ask for where the graph itself asks for less; the manifest can say otherwise
_MOST = {"count": 16, "steps": 150, "length": 1000, "duration": 600, "fps": 120, "frame_rate": 120, "side": 2048}


def option_of(web: Web, wish: Wish) -> Option | None:
    """The option, or None where Discord has nothing like that input or no manifest could name it."""
    first = web.spec(wish.targets[0])
    targets = [web.name_of_input(target) for target in wish.targets]
    if first is None or None in targets:
        return None
    kind = _kind(wish, first)
    if kind is None:
        return None
    facts: dict[str, object] = {
        "name": slug(wish.name),
        "type": kind,
        "help": _help(wish, first, kind),
        "targets": tuple(targets),
        # the graph's own file is on its maker's machine
        "required": kind in FILES or wish.required,
        **_more(web, wish, kind),
    }
    return _checked(facts)


def _kind(wish: Wish, first: Input) -> OptionType | None:
    """A seed, a text or a size only where the input can be one, whatever it is called."""
    if first.upload:
        return wish.kind if wish.kind in FILES else OptionType(first.upload)
    own = _TYPES.get(first.type)
    if own is OptionType.CHOICE and first.choices is None:
        return None
    fitting = {OptionType.INTEGER: (OptionType.SEED, OptionType.SIZE), OptionType.TEXT: (OptionType.TEXT,)}
    return wish.kind if own is not None and wish.kind in fitting.get(own, ()) else own


def _more(web: Web, wish: Wish, kind: OptionType) -> dict[str, object]:
    specs = _bounding(web, wish)
    value = web.value(wish.targets[0])
    match kind:
        case OptionType.CHOICE:
            return {"choices": list(wish.choices)} if wish.choices else {"choices_from": "input"}
        case OptionType.SEED:
            most = min((spec.max for spec in specs if spec.max is not None), default=MAX_NUMBER)
            return {"max": int(most)} if 1 <= most < MAX_NUMBER - 1 else {}
        case OptionType.SIZE:
            return _size(web, wish, specs)
        case OptionType.BOOLEAN:
            return {"default": value} if isinstance(value, bool) else {}
        case OptionType.INTEGER | OptionType.NUMBER:
            return _number(wish, value, specs, kind)
    return {}


def _bounding(web: Web, wish: Wish) -> list[Input]:
    """What the server says of every input that the value reaches."""
    reached = {place for target in wish.targets for place in (target, *web.reached[target])}
    return [spec for place in reached if (spec := web.spec(place)) is not None]


def _size(web: Web, wish: Wish, specs: list[Input]) -> dict[str, object]:
    sides = [value for target in wish.targets if type(value := web.value(target)) is int]
    step = max(int(spec.step or 1) for spec in specs)
    low = max(int(spec.min or 1) for spec in specs)
    high = min(int(spec.max or _LARGEST_SIDE) for spec in specs)
    default = {"default": f"{sides[0]}x{sides[1]}"} if len(sides) == len(wish.targets) else {}
    return {
        "min": min(max(low, SIDES[0]), *sides, high),
        "max": min(high, max(SIDES[1], *sides, low)),
        "step": 1 if any(side % step for side in sides) else step,
        **default,
    }


def _number(wish: Wish, value: object, specs: list[Input], kind: OptionType) -> dict[str, object]:
    """Bounds every target takes, and what one command may ask for; the graph's own value as the default."""
    low = max((spec.min for spec in specs if spec.min is not None), default=None)
    high = min((spec.max for spec in specs if spec.max is not None), default=None)
    step = next((spec.step for spec in specs if kind is OptionType.INTEGER and spec.step and spec.step > 1), None)
    given = value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
    if wish.multiply is not None:
        low, high = (None if bound is None else bound * wish.multiply for bound in (high, low))
        given = None if given is None else given * wish.multiply
    if wish.name in _MOST:
        least, most = (1 if kind is OptionType.INTEGER else None), max(_MOST[wish.name], given or 0)
        low, high = max(low or 0, least or 0) or low, most if high is None else min(high, most)
    bounds = {"min": _clamped(low, kind), "max": _clamped(high, kind), "step": step, "default": _plain(given)}
    facts: dict[str, object] = {key: found for key, found in bounds.items() if found is not None}
    return facts if wish.multiply is None else {**facts, "multiply": wish.multiply}


def _plain(value: int | float | None) -> int | float | None:
    """0.7 for what ComfyUI's page keeps as 0.7000000000000001."""
    return round(value, 10) if isinstance(value, float) else value


def _clamped(bound: int | float | None, kind: OptionType) -> int | float | None:
    """None where Discord's own bound is nearer."""
    if bound is None or not isfinite(bound) or abs(bound) >= MAX_NUMBER:
        return None
    return int(bound) if kind is OptionType.INTEGER else _plain(bound)


def _checked(facts: dict[str, object]) -> Option | None:
    """The option; without its default, step and bounds where these do not agree with each other."""
    for dropped in ((), ("step",), ("step", "default"), ("step", "default", "min", "max")):
        kept = {key: value for key, value in facts.items() if key not in dropped}
        try:
            option = Option.model_validate(kept)
            if option.default is not None:
                check_value(option, option.default, None)
        except (ValidationError, OptionRefused):
            continue
        return option
    return None


def _help(wish: Wish, spec: Input, kind: OptionType) -> str:
    """The node's title for a file, what the bot says of everyday options, else the server's first sentence or a title.

    One line of what Discord takes.
    """
    said = re.split(r"(?<=[.!?])\s|\n", spec.help.strip())[0]
    title = "" if slug(wish.title) == slug(wish.name) else wish.title
    text = (title if kind in FILES else "") or everyday_help(wish.name) or said or title
    return one_line(text)


def one_line(text: str) -> str:
    """As much of it as Discord shows under an option."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= 100 else f"{line[:99]}…"


def everyday_help(name: str) -> str:
    """What options of everyday names are for; empty for all others."""
    return {
        "prompt": _("What to make"),
        "negative": _("What to keep out"),
        "lyrics": _("What is sung"),
        "image": _("A picture to work on"),
        "mask": _("A picture that says where"),
        "video": _("A video to work on"),
        "audio": _("A sound to work on"),
        "size": _("Width x height, such as 768x512"),
        "side": _("Width and height in pixels"),
        "aspect_ratio": _("The shape of the result"),
        "megapixels": _("How large, in millions of pixels"),
        "count": _("How many"),
        "length": _("How many frames"),
        "duration": _("How long, in seconds"),
        "fps": _("Frames per second"),
        "frame_rate": _("Frames per second"),
        "steps": _("Sampling steps; more take longer"),
        "cfg": _("How closely to follow the prompt"),
        "guidance": _("How closely to follow the prompt"),
        "denoise": _("How much to change: 0 nothing, 1 everything"),
        "seed": _("The same seed and options give the same result. Left out: a random one"),
        "model": _("The model to use"),
        "lora": _("The LoRA to use"),
        "lora_strength": _("How strong the LoRA is"),
        "sampler": _("The sampling method"),
        "scheduler": _("How noise goes down from step to step"),
        "control_net": _("The ControlNet to use"),
        "control_strength": _("How strongly the ControlNet guides"),
        "vae": _("The VAE to decode with"),
        "clip_skip": _("Stop this many layers before the text encoder's end; 1 skips none"),
        "upscale_model": _("The model to enlarge with"),
    }.get(name, "")
