"""Gives the simulator's pictures the grain of real ones, and so their size: PNGs of 1024 px with 1 to 2 MB."""

from __future__ import annotations

import asyncio
from functools import cache

from PIL import Image

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.nodes import RUNNERS
from bot.comfy.simulator.values import Call, Images, Inputs, Result

DECODER = "VAEDecode"
STRENGTH = 0.03  # the share of the noise in a picture


def add_grain(comfyui: Simulator) -> None:
    """Every picture that is decoded from now on has some."""
    comfyui.add_node(DECODER, dict(comfyui.catalogue[DECODER]), _decode)


async def _decode(call: Call, inputs: Inputs) -> Result:
    images = (await RUNNERS[DECODER](call, inputs)).outputs[0]
    assert isinstance(images, Images)
    grained = await asyncio.to_thread(lambda: tuple(_grained(frame) for frame in images.frames))
    return Result((Images(grained),))


def _grained(picture: Image.Image) -> Image.Image:
    return Image.blend(picture, _noise(picture.size), STRENGTH)


@cache
def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise(size, 80) for _ in range(3)])
