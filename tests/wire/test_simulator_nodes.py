"""The simulator's cheap nodes, held to what ComfyUI 0.33 gave for the same graphs (``tests/data/nodes.json``)."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.wire.simulated import Client, serve

RECORDED: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "nodes.json").read_text("utf-8"))
#: How far single values may be off: Pillow has no torch's cubic below full size and no mirrored Gaussian, and masks are
#: kept in 8 bits, which shows where alpha is small. All else may differ by rounding.
TOLERANCES = {
    "scale-bicubic-down": 12,
    "scale-bicubic-half": 12,
    "porter": 32,
    "blur": 12,
    "sharpen": 50,
    "blend-sizes": 3,
}
#: Each part is run on one server.
PARTS = [sorted(RECORDED)[start::4] for start in range(4)]


def colours() -> Image.Image:
    picture = Image.new("RGB", (8, 6))
    for y in range(6):
        for x in range(8):
            value = (x * 37 + y * 11) % 256, (x * x * 9 + y * 53) % 256, (255 - x * 29 - y * 17) % 256
            picture.putpixel((x, y), value)
    return picture


def clear() -> Image.Image:
    picture = Image.new("RGBA", (5, 7))
    for y in range(7):
        for x in range(5):
            picture.putpixel((x, y), (x * 51 % 256, y * 41 % 256, x * y * 13 % 256, (x * 60 + y * 7) % 256))
    return picture


async def upload(client: Client, name: str, picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    form = aiohttp.FormData()
    form.add_field("image", buffer.getvalue(), filename=name, content_type="image/png")
    async with client.session.post(f"{client.simulator.url}/upload/image", data=form) as response:
        assert response.status == 200


async def view(client: Client, entry: dict[str, str]) -> Image.Image:
    async with client.session.get(f"{client.simulator.url}/view", params=entry) as response:
        picture = Image.open(io.BytesIO(await response.read()))
    picture.load()
    return picture


def compare(name: str, picture: Image.Image, expected: Any) -> list[str]:
    """What is wrong with it."""
    if [picture.mode, list(picture.size)] != [expected["mode"], expected["size"]]:
        return [f"{name}: {picture.mode} {picture.size}, not {expected['mode']} {expected['size']}"]
    values, wanted = picture.tobytes(), base64.b64decode(expected["pixels"])
    worst = max(abs(one - other) for one, other in zip(values, wanted, strict=True))
    allowed = TOLERANCES.get(name, TOLERANCES.get(name.partition("-")[0], 1))
    return [f"{name}: off by {worst}"] if worst > allowed else []


@pytest.mark.parametrize("names", PARTS, ids=lambda names: names[0])
async def test_cheap_nodes_give_what_the_real_ones_give(names: list[str]) -> None:
    problems: list[str] = []
    async with serve() as client:
        await upload(client, "small-colours.png", colours())
        await upload(client, "small-clear.png", clear())
        for name in names:
            case = RECORDED[name]
            entry = await client.run(case["graph"])
            outputs = [entry["outputs"][node] for node in case["graph"] if node in entry["outputs"]]
            saved = [file for output in outputs for file in output.get("images", []) if file["type"] == "output"]
            texts = [text for output in outputs for text in output.get("text", [])]
            pictures = [await view(client, file) for file in saved]
            wanted = case.get("images", [])
            problems += [] if texts == case.get("texts", []) else [f"{name}: {texts}, not {case['texts']}"]
            problems += [] if len(pictures) == len(wanted) else [f"{name}: {len(pictures)} pictures"]
            for picture, expected in zip(pictures, wanted, strict=False):
                problems += compare(name, picture, expected)

    assert problems == []
