"""Nodes that change a picture's size, shape or direction."""

import math
from collections.abc import Callable, Mapping

from PIL import Image

from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.nodes.resampling import Size, resize
from bot.comfy.simulator.values import Images, Inputs, Masks, Runner

_COLORS = {"white": (255,) * 3, "black": (0,) * 3, "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
_TURNS = {
    "90": Image.Transpose.ROTATE_270,
    "180": Image.Transpose.ROTATE_180,
    "270": Image.Transpose.ROTATE_90,
}
_FEATHERED_GREY = 127


def scale(inputs: Inputs) -> Images:
    images: Images = inputs["image"]
    width, height = int(inputs["width"]), int(inputs["height"])
    if not width and not height:
        return images
    width = width or max(1, round(images.size[0] * height / images.size[1]))
    height = height or max(1, round(images.size[1] * width / images.size[0]))
    return _resize_all(images, (width, height), str(inputs["upscale_method"]), str(inputs["crop"]))


def scale_by(inputs: Inputs) -> Images:
    width, height = inputs["image"].size
    factor = float(inputs["scale_by"])
    return _resize_all(inputs["image"], (round(width * factor), round(height * factor)), str(inputs["upscale_method"]))


def scale_to_total(inputs: Inputs) -> Images:
    width, height = inputs["image"].size
    factor = math.sqrt(float(inputs["megapixels"]) * 1024 * 1024 / (width * height))
    steps = int(inputs.get("resolution_steps", 1))
    size = round(width * factor / steps) * steps, round(height * factor / steps) * steps
    return _resize_all(inputs["image"], size, str(inputs["upscale_method"]))


def scale_to_longest(inputs: Inputs) -> Images:
    width, height = inputs["image"].size
    side = int(inputs["largest_size"])
    size = (round(width / height * side), side) if height > width else (side, round(height / width * side))
    return _resize_all(inputs["image"], size, str(inputs["upscale_method"]))


def scale_edge(name: str, pick: Callable[[Size], int]) -> Callable[[Inputs], Images]:
    def work(inputs: Inputs) -> Images:
        images: Images = inputs["images"]
        factor = int(inputs[name]) / pick(images.size)
        size = int(images.size[0] * factor), int(images.size[1] * factor)
        return _resize_all(images, size, "lanczos")

    return work


def crop(inputs: Inputs) -> Images:
    return crop_all(
        inputs["image"], (int(inputs["x"]), int(inputs["y"])), (int(inputs["width"]), int(inputs["height"]))
    )


def crop_center(inputs: Inputs) -> Images:
    images: Images = inputs["images"]
    wide, high = min(images.size[0], int(inputs["width"])), min(images.size[1], int(inputs["height"]))
    return crop_all(images, (max(0, images.size[0] - wide) // 2, max(0, images.size[1] - high) // 2), (wide, high))


def pad_for_outpaint(inputs: Inputs) -> tuple[Images, Masks]:
    """Grey around it; the mask is white there and fades into the picture."""
    images: Images = inputs["image"]
    left, top, right, bottom = (int(inputs[side]) for side in ("left", "top", "right", "bottom"))
    wide, high = images.size
    size = wide + left + right, high + top + bottom
    frames = []
    for frame in images.frames:
        padded = Image.new(frame.mode, size, (_FEATHERED_GREY,) * len(frame.getbands()))
        padded.paste(frame, (left, top))
        frames.append(padded)
    mask = Image.new("L", size, 255)
    mask.paste(_fade((wide, high), (left, top, right, bottom), int(inputs["feathering"])), (left, top))
    return Images(tuple(frames)), Masks((mask,))


def stitch(inputs: Inputs) -> Images:
    """Two pictures side by side, with a bar between them."""
    one, other = inputs["image1"], inputs.get("image2")
    if not isinstance(other, Images):
        return Images(one.frames)
    count = max(len(one.frames), len(other.frames))
    pairs = [
        (one.frames[min(n, len(one.frames) - 1)], other.frames[min(n, len(other.frames) - 1)]) for n in range(count)
    ]
    return Images(tuple(_stitch(pair, inputs) for pair in pairs))


def resize_and_pad(inputs: Inputs) -> Images:
    size = int(inputs["target_width"]), int(inputs["target_height"])
    width, height = inputs["image"].size
    factor = min(size[0] / width, size[1] / height)
    inner = int(width * factor), int(height * factor)
    frames = []
    for frame in inputs["image"].frames:
        padded = Image.new(
            frame.mode, size, (255 if inputs["padding_color"] == "white" else 0,) * len(frame.getbands())
        )
        padded.paste(
            resize(frame, inner, str(inputs["interpolation"])), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2)
        )
        frames.append(padded)
    return Images(tuple(frames))


def rotate(inputs: Inputs) -> Images:
    turn = _TURNS.get(str(inputs["rotation"]).split()[0])
    return Images(tuple(frame.transpose(turn) if turn is not None else frame for frame in inputs["image"].frames))


def flip(inputs: Inputs) -> Images:
    vertical = str(inputs["flip_method"]).startswith("x")
    way = Image.Transpose.FLIP_TOP_BOTTOM if vertical else Image.Transpose.FLIP_LEFT_RIGHT
    return Images(tuple(frame.transpose(way) for frame in inputs["image"].frames))


def split_tiles(inputs: Inputs) -> list[Images]:
    """Row by row; the last ones of a row or column are moved back inside."""
    wide, high, overlap = int(inputs["tile_width"]), int(inputs["tile_height"]), int(inputs["overlap"])
    width, height = inputs["image"].size
    size = min(wide, width), min(high, height)
    corners = [(left, top) for top in _starts(height, high, overlap) for left in _starts(width, wide, overlap)]
    return [crop_all(inputs["image"], corner, size) for corner in corners]


def _starts(whole: int, part: int, overlap: int) -> list[int]:
    if whole <= part:
        return [0]
    stride = max(1, part - overlap)
    return [min(start, whole - part) for start in range(0, whole - overlap, stride)]


def _resize_all(images: Images, size: Size, method: str, crop: str = "disabled") -> Images:
    size = max(1, size[0]), max(1, size[1])
    return Images(tuple(resize(frame, size, method, crop) for frame in images.frames))


def crop_all(images: Images, at: Size, size: Size) -> Images:
    """A corner outside is moved to the last pixel; what reaches outside is cut off."""
    left, top = min(at[0], images.size[0] - 1), min(at[1], images.size[1] - 1)
    box = (left, top, min(images.size[0], left + size[0]), min(images.size[1], top + size[1]))
    return Images(tuple(frame.crop(box) for frame in images.frames))


def _fade(size: Size, sides: tuple[int, int, int, int], reach: int) -> Image.Image:
    """White towards the sides that are padded, over ``reach`` pixels; nothing where that is more than half."""
    wide, high = size
    shade = Image.new("L", size)
    if reach <= 0 or reach * 2 >= min(size):
        return shade
    left, top, right, bottom = sides
    for y in range(high):
        for x in range(wide):
            near = min(
                y if top else high, high - y if bottom else high, x if left else wide, wide - x if right else wide
            )
            if near < reach:
                shade.putpixel((x, y), int(255 * ((reach - near) / reach) ** 2))
    return shade


def _stitch(pair: tuple[Image.Image, Image.Image], inputs: Inputs) -> Image.Image:
    mode = "RGBA" if "RGBA" in (pair[0].mode, pair[1].mode) else "RGB"
    one, other = pair[0].convert(mode), pair[1].convert(mode)
    direction = str(inputs["direction"])
    across = direction in ("left", "right")
    aspect = other.width / other.height
    if inputs["match_image_size"]:
        size = (int(one.height * aspect), one.height) if across else (one.width, int(one.width / aspect))
        other = resize(other, (max(1, size[0]), max(1, size[1])), "lanczos")
    name = str(inputs["spacing_color"])
    empty = _COLORS[name] if name in ("white", "black") else (0, 0, 0)
    high, wide = max(one.height, other.height), max(one.width, other.width)
    size = (one.width, high) if across else (wide, one.height)
    one = _center(one, size, empty)
    other = _center(other, (other.width, high) if across else (wide, other.height), empty)
    gap = int(inputs["spacing_width"])
    gap += gap % 2
    first, second = (other, one) if direction in ("left", "up") else (one, other)
    whole = (first.width + gap + second.width, high) if across else (wide, first.height + gap + second.height)
    shown = Image.new(mode, whole, (*_COLORS[name], 255)[: len(mode)])
    shown.paste(first, (0, 0))
    shown.paste(second, (first.width + gap, 0) if across else (0, first.height + gap))
    return shown


def _center(frame: Image.Image, size: Size, color: tuple[int, ...]) -> Image.Image:
    if frame.size == size:
        return frame
    padded = Image.new(frame.mode, size, (*color, 255)[: len(frame.mode)])
    padded.paste(frame, ((size[0] - frame.width) // 2, (size[1] - frame.height) // 2))
    return padded


RUNNERS: Mapping[str, Runner] = {
    "ImageScale": computed(scale),
    "ImageScaleBy": computed(scale_by),
    "ImageScaleToTotalPixels": computed(scale_to_total),
    "ImageScaleToMaxDimension": computed(scale_to_longest),
    "ResizeImagesByShorterEdge": computed(scale_edge("shorter_edge", min)),
    "ResizeImagesByLongerEdge": computed(scale_edge("longer_edge", max)),
    "ImageCrop": computed(crop),
    "CenterCropImages": computed(crop_center),
    "ImagePadForOutpaint": computed(pad_for_outpaint),
    "ImageStitch": computed(stitch),
    "ResizeAndPadImage": computed(resize_and_pad),
    "ImageRotate": computed(rotate),
    "ImageFlip": computed(flip),
    "SplitImageToTileList": computed(lambda inputs: (split_tiles(inputs),)),
}
