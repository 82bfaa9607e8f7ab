"""Jobs that fail: which node, why and what to do, in plain words."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.comfy.simulator.values import Call, Inputs, NodeFailure, Result
from bot.playground import DiscordServer, Message
from tests.whole.conftest import Easel, finished, listed, visible
from tests.whole.making import MANIFEST, entry, files, noise, pictures
from tests.whole.test_imagine import SMALL

GUTS = re.compile(r"Traceback|File \"|/opt/|/tmp/|/home/|line \d+|RuntimeError|Exception|torch")


async def failed(easel: Easel, graph: dict[str, Any]) -> Message:
    easel.add_workflow("make", graph, MANIFEST)
    async with easel.running() as bot:
        await listed(bot)
        return await (await easel.server.person("alice").slash("make")).wait(finished)


def assert_says(message: Message, sentence: str) -> None:
    assert f"❌ {sentence}" in visible(message)
    assert not GUTS.search(visible(message))
    assert not message.files


async def test_out_of_memory(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    comfyui.faults.out_of_memory = True

    message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    assert_says(
        message,
        "The graphics card ran out of memory in “Sampler”. Try a smaller size, fewer pictures, or a smaller model.",
    )


async def test_a_model_removed_from_the_server_meanwhile(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    await listed(bot)
    comfyui.faults.missing_model = "dreamshaper_8.safetensors"

    answer = await discord_server.person("alice").slash(
        "imagine", prompt="a fox", model="dreamshaper_8.safetensors", **SMALL
    )

    assert_says(await answer.wait(finished), "ComfyUI does not have “dreamshaper_8.safetensors” (for “Checkpoint”).")


async def test_a_node_that_was_removed_meanwhile(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    info = {"input": {"required": {"filename_prefix": ["STRING", {}]}}, "output": [], "output_node": True}
    comfyui.add_node("MagicSave", info)
    easel.add_workflow("make", {"1": entry("MagicSave", "Magic", filename_prefix="a")}, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        comfyui.catalogue.remove("MagicSave")
        message = await (await discord_server.person("alice").slash("make")).wait(finished)

    assert_says(message, "ComfyUI has no node called “MagicSave” (used as “Magic”).")
    assert "Whoever runs ComfyUI must install the custom node it belongs to." in visible(message)


async def test_a_picture_that_comfyui_cannot_read(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    graph = {
        "1": entry("LoadImage", "Picture", image="example.png"),
        "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
    }
    easel.add_workflow(
        "change", graph, MANIFEST + '[[option]]\nname = "picture"\ntype = "image"\ntargets = ["Picture.image"]\n'
    )
    whole = BytesIO()
    noise(64).save(whole, "JPEG")
    broken = whole.getvalue()[:800]  # its header is there, so that only who decodes it finds out

    async with easel.running():
        answer = await discord_server.person("alice").slash("change", picture=("a.jpg", broken))
        message = await answer.wait(finished)

    assert_says(message, "“Picture” cannot read that picture. Send it as a PNG, JPEG or WebP file.")


async def test_a_node_that_raises(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    async def fail(call: Call, inputs: Inputs) -> Result:
        raise NodeFailure("RuntimeError", "shape '[1, 4]' is wrong, see /opt/ComfyUI/nodes.py\nmore\nlines")

    comfyui.add_node("TestFails", {"input": {"required": {}}, "output": [], "output_node": True}, fail)

    message = await failed(easel, {"1": entry("TestFails", "My **node**")})

    assert "❌ The node “My **node**” failed: shape '[1, 4]' is wrong" in visible(message)
    assert not GUTS.search(visible(message))
    assert visible(message).count("\n") == 1


async def test_a_value_that_the_server_does_not_accept(discord_server: DiscordServer, easel: Easel) -> None:
    graph = {
        "1": entry("EmptyImage", "Paper", width=1_000_000, height=8, batch_size=1, color=0),
        "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
    }

    message = await failed(easel, graph)

    assert_says(message, "The node “Paper” does not accept its “width”:")
    assert visible(message).rstrip().endswith("Change that option and try again.")


async def test_a_graph_that_the_server_refuses_as_a_whole(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    message = await failed(easel, {"1": entry("EmptyImage", "Paper", width=8, height=8, batch_size=1, color=0)})

    assert_says(message, "ComfyUI refused this workflow: Prompt has no outputs.")


async def test_parts_that_the_server_leaves_out_are_a_warning(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    graph = pictures(comfyui, noise(8)) | {
        "8": entry("EmptyImage", "Too wide", width=1_000_000, height=8, batch_size=1, color=0),
        "9": entry("SaveImage", "Second", images=["8", 0], filename_prefix="b"),
    }

    message = await failed(easel, graph)

    assert len(message.images) == 1
    assert "⚠️ A part of the workflow was left out. The node “Too wide” does not accept its “width”:" in visible(message)


@pytest.mark.parametrize("status", [413, 500])
async def test_a_server_that_fails_to_take_the_prompt(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, status: int
) -> None:
    """At first."""
    comfyui.faults.fail_next = [status]

    message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    assert message.images or "❌ " in message.text
    assert not GUTS.search(visible(message))


async def test_a_job_stopped_on_comfyui_s_own_page_says_so(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    import aiohttp

    comfyui.hold()
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    await comfyui.wait_for("start")
    async with aiohttp.ClientSession() as session, session.post(f"{comfyui.url}/interrupt", json={}):
        pass

    assert "Stopped on the ComfyUI server itself." in (await answer.wait(finished)).text


async def test_a_failed_job_is_stored_as_failed(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    await failed(easel, files(comfyui))

    (job,) = await easel.jobs()
    assert (job.state, job.delivered) == ("failed", True)
