"""The sockets of ComfyUI's own everyday nodes, for workflows that load before any server was reached."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.workflow.catalogue import Catalogue

#: class: (inputs as "name TYPE", outputs), as ComfyUI 0.33 lists them; an input with `?` can be left out
_NODES: dict[str, tuple[str, str]] = {
    "CheckpointLoaderSimple": ("ckpt_name COMBO", "MODEL CLIP VAE"),
    "UNETLoader": ("unet_name COMBO, weight_dtype COMBO", "MODEL"),
    "CLIPLoader": ("clip_name COMBO, type COMBO, device? COMBO", "CLIP"),
    "DualCLIPLoader": ("clip_name1 COMBO, clip_name2 COMBO, type COMBO, device? COMBO", "CLIP"),
    "VAELoader": ("vae_name COMBO", "VAE"),
    "LoraLoader": ("model MODEL, clip CLIP, lora_name COMBO, strength_model FLOAT, strength_clip FLOAT", "MODEL CLIP"),
    "LoraLoaderModelOnly": ("model MODEL, lora_name COMBO, strength_model FLOAT", "MODEL"),
    "CLIPSetLastLayer": ("clip CLIP, stop_at_clip_layer INT", "CLIP"),
    "CLIPTextEncode": ("text STRING, clip CLIP", "CONDITIONING"),
    "ControlNetLoader": ("control_net_name COMBO", "CONTROL_NET"),
    "CLIPVisionLoader": ("clip_name COMBO", "CLIP_VISION"),
    "UpscaleModelLoader": ("model_name COMBO", "UPSCALE_MODEL"),
    "ImageUpscaleWithModel": ("upscale_model UPSCALE_MODEL, image IMAGE", "IMAGE"),
    "EmptyLatentImage": ("width INT, height INT, batch_size INT", "LATENT"),
    "KSampler": (
        "model MODEL, seed INT, steps INT, cfg FLOAT, sampler_name COMBO, scheduler COMBO, positive CONDITIONING, "
        "negative CONDITIONING, latent_image LATENT, denoise FLOAT",
        "LATENT",
    ),
    "VAEDecode": ("samples LATENT, vae VAE", "IMAGE"),
    "VAEEncode": ("pixels IMAGE, vae VAE", "LATENT"),
    "LoadImage": ("image COMBO", "IMAGE MASK"),
    "LoadImageMask": ("image COMBO, channel COMBO", "MASK"),
    "LoadImageOutput": ("image COMBO", "IMAGE MASK"),
    "LoadAudio": ("audio COMBO", "AUDIO"),
    "LoadVideo": ("file COMBO", "VIDEO"),
    "LoadLatent": ("latent COMBO", "LATENT"),
    "EmptyImage": ("width INT, height INT, batch_size INT, color INT", "IMAGE"),
    "ImageInvert": ("image IMAGE", "IMAGE"),
    "ImageScale": ("image IMAGE, upscale_method COMBO, width INT, height INT, crop COMBO", "IMAGE"),
    "ImageScaleBy": ("image IMAGE, upscale_method COMBO, scale_by FLOAT", "IMAGE"),
    "PreviewImage": ("images IMAGE", "IMAGE"),
    "SaveImage": ("images IMAGE, filename_prefix STRING", "IMAGE"),
}


@cache
def core() -> Catalogue:
    """What is known of these nodes without a server: inputs and outputs by type. Its lists are empty."""
    return Catalogue({name: _facts(inputs, outputs) for name, (inputs, outputs) in _NODES.items()})


class KnownTypes:
    """Types as a server tells them; for classes it does not have, or before there was one, those of `core`."""

    def __init__(self, catalogue: Catalogue | None) -> None:
        self._catalogue = catalogue

    def of(self, class_type: str) -> Catalogue:
        """The catalogue to ask about a class."""
        return self._catalogue if self._catalogue is not None and self._catalogue.has(class_type) else core()

    def outputs(self, class_type: str) -> tuple[str, ...]:
        return self.of(class_type).outputs(class_type)

    def input_types(self, class_type: str) -> Mapping[str, str]:
        return self.of(class_type).input_types(class_type)

    def optional(self, class_type: str, input_name: str) -> bool:
        return self.of(class_type).optional(class_type, input_name)


def _facts(inputs: str, outputs: str) -> dict[str, object]:
    sections: dict[str, dict[str, list[str]]] = {"required": {}, "optional": {}}
    for entry in inputs.split(", "):
        name, kind = entry.split(" ")
        sections["optional" if name.endswith("?") else "required"][name.rstrip("?")] = [kind]
    return {"input": sections, "output": outputs.split(" ")}
