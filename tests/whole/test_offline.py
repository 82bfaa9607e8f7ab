"""ComfyUI is down, too old or dead; commands come and go."""

from __future__ import annotations

from pathlib import Path

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, listed, shows
from tests.whole.test_imagine import SMALL

DOWN = "⚠️ ComfyUI does not answer. Jobs wait and run when it is back."


async def test_commands_and_lists_are_there_while_comfyui_is_down(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Since it was seen once."""
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
    await comfyui.stop()

    async with easel.running():
        (choice,) = await alice.autocomplete("imagine", "model", "dream", prompt="a")
        answer = await alice.slash("imagine", prompt="a fox", model=choice["value"], **SMALL)
        message = await answer.wait(shows(DOWN))
        queue = await alice.slash("queue")
        refused = await alice.slash("imagine", prompt="a fox", model="other", **SMALL)
        await comfyui.start()
        await message.wait(finished, timeout=20)

    assert queue.message.text.startswith(DOWN)
    assert "**yours** · `/imagine` a fox" in queue.message.text
    assert refused.ephemeral
    assert message.images
    assert "dreamshaper_8.safetensors" in message.text


async def test_a_server_that_goes_down_meanwhile_is_said_and_its_jobs_run_when_it_is_back(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        comfyui.hold()
        answers = [await alice.slash("imagine", prompt=f"{number}", **SMALL) for number in range(3)]
        await answers[2].wait(shows("2 jobs before yours"))
        await comfyui.stop()
        for answer in answers:
            await answer.wait(shows(DOWN))
        await comfyui.restart()
        messages = [await answer.wait(finished, timeout=30) for answer in answers]

    assert all(message.images for message in messages)


async def test_a_server_that_is_too_old_is_said(discord_server: DiscordServer, tmp_path: Path) -> None:
    alice = discord_server.person("alice")
    sentence = "⚠️ ComfyUI 0.3.44 is too old for Easel, which needs 0.3.45 or newer. Update ComfyUI."
    async with Simulator(version="0.3.44") as comfyui:
        easel = Easel(discord_server, (comfyui.url,), tmp_path / "data")
        async with easel.running():
            message = await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(shows(sentence))
            queue = await alice.slash("queue")
            await alice.click(message, "Cancel")
            await message.wait(finished)

    assert queue.message.text.startswith(sentence)


async def test_a_dead_worker_is_said(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    alice = discord_server.person("alice")
    comfyui.faults.dead_worker = True
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", **SMALL)
        message = await answer.wait(shows("⚠️ ComfyUI answers but no longer runs anything."), timeout=20)
        comfyui.faults.dead_worker = False
        await message.wait(finished)

    assert message.images
