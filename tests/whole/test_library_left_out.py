"""Workflows that are no command, or not for everybody: what Discord has no room for, refuses, and what costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from discord import AppCommandType

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Request
from bot.playground.wire import refuse_field
from tests.whole.conftest import Easel, listed
from tests.whole.making import MANIFEST, entry
from tests.whole.test_library import BLANK, commands, told


@pytest.fixture
def folder(easel: Easel) -> Path:
    """The folder of workflows, with one command /first."""
    easel.add_workflow("first", BLANK, MANIFEST)
    found: Path = easel.changes["workflows_dir"]
    return found


def offered(server: DiscordServer) -> set[str]:
    return {command["name"] for command in server.person("alice").commands()}


async def shown(server: DiscordServer, name: str) -> str:
    """What `/workflows show` says of one."""
    return await told(await server.person("olivia").slash("workflows show", workflow=name))


async def test_more_commands_than_discord_takes_leave_the_last_out_and_say_so(
    discord_server: DiscordServer, easel: Easel, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(99):
        easel.add_workflow(f"w{number:03}", BLANK, MANIFEST)

    async with easel.running() as bot:
        text = await told(await discord_server.person("olivia").slash("workflows list"))
        said = await shown(discord_server, "w098")
        every = {command.name for command in bot.tree.get_commands(type=AppCommandType.chat_input)}

    assert len(every) == 100
    assert {"queue", "cancel", "jobs", "workflows", "first", "w000"} <= every
    assert "w098" not in every
    assert "`/w098` · left out: Discord takes 100 commands" in text
    assert "Turn some off." in said
    assert "/w098 is left out: Discord takes 100 commands" in caplog.text


async def test_a_name_of_easel_s_own_is_left_out_and_says_so(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    easel.add_workflow("queue", BLANK, MANIFEST)
    easel.add_workflow("art", BLANK, MANIFEST)
    easel.add_workflow("boat", BLANK, f'{MANIFEST}group = "art"\n')

    async with easel.running():
        own = await shown(discord_server, "queue")
        group = await shown(discord_server, "boat")
        queue = await discord_server.person("alice").slash("queue")

    assert "/queue is a command of Easel's own. Give it another name." in own
    assert "Another workflow, or a group of them, is /art. Rename one of them." in group
    assert queue.ephemeral


async def test_what_discord_refuses_is_left_out_and_the_others_are_there(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    """Discord takes all commands or none; here it does not like two of them."""
    easel.add_workflow("rude", BLANK, MANIFEST)
    easel.add_workflow("worse", BLANK, f'{MANIFEST}group = "art"\n')
    easel.add_workflow("fine", BLANK, f'{MANIFEST}group = "art"\n')

    async def judge(moment: str, request: Request) -> None:
        if moment != "request" or request.method != "PUT" or not isinstance(request.payload, list):
            return
        for at, command in enumerate(request.payload):
            if command["name"] == "rude":
                raise refuse_field(f"{at}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
            for inner, option in enumerate(command.get("options") or []):
                if option["name"] == "worse":
                    raise refuse_field(
                        f"{at}.options.{inner}.name", "APPLICATION_COMMAND_INVALID_NAME", "No such words"
                    )

    discord_server.on(judge)
    async with easel.running() as bot:
        names = offered(discord_server)
        rude = await shown(discord_server, "rude")
        worse = await shown(discord_server, "worse")
        before = discord_server.command_puts
        await bot.keeper.reload()
        again = await shown(discord_server, "rude")
        puts = [request for request in discord_server.requests if request.method == "PUT"]

    assert {"first", "art"} <= names
    assert "rude" not in names
    assert "left out" in rude
    assert "Discord refuses it: name: Command name is invalid" in rude
    assert "Discord refuses it: name: No such words" in worse
    assert again == rude
    assert discord_server.command_puts == before == 1
    assert len(puts) == 3


async def test_a_paid_workflow_is_off_until_enabled_shows_that_it_costs_and_can_be_for_a_role(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, folder: Path
) -> None:
    comfyui.add_node("PaidNode", {"input": {"required": {}}, "output": ["IMAGE"], "api_node": True})
    dear = {
        **BLANK,
        "3": entry("PaidNode", "Dear"),
        "2": entry("SaveImage", "Save", images=["3", 0], filename_prefix="a"),
    }
    easel.add_workflow("dear", dear, f'{MANIFEST}roles = ["Patrons"]\n')
    patron = discord_server.add_person("pat", discord_server.add_role("Patrons"))
    olivia = discord_server.person("olivia")

    async with easel.running() as bot:
        await listed(bot)
        await commands(discord_server, lambda names: "dear" not in names)
        before = await shown(discord_server, "dear")
        enabled = await told(await olivia.slash("workflows enable", workflow="dear"), "ready")
        await commands(discord_server, lambda names: "dear" in names)
        (line,) = [each["description"] for each in patron.commands() if each["name"] == "dear"]
        refused = await told(await discord_server.person("alice").slash("dear"))
        listing = await told(await olivia.slash("workflows list"))
        taken = await patron.slash("dear")

    assert "off, costs money" in before
    assert "It uses paid nodes (PaidNode)" in before
    assert "💳 It costs money: PaidNode" in enabled
    assert line == "Make what the test wants 💳"
    assert refused == "This command is for people with one of these roles: @Patrons."
    assert "`/dear` 💳" in listing
    assert not taken.ephemeral


async def test_a_kept_workflow_that_cannot_be_a_command_says_why(
    discord_server: DiscordServer, easel: Easel, folder: Path
) -> None:
    olivia = discord_server.person("olivia")

    async with easel.running() as bot:
        await listed(bot)
        answer = await olivia.slash("workflows add", file=("queue.json", json.dumps(BLANK).encode()))
        await told(answer, "/queue")
        await olivia.click(answer.message, "Keep it")
        message = await answer.wait(lambda message: message.text.startswith("Kept"))
        taken = await told(await olivia.slash("workflows add", file=("first.json", json.dumps(BLANK).encode())))

    assert "`/queue` is no command yet" in message.text
    assert "command of Easel's own" in message.text
    assert taken == "first.json: There is a workflow “first” already. Add it under another name."
