"""The folder while people use the bot: bursts, jobs in flight, old clients, and what Discord has no room for."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import Answer, DiscordServer, Request
from bot.playground.command_rules import installations
from bot.playground.interaction import COMMAND
from bot.playground.typed_options import command_data, find_leaf
from bot.playground.wire import Refusal
from tests.whole.conftest import Easel, finished, graphs, hold_at, listed
from tests.whole.making import MANIFEST, entry, sampled
from tests.whole.test_library import BLANK, commands, told

SIZED = MANIFEST + '[[option]]\nname = "width"\ntype = "integer"\ntargets = ["Canvas.width"]\n'
DRAWN = sampled(steps=2)


@pytest.fixture
def folder(easel: Easel) -> Path:
    """The folder of workflows, with one command /first."""
    easel.add_workflow("first", BLANK, MANIFEST)
    found: Path = easel.changes["workflows_dir"]
    return found


def offered(server: DiscordServer) -> set[str]:
    return {command["name"] for command in server.person("alice").commands()}


async def stale(server: DiscordServer, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A command as a client remembers it."""
    alice = server.person("alice")
    return find_leaf(server.parts.commands.here(alice.home), name, "en-US")


async def press(server: DiscordServer, remembered: tuple[dict[str, Any], list[dict[str, Any]]]) -> Answer:
    """Use a command from a client that has not heard of changes."""
    alice = server.person("alice")
    command, chain = remembered
    owners = installations(command, alice.user, alice.home)
    return await alice.interact(
        COMMAND, alice.home, command_data(command, chain, [], alice._resolved(alice.home)), owners=owners
    )


async def test_a_burst_of_files_is_told_to_discord_once(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        await bot.keeper.wait_known()
        before = discord_server.command_puts
        for number in range(10):
            (folder / f"many{number}.json").write_text(json.dumps(BLANK), "utf-8")
            (folder / f"many{number}.toml").write_text(MANIFEST, "utf-8")
        names = await commands(discord_server, lambda names: "many9" in names)

    assert {f"many{number}" for number in range(10)} <= names
    assert discord_server.command_puts == before + 1


async def test_reading_again_what_did_not_change_tells_discord_nothing(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        await bot.keeper.wait_known()
        before = discord_server.command_puts
        (folder / "first.json").write_text(json.dumps({**BLANK, "7": entry("EmptyImage", "Unused")}), "utf-8")
        await bot.keeper.reload()
        read = bot.library.variants("first")[0].graph

    assert "7" in read
    assert discord_server.command_puts == before


async def test_a_folder_that_comes_later_is_found(discord_server: DiscordServer, easel: Easel, folder: Path) -> None:
    shutil.rmtree(folder)

    async with easel.running():
        before = offered(discord_server)
        easel.add_workflow("first", BLANK, MANIFEST)
        await commands(discord_server, lambda names: "first" in names)
        shutil.rmtree(folder)
        await commands(discord_server, lambda names: "first" not in names)
        easel.add_workflow("second", BLANK, MANIFEST)
        after = await commands(discord_server, lambda names: "second" in names)

    assert "first" not in before
    assert "first" not in after


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_change_behind_a_link_is_seen(
    discord_server: DiscordServer, easel: Easel, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(MANIFEST, "utf-8")
    (folder / "linked.json").write_text(json.dumps(BLANK), "utf-8")
    (folder / "linked.toml").symlink_to(elsewhere)

    async with easel.running():
        before = offered(discord_server)
        elsewhere.write_text(f'{MANIFEST}name = "renamed"\n', "utf-8")
        after = await commands(discord_server, lambda names: "renamed" in names)

    assert "linked" in before
    assert "linked" not in after


@pytest.mark.parametrize("removed", [False, True], ids=["changed", "removed"])
async def test_a_job_in_flight_keeps_its_graph(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path, *, removed: bool
) -> None:
    easel.add_workflow("draw", DRAWN, SIZED)
    alice = discord_server.person("alice")
    hold_at(comfyui, 1)

    async with easel.running() as bot:
        await listed(bot)
        running = await alice.slash("draw", width=128)
        await comfyui.wait_for("step", value=1)
        waiting = [await alice.slash("draw", width=128) for _turn in range(2)]
        if removed:
            (folder / "draw.json").unlink()
            (folder / "draw.toml").unlink()
            await commands(discord_server, lambda names: "draw" not in names)
        else:
            (folder / "draw.json").write_text(json.dumps(BLANK), "utf-8")
            (folder / "draw.toml").write_text(f'{MANIFEST}name = "drawn"\n', "utf-8")
            await commands(discord_server, lambda names: "drawn" in names)
        release(comfyui)
        messages = [await answer.wait(finished) for answer in (running, *waiting)]

    assert [len(message.images) for message in messages] == [1, 1, 1]
    assert [graph["3"]["inputs"]["width"] for graph in graphs(comfyui)] == [128, 128, 128]


def release(comfyui: Simulator) -> None:
    """Let it run on, at every further step too."""
    comfyui.on(lambda moment, _facts: comfyui.release() if moment == "step" else None)
    comfyui.release()


async def test_a_command_that_is_off_is_refused_to_an_old_client_in_a_sentence(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    olivia = discord_server.person("olivia")

    async with easel.running() as bot:
        await listed(bot)
        remembered = await stale(discord_server, "first")
        await told(await olivia.slash("workflows disable", workflow="first"), "off")
        off = await told(await press(discord_server, remembered))
        (folder / "first.toml").unlink()
        (folder / "first.json").unlink()
        await bot.keeper.reload()
        gone = await told(await press(discord_server, remembered))

    assert off == "/first cannot run at the moment. It was turned off."
    assert gone.startswith("/first cannot run at the moment. Its files were removed")


async def test_a_changed_command_asks_an_old_client_to_type_it_again(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        remembered = await stale(discord_server, "first")
        (folder / "first.toml").write_text(
            MANIFEST + '[[option]]\nname = "width"\ntype = "integer"\nrequired = true\ntargets = ["Canvas.width"]\n',
            "utf-8",
        )
        await bot.keeper.reload()
        text = await told(await press(discord_server, remembered))

    assert text.startswith("This command has changed.")


async def test_when_discord_does_not_answer_a_reload_says_so_and_nothing_is_lost(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path
) -> None:
    cut = asyncio.Event()

    async def away(moment: str, request: Request) -> None:
        if moment == "request" and request.method == "PUT" and cut.is_set():
            cut.clear()
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")

    discord_server.on(away)
    async with easel.running() as bot:
        await listed(bot)
        await bot.keeper.wait_known()
        easel.add_workflow("second", BLANK, MANIFEST)
        cut.set()
        answer = await discord_server.person("olivia").slash("workflows reload")
        text = await told(answer, "It was read")
        works = await discord_server.person("alice").slash("first")
        message = await works.wait(finished)
        names = await commands(discord_server, lambda names: "second" in names)

    assert text.startswith("It was read, but Discord did not answer. The bot tries again by itself.")
    assert len(message.images) == 1
    assert "first" in names


async def test_a_node_that_is_installed_later_brings_its_command(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path
) -> None:
    odd = {
        **BLANK,
        "3": entry("PackNode", "Odd"),
        "2": entry("SaveImage", "Save", images=["3", 0], filename_prefix="a"),
    }
    easel.add_workflow("odd", odd, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        before = await commands(discord_server, lambda names: "odd" not in names)
        comfyui.add_node("PackNode", {"input": {"required": {}}, "output": ["IMAGE"]})
        comfyui.drop_sockets()
        await commands(discord_server, lambda names: "odd" in names)

    assert "first" in before
