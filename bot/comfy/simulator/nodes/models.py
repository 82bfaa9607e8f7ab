"""Loaders, and the conditionings that prompts and pictures become."""

import asyncio
from collections.abc import Mapping

from bot.comfy.simulator.inputs import declared_inputs
from bot.comfy.simulator.nodes.latents import draw_one, encode
from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.values import Call, Conditioning, Images, Inputs, Latent, Model, Result, Runner, Seen

#: Texts that say nothing about the picture.
_ASIDES = ("system_prompt", "negative", "lyrics", "language", "keyscale")


async def load_checkpoint(call: Call, inputs: Inputs) -> Result:
    if call.pace.load:
        await asyncio.sleep(call.pace.load)
    name = next((value for key, value in inputs.items() if key in ("ckpt_name", "unet_name", "model_path")), "")
    return Result((Model(str(name)),) * len(call.info["output"]))


async def load_lora(call: Call, inputs: Inputs) -> Result:
    name = str(inputs["lora_name"])
    strength = abs(float(inputs.get("strength_model", 1))) + abs(float(inputs.get("strength_clip", 0)))
    carried = [inputs[key] for key in ("model", "clip") if key in inputs]
    return Result(tuple(_with_lora(value, name) if strength else value for value in carried))


async def encode_text(call: Call, inputs: Inputs) -> Result:
    """All its texts, each once; a picture among the inputs is a reference to keep to."""
    declared = declared_inputs(call.info, inputs)
    names = [name for name, (spec, _) in declared.items() if spec[0] == "STRING" and name not in _ASIDES]
    texts = dict.fromkeys(str(inputs[name]) for name in names if inputs.get(name))
    images = next((value for value in inputs.values() if isinstance(value, Images)), None)
    return Result((Conditioning(" ".join(texts), images.frames[0] if images else None),))


def join(inputs: Inputs) -> Conditioning:
    found = [value for value in inputs.values() if isinstance(value, Conditioning)]
    guides = [value.guide for value in found if value.guide is not None]
    return Conditioning(" ".join(value.text for value in found), guides[0] if guides else None)


def join_pairs(inputs: Inputs) -> tuple[Conditioning, Conditioning]:
    one, other = ({key: value for key, value in inputs.items() if key.startswith(side)} for side in ("pos", "neg"))
    return join(one), join(other)


def average(inputs: Inputs) -> Conditioning:
    strength = float(inputs["conditioning_to_strength"])
    kept: Conditioning = inputs["conditioning_to" if strength >= 0.5 else "conditioning_from"]
    return kept


def control(inputs: Inputs) -> Conditioning:
    """The control picture's shapes, unless its strength is too low to matter."""
    strong = float(inputs["strength"]) > 0.2 and isinstance(inputs.get("image"), Images)
    known: Conditioning = inputs["positive"] if "positive" in inputs else inputs["conditioning"]
    return Conditioning(known.text, inputs["image"].frames[0]) if strong else known


def see(inputs: Inputs) -> Seen:
    return Seen(inputs["image"].frames[0])


def remember(inputs: Inputs) -> Conditioning:
    """unCLIP and style models: what was seen is the guide, where there is no stronger one."""
    known, seen = inputs["conditioning"], inputs.get("clip_vision_output")
    if not isinstance(seen, Seen) or known.guide is not None:
        return Conditioning(known.text, known.guide)
    return Conditioning(known.text, seen.frame)


def refer(inputs: Inputs) -> Conditioning:
    known, latent = inputs["conditioning"], inputs.get("latent")
    return Conditioning(known.text, draw_one(latent, 0)) if isinstance(latent, Latent) else known


def inpaint(inputs: Inputs) -> tuple[Conditioning, Conditioning, Latent]:
    latent = encode(inputs)
    mask = inputs["mask"].frames[0] if inputs.get("noise_mask", True) else None
    return (
        inputs["positive"],
        inputs["negative"],
        Latent(latent.width, latent.height, 1, frames=latent.frames, mask=mask),
    )


def _with_lora(value: object, name: str) -> object:
    return Model(value.file, (*value.loras, name)) if isinstance(value, Model) else value


_TEXTS = (
    *("CLIPTextEncode", "CLIPTextEncodeSDXL", "CLIPTextEncodeSDXLRefiner", "CLIPTextEncodeFlux", "CLIPTextEncodeSD3"),
    *("CLIPTextEncodeHiDream", "CLIPTextEncodeHunyuanDiT", "CLIPTextEncodePixArtAlpha", "CLIPTextEncodeLumina2"),
    *("CLIPTextEncodeKandinsky5", "CLIPTextEncodeControlnet", "TextEncodeQwenImageEdit", "TextEncodeQwenImageEditPlus"),
    *("TextEncodeAceStepAudio", "TextEncodeAceStepAudio1.5", "TextEncodeHunyuanVideo_ImageToVideo"),
    *("TextEncodeZImageOmni", "TextEncodeBooguEdit", "TextEncodeJoyImageEdit", "TextEncodeMageFlowEdit"),
    *("MiniMaxMusic3TextEncode",),
)
RUNNERS: Mapping[str, Runner] = {
    "CheckpointLoaderSimple": load_checkpoint,
    "CheckpointLoader": load_checkpoint,
    "unCLIPCheckpointLoader": load_checkpoint,
    "ImageOnlyCheckpointLoader": load_checkpoint,
    "DiffusersLoader": load_checkpoint,
    "UNETLoader": load_checkpoint,
    "LoraLoader": load_lora,
    "LoraLoaderModelOnly": load_lora,
    "LoraLoaderBypass": load_lora,
    "LoraLoaderBypassModelOnly": load_lora,
    **dict.fromkeys(_TEXTS, encode_text),
    "ConditioningCombine": computed(join),
    "ConditioningConcat": computed(join),
    "ConditioningAverage": computed(average),
    "ConditioningZeroOut": computed(lambda inputs: Conditioning("", inputs["conditioning"].guide)),
    "PairConditioningCombine": computed(join_pairs),
    "ControlNetApply": computed(control),
    "ControlNetApplyAdvanced": computed(lambda inputs: (control(inputs), inputs["negative"])),
    "ControlNetApplySD3": computed(lambda inputs: (control(inputs), inputs["negative"])),
    "CLIPVisionEncode": computed(see),
    "unCLIPConditioning": computed(remember),
    "StyleModelApply": computed(remember),
    "ReferenceLatent": computed(refer),
    "InpaintModelConditioning": computed(inpaint),
}
