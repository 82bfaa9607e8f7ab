"""The workflows that ship, and owners of different models to try them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version
from bot.workflow.binding import Facts, bind, check, files_in, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.entry import Entry
from bot.workflow.graph import Graph
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library, Workflow
from bot.workflow.option import Value
from bot.workflow.recipe import recipe_of

SHIPPED = Path(__file__).parents[2] / "workflows"

Models = Mapping[str, Sequence[str]]

_FLUX_PARTS: Models = {
    "text_encoders": ("clip_l.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors", "umt5_xxl_fp16.safetensors"),
    "vae": ("FLUX1/ae.safetensors", "flux2-vae.safetensors", "sdxl_vae.safetensors"),
}
#: by the variant a server with these files gets; each has something else beside it, as people do
OWNERS: Mapping[str, Models] = {
    "Z-Image-Turbo": {
        "diffusion_models": ("qwen_image_edit_2509_fp8.safetensors", "z_image_turbo_fp8.safetensors"),
        "text_encoders": ("qwen3vl_4b_fp8.safetensors", "qwen_3_4b_fp8.safetensors"),
        "vae": ("ae.safetensors", "vae-ft-mse-840000.safetensors"),
        "checkpoints": ("dreamshaper_8.safetensors",),
        "loras": ("one.safetensors",),
    },
    "Qwen-Image": {
        "diffusion_models": ("qwen_image_2512_fp8_e4m3fn.safetensors", "qwen_image_edit_2511.safetensors"),
        "text_encoders": ("clip_l.safetensors", "qwen_2.5_vl_7b.safetensors"),
        "vae": ("qwen_image_vae.safetensors", "sdxl_vae.safetensors"),
        "checkpoints": ("juggernautXL_v9.safetensors",),
        "loras": ("one.safetensors",),
    },
    "Flux": {
        **_FLUX_PARTS,
        "diffusion_models": ("flux-2-klein-4b.safetensors", "flux1-fill-dev.safetensors", "flux1-krea-dev.safetensors"),
        "loras": ("one.safetensors",),
    },
    "Flux schnell": {
        **_FLUX_PARTS,
        "diffusion_models": ("FLUX1/flux1-schnell.safetensors",),
        "loras": ("one.safetensors",),
    },
    "Flux checkpoint": {
        "checkpoints": ("flux1-dev-fp8.safetensors", "v1-5-pruned-emaonly.safetensors"),
        "loras": ("one.safetensors",),
    },
    "Flux schnell checkpoint": {
        "checkpoints": ("flux1-schnell-fp8.safetensors",),
        "loras": ("one.safetensors",),
    },
    "SDXL": {
        "checkpoints": ("dreamshaper_8.safetensors", "sd_xl_refiner_1.0.safetensors", "xl/juggernautXL_v9.safetensors"),
        "vae": ("sdxl_vae.safetensors",),
        "loras": ("one.safetensors",),
    },
    "any checkpoint": {
        "checkpoints": ("dreamshaper_8.safetensors", "svd_xt.safetensors"),
        "vae": ("sdxl_vae.safetensors",),
        "loras": ("one.safetensors",),
    },
    "Flux Fill": {**_FLUX_PARTS, "diffusion_models": ("flux1-fill-dev.safetensors",), "loras": ("one.safetensors",)},
    "inpainting checkpoint": {
        "checkpoints": ("dreamshaper_8.safetensors", "sd-v1-5-inpainting.ckpt"),
        "vae": ("sdxl_vae.safetensors",),
        "loras": ("one.safetensors",),
    },
    "Wan 2.2": {
        "diffusion_models": ("wan2.2_ti2v_5B_fp16.safetensors",),
        "text_encoders": ("clip_l.safetensors", "umt5_xxl_fp8_e4m3fn_scaled.safetensors"),
        "vae": ("wan2.2_vae.safetensors", "wan_2.1_vae.safetensors"),
    },
    "LTX-Video": {
        "checkpoints": ("ltx-video-2b-v0.9.5.safetensors",),
        "text_encoders": ("t5xxl_fp16.safetensors",),
    },
    "Stable Video Diffusion": {"checkpoints": ("svd_xt.safetensors",)},
    "unCLIP": {"checkpoints": ("dreamshaper_8.safetensors", "sd21-unclip-h.ckpt")},
    "Revision": {
        "checkpoints": ("dreamshaper_8.safetensors", "sd_xl_base_1.0.safetensors"),
        "clip_vision": ("clip_vision_g.safetensors", "clip_vision_h.safetensors"),
    },
    "upscaler": {"upscale_models": ("4x-UltraSharp.pth",)},
    "reader": {"text_encoders": ("clip_l.safetensors", "qwen3vl_8b_fp8.safetensors")},
    "nothing": {},
}
#: command -> variant it takes -> the owner it is tried on
TRIED: Mapping[str, Mapping[str, str]] = {
    "imagine": {name: name for name in [*OWNERS][:8]},
    "remix": {name: name for name in [*OWNERS][:8]},
    "inpaint": {
        **{name: name for name in [*OWNERS][:10] if name != "Flux"},
    },
    "upscale": {"": "upscaler"},
    "blend": {"SDXL": "Revision", "unCLIP": "unCLIP"},
    "animate": {name: name for name in ("Wan 2.2", "LTX-Video", "Stable Video Diffusion")},
    "describe": {"": "reader"},
}
#: every way to run a command
WAYS = [(command, variant, owner) for command, ways in TRIED.items() for variant, owner in ways.items()]
#: what each command cannot do without
NEEDED: Mapping[str, Mapping[str, Value]] = {
    "imagine": {"prompt": "a fox"},
    "remix": {"image": "image", "prompt": "a fox"},
    "inpaint": {"image": "image", "mask": "mask", "prompt": "a fox"},
    "upscale": {"image": "image"},
    "blend": {"image": "image", "second": "second"},
    "animate": {"image": "image"},
    "describe": {"image": "image"},
}


@cache
def simulated(owner: str) -> Simulated:
    """The node classes of a server with that owner's models."""
    return Simulated(OWNERS[owner], lambda: ["up.png"])


@cache
def catalogue(owner: str) -> Catalogue:
    """What the bot knows of that server."""
    return Catalogue(simulated(owner).classes)


@cache
def library(owner: str = "") -> Library:
    """All that ships, as it stands on that owner's server; before any server was reached for none."""
    found = Library(SHIPPED)
    found.load(hosts_of(catalogue(owner) if owner else None, "0.33.0"))
    return found


def shipped(command: str, owner: str = "") -> Entry:
    """What ships under that name, as it stands on that owner's server."""
    return library(owner).entries[command]


def shipped_variant(command: str, variant: str) -> Workflow:
    """One graph of a command."""
    return next(each for each in shipped(command).variants if (each.variant.name if each.variant else "") == variant)


def placed(workflow: Workflow, given: Mapping[str, Value], owner: str) -> Graph:
    """The graph as that owner's server would get it."""
    values = check(workflow, given, catalogue(owner))
    bound = bind(workflow, values, 1)
    facts = Facts(catalogue(owner), "easel/x", dict.fromkeys(files_in(bound), "up.png"))
    return place(bound, facts, recipe=recipe_of(workflow), values=values).graph


def refusals(graph: Graph, owner: str) -> dict[str, object]:
    """What that server's own checks say of the graph."""
    server = simulated(owner)
    verdict = validate(graph, None, catalogue=server, version=Version("0.33.0"), own_checks=lambda *_: None)
    return verdict.node_errors | ({"error": verdict.error} if verdict.error else {})
