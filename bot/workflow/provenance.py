"""What a picture's metadata says of how it was made: by ComfyUI, or by programs that write a line of settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.media.embedded import embedded_json
from bot.media.remarks import parameters
from bot.workflow.graph import link

#: how many nodes are looked at for one fact
MOST_NODES = 200

Facts = Mapping[str, str]


class Kind(StrEnum):
    #: a graph as ComfyUI ran it
    COMFYUI = "comfyui"
    #: only a saved workflow, which holds no values by name
    SAVED = "saved"
    #: another program's words
    OTHER = "other"


@dataclass(frozen=True)
class Provenance:
    """`facts` by name, in the order in which they are told: seed, model, lora, size, steps, cfg, sampler, scheduler,
    denoise. What is not known is not there. `nodes` is how many a workflow has.
    """

    kind: Kind
    prompt: str = ""
    negative: str = ""
    facts: Facts = field(default_factory=dict)
    nodes: int = 0


def provenance(data: bytes) -> Provenance | None:
    """None where nothing is known. Takes its time for a large file, so call it in a thread."""
    if (text := parameters(data)) is not None:
        return _from_settings(text)
    saved: Provenance | None = None
    for found in _unpacked(embedded_json(data)):
        if any(isinstance(node, dict) and "class_type" in node for node in found.values()):
            return _from_graph(_Graph(found))
        if isinstance(found.get("nodes"), list):
            saved = saved or Provenance(Kind.SAVED, nodes=len(found["nodes"]))
        elif (told := _from_table(found)) is not None:
            return told
    return saved


def _unpacked(objects: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each object, and those it holds as text or as they are under ComfyUI's names."""
    for outer in objects:
        yield outer
        for key in ("prompt", "workflow"):
            inner = outer.get(key)
            if isinstance(inner, str) and inner.lstrip().startswith("{"):
                try:
                    inner = json.loads(inner)
                except (ValueError, RecursionError):
                    continue
            if isinstance(inner, dict):
                yield inner


#: by fact, the inputs that hold it, the likeliest first
_INPUTS: Mapping[str, Sequence[str]] = {
    "seed": ("seed", "noise_seed"),
    "model": ("ckpt_name", "unet_name", "model_name"),
    "lora": ("lora_name",),
    "steps": ("steps",),
    "cfg": ("cfg", "guidance"),
    "sampler": ("sampler_name",),
    "scheduler": ("scheduler",),
    "denoise": ("denoise",),
}
_NUMBERS = frozenset({"seed", "steps", "cfg", "denoise"})
#: where the words of a node stand
_WORDS = ("text", "prompt", "text_g", "t5xxl", "clip_l", "text_l", "value", "string", "positive_prompt")
#: where a number or a name stands in a node that only hands it on
_HELD = ("value", "seed", "int", "float", "string")


