"""Files on ComfyUI: one job after another has their names, so there are no more than ever were there at once."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.values import Call, Images, Inputs, Result
from bot.playground import Answer, DiscordServer, Message
from tests.whole.conftest import Easel, finished, graphs
from tests.whole.making import MANIFEST, entry, opened
from tests.whole.restarts import cut_short

OPTION = '[[option]]\nname = "picture"\ntype = "image"\nrequired = true\ntargets = ["Load.image"]\n'
COLOURS = ("red", "lime", "blue")


def picture(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (16, 16), colour).save(file, "PNG")
    return file.getvalue()


def colour_of(message: Message) -> Any:
    return opened(message.images[0].data).getpixel((5, 5))


@pytest.fixture
def loads(comfyui: Simulator, easel: Easel) -> None:
    """A command /copy, whose loader's results are kept by the name of its file and not by what is in there."""

    async def load(call: Call, inputs: Inputs) -> Result:
        data = call.folders.locate(str(inputs["image"])).read_bytes()
        return Result((Images((opened(data),)),))

    comfyui.add_node("TestLoad", {"input": {"required": {"image": ["STRING", {}]}}, "output": ["IMAGE"]}, load)
    graph = {
        "1": entry("TestLoad", "Load", image="a.png"),
        "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
    }
    easel.add_workflow("copy", graph, MANIFEST + OPTION)


def names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "comfyui" / "input" / "easel").iterdir())


async def copied(server: DiscordServer, colour: str) -> Answer:
    return await server.person("alice").slash("copy", picture=("mine.png", picture(colour)))


async def sent(comfyui: Simulator) -> None:
    """One more job is on the server."""
    async with asyncio.timeout(10):
        await comfyui.wait_for("answer", method="POST", path="/api/prompt", status=200)


@pytest.mark.usefixtures("loads")
async def test_jobs_one_after_another_have_one_file_and_each_its_own_picture(
    discord_server: DiscordServer, tmp_path: Path, easel: Easel
) -> None:
    async with easel.running():
        made = [colour_of(await (await copied(discord_server, colour)).wait(finished)) for colour in COLOURS]

    assert made == [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in COLOURS]
    assert names(tmp_path) == ["0-picture.png"]


@pytest.mark.usefixtures("loads")
async def test_jobs_at_once_have_files_of_their_own(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path, easel: Easel
) -> None:
    comfyui.hold()
    async with easel.running():
        messages = [await copied(discord_server, colour) for colour in COLOURS[:2]]
        for _accepted in messages:
            await sent(comfyui)
        comfyui.release()
        made = [colour_of(await message.wait(finished)) for message in messages]
        made.append(colour_of(await (await copied(discord_server, COLOURS[2])).wait(finished)))

    assert made == [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in COLOURS]
    assert names(tmp_path) == ["0-picture.png", "1-picture.png"]


@pytest.mark.usefixtures("loads")
async def test_a_job_of_an_earlier_process_keeps_its_file(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path, easel: Easel
) -> None:
    comfyui.hold()
    async with cut_short(easel):
        first = await copied(discord_server, "red")
        await sent(comfyui)

    async with easel.running():
        second = await copied(discord_server, "blue")
        await sent(comfyui)
        comfyui.release()
        made = [colour_of(await message.wait(finished)) for message in (first, second)]

    assert made == [(255, 0, 0), (0, 0, 255)]
    assert names(tmp_path) == ["0-picture.png", "1-picture.png"]
    assert len({graph["1"]["inputs"]["image"] for graph in graphs(comfyui)}) == 2
