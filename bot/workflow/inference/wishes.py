"""What a graph could offer, the everyday first, each input once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.workflow.graph import Target
from bot.workflow.inference.everyday import find_everyday
from bot.workflow.inference.knobs import find_knobs, find_outputs, find_services, find_titled, find_whatever
from bot.workflow.inference.stages import find_stages
from bot.workflow.inference.uploads import find_uploads
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.option import FILES, OptionType

#: everyday names, in the order they are offered; what is not among them comes after
ORDER = (
    *("prompt", "image", "mask", "video", "audio", "file", "negative", "lyrics", "size", "side", "aspect_ratio"),
    *("megapixels", "resolution", "count", "length", "duration", "fps", "steps", "cfg", "guidance", "denoise", "seed"),
    *("model", "lora", "lora_strength", "sampler", "scheduler", "control_net", "control_strength", "vae"),
    *("clip_skip", "upscale_model"),
)
#: of what there can be several that all matter
_CONTENT = frozenset({"prompt", "negative", "lyrics"})
#: options which are the same for a person wherever the graph has the same value
_SHARED = frozenset(
    {
        *("prompt", "negative", "size", "side", "count", "length", "duration", "fps", "steps", "cfg", "guidance"),
        *("denoise", "model", "sampler", "scheduler", "vae", "aspect_ratio", "resolution", "generate_audio"),
    }
)
#: what a strength is of
_STRONG = ("lora_name", "control_net", "model_patch")


def find_wishes(web: Web) -> list[Wish]:
    """All there is, in the order it is offered; the same input is never in two of them."""
    stages = find_stages(web)
    found = [*find_uploads(web), *find_everyday(web, stages), *find_services(web, paid_only=bool(stages))]
    everyday = sorted(_shared(web, _apart(found)), key=_rank)
    rolled = {target for wish in everyday if wish.kind is OptionType.SEED for target in wish.targets}
    titled = [
        replace(wish, kind=OptionType.SEED) if rolled.issuperset(wish.targets) else wish for wish in find_titled(web)
    ]
    wishes = _one_seed(_apart([*titled, *everyday, *find_knobs(web)]))
    return _last_repeated(_demanding(wishes or _apart(find_whatever(web))))


def _rank(wish: Wish) -> int:
    name = wish.kind.value if wish.kind in FILES else re.sub(r"_\d+$", "", wish.name)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _apart(wishes: Iterable[Wish]) -> list[Wish]:
    """Each input once: in the first wish that has it."""
    taken: set[Target] = set()
    kept: list[Wish] = []
    for wish in wishes:
        targets = tuple(target for target in wish.targets if target not in taken)
        if targets and (wish.kind is not OptionType.SIZE or len(targets) == len(wish.targets)):
            taken.update(targets)
            kept.append(replace(wish, targets=targets))
    return kept


def _shared(web: Web, wishes: Iterable[Wish]) -> list[Wish]:
    """Those that are the same thing with the same value become one."""
    kept: dict[object, Wish] = {}
    for at, wish in enumerate(wishes):
        values = [repr(web.value(target)) for target in wish.targets]
        same = wish.kind is OptionType.SIZE or len(set(values)) == 1
        place = web.class_of(wish.targets[0].node) if wish.name not in _SHARED else ""
        place += wish.targets[0].input if wish.name in {"model", "vae"} else ""
        if wish.name.endswith("_strength"):  # of the same thing
            place += repr([web.value(Target(wish.targets[0].node, name)) for name in _STRONG])
        alike = same and wish.kind not in FILES
        key = (wish.name, wish.kind, place, *values[:2]) if alike else at
        known = kept.get(key)
        kept[key] = wish if known is None else replace(known, targets=known.targets + wish.targets)
    return list(kept.values())


def _one_seed(wishes: list[Wish]) -> list[Wish]:
    """The first has the inputs of all."""
    seeds = [wish for wish in wishes if wish.kind is OptionType.SEED]
    every = tuple(target for wish in seeds for target in wish.targets)
    return [replace(wish, targets=every) if wish in seeds[:1] else wish for wish in wishes if wish not in seeds[1:]]


def _demanding(wishes: list[Wish]) -> list[Wish]:
    """The first prompt must be given: without it everybody would get the same."""
    first = next((wish for wish in wishes if wish.name == "prompt" and wish.kind in {OptionType.TEXT, None}), None)
    return [replace(wish, required=True) if wish is first else wish for wish in wishes]


def _last_repeated(wishes: list[Wish]) -> list[Wish]:
    """A second sampler's settings come after everything else."""
    seen: set[str] = set()
    late: list[Wish] = []
    kept: list[Wish] = []
    for wish in wishes:
        repeated = wish.name in seen and wish.name in ORDER and wish.name not in _CONTENT and wish.kind not in FILES
        (late if repeated else kept).append(wish)
        seen.add(wish.name)
    return kept + late


__all__ = ["ORDER", "Wish", "find_outputs", "find_wishes"]
