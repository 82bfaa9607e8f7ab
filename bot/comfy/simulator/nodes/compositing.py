"""Nodes that lay one picture over another."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageChops

from bot.comfy.simulator.nodes.planes import Plane, choose, compute, computed, frame_of, planes_of
from bot.comfy.simulator.nodes.resampling import resize
from bot.comfy.simulator.values import Images, Inputs, Masks, Runner


def composite(inputs: Inputs) -> Images:
    """The source at a place on the destination, through a mask stretched over the source."""
    source, masks = inputs["source"], inputs.get("mask")
    at = int(inputs["x"]), int(inputs["y"])
    frames = []
    for number, below in enumerate(inputs["destination"].frames):
        above = source.frames[number % len(source.frames)].convert(below.mode)
        above = resize(above, below.size, "bilinear") if inputs["resize_source"] else above
        mask = masks.frames[number % len(masks.frames)] if isinstance(masks, Masks) else Image.new("L", above.size, 255)
        frames.append(lay(below, above, resize(mask, above.size, "bilinear"), at))
    return Images(tuple(frames))


def lay(below: Image.Image, above: Image.Image, mask: Image.Image, at: tuple[int, int]) -> Image.Image:
    """What reaches over the border is cut off."""
    box = (at[0], at[1], min(below.width, at[0] + above.width), min(below.height, at[1] + above.height))
    if box[2] <= box[0] or box[3] <= box[1]:
        return below
    part = (0, 0, box[2] - box[0], box[3] - box[1])
    share = planes_of(mask.crop(part))[0]
    planes = [
        compute(lambda a: a["m"] * a["s"] + (1 - a["m"]) * a["d"], m=share, s=s, d=d)
        for s, d in zip(planes_of(above.crop(part)), planes_of(below.crop(box)), strict=True)
    ]
    result = below.copy()
    result.paste(frame_of(planes), box)
    return result


def porter_duff(inputs: Inputs) -> tuple[Images, Masks]:
    frames, masks = [], []
    parts = (inputs["source"], inputs["source_alpha"], inputs["destination"], inputs["destination_alpha"])
    for source, source_mask, destination, destination_mask in zip(*(part.frames for part in parts), strict=False):
        size = destination.size
        fitted = [_fit(one, size) for one in (source.convert("RGB"), source_mask, destination_mask)]
        color, alpha = _mix(fitted[0], fitted[1], destination.convert("RGB"), fitted[2], _MODES[str(inputs["mode"])])
        frames.append(color)
        masks.append(alpha)
    return Images(tuple(frames)), Masks(tuple(masks))


def split_alpha(inputs: Inputs) -> tuple[Images, Masks]:
    frames = inputs["image"].frames
    alphas = [frame.getchannel("A") if frame.mode == "RGBA" else Image.new("L", frame.size, 255) for frame in frames]
    return Images(tuple(frame.convert("RGB") for frame in frames)), Masks(tuple(map(ImageChops.invert, alphas)))


def join_alpha(inputs: Inputs) -> Images:
    images, masks = inputs["image"].frames, inputs["alpha"].frames
    frames = []
    for number in range(max(len(images), len(masks))):
        frame, mask = images[number % len(images)], masks[number % len(masks)]
        alpha = ImageChops.invert(resize(mask, frame.size, "bilinear"))
        frames.append(Image.merge("RGBA", (*frame.convert("RGB").split(), alpha)))
    return Images(tuple(frames))


def _fit(frame: Image.Image, size: tuple[int, int]) -> Image.Image:
    return frame if frame.size == size else resize(frame, size, "bicubic", "center")


def _mix(
    source: Image.Image, source_mask: Image.Image, below: Image.Image, below_mask: Image.Image, mode: tuple[str, str]
) -> tuple[Image.Image, Image.Image]:
    """Colour and mask; a mask is the inverse of alpha."""
    sa, da = (compute(lambda a: 1 - a["v"], v=planes_of(mask)[0]) for mask in (source_mask, below_mask))
    planes, alpha = [], sa
    for one, other in zip(planes_of(source), planes_of(below), strict=True):
        known = {"s": _times(one, sa), "d": _times(other, da), "sa": sa, "da": da}
        color, alpha = _evaluate(mode[0], known), _evaluate(mode[1], known)
        planes.append(_unmultiply(color, alpha))
    return frame_of(planes), frame_of([compute(lambda a: 1 - a["v"], v=alpha)])


def _times(one: Plane, other: Plane) -> Plane:
    return compute(lambda a: a["x"] * a["y"], x=one, y=other)


def _unmultiply(color: Plane, alpha: Plane) -> Plane:
    seen = compute(lambda a: a["v"] > 0.00001, v=alpha)
    safe = choose(seen, alpha, Image.new("F", alpha.size, 1))
    return choose(seen, compute(lambda a: a["x"] / a["y"], x=color, y=safe), Image.new("F", alpha.size, 0))


def _evaluate(name: str, known: Mapping[str, Plane]) -> Plane:
    """From colours (times alpha) and alphas of source (``s``, ``sa``) and destination (``d``, ``da``)."""
    if name == "overlay":
        dark = compute(lambda a: 2 * a["s"] * a["d"], **known)
        light = compute(lambda a: a["sa"] * a["da"] - 2 * (a["da"] - a["s"]) * (a["sa"] - a["d"]), **known)
        return choose(compute(lambda a: 2 * a["d"] < a["da"], **known), dark, light)
    return compute(_FORMULAS[name], **known)


_Formulas = Mapping[str, Callable[[dict[str, Any]], Any]]
_BOTH = "union"
_FORMULAS: _Formulas = {
    "s": lambda a: a["s"],
    "d": lambda a: a["d"],
    "sa": lambda a: a["sa"],
    "da": lambda a: a["da"],
    "nothing": lambda a: a["sa"] * 0,
    "sum": lambda a: a["min"](a["s"] + a["d"], 1),
    "alpha sum": lambda a: a["min"](a["sa"] + a["da"], 1),
    _BOTH: lambda a: a["sa"] + a["da"] - a["sa"] * a["da"],
    "shared": lambda a: a["sa"] * a["da"],
    "darken": lambda a: (1 - a["da"]) * a["s"] + (1 - a["sa"]) * a["d"] + a["min"](a["s"], a["d"]),
    "lighten": lambda a: (1 - a["da"]) * a["s"] + (1 - a["sa"]) * a["d"] + a["max"](a["s"], a["d"]),
    "d atop": lambda a: a["sa"] * a["d"] + (1 - a["da"]) * a["s"],
    "d in": lambda a: a["d"] * a["sa"],
    "d out": lambda a: (1 - a["sa"]) * a["d"],
    "d over": lambda a: a["d"] + (1 - a["da"]) * a["s"],
    "da out": lambda a: (1 - a["sa"]) * a["da"],
    "multiply": lambda a: a["s"] * a["d"],
    "screen": lambda a: a["s"] + a["d"] - a["s"] * a["d"],
    "s atop": lambda a: a["da"] * a["s"] + (1 - a["sa"]) * a["d"],
    "s in": lambda a: a["s"] * a["da"],
    "s out": lambda a: (1 - a["da"]) * a["s"],
    "s over": lambda a: a["s"] + (1 - a["sa"]) * a["d"],
    "sa out": lambda a: (1 - a["da"]) * a["sa"],
    "xor": lambda a: (1 - a["da"]) * a["s"] + (1 - a["sa"]) * a["d"],
    "alpha xor": lambda a: (1 - a["da"]) * a["sa"] + (1 - a["sa"]) * a["da"],
}
#: The formulas of colour and alpha.
_MODES: Mapping[str, tuple[str, str]] = {
    "ADD": ("sum", "alpha sum"),
    "CLEAR": ("nothing", "nothing"),
    "DARKEN": ("darken", _BOTH),
    "DST": ("d", "da"),
    "DST_ATOP": ("d atop", "sa"),
    "DST_IN": ("d in", "shared"),
    "DST_OUT": ("d out", "da out"),
    "DST_OVER": ("d over", _BOTH),
    "LIGHTEN": ("lighten", _BOTH),
    "MULTIPLY": ("multiply", "shared"),
    "OVERLAY": ("overlay", _BOTH),
    "SCREEN": ("screen", _BOTH),
    "SRC": ("s", "sa"),
    "SRC_ATOP": ("s atop", "da"),
    "SRC_IN": ("s in", "shared"),
    "SRC_OUT": ("s out", "sa out"),
    "SRC_OVER": ("s over", _BOTH),
    "XOR": ("xor", "alpha xor"),
}
RUNNERS: Mapping[str, Runner] = {
    "ImageCompositeMasked": computed(composite),
    "PorterDuffImageComposite": computed(porter_duff),
    "SplitImageWithAlpha": computed(split_alpha),
    "JoinImageWithAlpha": computed(join_alpha),
}
