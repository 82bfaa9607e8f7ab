"""Nodes that write pictures, with the graph in their metadata as the real ones do."""

import asyncio
import json
import random
import string
from collections.abc import Mapping

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.comfy.simulator.folders import Saved
from bot.comfy.simulator.nodes.transforms import crop_all
from bot.comfy.simulator.values import Call, Images, Inputs, Masks, Result, Runner
from bot.comfy.simulator.wire import Payload


async def save_image(call: Call, inputs: Inputs) -> Result:
    prefix = str(inputs.get("filename_prefix", "ComfyUI"))
    entries = await _save_pngs(call, inputs["images"].frames, prefix, "output", compress=4)
    return Result((inputs["images"],), {"images": entries})


async def preview_image(call: Call, inputs: Inputs) -> Result:
    entries = await _save_pngs(call, inputs["images"].frames, temp_prefix(), "temp", compress=1)
    return Result((inputs["images"],), {"images": entries})


async def preview_mask(call: Call, inputs: Inputs) -> Result:
    masks: Masks = inputs["mask"]
    frames = tuple(mask.convert("RGB") for mask in masks.frames)
    entries = await _save_pngs(call, frames, temp_prefix(), "temp", compress=1)
    return Result((), {"images": entries, "animated": [False]})


async def compare_images(call: Call, inputs: Inputs) -> Result:
    ui = {}
    for side in ("a", "b"):
        images = inputs.get(f"image_{side}")
        if isinstance(images, Images):
            ui[f"{side}_images"] = await _save_pngs(call, images.frames, temp_prefix(), "temp", compress=1)
    return Result((), ui)


async def crop_image(call: Call, inputs: Inputs) -> Result:
    """ImageCropV2 shows what it cut out although it is no output node."""
    region = inputs["crop_region"]
    at, size = (int(region["x"]), int(region["y"])), (int(region["width"]), int(region["height"]))
    images = crop_all(inputs["image"], at, size)
    entries = await _save_pngs(call, images.frames, temp_prefix(), "temp", compress=1)
    return Result((images,), {"images": entries, "animated": [False]})


def temp_prefix() -> str:
    return "ComfyUI_temp_" + "".join(random.choices(string.ascii_lowercase, k=5))  # noqa: S311 - a file name


def metadata_of(call: Call) -> dict[str, str]:
    """What every saved file carries: the graph, and each key of ``extra_pnginfo``."""
    return {"prompt": json.dumps(call.graph)} | {key: json.dumps(value) for key, value in call.extra_pnginfo.items()}


def exif_of(call: Call) -> Image.Exif:
    """The same in a WebP: ``prompt:…`` as the camera model, the others as the makers from there on downwards."""
    exif = Image.Exif()
    for offset, (key, text) in enumerate(metadata_of(call).items()):
        exif[0x0110 - offset] = f"{key}:{text}"
    return exif


async def _save_pngs(
    call: Call, frames: tuple[Image.Image, ...], prefix: str, kind: str, *, compress: int
) -> list[Payload]:
    entries = []
    info = PngInfo()
    for key, text in metadata_of(call).items():
        info.add_text(key, text)
    for number, frame in enumerate(frames):
        saved = call.folders.new(prefix.replace("%batch_num%", str(number)), "_.png", kind=kind, size=frame.size)
        await _write(frame, saved, info, compress)
        entries.append(saved.entry)
    return entries


async def _write(frame: Image.Image, saved: Saved, info: PngInfo, compress: int) -> None:
    """In a thread, unless that would take longer than the writing."""

    def write() -> None:
        frame.save(saved.path, pnginfo=info, compress_level=compress)

    if frame.width * frame.height <= 128 * 128:
        write()
    else:
        await asyncio.to_thread(write)


RUNNERS: Mapping[str, Runner] = {
    "SaveImage": save_image,
    "SaveImageAdvanced": save_image,
    "PreviewImage": preview_image,
    "MaskPreview": preview_mask,
    "ImageCompare": compare_images,
    "ImageCropV2": crop_image,
}
