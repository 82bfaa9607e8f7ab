"""Samplers: where their words, seeds, steps, sizes and pictures come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.workflow.graph import Link, Target
from bot.workflow.inference.web import MAX_DEPTH, Web

MODEL, CONDITIONING, LATENT, SIGMAS, SAMPLER, GUIDER = "MODEL", "CONDITIONING", "LATENT", "SIGMAS", "SAMPLER", "GUIDER"

#: conditioning that says nothing any more, whatever was written
_SILENT = "ConditioningZeroOut"
#: texts of an encoder that are one and the same to a person
_SAME_TEXT = frozenset({"text", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama", "qwen25_7b", "bert", "mt5xl"})
#: inputs of an encoder which are no words of a person's
_NO_WORDS = frozenset({"system_prompt", "bot_response", "template"})


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
    settings: dict[str, Target]
    #: the node its first latent is made in, None where the latent comes from a picture
    canvas: str | None


def find_stages(web: Web) -> list[Stage]:
    """Every sampler that runs, those which need no other first."""
    nodes = [node for node in web.running if _is_sampler(web, node)]
    return [_stage(web, node) for node in sorted(nodes, key=lambda node: len(_samplers_before(web, node, nodes)))]


def above(web: Web, node: str, kind: str) -> Iterator[str]:
    """The nodes up along joins of one type, nearest first."""
    seen: set[str] = set()
    ahead = [source for _name, source in web.fed(node, kind)]
    while ahead:
        source = ahead.pop(0)
        if source[0] not in seen:
            seen.add(source[0])
            yield source[0]
            ahead += [further for _name, further in web.fed(source[0], kind)]


def _is_sampler(web: Web, node: str) -> bool:
    """It makes a latent of a model and conditioning, or of a guider."""
    class_type = web.class_of(node)
    inputs = web.catalogue.input_types(class_type)
    if LATENT not in web.catalogue.outputs(class_type):
        return False
    return GUIDER in inputs.values() or (
        MODEL in inputs.values() and "positive" in inputs and ("sampler_name" in inputs or SAMPLER in inputs.values())
    )


def _samplers_before(web: Web, node: str, samplers: list[str]) -> set[str]:
    return {other for other in above(web, node, LATENT) if other in samplers}


def _stage(web: Web, node: str) -> Stage:
    guider = next((source[0] for _name, source in web.fed(node, GUIDER)), None)
    guide = node if guider is None else guider
    sides: dict[bool, list[Words]] = {True: [], False: []}
    silent: set[str] = set()
    for name, source in web.fed(guide, CONDITIONING):
        sides[not name.startswith(("neg", "uncond", "empty"))] += _words(web, source, MAX_DEPTH, silent)
    positive = _once(sides[True])
    said = {target for words in positive for target in words.targets}
    negative = [words for words in _once(sides[False]) if said.isdisjoint(words.targets)]
    return Stage(node, tuple(positive), tuple(negative), _settings(web, node, guide), _canvas(web, node))


def _words(web: Web, source: Link, depth: int, seen: set[str]) -> Iterator[Words]:
    """The texts behind a conditioning; through a node that passes several on, only the one in the same place."""
    node, slot = source
    class_type = web.class_of(node)
    if class_type == _SILENT or not depth:
        return
    yield from _encoded(web, node)
    joined = web.fed(node, CONDITIONING)
    outputs = [place for place, kind in enumerate(web.catalogue.outputs(class_type)) if kind == CONDITIONING]
    takes = [name for name, kind in web.catalogue.input_types(class_type).items() if kind == CONDITIONING]
    if len(outputs) == len(takes) > 1 and slot in outputs:
        joined = [(name, further) for name, further in joined if name == takes[outputs.index(slot)]]
    for _name, further in joined:
        yield from _words(web, further, depth - 1, seen)


def _encoded(web: Web, node: str) -> Iterator[Words]:
    types = web.catalogue.input_types(web.class_of(node))
    texts = [name for name in web.graph[node]["inputs"] if types.get(name) == "STRING" and name not in _NO_WORDS]
    together = [target for name in texts if name in _SAME_TEXT for target in web.texts(node, name)[:1]]
    if together:
        yield Words("text", tuple(dict.fromkeys(together)))
    for name in texts:
        if name not in _SAME_TEXT and (found := web.texts(node, name)):
            yield Words(name, (found[0],))


def _once(words: list[Words]) -> list[Words]:
    return list(dict.fromkeys(words))


#: what a person may want to turn, and the types of joins up which it may be found
_SETTINGS = {
    "steps": (SIGMAS,),
    "cfg": (),
    "sampler_name": (SAMPLER,),
    "scheduler": (SIGMAS,),
    "denoise": (SIGMAS,),
}


def _settings(web: Web, node: str, guide: str) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for name, kinds in _SETTINGS.items():
        nodes = [node, guide, *(other for kind in kinds for other in above(web, node, kind))]
        target = next((target for other in nodes if (target := web.setting(other, name)) is not None), None)
        if target is not None:
            found[name] = target
    guidance = (web.setting(other, "guidance") for other in above(web, guide, CONDITIONING))
    target = next((target for target in guidance if target is not None), None)
    if target is not None:
        found["guidance"] = target
    return found


def _canvas(web: Web, node: str) -> str | None:
    for other in above(web, node, LATENT):
        inputs = web.catalogue.input_types(web.class_of(other))
        if {"width", "height"} <= inputs.keys() or "seconds" in inputs:
            return other
    return None
