"""Text and number nodes, and the one that shows any value as text."""

import json
from collections.abc import Mapping

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


def _dump(value: object) -> str:
    if isinstance(value, Images | Masks):
        wide, high = value.frames[0].size
        channels = (len(value.frames[0].getbands()),) if isinstance(value, Images) else ()
        return f"tensor(..., size={(len(value.frames), high, wide, *channels)})"
    try:
        return json.dumps(value, indent=4)
    except TypeError:
        return repr(value)


_PRIMITIVES = ("String", "StringMultiline", "Int", "Float", "Boolean")
RUNNERS: Mapping[str, Runner] = {
    **{f"Primitive{kind}": primitive for kind in _PRIMITIVES},
    "PreviewAny": preview_any,
    "SaveText": save_text,
}
