"""Text and number nodes, and the one that shows any value as text."""

import json
from collections.abc import Mapping

from PIL import Image, ImageStat

from bot.comfy.simulator.values import Call, Images, Inputs, Masks, Result, Runner


async def primitive(call: Call, inputs: Inputs) -> Result:
    return Result((inputs["value"],))


async def preview_any(call: Call, inputs: Inputs) -> Result:
    source = inputs.get("source")
    text = source if isinstance(source, str) else str(source) if isinstance(source, int | float) else _dump(source)
    return Result((text,), {"text": [text]})


async def save_text(call: Call, inputs: Inputs) -> Result:
    text = str(inputs["text"])
    saved = call.folders.new(str(inputs["filename_prefix"]), f".{inputs.get('format', 'txt')}")
    saved.path.write_text(text, encoding="utf-8")
    return Result((text,), {"text": [text], "files": [saved.entry]})


async def generate(call: Call, inputs: Inputs) -> Result:
    """A language model's answer: what it is asked, or of a picture what can be said without knowing what it shows."""
    image = inputs.get("image")
    return Result((_description(image.frames[0]) if isinstance(image, Images) else str(inputs["prompt"]),))


def _description(frame: Image.Image) -> str:
    wide, high = frame.size
    shape = "square" if wide == high else "wide" if wide > high else "tall"
    mean = ImageStat.Stat(frame.convert("RGB")).mean
    colour = min(_COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(_COLOURS[name], mean, strict=True)))
    return (
        f"A {shape} picture of {wide} x {high} pixels, {colour} for the most part. "
        "(The simulator reads no pictures: a real model says what is in them.)"
    )


def _dump(value: object) -> str:
    if isinstance(value, Images | Masks):
        wide, high = value.frames[0].size
        channels = (len(value.frames[0].getbands()),) if isinstance(value, Images) else ()
        return f"tensor(..., size={(len(value.frames), high, wide, *channels)})"
    try:
        return json.dumps(value, indent=4)
    except TypeError:
        return repr(value)


_COLOURS = {
    "black": (15, 15, 15),
    "dark grey": (75, 75, 75),
    "grey": (135, 135, 135),
    "pale grey": (195, 195, 195),
    "white": (245, 245, 245),
    "dark red": (110, 25, 25),
    "red": (205, 60, 50),
    "orange": (225, 140, 60),
    "yellow": (230, 210, 90),
    "brown": (110, 75, 45),
    "dark green": (30, 75, 40),
    "green": (90, 160, 80),
    "turquoise": (80, 175, 170),
    "dark blue": (30, 45, 95),
    "blue": (75, 115, 195),
    "pale blue": (160, 195, 230),
    "violet": (125, 85, 160),
    "pink": (225, 150, 180),
}
_PRIMITIVES = ("String", "StringMultiline", "Int", "Float", "Boolean")
RUNNERS: Mapping[str, Runner] = {
    **{f"Primitive{kind}": primitive for kind in _PRIMITIVES},
    "PreviewAny": preview_any,
    "SaveText": save_text,
    "TextGenerate": generate,
}
