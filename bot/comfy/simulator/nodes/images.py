"""Nodes that make, load and batch pictures; these do what the real ones do."""

import asyncio
from collections.abc import Mapping

from PIL import Image, ImageChops, ImageOps

from bot.comfy.simulator.nodes.planes import computed, inverse
from bot.comfy.simulator.nodes.resampling import resize
from bot.comfy.simulator.values import Call, Images, Inputs, Masks, Result, Runner


async def empty_image(call: Call, inputs: Inputs) -> Result:
    color = int(inputs["color"])
    rgb = (color >> 16 & 255, color >> 8 & 255, color & 255)
    frame = Image.new("RGB", (int(inputs["width"]), int(inputs["height"])), rgb)
    return Result((Images((frame,) * int(inputs["batch_size"])),))


async def load_image(call: Call, inputs: Inputs) -> Result:
    """Every frame as RGB, and the inverted alpha; without one, a mask of 64x64."""
    path = call.folders.locate(str(inputs["image"]), "output" if call.class_type == "LoadImageOutput" else "input")

    def load() -> tuple[list[Image.Image], list[Image.Image]]:
        pictures, masks = [], []
        with Image.open(path) as opened:
            for number in range(getattr(opened, "n_frames", 1)):
                opened.seek(number)
                picture = ImageOps.exif_transpose(opened)
                pictures.append(picture.convert("RGB"))
                transparent = "A" in picture.getbands() or "transparency" in picture.info
                alpha = picture.convert("RGBA").getchannel("A") if transparent else None
                masks.append(ImageChops.invert(alpha) if alpha else Image.new("L", (64, 64), 0))
        return pictures, masks

    pictures, masks = await asyncio.to_thread(load)
    kept = [index for index, picture in enumerate(pictures) if picture.size == pictures[0].size]
    return Result((Images(tuple(pictures[index] for index in kept)), Masks(tuple(masks[index] for index in kept))))


async def load_mask(call: Call, inputs: Inputs) -> Result:
    """One channel of a file; alpha is inverted."""
    path = call.folders.locate(str(inputs["image"]))

    def load() -> Image.Image:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            name = str(inputs["channel"])[0].upper()
            if name == "A" and "A" not in picture.getbands():
                return Image.new("L", (64, 64), 0)
            band = picture.convert("RGBA").getchannel(name)
            return ImageChops.invert(band) if name == "A" else band

    return Result((Masks((await asyncio.to_thread(load),)),))


def batch(inputs: Inputs) -> Images:
    """All in the shape of the first one."""
    images = [value for value in inputs.values() if isinstance(value, Images)]
    return join([frame for value in images for frame in value.frames])


def join(frames: list[Image.Image]) -> Images:
    """One batch: with alpha if any has it, and in the first one's size."""
    mode = "RGBA" if any(frame.mode == "RGBA" for frame in frames) else "RGB"
    frames = [frame.convert(mode) for frame in frames]
    size = frames[0].size
    return Images(tuple(frame if frame.size == size else resize(frame, size, "bilinear", "center") for frame in frames))


def repeat(inputs: Inputs) -> Images:
    return Images(inputs["image"].frames * int(inputs["amount"]))


def take(inputs: Inputs) -> Images:
    frames = inputs["image"].frames
    first = min(len(frames) - 1, int(inputs["batch_index"]))
    return Images(frames[first : first + max(1, int(inputs["length"]))])


def rebatch(inputs: Inputs) -> list[Images]:
    frames = [frame for images in inputs["images"] for frame in images.frames]
    size = int(inputs["batch_size"][0])
    return [Images(tuple(frames[start : start + size])) for start in range(0, len(frames), size)]


def arrange(inputs: Inputs) -> Images:
    """All in a grid of equal cells, each squeezed into its cell."""
    frames = [frame.convert("RGB") for images in inputs["images"] for frame in images.frames]
    columns, wide, high, gap = (int(inputs[name][0]) for name in ("columns", "cell_width", "cell_height", "padding"))
    rows = -(-len(frames) // columns)
    grid = Image.new("RGB", (columns * (wide + gap) - gap, rows * (high + gap) - gap))
    for number, frame in enumerate(frames):
        at = number % columns * (wide + gap), number // columns * (high + gap)
        grid.paste(frame.resize((wide, high), Image.Resampling.LANCZOS), at)
    return Images((grid,))


async def measure(call: Call, inputs: Inputs) -> Result:
    images: Images = inputs["image"]
    width, height = images.size
    call.say(f"width: {width}, height: {height}\n batch size: {len(images.frames)}")
    return Result((width, height, len(images.frames)))


def invert(inputs: Inputs) -> Images:
    return Images(tuple(inverse(frame) for frame in inputs["image"].frames))


async def upscale_with_model(call: Call, inputs: Inputs) -> Result:
    """By the factor in the model's name, such as ``4x-…``."""
    images, model = inputs["image"], str(getattr(inputs["upscale_model"], "file", "")).lower()
    factor = next((number for number in (1, 2, 3, 4, 8) if f"{number}x" in model or f"x{number}" in model), 4)
    size = images.size[0] * factor, images.size[1] * factor
    frames = []
    for step, frame in enumerate(images.frames, 1):
        frames.append(await asyncio.to_thread(resize, frame, size, "lanczos"))
        await call.tick(step, len(images.frames), None)
    return Result((Images(tuple(frames)),))


RUNNERS: Mapping[str, Runner] = {
    "EmptyImage": empty_image,
    "LoadImage": load_image,
    "LoadImageOutput": load_image,
    "LoadImageMask": load_mask,
    "ImageUpscaleWithModel": upscale_with_model,
    "ImageInvert": computed(invert),
    "ImageBatch": computed(batch),
    "BatchImagesNode": computed(batch),
    "RepeatImageBatch": computed(repeat),
    "ImageFromBatch": computed(take),
    "RebatchImages": computed(lambda inputs: (rebatch(inputs),)),
    "ImageGrid": computed(arrange),
    "GetImageSize": measure,
}
