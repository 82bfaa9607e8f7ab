"""What ships, as a member sees it: a command, a picture perhaps, and files or words out; and every graph of it run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Message
from bot.playground.play import OWNED
from tests.pure.shipped_parts import NEEDED, OWNERS, WAYS, placed, shipped_variant
from tests.whole.conftest import Easel, finished, graphs, listed, node
from tests.whole.making import noise

#: as little work as each command lets one ask for
SMALL: dict[str, dict[str, Any]] = {
    "imagine": {"size": "256x256", "steps": 1},
    "remix": {"megapixels": 0.1, "steps": 1},
    "inpaint": {"megapixels": 0.1, "steps": 1},
    "upscale": {"shrink": 0.5},
    "blend": {"size": "256x256", "steps": 1},
    "animate": {"megapixels": 0.1, "steps": 1},
    "describe": {},
}


def png(side: int = 64) -> bytes:
    saved = BytesIO()
    noise(side).save(saved, "PNG")
    return saved.getvalue()


Own = Callable[[str], Awaitable[Simulator]]


@pytest.fixture
async def own(discord_server: DiscordServer, tmp_path: Path) -> AsyncIterator[Own]:
    """A running bot on a server with that owner's models."""
    async with AsyncExitStack() as stack:

        async def run(owner: str) -> Simulator:
            comfyui = Simulator(models=OWNERS[owner], data_dir=tmp_path / "comfyui")
            await stack.enter_async_context(comfyui)
            easel = Easel(discord_server, (comfyui.url,), tmp_path / "data")
            await listed(await stack.enter_async_context(easel.running()))
            return comfyui

        yield run


async def offered(server: DiscordServer, command: str) -> None:
    """Return once members are offered the command."""
    async with asyncio.timeout(20):
        while command not in {each["name"] for each in server.person("alice").commands()}:
            await server.gateway.changed.wait()


async def use(server: DiscordServer, command: str, **more: Any) -> Message:
    await offered(server, command)
    files = {"image", "mask", "second"}
    given = {name: (f"{name}.png", png()) if name in files else value for name, value in NEEDED[command].items()}
    answer = await server.person("alice").slash(command, **{**given, **SMALL[command], **more})
    return await answer.wait(finished, timeout=30)


@pytest.mark.parametrize(
    ("owner", "loader", "name"),
    [
        ("Z-Image-Turbo", "Model", "z_image_turbo_fp8.safetensors"),
        ("Qwen-Image", "Model", "qwen_image_2512_fp8_e4m3fn.safetensors"),
        ("Flux", "Model", "flux1-krea-dev.safetensors"),
        ("SDXL", "Checkpoint", "xl/juggernautXL_v9.safetensors"),
        ("any checkpoint", "Checkpoint", "dreamshaper_8.safetensors"),
    ],
)
async def test_imagine_draws_with_what_its_owner_has(
    discord_server: DiscordServer, own: Own, owner: str, loader: str, name: str
) -> None:
    comfyui = await own(owner)

    message = await use(discord_server, "imagine")

    assert name in node(graphs(comfyui)[-1], loader).values()
    assert len(message.images) == 1
    assert f"model `{name}`" in message.text


@pytest.mark.parametrize(
    ("command", "owner", "kind"),
    [
        ("remix", "SDXL", "image/png"),
        ("inpaint", "Flux Fill", "image/png"),
        ("upscale", "upscaler", "image/png"),
        ("blend", "Revision", "image/png"),
        ("animate", "Wan 2.2", "video/mp4"),
    ],
)
async def test_pictures_go_in_and_files_come_out(
    discord_server: DiscordServer, own: Own, command: str, owner: str, kind: str
) -> None:
    await own(owner)

    message = await use(discord_server, command)

    assert [file.content_type for file in message.files] == [kind]


async def test_a_picture_is_upscaled_and_shrunk_by_as_much_as_was_asked(
    discord_server: DiscordServer, own: Own
) -> None:
    await own("upscaler")

    message = await use(discord_server, "upscale")

    with Image.open(BytesIO(message.files[0].data)) as picture:
        assert picture.size == (128, 128)


async def test_describe_answers_in_words(discord_server: DiscordServer, own: Own) -> None:
    comfyui = await own("reader")

    message = await use(discord_server, "describe", question="what animal is it")

    assert "A square picture of 64 x 64 pixels" in message.text
    assert node(graphs(comfyui)[-1], "Answer")["prompt"] == "what animal is it"
    assert message.files == []


async def test_the_playground_offers_all_that_ships(discord_server: DiscordServer, tmp_path: Path) -> None:
    async with Simulator(data_dir=tmp_path / "comfyui", models=OWNED) as comfyui, AsyncExitStack() as stack:
        easel = Easel(discord_server, (comfyui.url,), tmp_path / "data")
        await listed(await stack.enter_async_context(easel.running()))
        messages = [await use(discord_server, command) for command in SMALL]

    assert [len(message.files) for message in messages] == [int(command != "describe") for command in SMALL]


@pytest.mark.parametrize("command", SMALL)
async def test_every_graph_of_it_runs(command: str, tmp_path: Path) -> None:
    """As the bot would send it to each owner."""
    folders = {folder for models in OWNERS.values() for folder in models}
    everything = {folder: [name for models in OWNERS.values() for name in models.get(folder, ())] for folder in folders}
    async with Simulator(models=everything, data_dir=tmp_path / "comfyui") as comfyui:
        for variant, owner in ((variant, owner) for of, variant, owner in WAYS if of == command):
            workflow = shipped_variant(command, variant)
            small = {name: value for name, value in SMALL[command].items() if name in workflow.options}
            graph = placed(workflow, {**NEEDED[command], **small}, owner)

            assert await outputs(comfyui, graph), variant


async def outputs(comfyui: Simulator, graph: dict[str, Any]) -> dict[str, Any]:
    """What a graph left on a server, by node."""
    done = asyncio.Event()
    comfyui.on(lambda moment, _facts: done.set() if moment == "finished" else None)
    form = aiohttp.FormData()
    form.add_field("image", png(), filename="up.png")
    async with aiohttp.ClientSession() as session:
        await session.post(f"{comfyui.url}/upload/image", data=form)
        async with session.post(f"{comfyui.url}/prompt", json={"prompt": graph}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
        async with asyncio.timeout(30):
            await done.wait()
        async with session.get(f"{comfyui.url}/history/{told['prompt_id']}") as answer:
            (entry,) = (await answer.json()).values()
    assert entry["status"]["status_str"] == "success", entry["status"]
    found: dict[str, Any] = entry["outputs"]
    return found
