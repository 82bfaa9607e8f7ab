"""What a graph could offer: inputs with the name a person knows them by, the everyday ones first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.workflow.catalogue import COMBO
from bot.workflow.graph import Target, title_of
from bot.workflow.inference.stages import CONDITIONING, MODEL, Stage, find_stages
from bot.workflow.inference.web import Web
from bot.workflow.option import OptionType

SEEDS = ("seed", "noise_seed")
#: everyday names, in the order they are offered; what is not among them comes after
ORDER = (
    *("prompt", "image", "mask", "video", "audio", "file", "negative", "lyrics", "size", "count", "length", "duration"),
    *("steps", "cfg", "guidance", "denoise", "seed", "model", "lora", "lora_strength", "sampler", "scheduler"),
    *("control_net", "control_strength", "vae", "clip_skip", "upscale_model", "fps"),
)
_NAMED = {"sampler_name": "sampler", "tags": "prompt", "text": "prompt", "negative_prompt": "negative"}
#: where a service reads what it shall make
_WRITTEN = frozenset({"prompt", "text", "text_prompt"})
#: inputs that say how a file is called or kept, which is the bot's business
_OURS = re.compile(r"filename|prefix|codec|format|metadata|embed|device|dtype|api_key|system|seed_mode|upload")
_EXPOSED = re.compile(r"^\s*(?:input\s*:\s*|\$)(?P<name>.+)$", re.IGNORECASE)
_COLLECTED = re.compile(r"^\s*output\s*:\s*(?P<name>.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Wish:
    """One option to be. `kind` is set where the input's own type does not tell it."""

    name: str
    targets: tuple[Target, ...]
    kind: OptionType | None = None
    help: str = ""
    multiply: int | None = None


def find_wishes(web: Web) -> list[Wish]:
    """All there is, in the order it is offered; the same input is never in two of them."""
    stages = find_stages(web)
    everyday = [*_texts(stages), *_uploads(web), *_canvas(web, stages), *_stage_settings(web, stages)]
    everyday += [*_seeds(web), *_models(web)]
    wishes = [*_titled(web), *sorted(everyday, key=_rank), *_knobs(web)]
    if not stages:
        wishes += _services(web)
    return _apart(wishes or list(_whatever(web)))


def find_outputs(web: Web) -> list[str]:
    """The nodes titled `output: NAME`."""
    return [node for node in web.graph if _COLLECTED.match(title_of(web.graph, node))]


def _rank(wish: Wish) -> int:
    name = re.sub(r"_\d+$", "", wish.name)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _apart(wishes: Iterable[Wish]) -> list[Wish]:
    """Each input once: in the first wish that has it."""
    taken: set[Target] = set()
    kept: list[Wish] = []
    for wish in wishes:
        targets = tuple(target for target in wish.targets if target not in taken)
        if targets and (wish.kind is not OptionType.SIZE or len(targets) == len(wish.targets)):
            taken.update(targets)
            kept.append(wish if targets == wish.targets else Wish(**{**vars(wish), "targets": targets}))
    return kept


def _titled(web: Web) -> Iterator[Wish]:
    """Nodes titled `input: NAME` or `$name`: every value they hold."""
    for node in web.graph:
        if (found := _EXPOSED.match(title_of(web.graph, node))) is None:
            continue
        name, held = found["name"].strip(), web.literals(node)
        files = [target for target in held if (spec := web.spec(target)) is not None and spec.upload]
        for target in files or held:
            alone = len(files or held) == 1
            yield Wish(name if alone else f"{name}_{target.input}", (target,))


def _texts(stages: list[Stage]) -> Iterator[Wish]:
    for words in dict.fromkeys(words for stage in stages for words in stage.positive):
        yield Wish(_NAMED.get(words.name, words.name), words.targets, OptionType.TEXT)
    for words in dict.fromkeys(words for stage in stages for words in stage.negative):
        yield Wish("negative", words.targets, OptionType.TEXT)


def _uploads(web: Web) -> Iterator[Wish]:
    for node in web.running:
        for target in web.literals(node):
            spec = web.spec(target)
            if spec is not None and spec.upload:
                kind = _upload_kind(web, node, spec.upload)
                yield Wish(kind.value, (target,), kind, help=web.title(node))


def _upload_kind(web: Web, node: str, upload: str) -> OptionType:
    """A picture of which nothing but the mask is used is a mask."""
    used = {web.given(source) for other in web.graph for _name, source in web.sources(other) if source[0] == node}
    return OptionType.MASK if upload == "image" and used == {"MASK"} else OptionType(upload)


