"""What a run comes to: its events, its history entry and its pictures, without what differs from run to run."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import zlib
from typing import Any
from urllib.parse import urlencode

from PIL import Image

from tests.live.answers import Reading, differences
from tests.live.pair import PATIENCE, Side, ended
from tests.live.requests import Names, Request


async def run(side: Side, request: Request, names: Names, reading: Reading) -> dict[str, Any]:
    """Submit and wait for the end marker; then the history entry and all pictures."""
    url = f"{side.url}/ws?clientId={names.run}"
    async with asyncio.timeout(PATIENCE), side.session.ws_connect(url, max_msg_size=0) as socket:
        answer = reading.summary(request, await side.ask(request, names))
        if answer["status"] != 200:
            return {"answer": answer}
        events = await ended(socket, names.id_of(1))
        history = await side.ask(Request("GET", "/history/$ID1"), names)
        entry = json.loads(history.text)["$ID1"]
        pictures = [await _picture(side, file, names) for file in _files(entry["outputs"])]
    known = _shorten(reading.summary(request, history)["body"]["$ID1"])
    told = _told(events)
    if reading.has_many_outputs(request):
        # the real server runs them in the order of a set; of two alike the first gives its name to both
        known["meta"] = sorted(known["meta"])
        told, known = sorted([kind] for kind, _ in told), json.loads(json.dumps(known, sort_keys=True))
    return {"answer": answer, "events": told, "entry": known, "pictures": pictures}


def run_differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Paths at which two runs differ; shades may by two, which is rounding."""
    pairs = zip(one.get("pictures", ()), other.get("pictures", ()), strict=False)
    shades = [f".pictures[{index}]: other pixels" for index, pair in enumerate(pairs) if not _look_alike(*pair)]
    return [*differences(_without_pixels(one), _without_pixels(other)), *shades]


def _look_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if "pixels" not in one or "pixels" not in other:
        return True
    left, right = (zlib.decompress(base64.b64decode(picture["pixels"])) for picture in (one, other))
    return len(left) == len(right) and all(abs(a - b) <= 2 for a, b in zip(left, right, strict=True))


def _without_pixels(run: dict[str, Any]) -> dict[str, Any]:
    pictures = [{key: item for key, item in one.items() if key != "pixels"} for one in run.get("pictures", ())]
    return {**run, "pictures": pictures}


def _shorten(entry: dict[str, Any]) -> dict[str, Any]:
    """Names of temporary files count on within one node's prefix; a picture as text is the machine's own affair."""
    text = json.dumps(entry, ensure_ascii=False)
    text = re.sub(r"(ComfyUI_temp_xxxxx_)\d{5}", r"\1N", text)
    return dict(json.loads(re.sub(r'"(tensor\(|Images\(|Masks\()([^"\\]|\\.)*"', '"a picture"', text)))


def _told(events: list[dict[str, Any]]) -> list[list[Any]]:
    """Type and node of each event that goes to the owner alone, in their order."""
    return [
        [event["type"], event["data"].get("node")]
        for event in events
        if event["type"] not in ("status", "progress_state", "feature_flags", "crystools.monitor")
    ]


def _files(outputs: dict[str, Any]) -> list[dict[str, str]]:
    return [
        item
        for _, output in sorted(outputs.items())
        for items in output.values()
        if isinstance(items, list)
        for item in items
        if isinstance(item, dict) and "filename" in item
    ]


async def _picture(side: Side, file: dict[str, str], names: Names) -> dict[str, Any]:
    raw = await side.ask(Request("GET", f"/view?{urlencode(file, safe='$')}"), names)
    if raw.status != 200:
        return {"status": raw.status}
    with Image.open(io.BytesIO(raw.content)) as picture:
        shape: dict[str, Any] = {"format": picture.format, "mode": picture.mode, "size": list(picture.size)}
        return shape | {"pixels": base64.b64encode(zlib.compress(picture.tobytes(), 9)).decode()}
