"""Resizing as ``torch.nn.functional.interpolate`` and ComfyUI's ``common_upscale`` do it."""

import math
from struct import pack, unpack

from PIL import Image

from bot.comfy.simulator.nodes.planes import Plane, compute, frame_of, planes_of

Size = tuple[int, int]
#: Between two pixels the later one counts.
_TIE = 1e-6


def resize(frame: Image.Image, size: Size, method: str, crop: str = "disabled") -> Image.Image:
    """``crop`` may be ``center``: the sides that do not fit the new shape are cut off first."""
    if crop == "center":
        frame = frame.crop(center_box(frame.size, size))
    if method == "lanczos":
        return frame.resize(size, Image.Resampling.LANCZOS)
    if frame.size == size:
        return frame
    if method == "nearest-exact":
        return _sample(frame, size, Image.Resampling.NEAREST)
    change = {"bilinear": _bilinear, "area": _area}.get(method, _bicubic)
    return frame_of([change(plane, size) for plane in planes_of(frame)])


def center_box(old: Size, new: Size) -> tuple[int, int, int, int]:
    """The middle part of ``old`` with the shape of ``new``."""
    old_aspect, new_aspect = old[0] / old[1], new[0] / new[1]
    x = y = 0
    if old_aspect > new_aspect:
        x = round((old[0] - old[0] * (new_aspect / old_aspect)) / 2)
    elif old_aspect < new_aspect:
        y = round((old[1] - old[1] * (old_aspect / new_aspect)) / 2)
    return x, y, old[0] - x, old[1] - y


def _bilinear(plane: Plane, size: Size) -> Plane:
    return _sample(plane, size, Image.Resampling.BILINEAR)


def _bicubic(plane: Plane, size: Size) -> Plane:
    """Torch's cubic has a = -0.75: halfway between Pillow's two, of which one only enlarges."""
    sharp = _sample(plane, size, Image.Resampling.BICUBIC)
    if size[0] < plane.width or size[1] < plane.height:
        return sharp
    padded = _extend(plane, 3)
    box = (3, 3, 3 + plane.width, 3 + plane.height)
    soft = padded.resize(size, Image.Resampling.BICUBIC, box=box)
    return compute(lambda a: (a["sharp"] + a["soft"]) / 2, sharp=sharp, soft=soft)


def _sample(plane: Plane, size: Size, kernel: Image.Resampling) -> Plane:
    """Only the nearest pixels count, also when the picture becomes smaller."""
    step = (_float32(plane.width / size[0]), 0, _TIE, 0, _float32(plane.height / size[1]), _TIE)
    return plane.transform(size, Image.Transform.AFFINE, step, resample=kernel)


def _float32(value: float) -> float:
    """What decides ties is how torch rounds."""
    return float(unpack("f", pack("f", value))[0])


def _area(plane: Plane, size: Size) -> Plane:
    """The mean of every old pixel that a new one touches."""
    if plane.width % size[0] == 0 and plane.height % size[1] == 0:
        return plane.resize(size, Image.Resampling.BOX)
    return _mean_columns(_mean_columns(plane, size[0]).transpose(Image.Transpose.TRANSPOSE), size[1]).transpose(
        Image.Transpose.TRANSPOSE
    )


def _mean_columns(plane: Plane, width: int) -> Plane:
    result = Image.new("F", (width, plane.height))
    for column in range(width):
        first, after = column * plane.width // width, math.ceil((column + 1) * plane.width / width)
        part = plane.crop((first, 0, after, plane.height))
        result.paste(part.resize((1, plane.height), Image.Resampling.BOX), (column, 0))
    return result


def _extend(plane: Plane, by: int) -> Plane:
    """The border pixels repeated outwards."""
    size = plane.width + 2 * by, plane.height + 2 * by
    wide = plane.crop((-by, 0, plane.width + by, plane.height))
    for x in range(by):
        wide.paste(plane.crop((0, 0, 1, plane.height)), (x, 0))
        wide.paste(plane.crop((plane.width - 1, 0, plane.width, plane.height)), (size[0] - 1 - x, 0))
    full = wide.crop((0, -by, size[0], plane.height + by))
    for y in range(by):
        full.paste(wide.crop((0, 0, size[0], 1)), (0, y))
        full.paste(wide.crop((0, plane.height - 1, size[0], plane.height)), (0, size[1] - 1 - y))
    return full
