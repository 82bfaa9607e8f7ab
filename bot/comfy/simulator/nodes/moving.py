"""Animations, videos and latents: made, loaded and saved."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.comfy.simulator import media
from bot.comfy.simulator.drawing import animate, draw
from bot.comfy.simulator.folders import Saved
from bot.comfy.simulator.nodes.saving import exif_of, metadata_of
from bot.comfy.simulator.values import Audio, Call, Images, Inputs, Latent, Result, Runner, Video

#: Videos are made no larger than this: they are samples, not the point.
_SIDE = 320


async def save_webp(call: Call, inputs: Inputs) -> Result:
    frames, saved = _start(call, inputs, "_.webp")
    each = round(1000 / float(inputs["fps"]))
    options = {"lossless": bool(inputs["lossless"]), "quality": int(inputs["quality"]), "exif": exif_of(call)}
    await _save(frames, saved, save_all=True, append_images=frames[1:], duration=each, **options)
    return _show_animation(call, saved, len(frames) > 1)


async def save_apng(call: Call, inputs: Inputs) -> Result:
    frames, saved = _start(call, inputs, "_.png")
    info = PngInfo()
    for key, text in metadata_of(call).items():
        info.add(b"comf", key.encode() + b"\x00" + text.encode(), after_idat=True)
    each = round(1000 / float(inputs["fps"]))
    options = {"compress_level": int(inputs["compress_level"]), "pnginfo": info}
    await _save(frames, saved, save_all=True, append_images=frames[1:], duration=each, **options)
    return _show_animation(call, saved, len(frames) > 1)


async def save_webm(call: Call, inputs: Inputs) -> Result:
    frames, saved = _start(call, inputs, "_.webm")
    await _write(saved, lambda: media.webm(_small(frames), float(inputs["fps"]), metadata_of(call)))
    return Result((inputs["images"],), {"images": [saved.entry], "animated": [True]})


async def create_video(call: Call, inputs: Inputs) -> Result:
    return Result((Video(inputs["images"], float(inputs["fps"])),))


async def save_video(call: Call, inputs: Inputs) -> Result:
    video: Video = inputs["video"]
    form = str(inputs.get("format", "auto"))
    ending, encode = (form, media.webm) if form in ("webm", "mkv") else ("mp4", media.mp4)
    saved = call.folders.new(str(inputs["filename_prefix"]), f"_.{ending}", size=video.images.size)
    await _write(saved, lambda: encode(_small(video.images.frames), video.fps, metadata_of(call)))
    return Result((video,), {"images": [saved.entry], "animated": [True]})


async def take_apart(call: Call, inputs: Inputs) -> Result:
    video: Video = inputs["video"]
    return Result(
        (video.images, Audio(len(video.images.frames) / video.fps), video.fps, 8, "bt709")[: len(call.info["output"])]
    )


async def load_video(call: Call, inputs: Inputs) -> Result:
    """Not what the file shows, for want of a decoder: a moving picture about its name."""
    words = Path(str(inputs["file"])).stem
    picture = await asyncio.to_thread(draw, words, len(words), (_SIDE, _SIDE * 9 // 16 // 2 * 2))
    return Result((Video(Images(tuple(animate(picture, 16, len(words)))), 8.0),))


async def save_latent(call: Call, inputs: Inputs) -> Result:
    """A safetensors file without tensors; the graph is in its header."""
    latent: Latent = inputs["samples"]
    saved = call.folders.new(str(inputs["filename_prefix"]), "_.latent")
    shape = f"{latent.batch}x{latent.channels}x{latent.height // 8}x{latent.width // 8}"
    header = json.dumps({"__metadata__": metadata_of(call) | {"shape": shape}}).encode()
    saved.path.write_bytes(len(header).to_bytes(8, "little") + header)
    return Result((latent,), {"latents": [saved.entry]})


def _start(call: Call, inputs: Inputs, ending: str) -> tuple[tuple[Image.Image, ...], Saved]:
    images: Images = inputs["images"]
    return images.frames, call.folders.new(str(inputs["filename_prefix"]), ending, size=images.size)


def _show_animation(call: Call, saved: Saved, moves: bool) -> Result:
    """Since 0.4 a single frame brings no flag at all."""
    flags = {"animated": [moves]} if moves or call.old_flags else {}
    return Result((), {"images": [saved.entry], **flags})


async def _save(frames: tuple[Image.Image, ...], saved: Saved, **options: object) -> None:
    await asyncio.to_thread(frames[0].save, saved.path, None, **options)


async def _write(saved: Saved, make: Callable[[], bytes]) -> None:
    await asyncio.to_thread(lambda: saved.path.write_bytes(make()))


def _small(frames: tuple[Image.Image, ...]) -> list[Image.Image]:
    scale = min(1.0, _SIDE / max(frames[0].size))
    size = (max(2, round(frames[0].width * scale)) // 2 * 2, max(2, round(frames[0].height * scale)) // 2 * 2)
    return [frame.convert("RGB").resize(size) for frame in frames]


RUNNERS: Mapping[str, Runner] = {
    "SaveAnimatedWEBP": save_webp,
    "SaveAnimatedPNG": save_apng,
    "SaveWEBM": save_webm,
    "CreateVideo": create_video,
    "SaveVideo": save_video,
    "GetVideoComponents": take_apart,
    "LoadVideo": load_video,
    "SaveLatent": save_latent,
}
