"""Workflows dropped into the folder, changed, switched and added from Discord, while the bot runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import Answer, DiscordServer
from tests.whole.conftest import Easel, finished, graphs, listed
from tests.whole.making import MANIFEST, entry

BLANK = {
    "1": entry("EmptyImage", "Canvas", width=64, height=64, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}


@pytest.fixture
def folder(easel: Easel) -> Path:
    """The folder of workflows, with one command /first."""
    easel.add_workflow("first", BLANK, MANIFEST)
    found: Path = easel.changes["workflows_dir"]
    return found


async def commands(server: DiscordServer, wanted: Callable[[set[str]], bool]) -> set[str]:
    """The names of the commands once they are as wanted."""
    async with asyncio.timeout(20):
        while not wanted(names := {command["name"] for command in server.person("alice").commands()}):
            await server.gateway.changed.wait()
    return names


async def told(answer: Answer, begins: str = "") -> str:
    message = await answer.wait(lambda message: begins in message.text and bool(message.text))
    assert answer.ephemeral
    return message.text


async def test_a_graph_dropped_into_the_folder_becomes_a_command_that_runs(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        (folder / "squares.json").write_text(json.dumps(BLANK), "utf-8")
        await commands(discord_server, lambda names: "squares" in names)
        answer = await discord_server.person("alice").slash("squares", size="128x128")
        message = await answer.wait(finished)

    assert len(message.images) == 1
    assert graphs(comfyui)[-1]["1"]["inputs"]["width"] == 128


async def test_a_removed_file_takes_its_command_away(discord_server: DiscordServer, easel: Easel, folder: Path) -> None:
    easel.add_workflow("second", BLANK, MANIFEST)

    async with easel.running():
        (folder / "second.toml").unlink()
        (folder / "second.json").unlink()
        names = await commands(discord_server, lambda names: "second" not in names)

    assert "first" in names


async def test_a_mistake_takes_only_its_own_command_away_and_mending_it_brings_it_back(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    easel.add_workflow("second", BLANK, MANIFEST)

    async with easel.running():
        (folder / "second.toml").write_text("descripton = 3", "utf-8")
        broken = await commands(discord_server, lambda names: "second" not in names)
        (folder / "second.toml").write_text(MANIFEST, "utf-8")
        mended = await commands(discord_server, lambda names: "second" in names)

    assert "first" in broken
    assert "first" in mended


async def test_the_owner_turns_a_command_off_and_on_and_restarts_keep_that(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    olivia = discord_server.person("olivia")

    async with easel.running():
        off = await told(await olivia.slash("workflows disable", workflow="first"), "off")
        await commands(discord_server, lambda names: "first" not in names)
    async with easel.running():
        names = await commands(discord_server, lambda names: "workflows" in names or "queue" in names)
        text = await told(await olivia.slash("workflows list"))
        await told(await olivia.slash("workflows enable", workflow="first"), "ready")
        await commands(discord_server, lambda names: "first" in names)

    assert off == "`/first` · off · `first.toml`\n> It was turned off."
    assert "first" not in names
    assert "`/first` · off: It was turned off." in text


async def test_only_the_owner_of_the_bot_may(discord_server: DiscordServer, easel: Easel, folder: Path) -> None:
    boss = discord_server.add_person("boss", discord_server.add_role("Boss", administrator=True))

    async with easel.running():
        texts = [
            await told(await boss.slash("workflows list")),
            await told(await boss.slash("workflows disable", workflow="first")),
        ]

    assert texts == ["Only whoever runs the bot may do that."] * 2


async def test_a_workflow_from_discord_is_shown_and_kept_at_the_press_of_a_button(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path
) -> None:
    olivia = discord_server.person("olivia")
    file = ("My Squares.json", json.dumps(BLANK).encode())

    async with easel.running() as bot:
        await listed(bot)
        answer = await olivia.slash("workflows add", file=file)
        text = await told(answer, "/my_squares")
        before = {command["name"] for command in discord_server.person("alice").commands()}
        await olivia.click(answer.message, "Keep it")
        await commands(discord_server, lambda names: "my_squares" in names)
        ran = await discord_server.person("alice").slash("my_squares")
        await ran.wait(finished)

    assert "• `size` (size" in text
    assert "my_squares" not in before
    assert (folder / "my_squares.json").is_file()


async def test_a_dropped_workflow_leaves_nothing(discord_server: DiscordServer, easel: Easel, folder: Path) -> None:
    olivia = discord_server.person("olivia")

    async with easel.running() as bot:
        await listed(bot)
        answer = await olivia.slash("workflows add", file=("x.json", json.dumps(BLANK).encode()), name="squares")
        await told(answer, "/squares")
        await olivia.click(answer.message, "Drop it")
        await answer.wait(lambda message: message.text == "Dropped.")

    assert not list((easel.folder / "drafts").glob("*/*"))
    assert not (folder / "squares.json").exists()


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (("notes.txt", b"hello"), "That is no workflow."),
        (("x.json", b"{"), "It is not valid JSON"),
        (("x.png", b"\x89PNG\r\n\x1a\n"), "left no workflow in this file"),
        (("x.json", json.dumps({"1": entry("EmptyImage", "Canvas", width=64)}).encode()), "Nothing in it saves"),
    ],
)
async def test_what_is_no_workflow_is_refused_in_a_sentence(
    discord_server: DiscordServer, easel: Easel, folder: Path, *, file: tuple[str, bytes], says: str
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        answer = await discord_server.person("olivia").slash("workflows add", file=file)
        text = await told(answer)

    assert says in text
    assert not list((easel.folder / "drafts").glob("*/*"))


async def test_a_command_whose_nodes_the_server_lacks_is_hidden_with_the_reason(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    odd: dict[str, Any] = {**BLANK, "3": entry("PackNode", "Odd"), "2": entry("SaveImage", "Save", images=["3", 0])}
    easel.add_workflow("odd", odd, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        names = await commands(discord_server, lambda names: "odd" not in names)
        text = await told(await discord_server.person("olivia").slash("workflows show", workflow="odd"))

    assert "first" in names
    assert "lacks nodes: PackNode" in text
