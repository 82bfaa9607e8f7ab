"""Samplers: where their words, seeds, steps, sizes and pictures come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.workflow.graph import Link, Target
from bot.workflow.inference.texts import written
from bot.workflow.inference.web import Web

MODEL, CONDITIONING, LATENT, SIGMAS, SAMPLER, GUIDER = "MODEL", "CONDITIONING", "LATENT", "SIGMAS", "SAMPLER", "GUIDER"
SEEDS = ("seed", "noise_seed")

#: conditioning that says nothing any more, whatever was written
_SILENT = "ConditioningZeroOut"
#: texts of an encoder that are one and the same to a person
_SAME_TEXT = frozenset({"text", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama", "qwen25_7b", "bert", "mt5xl"})
#: inputs of an encoder which are no words of a person's
_NO_WORDS = re.compile(r"system|bot_response|template|language|mode$|type$|format")
_POSITIVE, _NEGATIVE = re.compile(r"^pos"), re.compile(r"^(neg|uncond)")
#: what other packs call the types in which words go from their encoders to their samplers
_OTHER_WORDS = re.compile(r"COND|EMBED|PROMPT|TEXT")
#: samplers that are looked at: more than a command has options
_MOST = 50
_MADE = frozenset({LATENT, "IMAGE"})


@dataclass(frozen=True)
class Words:
    """One text of an encoder and everywhere it is written; `name` is the encoder's own."""

    name: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Stage:
    """One sampler and what belongs to it."""

    node: str
    positive: tuple[Words, ...]
    negative: tuple[Words, ...]
    settings: Mapping[str, Target]
    #: it goes on where another sampler stopped halfway
    continues: bool
    #: the node its first latent is made in; None where the latent comes from elsewhere
    canvas: str | None
    #: its first latent is a picture, of which its words know nothing (in models that edit, they do)
    changes_picture: bool


def find_stages(web: Web) -> list[Stage]:
    """Every sampler that runs, each after those it needs; those that nobody tells anything come last."""
    nodes = [node for node in web.running if _is_sampler(web, node)]
    found = [_stage(web, node) for node in nodes[:_MOST]]
    return sorted(found, key=lambda stage: not (stage.positive or stage.negative))


def _is_sampler(web: Web, node: str) -> bool:
    """It makes a latent or a picture of a guider; or of words, in steps; or of whatever, in steps and from a seed."""
    class_type = web.class_of(node)
    inputs = web.catalogue.input_types(class_type)
    if _MADE.isdisjoint(web.catalogue.outputs(class_type)):
        return False
    kinds = set(inputs.values())
    if GUIDER in kinds:
        return True
    stepped = SAMPLER in kinds or "sampler_name" in inputs or "steps" in inputs
    seeded = not inputs.keys().isdisjoint(SEEDS)
    return stepped and ((CONDITIONING in kinds and MODEL in kinds) or (seeded and any(map(_carries_words, kinds))))


def _carries_words(kind: str) -> bool:
    return kind == CONDITIONING or (kind not in {"STRING", "COMBO"} and bool(_OTHER_WORDS.search(kind)))


def _stage(web: Web, node: str) -> Stage:
    guide = next((source[0] for _name, source in web.fed(node, GUIDER)), node)
    positive, negative = _sides(web, guide)
    latents = web.above(node, LATENT)
    canvas = next((other for other in latents if _is_canvas(web, other)), None)
    told = web.above(guide, CONDITIONING)
    start = web.value(Target(node, "start_at_step"))
    return Stage(
        node=node,
        positive=positive,
        negative=negative,
        settings=_settings(web, node, guide),
        continues=type(start) is int and start > 0 and any(_is_sampler(web, other) for other in latents),
        canvas=canvas,
        changes_picture=canvas is None and _takes_picture(web, latents) and not _takes_picture(web, told),
    )


def _takes_picture(web: Web, nodes: Iterable[str]) -> bool:
    return any(web.fed(node, kind) for node in nodes for kind in ("IMAGE", LATENT) if not _is_sampler(web, node))


