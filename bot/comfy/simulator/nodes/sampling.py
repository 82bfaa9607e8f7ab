"""Samplers, and the decoding that turns what they decided into pictures."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from PIL import Image

from bot.comfy.simulator.drawing import draw, focus
from bot.comfy.simulator.values import (
    Call,
    Conditioning,
    Guider,
    Images,
    Inputs,
    Latent,
    Model,
    NodeFailure,
    Noise,
    Result,
    Runner,
    Sigmas,
    Sketch,
)

_OOM = "Allocation on device 0 would exceed allowed memory. (out of memory)"


async def sample(call: Call, inputs: Inputs) -> Result:
    """KSampler and its kin, one tick per step."""
    latent: Latent = inputs["latent_image"]
    seed = int(inputs["seed"] if "seed" in inputs else inputs.get("noise_seed", 0))
    steps = int(inputs["steps"]) if "steps" in inputs else inputs["sigmas"].steps
    first, last = int(inputs.get("start_at_step", 0)), int(inputs.get("end_at_step", steps))
    words = inputs["positive"].text if isinstance(inputs["positive"], Conditioning) else ""
    result = _decide(latent, words, seed, inputs.get("model"), float(inputs.get("denoise", 1.0)))
    await _step(call, result, max(0, min(steps, last) - first))
    return Result((result,) * len(call.info["output"]))


async def sample_guided(call: Call, inputs: Inputs) -> Result:
    """SamplerCustomAdvanced: the parts come from nodes of their own."""
    guider, noise, sigmas = inputs["guider"], inputs["noise"], inputs["sigmas"]
    words = guider.words if isinstance(guider, Guider) else ""
    model = guider.model if isinstance(guider, Guider) else None
    seed = noise.seed if isinstance(noise, Noise) else 0
    result = _decide(inputs["latent_image"], words, seed, model, 1.0)
    await _step(call, result, sigmas.steps if isinstance(sigmas, Sigmas) else 20)
    return Result((result, result))


async def decode(call: Call, inputs: Inputs) -> Result:
    latent: Latent = inputs["samples"]
    if latent.width * latent.height * latent.batch <= 96 * 96:
        return Result((_draw_all(latent),))
    return Result((await asyncio.to_thread(_draw_all, latent),))


async def encode(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["pixels"]
    width, height = images.size
    return Result((Latent(width // 8 * 8, height // 8 * 8, len(images.frames), frames=images.frames),))


async def add_latents(call: Call, inputs: Inputs) -> Result:
    one, other = inputs["samples1"], inputs["samples2"]
    if one.channels != other.channels:
        shapes = f"tensor a ({one.channels}) must match the size of tensor b ({other.channels})"
        raise NodeFailure("RuntimeError", f"The size of {shapes} at non-singleton dimension 1")
    return Result((one,))


async def guide(call: Call, inputs: Inputs) -> Result:
    conditioning = inputs.get("positive", inputs.get("conditioning", inputs.get("cond1")))
    words = conditioning.text if isinstance(conditioning, Conditioning) else ""
    return Result((Guider(words, inputs["model"] if isinstance(inputs["model"], Model) else Model("")),))


async def noise_of(call: Call, inputs: Inputs) -> Result:
    return Result((Noise(int(inputs.get("noise_seed", 0))),))


async def schedule(call: Call, inputs: Inputs) -> Result:
    return Result((Sigmas(int(inputs.get("steps", 20))),))


def _decide(latent: Latent, words: str, seed: int, model: object, denoise: float) -> Latent:
    """A second pass at full strength starts over; a weaker one keeps what the first one decided."""
    if latent.sketches and denoise < 1:
        return latent
    tint = " ".join([model.file, *model.loras]) if isinstance(model, Model) else ""
    sketches = tuple(Sketch(words, seed + index, tint) for index in range(latent.batch))
    return replace(latent, sketches=sketches, denoise=denoise)


async def _step(call: Call, latent: Latent, steps: int) -> None:
    if call.faults.out_of_memory:
        call.faults.out_of_memory = False
        raise NodeFailure("torch.OutOfMemoryError", _OOM)
    picture = await asyncio.to_thread(_draw_preview, latent, call.pace.preview) if call.previews and steps else None
    for step in range(1, steps + 1):
        await asyncio.sleep(call.pace.step)
        if step > steps // 2:
            await call.faults.maybe_crash()
        preview = None
        if picture is not None:
            preview = await asyncio.to_thread(focus, picture, step / steps, latent.sketches[0].seed)
        await call.tick(step, steps, preview)


def _draw_preview(latent: Latent, side: int) -> Image.Image:
    scale = side / max(latent.width, latent.height)
    size = max(1, round(latent.width * scale)), max(1, round(latent.height * scale))
    return _draw_one(replace(latent, width=size[0], height=size[1]), 0)


def _draw_all(latent: Latent) -> Images:
    return Images(tuple(_draw_one(latent, index) for index in range(latent.batch)))


def _draw_one(latent: Latent, index: int) -> Image.Image:
    size = latent.width, latent.height
    original = latent.frames[index % len(latent.frames)].convert("RGB").resize(size) if latent.frames else None
    if not latent.sketches:
        return original or Image.new("RGB", size, (127, 127, 127))
    sketch = latent.sketches[index % len(latent.sketches)]
    picture = draw(sketch.words, sketch.seed, size, tint=sketch.tint)
    return Image.blend(original, picture, 0.7 * latent.denoise) if original else picture


RUNNERS: Mapping[str, Runner] = {
    "KSampler": sample,
    "KSamplerAdvanced": sample,
    "SamplerCustom": sample,
    "SamplerCustomAdvanced": sample_guided,
    "VAEDecode": decode,
    "VAEDecodeTiled": decode,
    "VAEEncode": encode,
    "LatentAdd": add_latents,
    "BasicGuider": guide,
    "CFGGuider": guide,
    "RandomNoise": noise_of,
    "DisableNoise": noise_of,
    "BasicScheduler": schedule,
    "KarrasScheduler": schedule,
    "SDTurboScheduler": schedule,
}
