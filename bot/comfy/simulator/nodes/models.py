"""Loaders, prompts and empty latents."""

import asyncio
from collections.abc import Mapping

from bot.comfy.simulator.values import Call, Conditioning, Inputs, Latent, Model, Result, Runner


async def load_checkpoint(call: Call, inputs: Inputs) -> Result:
    if call.pace.load:
        await asyncio.sleep(call.pace.load)
    model = Model(str(inputs["ckpt_name"]))
    return Result((model,) * len(call.info["output"]))


async def load_lora(call: Call, inputs: Inputs) -> Result:
    name = str(inputs["lora_name"])
    strength = abs(float(inputs.get("strength_model", 1))) + abs(float(inputs.get("strength_clip", 0)))
    carried = [inputs[key] for key in ("model", "clip") if key in inputs]
    return Result(tuple(_with_lora(value, name) if strength else value for value in carried))


async def encode_text(call: Call, inputs: Inputs) -> Result:
    texts = [str(value) for name, value in inputs.items() if name in _TEXTS and isinstance(value, str)]
    return Result((Conditioning(" ".join(dict.fromkeys(texts))),))


async def join_conditionings(call: Call, inputs: Inputs) -> Result:
    texts = [value.text for value in inputs.values() if isinstance(value, Conditioning)]
    return Result((Conditioning(" ".join(texts)),))


async def empty_latent(call: Call, inputs: Inputs) -> Result:
    channels = 4 if call.class_type == "EmptyLatentImage" else 16
    batch = int(inputs.get("batch_size", 1))
    return Result((Latent(int(inputs["width"]), int(inputs["height"]), batch, channels),))


def _with_lora(value: object, name: str) -> object:
    return Model(value.file, (*value.loras, name)) if isinstance(value, Model) else value


_TEXTS = ("text", "text_g", "text_l", "clip_l", "t5xxl", "prompt", "positive")
RUNNERS: Mapping[str, Runner] = {
    "CheckpointLoaderSimple": load_checkpoint,
    "CheckpointLoader": load_checkpoint,
    "unCLIPCheckpointLoader": load_checkpoint,
    "LoraLoader": load_lora,
    "LoraLoaderModelOnly": load_lora,
    "CLIPTextEncode": encode_text,
    "CLIPTextEncodeSDXL": encode_text,
    "CLIPTextEncodeFlux": encode_text,
    "ConditioningCombine": join_conditionings,
    "ConditioningConcat": join_conditionings,
    "EmptyLatentImage": empty_latent,
    "EmptySD3LatentImage": empty_latent,
    "EmptyFlux2LatentImage": empty_latent,
}
