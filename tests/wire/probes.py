"""What was made for the recordings: node classes, uploads, and bodies that were recorded only in part."""

import asyncio
import io
import random
from collections.abc import Callable
from typing import Any

import aiohttp
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.values import Blocker, Call, Inputs, Node, NodeFailure, Result

_OOM = "Allocation on device 0 would exceed allowed memory. (out of memory)"
#: In place of a raw body, of which only the first 64 bytes were recorded.
CUT_SHORT = {
    "prompt": {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 9}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "empty"}},
    },
    "client_id": "rec-A",
}


async def expand(call: Call, inputs: Inputs) -> Result:
    """So many inverters, one after the other, and a preview of the last."""
    graph, image = {}, call.graph[call.node_id]["inputs"]["image"]
    for number in range(1, inputs["n"] + 1):
        graph[call.new_id(str(number))] = {"class_type": "ImageInvert", "inputs": {"image": image}}
        image = [call.new_id(str(number)), 0]
    preview = {"class_type": "PreviewImage", "inputs": {"images": image}}
    graph[call.new_id(str(inputs["n"] + 1))] = preview
    return Result((image,), expand=graph)


async def block(call: Call, inputs: Inputs) -> Result:
    return Result((Blocker(inputs["message"] or None),))


async def show_gif(call: Call, inputs: Inputs) -> Result:
    entry = {"filename": "x.mp4", "subfolder": "", "type": "output", "format": "video/h264-mp4", "frame_rate": 8.0}
    return Result((), {"gifs": [{**entry, "workflow": "x.png", "fullpath": "/out/x.mp4"}]})


async def wait_in_parallel(call: Call, inputs: Inputs) -> Result:
    """Four quarters, each told; what comes first is for the replay to say."""
    for quarter in range(1, 5):
        await asyncio.sleep(0)
        await call.progress(quarter, 4)
    return Result((inputs["image"],))


async def run_out_of_memory(call: Call, inputs: Inputs) -> Result:
    raise NodeFailure("torch.OutOfMemoryError", _OOM)


async def sleep(call: Call, inputs: Inputs) -> Result:
    """Not to be interrupted; how long it takes is for the replay to say."""
    return Result((inputs["image"],))


async def show_badly(call: Call, inputs: Inputs) -> Result:
    return Result((), {"values": [float("nan") if inputs["mode"] == "nan" else object()]})


_SEED = {"seed": ["INT", {"default": 0, "max": 2**64}]}
_SECONDS = {"seconds": ["FLOAT", {"default": 1.0}]}
#: Class -> what it takes besides a picture, whether it shows something, and what it does.
_CLASSES: dict[str, tuple[dict[str, Any], bool, Any]] = {
    "ProbeExpand": ({"n": ["INT", {"default": 2}]}, False, expand),
    "ProbeBlock": ({"message": ["STRING", {"default": ""}]}, False, block),
    "ProbeGifs": (_SEED, True, show_gif),
    "ProbeAsync": ({**_SECONDS, **_SEED}, False, Node(wait_in_parallel, parallel=True)),
    "ProbeOOM": (_SEED, False, run_out_of_memory),
    "ProbeSleep": ({**_SECONDS, **_SEED}, False, sleep),
    "ProbeBadUI": ({"mode": ["STRING", {"default": ""}], **_SEED}, True, show_badly),
}


def add_probes(simulator: Simulator) -> None:
    for class_type, (inputs, shows, runner) in _CLASSES.items():
        info = {"input": {"required": {"image": ["IMAGE"], **inputs}}, "output": [] if shows else ["IMAGE"]}
        simulator.add_node(class_type, {**info, "output_node": shows}, runner)


def form_of(note: str) -> aiohttp.FormData:
    """The upload with that note."""
    fields, filename, content = _FORMS[note]
    form = aiohttp.FormData(fields)
    form.add_field("image", io.BytesIO(content()), filename=filename)
    return form


def _picture() -> bytes:
    return _png(Image.new("RGB", (64, 64), "teal"))


def _noise() -> bytes:
    return _png(Image.frombytes("RGB", (1400, 1400), random.Random(1).randbytes(3 * 1400 * 1400)))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


_FORMS: dict[str, tuple[dict[str, str], str, Callable[[], bytes]]] = {
    "image=in.png overwrite=true subfolder=bot": ({"overwrite": "true", "subfolder": "bot"}, "in.png", _picture),
    "image=corrupt.png (garbage bytes)": ({}, "corrupt.png", lambda: b"no picture"),
    "noise.png 5889713 bytes": ({}, "noise.png", _noise),
}
