"""Keeping a result: Save to DMs, and several pictures on one sheet with Download below it."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message, Person
from tests.whole.conftest import Easel, finished, listed, visible
from tests.whole.making import MANIFEST, files, noise, opened, pictures, texts
from tests.whole.test_history import history
from tests.whole.test_safety import BLUE, RED, SAFETY, judge
from tests.whole.test_show import brought, hidden_lines, imagined, spoilers

GRID = f"{MANIFEST}grid = true\n"


async def made(server: DiscordServer, channel: Any = None) -> Message:
    return await (await server.person("alice").slash("make", channel=channel)).wait(finished)


async def saved(person: Person, message: Message) -> str:
    """What is said of it."""
    answer = await person.click(message, "Save to DMs")
    return (await answer.wait(lambda reply: not reply.loading)).text


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


async def test_everybody_who_sees_a_result_may_have_it_in_their_direct_messages(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """After a restart too, and once however often they click at once."""
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running() as bot:
        message, _job = await imagined(discord_server, bot)
        mine = await saved(alice, message)
    async with easel.running():
        both = await asyncio.gather(*(bob.click(message, "Save to DMs") for _twice in range(2)))
        (said,) = await hidden_lines(discord_server, bob, 1)
        await said.wait(lambda reply: not reply.loading)

    (for_alice,), (for_bob,) = alice.sees(alice.dm), bob.sees(bob.dm)
    for copy in (for_alice, for_bob):
        assert [file.data for file in copy.images] == [message.images[0].data]
        assert copy.images[0].description == "a fox"
        assert "**a fox**" in visible(copy)
        assert f"/{discord_server.guild.id}/{message.channel.id}/{message.id}" in copy.text
        assert not copy.buttons
    assert mine == f"Saved to your [direct messages](https://discord.com/channels/@me/{alice.dm.id}/{for_alice.id})."
    assert [answer.acknowledged for answer in both] == [True, True]


async def test_closed_direct_messages_are_explained_and_can_be_tried_again(
    discord_server: DiscordServer, easel: Easel
) -> None:
    bob = discord_server.person("bob")
    bob.user.takes_dms = False
    async with easel.running() as bot:
        message, _job = await imagined(discord_server, bot)
        refused = await saved(bob, message)
        bob.user.takes_dms = True
        said = await saved(bob, message)

    assert refused.startswith("Discord does not let me write to you. Open this server's menu, choose Privacy Settings")
    assert said.startswith("Saved to your [direct messages](")


async def test_what_direct_messages_do_not_take_is_said_and_covered_stays_covered(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    discord_server.parts.files.upload_limit = 30 * 2**20
    large = (".bin", bytes(11 * 2**20))
    easel.add_workflow("make", files(comfyui, (".png", png()), large), f"{MANIFEST}nsfw = true\n")
    alice, cellar = discord_server.person("alice"), discord_server.add_channel("cellar", nsfw=True)
    async with easel.running():
        said = await saved(alice, await made(discord_server, cellar))

    (copy,) = alice.sees(alice.dm)
    assert [file.data for file in copy.files] == [png()]
    assert spoilers(copy) == [True]
    assert said.splitlines()[1].startswith("1 file is missing: direct messages take 10 MB at most")


def png(picture: Image.Image | None = None) -> bytes:
    out = BytesIO()
    (picture or noise(8)).save(out, "PNG")
    return out.getvalue()


async def test_several_pictures_stand_on_one_sheet_and_download_hands_them_out(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Also after a restart, to others too; once the server has them no more that is said."""
    originals = [noise(32, seed=number) for number in range(12)]
    easel.add_workflow("make", pictures(comfyui, *originals), GRID)
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running():
        message = await made(discord_server)
    async with easel.running() as bot:
        answer = await bob.click(message, "Download")
        first, second = await hidden_lines(discord_server, bob, 2)
        await first.wait(lambda reply: len(reply.images) == 10)
        (job,) = await bot.store.select(states=frozenset(JobState))
        copy = await brought(alice, job)
        for path in (easel.folder.parent / "comfyui").rglob("*.png"):
            path.unlink()
        gone = await (await bob.click(message, "Download")).wait(lambda reply: not reply.loading)

    (sheet,) = message.images
    assert opened(sheet.data).size == (4 * 32 + 3 * 2, 3 * 32 + 2 * 2)
    assert sheet.description == "12 pictures on one sheet: make"
    assert (answer.ephemeral, second.ephemeral, len(second.images)) == (True, True, 2)
    handed = [*first.images, *second.images]
    assert [opened(file.data).tobytes() for file in handed] == [picture.tobytes() for picture in originals]
    assert [file.data for file in copy.images] == [sheet.data]
    assert labels(copy) == labels(message)
    assert "can no longer be had from ComfyUI" in gone.text


@pytest.mark.parametrize("count", [1, 2])
async def test_one_picture_needs_no_sheet(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, count: int
) -> None:
    """And no Download."""
    easel.add_workflow("make", pictures(comfyui, *(noise(32, seed=number) for number in range(count))), GRID)
    async with easel.running():
        message = await made(discord_server)

    assert len(message.images) == 1
    assert opened(message.images[0].data).width == (32 if count == 1 else 66)
    assert ("Download" in labels(message)) is (count == 2)


async def test_what_was_withheld_is_nowhere_to_be_had(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Neither on a sheet, nor below it, nor by /show from ComfyUI's own files, nor as a small picture."""
    judge(comfyui, easel)
    easel.changes["results"] = "ephemeral"
    easel.add_workflow("make", pictures(comfyui, RED, BLUE, BLUE), GRID + SAFETY)
    easel.add_workflow("bad", files(comfyui, (".png", png(RED))), MANIFEST + SAFETY)
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        message = await made(discord_server)
        (first,) = await bot.store.select(states=frozenset(JobState))
        handed = await (await alice.click(message, "Download")).wait(lambda reply: not reply.loading)
        copy = await brought(alice, first)
        await (await alice.slash("bad")).wait(finished)
        bad = next(job for job in await bot.store.select(states=frozenset(JobState)) if job.workflow == "bad")
        nothing = await brought(alice, bad)
        await history(alice)
        small = {job.id: bot.thumbnails.read(job.id) for job in (first, bad)}

    for shown in (message, copy):
        assert opened(shown.images[0].data).width == 2 * 16 + 2
        assert "1 of 3 pictures was withheld" in shown.text
    assert len(handed.images) == 2
    assert (nothing.images, small[bad.id]) == ([], None)
    assert "The picture was withheld" in nothing.text
    assert opened(small[first.id] or b"").convert("RGB").getpixel((8, 8))[2] > 200  # type: ignore[index]  # of three


async def test_a_text_comes_back_as_a_text_and_a_message_without_files_saves_nothing(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("make", texts("A fox in the snow"), MANIFEST)
    bob = discord_server.person("bob")
    async with easel.running() as bot:
        message = await made(discord_server)
        (job,) = await bot.store.select(states=frozenset(JobState))
        copy = await brought(bob, job)

    assert "> A fox in the snow" in visible(copy)
    assert "Save to DMs" not in labels(message)