def _is_canvas(web: Web, node: str) -> bool:
    inputs = web.catalogue.input_types(web.class_of(node))
    return {"width", "height"} <= inputs.keys() or "seconds" in inputs


def _sides(web: Web, guide: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The words for and against; what is said for counts as that alone."""
    joined = web.fed(guide, CONDITIONING) or [
        (name, source) for name, source in web.sources(guide) if _carries_words(web.given(source))
    ]
    told = [(source, bool(_NEGATIVE.match(name))) for name, source in joined if not name.startswith("empty")]
    if not web.fed(guide, CONDITIONING):  # an encoder of another pack may hold both texts and have but one output
        told += [(source, True) for source, against in told if not against]
    found = dict.fromkeys(_words(web, told))
    positive = tuple(words for words, against in found if not against)
    said = {target for words in positive for target in words.targets}
    return positive, tuple(words for words, against in found if against and said.isdisjoint(words.targets))


def _words(web: Web, told: Iterable[tuple[Link, bool]]) -> Iterator[tuple[Words, bool]]:
    """The texts behind conditionings and whether they are said against something, the nearest first."""
    seen: set[tuple[Link, bool]] = set()
    ahead = list(reversed(list(told)))
    while ahead:
        source, against = ahead.pop()
        if (source, against) in seen or web.class_of(source[0]) == _SILENT:
            continue
        seen.add((source, against))
        yield from ((words, against) for words in _encoded(web, source[0], against=against))
        passed = reversed(_passed_on(web, source))
        ahead += [(further, against or bool(_NEGATIVE.match(name))) for name, further in passed]


def _passed_on(web: Web, source: Link) -> list[tuple[str, Link]]:
    """The conditionings which come out there again; of a node that passes on several, the one in the same place."""
    node, slot = source
    class_type = web.class_of(node)
    kind = web.given(source)
    joined = web.fed(node, CONDITIONING) or (web.fed(node, kind) if _carries_words(kind) else [])
    outputs = [place for place, found in enumerate(web.catalogue.outputs(class_type)) if found == CONDITIONING]
    takes = [name for name, found in web.catalogue.input_types(class_type).items() if found == CONDITIONING]
    if len(outputs) == len(takes) > 1 and slot in outputs:
        return [(name, further) for name, further in joined if name == takes[outputs.index(slot)]]
    return joined


def _encoded(web: Web, node: str, *, against: bool) -> Iterator[Words]:
    types = web.catalogue.input_types(web.class_of(node))
    texts = [name for name in web.graph[node]["inputs"] if types.get(name) == "STRING" and not _NO_WORDS.search(name)]
    other = _POSITIVE if against else _NEGATIVE
    texts = [name for name in texts if not other.match(name)]
    same = [target for name in texts if name in _SAME_TEXT if (target := written(web, node, name)) is not None]
    if same:
        yield Words("text", tuple(dict.fromkeys(same)))
    for name in texts:
        if name not in _SAME_TEXT and (target := written(web, node, name)) is not None:
            yield Words(name, (target,))


#: what a person may want to turn, and the types of joins up which it may be found
_SETTINGS = {"steps": (SIGMAS,), "cfg": (), "sampler_name": (SAMPLER,), "scheduler": (SIGMAS,), "denoise": (SIGMAS,)}


def _settings(web: Web, node: str, guide: str) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for name, kinds in _SETTINGS.items():
        nodes = [node, guide, *(other for kind in kinds for other in web.above(node, kind))]
        target = next((target for other in nodes if (target := web.setting(other, name)) is not None), None)
        if target is not None:
            found[name] = target
    if "cfg" not in found:
        others = [name for name in web.graph[guide]["inputs"] if "cfg" in name]
        found |= {name: target for name in others if (target := web.setting(guide, name)) is not None}
    guidance = (web.setting(other, "guidance") for other in web.above(guide, CONDITIONING))
    target = next((target for target in guidance if target is not None), None)
    return found if target is None else {**found, "guidance": target}
