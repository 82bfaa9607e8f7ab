"""Nodes that change a picture's pixels: blends, blurs, light."""

import math
from collections.abc import Callable, Mapping

from PIL import Image, ImageFilter

from bot.comfy.simulator.nodes.planes import Plane, choose, compute, computed, each_plane, frame_of, planes_of
from bot.comfy.simulator.nodes.resampling import resize
from bot.comfy.simulator.values import Images, Inputs, Runner

_HALF = 0.5


def blend(inputs: Inputs) -> Images:
    """The second picture is brought to the first one's shape."""
    one, other, factor = inputs["image1"], inputs["image2"], float(inputs["blend_factor"])
    mix = _MODES[str(inputs["blend_mode"])]
    frames = []
    for number in range(max(len(one.frames), len(other.frames))):
        below, above = one.frames[number % len(one.frames)], other.frames[number % len(other.frames)]
        above = above.convert(below.mode)
        above = above if above.size == below.size else resize(above, below.size, "bicubic", "center")
        planes = [
            compute(lambda a: a["x"] * (1 - factor) + a["m"] * factor, x=x, m=mix(x, y))
            for x, y in zip(planes_of(below), planes_of(above), strict=True)
        ]
        frames.append(frame_of(planes))
    return Images(tuple(frames))


def blur(inputs: Inputs) -> Images:
    """Pillow's Gaussian of about the same width; at the borders the real one mirrors."""
    soft = ImageFilter.GaussianBlur(_spread(int(inputs["blur_radius"]), float(inputs["sigma"])))
    return _change(inputs["image"], lambda frame: frame.filter(soft))


def sharpen(inputs: Inputs) -> Images:
    soft = ImageFilter.GaussianBlur(_spread(int(inputs["sharpen_radius"]), float(inputs["sigma"])))
    strength = float(inputs["alpha"]) * 10

    def work(frame: Image.Image) -> Image.Image:
        planes = zip(planes_of(frame), planes_of(frame.filter(soft)), strict=True)
        return frame_of([compute(lambda a: a["x"] + (a["x"] - a["y"]) * strength, x=x, y=y) for x, y in planes])

    return _change(inputs["image"], work)


def quantize(inputs: Inputs) -> Images:
    colors = int(inputs["colors"])
    dither = Image.Dither.FLOYDSTEINBERG if inputs["dither"] == "floyd-steinberg" else Image.Dither.NONE

    def work(frame: Image.Image) -> Image.Image:
        palette = frame.convert("RGB").quantize(colors)
        return frame.convert("RGB").quantize(colors, palette=palette, dither=dither).convert("RGB")

    return _change(inputs["image"], work)


def brighten(inputs: Inputs) -> Images:
    factor = float(inputs["factor"])
    return _change(inputs["images"], each_plane(lambda plane: compute(lambda a: a["v"] * factor, v=plane)))


def contrast(inputs: Inputs) -> Images:
    factor = float(inputs["factor"])
    return _change(
        inputs["images"], each_plane(lambda plane: compute(lambda a: (a["v"] - _HALF) * factor + _HALF, v=plane))
    )


def morph(inputs: Inputs) -> Images:
    """Minima and maxima of squares."""
    size = int(inputs["kernel_size"]) // 2 * 2 + 1
    low, high = ImageFilter.MinFilter(size), ImageFilter.MaxFilter(size)
    chains = {"erode": (low,), "dilate": (high,), "open": (low, high), "close": (high, low)}

    def work(frame: Image.Image) -> Image.Image:
        operation = str(inputs["operation"])
        for step in chains.get(operation, ()):
            frame = frame.filter(step)
        if operation in chains:
            return frame
        pairs = {"gradient": (high, low), "top_hat": (None, low), "bottom_hat": (high, None)}
        above, below = (frame.filter(step) if step else frame for step in pairs[operation])
        planes = zip(planes_of(above), planes_of(below), strict=True)
        return frame_of([compute(lambda a: a["x"] - a["y"], x=x, y=y) for x, y in planes])

    return _change(inputs["image"], work)


def _spread(radius: int, sigma: float) -> float:
    """The standard deviation, in pixels, of a kernel that ends at ``radius`` and is given sigma as a share of it."""
    weights = {step: math.exp(-((step / radius) ** 2) / (2 * sigma**2)) for step in range(-radius, radius + 1)}
    return math.sqrt(sum(weight * step**2 for step, weight in weights.items()) / sum(weights.values()))


def _change(images: Images, work: Callable[[Image.Image], Image.Image]) -> Images:
    return Images(tuple(work(frame) for frame in images.frames))


def _multiply(x: Plane, y: Plane) -> Plane:
    return compute(lambda a: a["x"] * a["y"], x=x, y=y)


def _screen(x: Plane, y: Plane) -> Plane:
    return compute(lambda a: 1 - (1 - a["x"]) * (1 - a["y"]), x=x, y=y)


def _overlay(x: Plane, y: Plane) -> Plane:
    dark = compute(lambda a: 2 * a["x"] * a["y"], x=x, y=y)
    light = compute(lambda a: 1 - 2 * (1 - a["x"]) * (1 - a["y"]), x=x, y=y)
    return choose(compute(lambda a: a["x"] <= _HALF, x=x), dark, light)


def _soft_light(x: Plane, y: Plane) -> Plane:
    dark = compute(lambda a: a["x"] - (1 - 2 * a["y"]) * a["x"] * (1 - a["x"]), x=x, y=y)
    curve = compute(lambda a: ((16 * a["x"] - 12) * a["x"] + 4) * a["x"], x=x)
    root = compute(lambda a: a["x"] ** _HALF, x=x)
    lift = choose(compute(lambda a: a["x"] <= _HALF / 2, x=x), curve, root)
    light = compute(lambda a: a["x"] + (2 * a["y"] - 1) * (a["lift"] - a["x"]), x=x, y=y, lift=lift)
    return choose(compute(lambda a: a["y"] <= _HALF, y=y), dark, light)


def _difference(x: Plane, y: Plane) -> Plane:
    return compute(lambda a: a["x"] - a["y"], x=x, y=y)


_MODES: Mapping[str, Callable[[Plane, Plane], Plane]] = {
    "normal": lambda _x, y: y,
    "multiply": _multiply,
    "screen": _screen,
    "overlay": _overlay,
    "soft_light": _soft_light,
    "difference": _difference,
}
RUNNERS: Mapping[str, Runner] = {
    "ImageBlend": computed(blend),
    "ImageBlur": computed(blur),
    "ImageSharpen": computed(sharpen),
    "ImageQuantize": computed(quantize),
    "AdjustBrightness": computed(brighten),
    "AdjustContrast": computed(contrast),
    "Morphology": computed(morph),
}
