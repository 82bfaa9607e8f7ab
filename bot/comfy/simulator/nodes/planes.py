"""Pictures as planes of 32 bit floats from 0 to 1, the way the real server's tensors hold them."""

import asyncio
import math
from collections.abc import Callable
from typing import Any, cast

from PIL import Image, ImageMath

from bot.comfy.simulator.values import Call, Images, Inputs, Masks, Result, Runner

#: An image of mode ``F``.
Plane = Image.Image
#: Pixels that are worked on at once rather than in a thread.
_SMALL = 128 * 128
_SIDES = ("width", "height", "largest_size", "target_width", "target_height")


def planes_of(frame: Image.Image) -> list[Plane]:
    return [compute(lambda a: a["v"] / 255, v=band.convert("F")) for band in frame.split()]


def frame_of(planes: list[Plane], *, slack: float = 0.0005) -> Image.Image:
    """An ``L``, ``RGB`` or ``RGBA`` picture; fractions are cut off, as the real server does when it saves."""
    bands = [_bytes(plane, slack) for plane in planes]
    return bands[0] if len(bands) == 1 else Image.merge("RGBA"[: len(bands)], bands)


def compute(formula: Callable[[dict[str, Any]], Any], **planes: Plane) -> Plane:
    """``compute(lambda a: a["x"] * a["y"], x=…, y=…)``, pixel by pixel; ``a["min"]`` and ``a["max"]`` are there too."""
    return cast(Plane, ImageMath.lambda_eval(formula, **planes)).convert("F")


def choose(test: Plane, yes: Plane, no: Plane) -> Plane:
    """``yes`` where ``test`` is not 0."""
    mask = test.convert("L").point(lambda value: 255 if value else 0)
    return Image.composite(yes, no, mask)


def each_plane(change: Callable[[Plane], Plane]) -> Callable[[Image.Image], Image.Image]:
    return lambda frame: frame_of([change(plane) for plane in planes_of(frame)])


def inverse(frame: Image.Image) -> Image.Image:
    """With float32's errors, which cutting off makes visible."""
    return frame_of([compute(lambda a: 1 - a["v"], v=plane) for plane in planes_of(frame)], slack=0)


def computed(work: Callable[[Inputs], object]) -> Runner:
    """A runner that computes its outputs from its inputs; one output needs no tuple. In a thread, if it takes long."""

    async def run(call: Call, inputs: Inputs) -> Result:
        outputs = work(inputs) if _is_small(inputs) else await asyncio.to_thread(work, inputs)
        return Result(outputs if isinstance(outputs, tuple) else (outputs,))

    return run


def _is_small(inputs: Inputs) -> bool:
    frames = [frame for value in inputs.values() if isinstance(value, Images | Masks) for frame in value.frames]
    sides = [value for name, value in inputs.items() if name in _SIDES and isinstance(value, int | float)]
    if "megapixels" in inputs:
        return False
    return sum(frame.width * frame.height for frame in frames) <= _SMALL and max(sides, default=0) <= math.sqrt(_SMALL)


def _bytes(plane: Plane, slack: float) -> Image.Image:
    return compute(lambda a: a["min"](a["max"](a["v"] * 255 + slack, 0), 255), v=plane).convert("L")
