"""The node classes and model files a server has: ``/object_info``, ``/models``, ``/embeddings``.

``object_info.json.gz`` is what ComfyUI 0.33 answers for its own nodes (``nodes`` and ``comfy_extras``), without
tooltips and model names, plus two widespread preprocessors.
"""

import gzip
import json
import marshal
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from bot.comfy.simulator.wire import NodeInfo, Payload

#: What a believable machine has in its folders.
MODELS: Mapping[str, Sequence[str]] = {
    "checkpoints": (
        "darkSushiMixMix_brighterPruned.safetensors",
        "dreamshaper_8.safetensors",
        "realcartoonXL_v5.safetensors",
        "sd_xl_base_1.0.safetensors",
        "sd_xl_turbo_1.0_fp16.safetensors",
        "v1-5-pruned-emaonly-fp16.safetensors",
    ),
    "loras": (
        *("add-detail-xl.safetensors", "pixel-art-xl.safetensors", "styles/watercolour.safetensors"),
        "t_realcartoon.safetensors",
    ),
    "vae": ("ae.safetensors", "sdxl_vae.safetensors", "vae-ft-mse-840000-ema-pruned.safetensors"),
    "text_encoders": ("clip_g.safetensors", "clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors"),
    "diffusion_models": ("flux1-schnell.safetensors",),
    "clip_vision": ("clip_vision_g.safetensors",),
    "style_models": ("flux1-redux-dev.safetensors",),
    "controlnet": (
        *("control-lora-depth-rank256.safetensors", "control_v11p_sd15_openpose.safetensors"),
        "control_v11p_sd15_scribble_fp16.safetensors",
    ),
    "upscale_models": ("4x-UltraSharp.pth", "RealESRGAN_x2plus.pth", "RealESRGAN_x4plus.pth"),
    "embeddings": ("easynegative.safetensors",),
}
#: ``GET /models`` names these, filled or not, in this order (recorded on 0.33).
FOLDERS = (
    *("checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models"),
    *("embeddings", "diffusers", "vae_approx", "controlnet", "gligen", "upscale_models", "latent_upscale_models"),
    *("custom_nodes", "datasets", "hypernetworks", "photomaker", "classifiers", "model_patches", "audio_encoders"),
    *("background_removal", "frame_interpolation", "geometry_estimation", "optical_flow", "detection"),
)
_INPUT_FOLDERS = {
    "ckpt_name": "checkpoints",
    "lora_name": "loras",
    "vae_name": "vae",
    "clip_name": "text_encoders",
    "clip_name1": "text_encoders",
    "clip_name2": "text_encoders",
    "clip_name3": "text_encoders",
    "clip_name4": "text_encoders",
    "text_encoder": "text_encoders",
    "unet_name": "diffusion_models",
    "control_net_name": "controlnet",
    "style_model_name": "style_models",
    "gligen_name": "gligen",
    "hypernetwork_name": "hypernetworks",
    "photomaker_model_name": "photomaker",
    "audio_encoder_name": "audio_encoders",
}
_CLASS_FOLDERS = {
    ("CLIPVisionLoader", "clip_name"): "clip_vision",
    ("UpscaleModelLoader", "model_name"): "upscale_models",
    ("LatentUpscaleModelLoader", "model_name"): "latent_upscale_models",
    ("ModelPatchLoader", "name"): "model_patches",
}
#: Loaders whose list is the top level of the input folder.
UPLOAD_LISTS = (("LoadImage", "image"), ("LoadImageMask", "image"), ("LoadAudio", "audio"), ("LoadVideo", "file"))


class Catalogue:
    """One server's node classes, with its model files in the loaders' lists."""

    def __init__(self, models: Mapping[str, Sequence[str]], uploads: Callable[[], Sequence[str]]) -> None:
        self.folders: dict[str, list[str]] = {folder: [] for folder in FOLDERS}
        self.folders |= {folder: list(names) for folder, names in models.items()}
        self._uploads = uploads
        self._classes: dict[str, Payload] = marshal.loads(_recorded())  # noqa: S302 - our own
        self._model_inputs = list(_find_model_inputs(self._classes))
        #: Always in the VAE loader's list after the files (recorded on 0.33).
        self._vae_extras = _options(self._classes["VAELoader"], "vae_name")
        self.refresh()

    def __contains__(self, class_type: object) -> bool:
        return isinstance(class_type, str) and class_type in self._classes

    def __getitem__(self, class_type: str) -> NodeInfo:
        return self._classes[class_type]

    @property
    def classes(self) -> Mapping[str, Payload]:
        """What ``/object_info`` answers, the lists as of the last ``refresh``."""
        return self._classes

    def text(self) -> str:
        """`classes` as JSON, written once for equal ones."""
        return _written(marshal.dumps(self._classes, 2))  # the last version whose bytes depend on nothing but values

    def add(self, class_type: str, info: Payload) -> None:
        """Another class, as a custom node brings it."""
        self._forget_models(class_type)
        self._classes[class_type] = {"name": class_type, "display_name": class_type, "output_node": False, **info}
        self._model_inputs += _find_model_inputs({class_type: self._classes[class_type]})

    def remove(self, class_type: str) -> None:
        self._forget_models(class_type)
        del self._classes[class_type]

    def refresh(self, missing: str | None = None) -> None:
        """Fill the lists of all loaders anew, leaving out ``missing``."""
        for class_type, name, folder in self._model_inputs:
            extras = self._vae_extras if (class_type, name) == ("VAELoader", "vae_name") else []
            _fill(self._classes[class_type], name, [n for n in [*self.folders[folder], *extras] if n != missing])
        uploads = list(self._uploads())
        for class_type, name in UPLOAD_LISTS:
            if class_type in self._classes:
                _fill(self._classes[class_type], name, uploads)

    def _forget_models(self, class_type: str) -> None:
        self._model_inputs = [one for one in self._model_inputs if one[0] != class_type]


@cache
def _recorded() -> bytes:
    """Packed, since many servers may be started: it is unpacked in half the time of JSON."""
    packed = (files("bot.comfy.simulator") / "object_info.json.gz").read_bytes()
    return marshal.dumps(json.loads(gzip.decompress(packed)))


@lru_cache(maxsize=2)
def _written(packed: bytes) -> str:
    return json.dumps(marshal.loads(packed))  # noqa: S302 - our own


def _find_model_inputs(classes: Mapping[str, Payload]) -> list[tuple[str, str, str]]:
    found = []
    for class_type, info in classes.items():
        for section in ("required", "optional"):
            for name, spec in info["input"].get(section, {}).items():
                folder = _CLASS_FOLDERS.get((class_type, name)) or _INPUT_FOLDERS.get(name)
                if folder and (isinstance(spec[0], list) or spec[0] == "COMBO"):
                    found.append((class_type, name, folder))
    return found


def _spec(info: NodeInfo, name: str) -> list[object]:
    for section in ("required", "optional"):
        if name in info["input"].get(section, {}):
            spec: list[object] = info["input"][section][name]
            return spec
    raise KeyError(name)


def _options(info: NodeInfo, name: str) -> list[str]:
    spec = _spec(info, name)
    return list(spec[0]) if isinstance(spec[0], list) else []


def _fill(info: NodeInfo, name: str, options: list[str]) -> None:
    spec = _spec(info, name)
    if isinstance(spec[0], list):
        spec[0] = options
    elif len(spec) > 1 and isinstance(spec[1], dict):
        spec[1]["options"] = options
