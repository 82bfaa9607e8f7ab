"""What nearly every graph has: words, seeds, sizes, settings of samplers, models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.workflow.graph import Target
from bot.workflow.inference.canvas import find_size
from bot.workflow.inference.stages import CONDITIONING, MODEL, Stage, Words
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.option import OptionType

_NAMED = {
    **dict.fromkeys(("text", "text_prompt", "positive", "positive_prompt", "tags", "caption"), "prompt"),
    "negative_prompt": "negative",
    "lyric": "lyrics",
    "sampler_name": "sampler",
    "cfg_conds": "cfg",
    **dict.fromkeys(("n", "num_images", "number_of_images"), "count"),
    "ratio": "aspect_ratio",
    "model_name": "model",
}
_SEED = re.compile(r"(.*[._])?seed")
_MODELS = ("ckpt_name", "unet_name", "model_name", "model")


def find_everyday(web: Web, stages: Sequence[Stage]) -> Iterator[Wish]:
    """All of that, in no special order; what differs from sampler to sampler is there several times."""
    yield from _texts(web, stages)
    for canvas in dict.fromkeys(stage.canvas for stage in stages if stage.canvas is not None):
        yield from find_size(web, canvas)
        yield from _amounts(web, canvas)
    yield from _settings(web, stages)
    yield from _seeds(web)
    behind = [node for stage in stages for node in reversed(web.above(stage.node, MODEL))]
    loaded = _loaded(web)
    for node in dict.fromkeys([*behind, *web.running]):
        yield from _models(web, node, loaded)


def everyday_name(name: str) -> str:
    """What a person calls an input of that name."""
    return _NAMED.get(name, name)


def _texts(web: Web, stages: Sequence[Stage]) -> Iterator[Wish]:
    """A sampler that goes on where another stopped says the same as that one."""
    positive = list(dict.fromkeys(words for stage in stages if not stage.continues for words in stage.positive))
    negative = list(dict.fromkeys(words for stage in stages if not stage.continues for words in stage.negative))
    for stage in stages:
        if stage.continues:
            positive, negative = _joined(positive, stage.positive), _joined(negative, stage.negative)
    for words in positive:
        yield _said(web, words, everyday_name(words.name))
    for words in negative:
        yield _said(web, words, "negative")


def _joined(words: list[Words], more: Sequence[Words]) -> list[Words]:
    if len(words) != 1 or len(more) != 1:
        return list(dict.fromkeys([*words, *more]))
    return [Words(words[0].name, tuple(dict.fromkeys(words[0].targets + more[0].targets)))]


def _said(web: Web, words: Words, name: str) -> Wish:
    node = words.targets[0].node
    return Wish(name, words.targets, OptionType.TEXT, title=web.label(node), mark=web.mark(node))


def _amounts(web: Web, canvas: str) -> Iterator[Wish]:
    for name, option in (("batch_size", "count"), ("length", "length"), ("seconds", "duration")):
        if (target := web.setting(canvas, name)) is not None:
            yield Wish(option, (target,))


def _settings(web: Web, stages: Sequence[Stage]) -> Iterator[Wish]:
    """Steps of samplers that share their work hang together with where each begins and ends: they stay."""
    shared = any(stage.continues for stage in stages)
    for stage in stages:
        for name, target in stage.settings.items():
            if name == "steps" and shared and "start_at_step" in web.graph[stage.node]["inputs"]:
                continue
            if name != "denoise" or web.value(target) != 1 or stage.changes_picture:
                yield Wish(everyday_name(name), (target,), mark=web.mark(stage.node))


def _seeds(web: Web) -> Iterator[Wish]:
    """One for all: different ones are rolled alike, and the same seed gives the same picture."""
    names = ((node, name) for node in web.running for name in web.graph[node]["inputs"] if _SEED.fullmatch(name))
    found = [target for node, name in names if (target := web.setting(node, name)) is not None]
    whole = tuple(dict.fromkeys(target for target in found if type(web.value(target)) is int))
    if whole:
        yield Wish("seed", whole, OptionType.SEED)


def _models(web: Web, node: str, loaded: Mapping[tuple[str, str], list[Target]]) -> Iterator[Wish]:
    kinds = set(web.catalogue.outputs(web.class_of(node)))
    inputs = web.graph[node]["inputs"]
    fed = [name for name, _source in web.sources(node)]
    for option, names in _held_models(kinds, inputs, fed).items():
        held = _held(web, node, names)
        again = loaded.get(_file(web, held[0]), []) if held and option == "model" else []
        if held:
            every = tuple(dict.fromkeys((*held[:1], *again))) if option == "model" else held
            yield Wish(option, every, mark=web.mark(node), multiply=-1 if option == "clip_skip" else None)


def _held_models(kinds: set[str], inputs: Mapping[str, object], fed: Sequence[str]) -> dict[str, Sequence[str]]:
    """By option, the inputs that hold its value."""
    if "lora_name" in inputs:
        return {"lora": ["lora_name"], "lora_strength": ["strength_model", "strength_clip", "strength"]}
    if "control_net" in inputs and CONDITIONING in kinds:
        return {"control_strength": ["strength"]}
    if "model_patch" in inputs and MODEL in kinds:
        return {"control_strength": ["strength"]}
    if "stop_at_clip_layer" in inputs:
        return {"clip_skip": ["stop_at_clip_layer"]}
    if fed:
        return {"fps": ["fps"]} if "VIDEO" in kinds else {}
    if MODEL in kinds:
        return {"model": _MODELS, **({"vae": ["vae_name"]} if "VAE" in kinds else {})}
    if kinds == {"VAE"}:
        return {"vae": ["vae_name"]}
    if "CONTROL_NET" in kinds:
        return {"control_net": ["control_net_name"]}
    return {"upscale_model": ["model_name"]} if "UPSCALE_MODEL" in kinds else {}


def _held(web: Web, node: str, names: Sequence[str]) -> tuple[Target, ...]:
    """All the inputs that hold the same value as the first."""
    targets = [target for name in names if (target := web.setting(node, name)) is not None]
    return tuple(dict.fromkeys(target for target in targets if web.value(target) == web.value(targets[0])))


def _loaded(web: Web) -> Mapping[tuple[str, str], list[Target]]:
    """Where files are named, by input and file: parts of one checkpoint may be loaded by several nodes."""
    found: dict[tuple[str, str], list[Target]] = {}
    for node in web.running:
        for name in _MODELS:
            target = web.setting(node, name)
            if target is not None and target.input == name:
                found.setdefault(_file(web, target), []).append(target)
    return found


def _file(web: Web, target: Target) -> tuple[str, str]:
    return target.input, repr(web.value(target))
