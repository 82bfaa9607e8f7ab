"""Blocked words are refused before anybody else can see them, and are written down nowhere."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.rules import Rules
from bot.playground import DiscordServer
from bot.playground.answers import Answer
from tests.whole.conftest import Easel, finished
from tests.whole.moderated import audited
from tests.whole.test_imagine import SMALL


async def asked(server: DiscordServer, who: str = "alice", *, prompt: str, **options: object) -> Answer:
    return await server.person(who).slash("imagine", values={"prompt": prompt, **SMALL, **options})


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_blocked_prompt_is_refused_for_their_eyes_alone_and_kept_nowhere(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, caplog: pytest.LogCaptureFixture
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid*",), "log_level": "DEBUG"}

    with caplog.at_level(logging.DEBUG, "bot"), caplog.at_level(logging.DEBUG, "cogs"):
        async with easel.running():
            refused = await asked(discord_server, prompt="a heap of z o r k m i d s, shining")

    assert refused.ephemeral
    assert refused.message.text.startswith("`prompt`: It holds a word that is blocked here.")
    assert "zorkmid" not in refused.message.text
    assert await easel.jobs() == []
    assert b"shining" not in everything_in(easel.folder)
    assert "shining" not in caplog.text
    assert comfyui.executed == []


async def test_every_text_option_is_looked_through(discord_server: DiscordServer, easel: Easel) -> None:
    easel.changes["blocked_words"] = ("zorkmid",)

    async with easel.running():
        refused = await asked(discord_server, prompt="a fox", negative="ｚｏｒｋｍｉｄ")

    assert refused.ephemeral
    assert refused.message.text.startswith("`negative`: It holds a word")


async def test_a_word_of_one_server_is_no_word_of_direct_messages(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        guild = discord_server.channel("general").guild
        assert guild is not None
        await bot.servers.change(guild.id, lambda rules: Rules(words=("zorkmid",)))
        refused = await asked(discord_server, prompt="a zorkmid")
        alice = discord_server.person("alice")
        answer = await alice.slash("imagine", values={"prompt": "a zorkmid", **SMALL}, channel=alice.dm)
        made = await answer.wait(finished)

    assert refused.ephemeral
    assert made.images


async def test_the_last_strike_blocks_and_ordinary_prompts_are_then_refused_too(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid",), "strikes": 3}

    async with easel.running():
        refused = await asyncio.gather(*(asked(discord_server, prompt="a zorkmid") for _time in range(3)))
        after = await asked(discord_server, prompt="a fox")
        other = await (await asked(discord_server, "bob", prompt="a fox")).wait(finished)

    assert sum("you are blocked now" in answer.message.text for answer in refused) == 1
    assert after.ephemeral
    assert "You are blocked on this server." in after.message.text
    assert other.images


async def test_a_list_that_cannot_be_read_stops_the_start(easel: Easel) -> None:
    from bot.errors import SettingsError

    easel.changes["blocked_words_file"] = easel.folder / "none"

    with pytest.raises(SettingsError, match="BLOCKED_WORDS_FILE"):
        async with easel.running():
            pass


async def test_a_reason_is_looked_through_and_is_no_strike(discord_server: DiscordServer, easel: Easel) -> None:
    easel.changes |= {"blocked_words": ("zorkmid",), "strikes": 1}
    alice, mona = discord_server.person("alice"), discord_server.person("mona")

    async with easel.running() as bot:
        refused = await mona.slash("jobs block", user=alice, reason="wrote of z0rkmids and a z.o.r.k.m.i.d")
        deeds = await bot.audit.entries(discord_server.guild.id)
        block = bot.blocks.get(discord_server.guild.id, alice.id, bot.clock())

    assert refused.ephemeral
    assert refused.message.text.startswith("`reason`: It holds a word that is blocked here.")
    assert (deeds, block) == ([], None)


async def test_a_form_is_looked_through_and_is_no_strike(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid",), "strikes": 1}

    async with easel.running() as bot:
        await audited(discord_server, bot)
        message = await (await asked(discord_server, prompt="a fox")).wait(finished)
        form = (await discord_server.person("bob").menu("Report to moderators", message)).modal
        assert form is not None
        refused = await form.submit(reason="it shows a Zorkmid")
        deeds = await bot.audit.entries(discord_server.guild.id)

    assert refused.ephemeral
    assert refused.message.text.startswith("`reason`: It holds a word that is blocked here.")
    assert deeds == []