def _canvas(web: Web, stages: list[Stage]) -> Iterator[Wish]:
    for canvas in dict.fromkeys(stage.canvas for stage in stages if stage.canvas is not None):
        width, height = web.setting(canvas, "width"), web.setting(canvas, "height")
        if width and height and width != height:
            yield Wish("size", (width, height), OptionType.SIZE)
        for name, option in (("batch_size", "count"), ("length", "length"), ("seconds", "duration")):
            if target := web.setting(canvas, name):
                yield Wish(option, (target,))


def _stage_settings(web: Web, stages: list[Stage]) -> Iterator[Wish]:
    """Steps of a sampler that begins or ends in the middle hang together with the others': they stay."""
    split = [stage for stage in stages if web.setting(stage.node, "start_at_step") is not None]
    for stage in stages:
        for name, target in stage.settings.items():
            if name == "steps" and len(split) > 1 and stage in split:
                continue
            if name != "denoise" or stage.canvas is None or web.value(target) != 1:
                yield Wish(_NAMED.get(name, name), (target,))


def _seeds(web: Web) -> Iterator[Wish]:
    """One for all: different ones are rolled alike, and the same seed gives the same picture."""
    found = [target for node in web.running for name in SEEDS if (target := web.setting(node, name)) is not None]
    whole = tuple(dict.fromkeys(target for target in found if type(web.value(target)) is int))
    if whole:
        yield Wish("seed", whole, OptionType.SEED)


def _models(web: Web) -> Iterator[Wish]:
    for node in web.running:
        kinds = set(web.catalogue.outputs(web.class_of(node)))
        inputs = web.graph[node]["inputs"]
        fed = [name for name, _source in web.sources(node)]
        if MODEL in kinds and "lora_name" in inputs:
            yield from _held(web, node, {"lora": ["lora_name"], "lora_strength": ["strength_model", "strength_clip"]})
        elif MODEL in kinds and not fed:
            yield from _held(web, node, {"model": ["ckpt_name", "unet_name"]})
        elif kinds == {"VAE"} and not fed:
            yield from _held(web, node, {"vae": ["vae_name"]})
        elif "CONTROL_NET" in kinds:
            yield from _held(web, node, {"control_net": ["control_net_name"]})
        elif "control_net" in inputs and CONDITIONING in kinds:
            yield from _held(web, node, {"control_strength": ["strength"]})
        elif "UPSCALE_MODEL" in kinds:
            yield from _held(web, node, {"upscale_model": ["model_name"]})
        elif "stop_at_clip_layer" in inputs:
            for wish in _held(web, node, {"clip_skip": ["stop_at_clip_layer"]}):
                yield Wish(**{**vars(wish), "multiply": -1})
        elif "VIDEO" in kinds:
            yield from _held(web, node, {"fps": ["fps"]})


def _held(web: Web, node: str, names: dict[str, list[str]]) -> Iterator[Wish]:
    """An option for each, over all the inputs that hold the same value."""
    for option, inputs in names.items():
        targets = [target for name in inputs if (target := web.setting(node, name)) is not None]
        alike = tuple(target for target in targets if web.value(target) == web.value(targets[0]))
        if alike:
            yield Wish(option, alike)


def _knobs(web: Web) -> Iterator[Wish]:
    """Primitives to which somebody gave a title of their own: knobs put there to be turned."""
    for node in web.running:
        held = web.literals(node)
        if web.class_of(node).startswith("Primitive") and web.title(node) and len(held) == 1:
            yield Wish(web.title(node), (held[0],), help=web.title(node))


def _services(web: Web) -> Iterator[Wish]:
    """Without a sampler: what nodes that make something of a text take, such as paid ones and language models."""
    for node in web.running:
        known = web.catalogue.node(web.class_of(node))
        written = [name for name in web.graph[node]["inputs"] if _last(name) in _WRITTEN]
        if known is None or not (known.paid or written):
            continue
        for name in written:
            yield from (Wish("prompt", (target,), OptionType.TEXT) for target in web.texts(node, name)[:1])
        yield from (_plain(target) for target in web.literals(node) if _offered(web, target))


def _whatever(web: Web) -> Iterator[Wish]:
    """Where nothing else was found: every value there is."""
    for node in web.running:
        yield from (_plain(target) for target in web.literals(node) if _offered(web, target))


def _plain(target: Target) -> Wish:
    name = _last(target.input)
    return Wish(_NAMED.get(name, name), (target,))


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _offered(web: Web, target: Target) -> bool:
    spec = web.spec(target)
    if spec is None or _OURS.search(target.input) or spec.branches:
        return False
    return spec.type in {"INT", "FLOAT", "STRING", "BOOLEAN", COMBO}


__all__ = ["Wish", "find_outputs", "find_wishes"]