class _Graph:
    """A graph of anybody's making: joined in circles, to nodes that do not exist, or none at all."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.nodes: dict[str, Mapping[str, Any]] = {}
        for key, node in found.items():
            inputs = node.get("inputs") if isinstance(node, dict) else None
            if isinstance(inputs, dict):
                self.nodes[key] = inputs

    def value(self, node: str, name: str) -> object:
        """What an input holds, or what the node it is joined to hands on; None where that is not plain."""
        seen: set[str] = set()
        while node not in seen:
            seen.add(node)
            value = self.nodes.get(node, {}).get(name)
            source = link(value)
            if source is None:
                return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
            node = source[0]
            inputs = self.nodes.get(node, {})
            name = next((each for each in (name, *_HELD) if each in inputs), "")
        return None

    def words(self, node: str, side: str) -> str:
        """The texts behind an input, put together; a node with two sides is left by the side it was come to."""
        texts: list[str] = []
        ahead, seen = [(node, side)], set[str]()
        while ahead and len(seen) < MOST_NODES:
            source = link(self.nodes.get(ahead[0][0], {}).get(ahead.pop(0)[1]))
            if source is None or source[0] in seen or source[0] not in self.nodes:
                continue
            seen.add(source[0])
            inputs = self.nodes[source[0]]
            told = next((text for name in _WORDS if isinstance(text := self.value(source[0], name), str)), None)
            if told is not None:
                texts.append(told)
            elif side in inputs:
                ahead.append((source[0], side))
            else:
                ahead += [(source[0], name) for name in inputs]
        return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _from_graph(graph: _Graph) -> Provenance:
    positive, negative = _said(graph)
    facts = {name: found for name in _INPUTS if (found := _fact(graph, name)) is not None}
    if (size := _size(graph)) is not None:
        facts["size"] = size
    return Provenance(Kind.COMFYUI, positive, negative, _in_order(facts), len(graph.nodes))


def _said(graph: _Graph) -> tuple[str, str]:
    for node, inputs in graph.nodes.items():
        if link(inputs.get("positive")) is not None:
            positive, negative = graph.words(node, "positive"), graph.words(node, "negative")
            # where a model knows no negative, the positive is often taken and zeroed
            return positive, "" if negative == positive else negative
    for side in ("conditioning", "guider"):
        for node, inputs in graph.nodes.items():
            if link(inputs.get(side)) is not None and (text := graph.words(node, side)):
                return text, ""
    texts = (graph.value(node, name) for node in graph.nodes for name in _WORDS[:2])
    return next((text for text in texts if isinstance(text, str) and text.strip()), ""), ""


def _fact(graph: _Graph, name: str) -> str | None:
    for given in _INPUTS[name]:
        for node, inputs in graph.nodes.items():
            value = graph.value(node, given) if given in inputs else None
            if isinstance(value, int | float) if name in _NUMBERS else isinstance(value, str):
                return f"{value:g}" if isinstance(value, float) else f"{value}"
    return None


def _size(graph: _Graph) -> str | None:
    for node, inputs in graph.nodes.items():
        if "width" in inputs and "height" in inputs:
            width, height = graph.value(node, "width"), graph.value(node, "height")
            if isinstance(width, int) and isinstance(height, int):
                return f"{width}x{height}"
    return None


#: what each of our names is called elsewhere
_CALLED: Mapping[str, Sequence[str]] = {
    "seed": ("seed",),
    "model": ("model", "base_model"),
    "size": ("size", "resolution"),
    "steps": ("steps",),
    "cfg": ("cfg_scale", "cfg", "scale", "guidance_scale", "distilled_cfg_scale"),
    "sampler": ("sampler",),
    "scheduler": ("schedule_type", "scheduler"),
    "denoise": ("denoising_strength",),
}
_NAMES = {name: ours for ours, names in _CALLED.items() for name in names}
_ORDER = ("seed", "model", "lora", "size", "steps", "cfg", "sampler", "scheduler", "denoise")
_PAIR = re.compile(r'\s*([\w ]+):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')
_NEGATIVE = re.compile(r"(?:^|\n)Negative prompt: ")


def _from_settings(text: str) -> Provenance:
    """`prompt`, then `Negative prompt: …`, then `Steps: 20, Sampler: Euler a, …`, each on lines of its own."""
    at = text.rfind("\nSteps: ")
    said, settings = ("", text) if at < 0 else (text[:at], text[at + 1 :])
    prompt, negative = [*_NEGATIVE.split(said, maxsplit=1), ""][:2]
    facts: dict[str, str] = {}
    for pair in _PAIR.finditer(settings.partition("\n")[0]):
        name = _NAMES.get(pair[1].strip().casefold().replace(" ", "_"))
        if name is not None:
            facts.setdefault(name, pair[2].strip().strip('"'))
    return Provenance(Kind.OTHER, prompt.strip(), negative.strip(), _in_order(facts))


def _from_table(found: Mapping[str, Any]) -> Provenance | None:
    """One object with everything by name, as NovelAI, Fooocus and InvokeAI write it."""
    words = {key: value for key, value in found.items() if isinstance(value, str)}
    prompt = words.get("prompt") or words.get("positive_prompt") or ""
    facts = {
        _NAMES[key]: f"{found[key]}" for key in found if key in _NAMES and isinstance(found[key], str | int | float)
    }
    if not prompt or not facts.keys() & {"seed", "steps"}:
        return None
    negative = words.get("negative_prompt") or words.get("uc") or ""
    return Provenance(Kind.OTHER, prompt.strip(), negative.strip(), _in_order(facts))


def _in_order(facts: Facts) -> dict[str, str]:
    return {name: facts[name] for name in _ORDER if facts.get(name)}
