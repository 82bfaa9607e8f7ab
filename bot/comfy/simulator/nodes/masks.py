"""Nodes that make and change masks: white is where something is to happen."""

from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageFilter

from bot.comfy.simulator.nodes.planes import Plane, compute, computed, frame_of, planes_of
from bot.comfy.simulator.nodes.resampling import resize
from bot.comfy.simulator.values import Images, Inputs, Masks, Runner


def solid(inputs: Inputs) -> Masks:
    plane = Image.new("F", (int(inputs["width"]), int(inputs["height"])), float(inputs["value"]))
    return Masks((frame_of([plane]),))


def invert(inputs: Inputs) -> Masks:
    return Masks(tuple(ImageChops.invert(mask) for mask in inputs["mask"].frames))


def show(inputs: Inputs) -> Images:
    return Images(tuple(mask.convert("RGB") for mask in inputs["mask"].frames))


def from_image(inputs: Inputs) -> Masks:
    """One channel; a picture without alpha is all there."""
    band = str(inputs["channel"])[0].upper()
    frames = (frame.convert("RGBA") if band == "A" else frame for frame in inputs["image"].frames)
    return Masks(tuple(frame.getchannel(band) for frame in frames))


def from_color(inputs: Inputs) -> Masks:
    color = int(inputs["color"])
    masks = []
    for frame in inputs["image"].frames:
        wanted = Image.new("RGB", frame.size, (color >> 16 & 255, color >> 8 & 255, color & 255))
        bands = ImageChops.difference(frame.convert("RGB"), wanted).split()
        differs = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
        masks.append(differs.point(lambda value: 0 if value else 255))
    return Masks(tuple(masks))


def crop(inputs: Inputs) -> Masks:
    left, top = int(inputs["x"]), int(inputs["y"])
    frames = []
    for mask in inputs["mask"].frames:
        box = (left, top, min(mask.width, left + int(inputs["width"])), min(mask.height, top + int(inputs["height"])))
        frames.append(mask.crop((min(left, box[2]), min(top, box[3]), box[2], box[3])))
    return Masks(tuple(frames))


def combine(inputs: Inputs) -> Masks:
    """One mask laid on the other at a place, by an operation."""
    left, top, operate = int(inputs["x"]), int(inputs["y"]), _OPERATIONS[str(inputs["operation"])]
    sources, frames = inputs["source"].frames, []
    for number, below in enumerate(inputs["destination"].frames):
        above = sources[number % len(sources)]
        box = (left, top, min(below.width, left + above.width), min(below.height, top + above.height))
        shown = below.copy()
        if box[2] > left and box[3] > top:
            part = above.crop((0, 0, box[2] - left, box[3] - top))
            shown.paste(frame_of([operate(planes_of(below.crop(box))[0], planes_of(part)[0])]), box)
        frames.append(shown)
    return Masks(tuple(frames))


def feather(inputs: Inputs) -> Masks:
    """Each side fades out over so many pixels."""
    sides = {side: int(inputs[side]) for side in ("left", "right", "top", "bottom")}

    def work(plane: Plane) -> Plane:
        across = _ramp(plane.width, sides["left"], sides["right"])
        down = _ramp(plane.height, sides["top"], sides["bottom"]).transpose(Image.Transpose.TRANSPOSE)
        stretched = (
            across.resize(plane.size, Image.Resampling.NEAREST),
            down.resize(plane.size, Image.Resampling.NEAREST),
        )
        return compute(lambda a: a["v"] * a["x"] * a["y"], v=plane, x=stretched[0], y=stretched[1])

    return _change(inputs["mask"], work)


def grow(inputs: Inputs) -> Masks:
    """By so many pixels, fewer at corners where they are tapered; a negative number shrinks."""
    expand, tapered = int(inputs["expand"]), bool(inputs["tapered_corners"])
    return Masks(tuple(grown(mask, expand, tapered=tapered) for mask in inputs["mask"].frames))


def grown(mask: Image.Image, expand: int, *, tapered: bool) -> Image.Image:
    pick = ImageChops.lighter if expand > 0 else ImageChops.darker
    if not tapered:
        side = 2 * abs(expand) + 1
        spread = ImageFilter.MaxFilter(side) if expand > 0 else ImageFilter.MinFilter(side)
        return mask.filter(spread) if expand else mask
    for _ in range(abs(expand)):
        moved = [_shift(mask, x, y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        for one in moved:
            mask = pick(mask, one)
    return mask


def threshold(inputs: Inputs) -> Masks:
    limit = float(inputs["value"])
    return _change(inputs["mask"], lambda plane: compute(lambda a: a["v"] > limit, v=plane))


def batch(inputs: Inputs) -> Masks:
    masks = [mask for value in inputs.values() if isinstance(value, Masks) for mask in value.frames]
    size = masks[0].size
    return Masks(tuple(mask if mask.size == size else resize(mask, size, "bilinear", "center") for mask in masks))


def _change(masks: Masks, work: Callable[[Plane], Plane]) -> Masks:
    return Masks(tuple(frame_of([work(planes_of(mask)[0])]) for mask in masks.frames))


def _ramp(length: int, first: int, last: int) -> Plane:
    row = Image.new("F", (length, 1), 1)
    first, last = min(first, length), min(last, length)
    for place in range(first):
        row.putpixel((place, 0), (place + 1) / first)
    for place in range(last):
        at = (length - 1 - place, 0)
        known = row.getpixel(at)
        row.putpixel(at, (known if isinstance(known, float) else 1.0) * (place + 1) / last)
    return row


def _shift(mask: Image.Image, x: int, y: int) -> Image.Image:
    """The border repeats itself."""
    moved = mask.copy()
    moved.paste(mask, (x, y))
    return moved


def _logic(operate: Callable[[Image.Image, Image.Image], Image.Image]) -> Callable[[Plane, Plane], Plane]:
    """On masks rounded to black and white."""

    def work(one: Plane, other: Plane) -> Plane:
        return planes_of(
            operate(*(frame_of([plane]).point(lambda v: 255 if v > 127 else 0) for plane in (one, other)))
        )[0]

    return work


_OPERATIONS: Mapping[str, Callable[[Plane, Plane], Plane]] = {
    "multiply": lambda x, y: compute(lambda a: a["x"] * a["y"], x=x, y=y),
    "add": lambda x, y: compute(lambda a: a["x"] + a["y"], x=x, y=y),
    "subtract": lambda x, y: compute(lambda a: a["x"] - a["y"], x=x, y=y),
    "and": _logic(ImageChops.darker),
    "or": _logic(ImageChops.lighter),
    "xor": _logic(ImageChops.difference),
}
RUNNERS: Mapping[str, Runner] = {
    "SolidMask": computed(solid),
    "InvertMask": computed(invert),
    "MaskToImage": computed(show),
    "ImageToMask": computed(from_image),
    "ImageColorToMask": computed(from_color),
    "CropMask": computed(crop),
    "MaskComposite": computed(combine),
    "FeatherMask": computed(feather),
    "GrowMask": computed(grow),
    "ThresholdMask": computed(threshold),
    "BatchMasksNode": computed(batch),
}
