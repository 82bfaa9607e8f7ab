"""Small graphs to infer commands from, on a simulated server's nodes."""

from functools import cache
from typing import Any

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
from bot.workflow.inference import Inferred, infer
from bot.workflow.option import Option


@cache
def nodes() -> Catalogue:
    """ComfyUI's own nodes, and some as other packs and services have them."""
    server = Simulated(MODELS, list)
    for name, facts in OTHERS.items():
        server.add(name, facts)
    return Catalogue(server.classes)


def node(class_type: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    """One node; inputs joined to others are tuples `("id", slot)`, or `"id"` for the first output."""
    return {
        "class_type": class_type,
        "inputs": {
            name.replace("__", "."): list(value) if isinstance(value, tuple) else value
            for name, value in inputs.items()
        },
        "_meta": {"title": title or class_type},
    }


def drawing(**others: Any) -> Graph:
    """The graph everybody begins with; `others` are put in the place of nodes or beside them, None takes one away."""
    graph = {
        "model": node("CheckpointLoaderSimple", ckpt_name="dreamshaper_8.safetensors"),
        "for": node("CLIPTextEncode", text="a fox", clip=("model", 1)),
        "against": node("CLIPTextEncode", text="snow", clip=("model", 1)),
        "canvas": node("EmptyLatentImage", width=512, height=768, batch_size=2),
        "sampler": sampler(),
        "decode": node("VAEDecode", samples=("sampler", 0), vae=("model", 2)),
        "save": node("SaveImage", images=("decode", 0), filename_prefix="x"),
    }
    return {key: each for key, each in (graph | others).items() if each is not None}


def sampler(**others: Any) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "model": ("model", 0),
        "positive": ("for", 0),
        "negative": ("against", 0),
        "latent_image": ("canvas", 0),
        "seed": 7,
        "steps": 20,
        "cfg": 8.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    }
    return node("KSampler", **(inputs | others))


def inferred(graph: Graph) -> Inferred:
    return infer(graph, nodes(), "draw", file="draw.json")


def options(graph: Graph) -> dict[str, Option]:
    return {option.name: option for option in inferred(graph).manifest.options}


def targets(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Where the values go, by option; nodes without a title of their own are named by class or id."""
    return {name: option.targets for name, option in options(graph).items()}


def _facts(output: list[str], *, output_node: bool = False, paid: bool = False, **inputs: Any) -> dict[str, Any]:
    optional = {name: spec for name, spec in inputs.items() if spec[0] == "?"}
    required = {name: spec for name, spec in inputs.items() if name not in optional}
    return {
        "input": {"required": required, "optional": {name: spec[1:] for name, spec in optional.items()}},
        "output": output,
        "output_node": output_node,
        "api_node": paid,
    }


_SEED = ["INT", {"default": 0, "min": 0, "max": 2**64 - 1}]
OTHERS: dict[str, dict[str, Any]] = {
    "KSampler (Efficient)": _facts(
        ["MODEL", "CONDITIONING", "CONDITIONING", "LATENT", "VAE", "IMAGE"],
        model=["MODEL"],
        positive=["CONDITIONING"],
        negative=["CONDITIONING"],
        latent_image=["LATENT"],
        seed=_SEED,
        steps=["INT", {"default": 20, "min": 1, "max": 10000}],
        cfg=["FLOAT", {"default": 7.0, "min": 0.0, "max": 100.0}],
        sampler_name=[["euler", "heun"]],
        scheduler=[["normal"]],
        denoise=["FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0}],
    ),
    "UltimateSDUpscale": _facts(
        ["IMAGE"],
        image=["IMAGE"],
        model=["MODEL"],
        positive=["CONDITIONING"],
        negative=["CONDITIONING"],
        vae=["VAE"],
        seed=_SEED,
        steps=["INT", {"default": 20, "min": 1, "max": 10000}],
        cfg=["FLOAT", {"default": 7.0, "min": 0.0, "max": 100.0}],
        sampler_name=[["euler", "heun"]],
        scheduler=[["normal"]],
        denoise=["FLOAT", {"default": 0.2, "min": 0.0, "max": 1.0}],
    ),
    "WanVideoSampler": _facts(
        ["LATENT"],
        model=["WANVIDEOMODEL"],
        text_embeds=["WANVIDEOTEXTEMBEDS"],
        steps=["INT", {"default": 30, "min": 1}],
        cfg=["FLOAT", {"default": 6.0, "min": 0.0, "max": 30.0}],
        seed=_SEED,
        scheduler=[["unipc", "euler"]],
    ),
    "WanVideoTextEncode": _facts(
        ["WANVIDEOTEXTEMBEDS"],
        positive_prompt=["STRING", {"multiline": True}],
        negative_prompt=["STRING", {"multiline": True}],
    ),
    "WanVideoModelLoader": _facts(["WANVIDEOMODEL"], model=[["wan.safetensors"]]),
    "Mixer": _facts(
        ["CONDITIONING", "CONDITIONING"],
        positive=["CONDITIONING"],
        negative=["CONDITIONING"],
        style=["CONDITIONING"],
    ),
    "PaidPicture": _facts(
        ["IMAGE"],
        paid=True,
        prompt=["STRING", {"multiline": True}],
        aspect_ratio=["COMBO", {"options": ["1:1", "16:9"], "tooltip": "The shape. More about shapes."}],
        seed=["INT", {"default": 0, "min": 0, "max": 2147483647}],
        output_format=["COMBO", {"options": ["png", "jpg"]}],
    ),
    "Strange": _facts(["STRANGE"], output_node=True, value=["STRANGE"]),
}


def custom(guider: dict[str, Any], **others: Any) -> Graph:
    """A drawing by separate nodes: guider, sampler, noise, sigmas."""
    return drawing(
        sampler=node(
            "SamplerCustomAdvanced",
            noise=("noise", 0),
            guider=("guider", 0),
            sampler=("select", 0),
            sigmas=("sigmas", 0),
            latent_image=("canvas", 0),
        ),
        noise=node("RandomNoise", noise_seed=3),
        guider=guider,
        select=node("KSamplerSelect", sampler_name="euler"),
        sigmas=node("BasicScheduler", model=("model", 0), scheduler="simple", steps=9, denoise=1.0),
        **others,
    )


def refined() -> Graph:
    """A picture begun by one model and finished by another, both told about it."""
    first: dict[str, Any] = {
        "start_at_step": 0,
        "end_at_step": 20,
        "add_noise": "enable",
        "return_with_leftover_noise": "enable",
    }
    second: dict[str, Any] = {
        "start_at_step": 20,
        "end_at_step": 10000,
        "add_noise": "disable",
        "return_with_leftover_noise": "disable",
    }
    shared: dict[str, Any] = {"steps": 25, "cfg": 8.0, "sampler_name": "euler", "scheduler": "normal"}
    return drawing(
        sampler=node(
            "KSamplerAdvanced",
            model=("finer", 0),
            positive=("for2", 0),
            negative=("against2", 0),
            latent_image=("base", 0),
            noise_seed=0,
            **shared,
            **second,
        ),
        base=node(
            "KSamplerAdvanced",
            model=("model", 0),
            positive=("for", 0),
            negative=("against", 0),
            latent_image=("canvas", 0),
            noise_seed=7,
            **shared,
            **first,
        ),
        finer=node("CheckpointLoaderSimple", "Load Checkpoint - REFINER", ckpt_name="sd_xl_base_1.0.safetensors"),
        for2=node("CLIPTextEncode", text="a fox, finer", clip=("finer", 1)),
        against2=node("CLIPTextEncode", text="snow, finer", clip=("finer", 1)),
    )
