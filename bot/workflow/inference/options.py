"""A wish becomes an option: type, bounds, default and help from the server's own description, within Discord's."""

from __future__ import annotations

import re
from math import isfinite

from pydantic import ValidationError

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.catalogue import COMBO, Input
from bot.workflow.graph import Target
from bot.workflow.inference.naming import Names, target_name
from bot.workflow.inference.web import Web
from bot.workflow.inference.wishes import Wish
from bot.workflow.limits import MAX_NUMBER
from bot.workflow.option import FILES, Option, OptionType, Value
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


def option_of(web: Web, wish: Wish, names: Names) -> Option | None:
    """The option, or None where Discord has nothing like that input."""
    first = web.spec(wish.targets[0])
    if first is None:
        return None
    kind = wish.kind or OptionType(first.upload) if first.upload else wish.kind or _TYPES.get(first.type)
    if kind is None or (kind is OptionType.CHOICE and first.choices is None):
        return None
    facts: dict[str, object] = {
        "name": names.take(wish.name),
        "type": kind,
        "help": _help(wish, first, kind),
        "targets": tuple(_target(web, target) for target in wish.targets),
        # the graph's own file is on its maker's machine
        "required": kind in FILES or (kind is OptionType.TEXT and wish.name == "prompt"),
        **_more(web, wish, kind),
    }
    return _checked(facts)


def _more(web: Web, wish: Wish, kind: OptionType) -> dict[str, object]:
    specs = _bounding(web, wish)
    if kind is OptionType.CHOICE:
        return {"choices_from": "input"}
    if kind is OptionType.SEED:
        most = min(spec.max if spec.max is not None else MAX_NUMBER for spec in specs)
        return {"max": int(most)} if 1 <= most < MAX_NUMBER - 1 else {}
    if kind is OptionType.SIZE:
        return _size(web, wish, specs)
    value = web.value(wish.targets[0])
    if kind is OptionType.BOOLEAN:
        return {"default": value} if isinstance(value, bool) else {}
    if kind in {OptionType.INTEGER, OptionType.NUMBER}:
        return _number(value, specs, kind, wish.multiply)
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


def _number(value: object, specs: list[Input], kind: OptionType, multiply: int | None) -> dict[str, object]:
    """Bounds every target takes, the graph's own value as the default."""
    low = max((spec.min for spec in specs if spec.min is not None), default=None)
    high = min((spec.max for spec in specs if spec.max is not None), default=None)
    step = next((spec.step for spec in specs if kind is OptionType.INTEGER and spec.step and spec.step > 1), None)
    given = value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
    if multiply is not None:
        low, high = (None if bound is None else bound * multiply for bound in (high, low))
        given = None if given is None else given * multiply
    bounds = {"min": _clamped(low, kind), "max": _clamped(high, kind), "step": step, "default": given}
    facts: dict[str, object] = {key: found for key, found in bounds.items() if found is not None}
    return facts if multiply is None else {**facts, "multiply": multiply}


def _clamped(bound: int | float | None, kind: OptionType) -> int | float | None:
    if bound is None or not isfinite(bound):
        return None
    held = max(-MAX_NUMBER, min(MAX_NUMBER, bound))
    return int(held) if kind is OptionType.INTEGER else held


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


def _target(web: Web, target: Target) -> str:
    return f"{target_name(web.graph, target.node)}.{target.input}"


def _help(wish: Wish, spec: Input, kind: OptionType) -> str:
    """What the bot says of everyday options, else the node's title, else the first sentence of the server's help."""
    said = _everyday(wish.name, kind) or wish.help or re.split(r"(?<=[.!?])\s|\n", spec.help.strip())[0]
    return said if len(said) <= 100 else f"{said[:99]}…"


def _everyday(name: str, kind: OptionType) -> str:
    if kind in FILES:
        return ""
    return {
        "prompt": _("What to make"),
        "negative": _("What to keep out"),
        "size": _("Width x height, such as 768x512"),
        "count": _("How many"),
        "length": _("How many frames"),
        "steps": _("Sampling steps; more take longer"),
        "cfg": _("How closely to follow the prompt"),
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
        "fps": _("Frames per second"),
    }.get(name, "")


__all__ = ["Value", "option_of"]
