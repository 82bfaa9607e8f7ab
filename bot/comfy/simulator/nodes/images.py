"""Nodes that make, load and change pictures; these do what the real ones do."""

import asyncio
from collections.abc import Mapping

from PIL import Image, ImageChops, ImageOps

from bot.comfy.simulator.values import Call, Images, Inputs, Masks, Result, Runner

_FILTERS = {
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


async def empty_image(call: Call, inputs: Inputs) -> Result:
    color = int(inputs["color"])
    rgb = (color >> 16 & 255, color >> 8 & 255, color & 255)
    frame = Image.new("RGB", (int(inputs["width"]), int(inputs["height"])), rgb)
    return Result((Images((frame,) * int(inputs["batch_size"])),))


async def load_image(call: Call, inputs: Inputs) -> Result:
    """RGB and the inverted alpha, as the real LoadImage gives them."""
    path = call.folders.locate(str(inputs["image"]))

    def load() -> tuple[Image.Image, Image.Image]:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            alpha = picture.getchannel("A") if "A" in picture.getbands() else None
            mask = ImageChops.invert(alpha) if alpha else Image.new("L", (64, 64), 0)
            return picture.convert("RGB"), mask

    picture, mask = await asyncio.to_thread(load)
    return Result((Images((picture,)), Masks((mask,))))


async def load_mask(call: Call, inputs: Inputs) -> Result:
    """One channel of a file; alpha is inverted."""
    path = call.folders.locate(str(inputs["image"]))

    def load() -> Image.Image:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
            band = picture.getchannel(str(inputs["channel"])[0].upper())
            return ImageChops.invert(band) if inputs["channel"] == "alpha" else band

    return Result((Masks((await asyncio.to_thread(load),)),))


async def scale(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["image"]
    width, height = int(inputs["width"]), int(inputs["height"])
    if not width and not height:
        return Result((images,))
    width = width or max(1, round(images.size[0] * height / images.size[1]))
    height = height or max(1, round(images.size[1] * width / images.size[0]))
    crop = inputs.get("crop") == "center"
    return Result((await _resize(images, (width, height), str(inputs.get("upscale_method")), crop),))


async def scale_by(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["image"]
    factor = float(inputs["scale_by"])
    size = (max(1, round(images.size[0] * factor)), max(1, round(images.size[1] * factor)))
    return Result((await _resize(images, size, str(inputs.get("upscale_method"))),))


async def upscale_with_model(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["image"]
    return Result((await _resize(images, (images.size[0] * 4, images.size[1] * 4), "lanczos"),))


async def invert(call: Call, inputs: Inputs) -> Result:
    return Result((Images(tuple(ImageChops.invert(frame.convert("RGB")) for frame in inputs["image"].frames)),))


async def batch(call: Call, inputs: Inputs) -> Result:
    """The second picture is brought to the first one's size."""
    first = next(value for value in inputs.values() if isinstance(value, Images))
    frames = [frame for value in inputs.values() if isinstance(value, Images) for frame in value.frames]
    return Result((Images(tuple(frame if frame.size == first.size else frame.resize(first.size) for frame in frames)),))


async def rebatch(call: Call, inputs: Inputs) -> Result:
    frames = [frame for images in inputs["images"] for frame in images.frames]
    size = int(inputs["batch_size"][0])
    parts = [Images(tuple(frames[start : start + size])) for start in range(0, len(frames), size)]
    return Result((parts,))


async def crop(call: Call, inputs: Inputs) -> Result:
    left, top = int(inputs["x"]), int(inputs["y"])
    box = (left, top, left + int(inputs["width"]), top + int(inputs["height"]))
    images = Images(tuple(frame.crop(box) for frame in inputs["image"].frames))
    return Result((images,))


async def measure(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["image"]
    width, height = images.size
    call.say(f"width: {width}, height: {height}\n batch size: {len(images.frames)}")
    return Result((width, height, len(images.frames)))


async def solid_mask(call: Call, inputs: Inputs) -> Result:
    shade = round(255 * float(inputs["value"]))
    return Result((Masks((Image.new("L", (int(inputs["width"]), int(inputs["height"])), shade),)),))


async def _resize(images: Images, size: tuple[int, int], method: str, crop_center: bool = False) -> Images:
    kernel = _FILTERS.get(method, Image.Resampling.BICUBIC)

    def resize() -> Images:
        if crop_center:
            return Images(tuple(ImageOps.fit(frame, size, kernel) for frame in images.frames))
        return Images(tuple(frame.resize(size, kernel) for frame in images.frames))

    return await asyncio.to_thread(resize)


RUNNERS: Mapping[str, Runner] = {
    "EmptyImage": empty_image,
    "LoadImage": load_image,
    "LoadImageOutput": load_image,
    "LoadImageMask": load_mask,
    "ImageScale": scale,
    "ImageScaleBy": scale_by,
    "ImageUpscaleWithModel": upscale_with_model,
    "ImageInvert": invert,
    "ImageBatch": batch,
    "BatchImagesNode": batch,
    "RebatchImages": rebatch,
    "ImageCrop": crop,
    "GetImageSize": measure,
    "SolidMask": solid_mask,
}
