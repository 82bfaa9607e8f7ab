"""Latents: empty ones, pictures encoded into them, what is done to them, and the drawing when they are decoded."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from PIL import Image

from bot.comfy.simulator.drawing import animate, draw, inpaint, redraw
from bot.comfy.simulator.nodes.compositing import lay
from bot.comfy.simulator.nodes.masks import grown
from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.nodes.transforms import crop_all, flip, rotate
from bot.comfy.simulator.values import Call, Images, Inputs, Latent, Masks, NodeFailure, Result, Runner

#: How far the shapes of a guide are left behind.
_GUIDED = 0.85
#: No video gets more pictures than this: samples, not the point.
MOST_FRAMES = 25


def empty(inputs: Inputs, channels: int = 16) -> Latent:
    """Of the size, batch and length that the inputs name."""
    length = min(MOST_FRAMES, int(inputs.get("length", 1)))
    return Latent(
        int(inputs["width"]), int(inputs["height"]), int(inputs.get("batch_size", 1)), channels, length=length
    )


def empty_sound(inputs: Inputs) -> Latent:
    return Latent(64, 64, int(inputs.get("batch_size", 1)), 64, seconds=float(inputs.get("seconds", 60.0)))


async def decode(call: Call, inputs: Inputs) -> Result:
    latent: Latent = inputs["samples"]
    if latent.width * latent.height * latent.batch <= 96 * 96:
        return Result((draw_all(latent),))
    return Result((await asyncio.to_thread(draw_all, latent),))


def encode(inputs: Inputs) -> Latent:
    """The sides are cut to multiples of 8, from the middle."""
    images: Images = inputs["pixels"] if "pixels" in inputs else inputs["image"]
    size = images.size[0] // 8 * 8, images.size[1] // 8 * 8
    at = images.size[0] % 8 // 2, images.size[1] % 8 // 2
    frames = crop_all(images, at, size).frames
    return Latent(max(8, size[0]), max(8, size[1]), len(frames), frames=tuple(frame.convert("RGB") for frame in frames))


def encode_for_inpaint(inputs: Inputs) -> Latent:
    mask = inputs["mask"].frames[0].resize(inputs["pixels"].size, Image.Resampling.BILINEAR)
    return replace(encode(inputs), mask=grown(mask, int(inputs["grow_mask_by"]), tapered=False))


def set_mask(inputs: Inputs) -> Latent:
    latent: Latent = inputs["samples"]
    return replace(latent, mask=inputs["mask"].frames[0])


def upscale(inputs: Inputs) -> Latent:
    latent: Latent = inputs["samples"]
    width, height = int(inputs["width"]), int(inputs["height"])
    if not width and not height:
        return latent
    width = width or round(latent.width * height / latent.height)
    height = height or round(latent.height * width / latent.width)
    return replace(latent, width=max(64, width // 8 * 8), height=max(64, height // 8 * 8))


def upscale_by(inputs: Inputs) -> Latent:
    latent: Latent = inputs["samples"]
    factor = float(inputs["scale_by"])
    size = round(latent.width // 8 * factor) * 8, round(latent.height // 8 * factor) * 8
    return replace(latent, width=size[0], height=size[1])


def take(inputs: Inputs) -> Latent:
    latent: Latent = inputs["samples"]
    first = min(latent.batch - 1, int(inputs["batch_index"]))
    return _pick(latent, list(range(first, min(latent.batch, first + int(inputs["length"])))))


def repeat(inputs: Inputs) -> Latent:
    """Noise is made anew for the repeated ones."""
    latent, amount = inputs["samples"], int(inputs["amount"])
    indices = latent.indices or tuple(range(latent.batch))
    further = tuple(index + turn * (max(indices) + 1) for turn in range(amount) for index in indices)
    return replace(_pick(latent, list(range(latent.batch)) * amount), indices=further)


def join(inputs: Inputs) -> Latent:
    """What is not empty is drawn first."""
    latents = [value for value in inputs.values() if isinstance(value, Latent)]
    count = sum(latent.batch for latent in latents)
    if not any(latent.sketches or latent.frames for latent in latents):
        return replace(latents[0], batch=count)
    size = latents[0].width, latents[0].height
    return _drawn(latents[0], tuple(frame.resize(size) for latent in latents for frame in draw_all(latent).frames))


def rebatch(inputs: Inputs) -> list[Latent]:
    size = int(inputs["batch_size"][0])
    singles = [_pick(latent, [place]) for latent in inputs["latents"] for place in range(latent.batch)]
    parts = [singles[start : start + size] for start in range(0, len(singles), size)]
    return [part[0] if len(part) == 1 else join({str(n): one for n, one in enumerate(part)}) for part in parts]


def composite(inputs: Inputs) -> Latent:
    """At multiples of 8 pixels."""
    below = inputs["destination"] if "destination" in inputs else inputs["samples_to"]
    above = inputs["source"] if "source" in inputs else inputs["samples_from"]
    at, masks = (int(inputs["x"]) // 8 * 8, int(inputs["y"]) // 8 * 8), inputs.get("mask")
    over = draw_all(above).frames[0]
    over = over.resize((below.width, below.height)) if inputs.get("resize_source") else over
    mask = masks.frames[0] if isinstance(masks, Masks) else Image.new("L", over.size, 255)
    return _drawn(below, tuple(lay(frame, over, mask.resize(over.size), at) for frame in draw_all(below).frames))


def blend(inputs: Inputs) -> Latent:
    one, other = inputs["samples1"], inputs["samples2"]
    share = 1 - float(inputs["blend_factor"] if "blend_factor" in inputs else inputs["ratio"])
    pairs = zip(draw_all(one).frames, draw_all(other).frames, strict=False)
    return _drawn(one, tuple(Image.blend(a, b.resize(a.size), share) for a, b in pairs))


def add(inputs: Inputs) -> Latent:
    one, other = inputs["samples1"], inputs["samples2"]
    if one.channels != other.channels:
        shapes = f"tensor a ({one.channels}) must match the size of tensor b ({other.channels})"
        raise NodeFailure("RuntimeError", f"The size of {shapes} at non-singleton dimension 1")
    summed: Latent = one
    return summed


def crop(inputs: Inputs) -> Latent:
    at, size = (int(inputs["x"]), int(inputs["y"])), (int(inputs["width"]), int(inputs["height"]))
    return _drawn(inputs["samples"], crop_all(draw_all(inputs["samples"]), at, size).frames)


def draw_all(latent: Latent) -> Images:
    pictures = [draw_one(latent, index) for index in range(latent.batch)]
    if latent.length > 1:
        seed = latent.sketches[0].seed if latent.sketches else 0
        pictures = [frame for picture in pictures for frame in animate(picture, latent.length, seed)]
    return Images(tuple(pictures))


def draw_one(latent: Latent, index: int) -> Image.Image:
    size = latent.width, latent.height
    original = latent.frames[index % len(latent.frames)].convert("RGB") if latent.frames else None
    original = original.resize(size, Image.Resampling.BICUBIC) if original and original.size != size else original
    if not latent.sketches:
        return original or Image.new("RGB", size, (127, 127, 127))
    sketch = latent.sketches[index % len(latent.sketches)]
    words, seed, style = sketch.words, sketch.seed, {"tint": sketch.tint, "negative": sketch.negative}
    if original is not None and latent.mask is not None:
        return inpaint(original, latent.mask, words, seed, latent.denoise, **style)
    if original is not None:
        return redraw(original, words, seed, latent.denoise, **style)
    if sketch.guide is not None:
        return redraw(sketch.guide.convert("RGB").resize(size), words, seed, _GUIDED, **style)
    return draw(words, seed, size, index=sketch.index, **style)


def _changed(change: Callable[[Inputs], Images]) -> Runner:
    """What a picture node does, done to the drawn latent."""
    return computed(
        lambda inputs: _drawn(inputs["samples"], change({**inputs, "image": draw_all(inputs["samples"])}).frames)
    )


def _drawn(like: Latent, frames: tuple[Image.Image, ...]) -> Latent:
    width, height = frames[0].size
    return Latent(width, height, len(frames), like.channels, frames=frames, mask=like.mask)


def _pick(latent: Latent, places: list[int]) -> Latent:
    def of(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(values[place % len(values)] for place in places) if values else ()

    picked = {"sketches": of(latent.sketches), "frames": of(latent.frames)}
    indices = of(latent.indices or tuple(range(latent.batch)))
    return replace(latent, batch=len(places), indices=indices, **picked)  # type: ignore[arg-type]  # of the same kinds


_EMPTY = (
    *("EmptySD3LatentImage", "EmptyFlux2LatentImage", "EmptyHunyuanImageLatent", "EmptyChromaRadianceLatentImage"),
    *("EmptyHunyuanLatentVideo", "EmptyHunyuanVideo15Latent", "EmptyMochiLatentVideo", "EmptyLTXVLatentVideo"),
    *("EmptyCosmosLatentVideo", "EmptyHiDreamO1LatentImage", "EmptyARVideoLatent"),
)
RUNNERS: Mapping[str, Runner] = {
    "EmptyLatentImage": computed(lambda inputs: empty(inputs, 4)),
    **{name: computed(empty) for name in _EMPTY},
    "EmptyLatentAudio": computed(empty_sound),
    "EmptyAceStepLatentAudio": computed(empty_sound),
    "EmptyAceStep1.5LatentAudio": computed(empty_sound),
    "VAEDecode": decode,
    "VAEDecodeTiled": decode,
    "VAEEncode": computed(encode),
    "VAEEncodeTiled": computed(encode),
    "VAEEncodeForInpaint": computed(encode_for_inpaint),
    "SetLatentNoiseMask": computed(set_mask),
    "LatentUpscale": computed(upscale),
    "LatentUpscaleBy": computed(upscale_by),
    "LatentFromBatch": computed(take),
    "RepeatLatentBatch": computed(repeat),
    "LatentBatch": computed(join),
    "BatchLatentsNode": computed(join),
    "RebatchLatents": computed(lambda inputs: (rebatch(inputs),)),
    "LatentComposite": computed(composite),
    "LatentCompositeMasked": computed(composite),
    "LatentBlend": computed(blend),
    "LatentInterpolate": computed(blend),
    "LatentAdd": computed(add),
    "LatentSubtract": computed(add),
    "LatentCrop": computed(crop),
    "LatentRotate": _changed(rotate),
    "LatentFlip": _changed(flip),
}
