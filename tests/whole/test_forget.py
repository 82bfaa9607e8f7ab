"""What the bot knows of a person is deleted when they say so, here and on ComfyUI; what moderators need stays."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.audit import Deed
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message
from bot.playground.answers import Answer
from tests.whole.conftest import Easel, finished, hold_at, listed, shows
from tests.whole.discord_bot import picture
from tests.whole.making import entry
from tests.whole.moderated import rename
from tests.whole.restarts import cut_short, stored
from tests.whole.test_imagine import SMALL

CHANGE = {
    "1": entry("LoadImage", "Picture", image="example.png"),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
MANIFEST = 'description = "Change"\n[[option]]\nname = "picture"\ntype = "image"\ntargets = ["Picture.image"]\n'


async def imagine(server: DiscordServer, who: str, prompt: str) -> Message:
    return await (await server.person(who).slash("imagine", values={"prompt": prompt, **SMALL})).wait(finished)


async def pressed(server: DiscordServer, question: Answer, name: str, who: str = "alice") -> str:
    """What the question says once it was answered."""
    await server.person(who).click(question.message, name)
    message = await question.wait(lambda message: not message.buttons and "Forget " not in message.text)
    return message.text


async def history(comfyui: Simulator) -> list[str]:
    """The prompts that the server can tell about."""
    async with aiohttp.ClientSession() as session, session.get(f"{comfyui.url}/history") as response:
        return list(await response.json())


async def emptied(bot: EaselBot, user_id: int) -> None:
    """Until nothing of that person is stored."""
    async with asyncio.timeout(10):
        while await bot.forgetting.count(user_id):  # noqa: ASYNC110 - each look is a round through the database
            await asyncio.sleep(0)


async def test_prompts_graphs_files_and_history_are_gone_and_others_stay(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("change", CHANGE, MANIFEST)
    alice, bob = discord_server.person("alice"), discord_server.person("bob")

    async with easel.running() as bot:
        await listed(bot)
        mine = await (await alice.slash("change", picture=("a.png", picture()))).wait(finished)
        await (await bob.slash("change", picture=("b.png", picture("blue")))).wait(finished)
        (job,) = await bot.store.select(user_id=alice.id, states=(JobState.DONE,))
        (other,) = await bot.store.select(user_id=bob.id, states=(JobState.DONE,))
        question = await alice.slash("forget me")
        asked = question.message.text
        said = await pressed(discord_server, question, "Forget them")
        left_there = await history(comfyui)

    assert question.ephemeral
    assert asked.startswith("Forget 1 job (yours)?")
    assert said.startswith("Forgot 1 job.")
    assert "easel/<job id>" in said
    assert [file.data for file in question.message.files] == [f"easel/{job.id}*\n".encode()]
    assert [left.id for left in await easel.jobs()] == [other.id]
    assert not (easel.folder / "files" / job.id).exists()
    assert (easel.folder / "files" / other.id).exists()
    assert left_there == [other.id]
    assert mine.images


async def test_nothing_is_left_in_the_files_of_the_database(discord_server: DiscordServer, easel: Easel) -> None:
    async with easel.running():
        for number in range(3):
            await imagine(discord_server, "alice", f"a shimmering zorkmid {number}")
        await pressed(discord_server, await discord_server.person("alice").slash("forget me"), "Forget them")

    left = b"".join(path.read_bytes() for path in easel.folder.glob("easel.db*"))
    assert b"shimmering" not in left


async def test_nothing_is_forgotten_without_a_yes(discord_server: DiscordServer, bot: EaselBot) -> None:
    await imagine(discord_server, "alice", "a fox")
    question = await discord_server.person("alice").slash("forget me")

    said = await pressed(discord_server, question, "Keep them")

    assert said == "Nothing was forgotten."
    assert await bot.forgetting.count(discord_server.person("alice").id) == 1


async def test_who_has_asked_for_nothing_is_told_so(discord_server: DiscordServer, bot: EaselBot) -> None:
    answer = await discord_server.person("alice").slash("forget me")

    assert answer.ephemeral
    assert answer.message.text == "There is nothing to forget."


async def test_in_direct_messages_it_is_the_same_person(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")
    await imagine(discord_server, "alice", "a fox")

    question = await alice.slash("forget me", channel=alice.dm)
    said = await pressed(discord_server, question, "Forget them")

    assert said.startswith("Forgot 1 job.")


async def test_open_jobs_are_stopped_and_forgotten_when_they_have_ended(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    hold_at(comfyui, 1)
    running = await alice.slash("imagine", values={"prompt": "a fox", **SMALL})
    await running.wait(shows("step 1 of 2"))
    question = await alice.slash("forget me")

    said = await pressed(discord_server, question, "Forget them")
    comfyui.release()
    await running.wait(shows("Cancelled."))
    await emptied(bot, alice.id)

    assert "1 job has not ended yet: it is being stopped, and forgotten then." in said


async def test_what_had_not_ended_when_the_bot_stopped_is_forgotten_after_its_next_start(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    async with cut_short(easel):
        hold_at(comfyui, 1)
        running = await alice.slash("imagine", values={"prompt": "a fox", **SMALL})
        await running.wait(shows("step 1 of 2"))
        comfyui.faults.lost_interrupts = 1000
        await pressed(discord_server, await alice.slash("forget me"), "Forget them")
    async with stored(easel) as store:
        left = await store.select(user_id=alice.id)
    comfyui.faults.lost_interrupts = 0
    comfyui.release()

    async with easel.running() as bot:
        await running.wait(finished)
        await emptied(bot, alice.id)
        wish = await bot.store.recall(f"forget:{alice.id}")

    assert len(left) == 1
    assert wish is None


async def test_the_owner_of_the_bot_forgets_anybody_and_nobody_else_does(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice, mona, olivia = (discord_server.person(name) for name in ("alice", "mona", "olivia"))
    await imagine(discord_server, "alice", "a fox")

    refused = await mona.slash("forget user", user=alice)
    question = await olivia.slash("forget user", user=alice)
    said = await pressed(discord_server, question, "Forget them", "olivia")
    deeds = await bot.audit.entries(0)

    assert refused.ephemeral
    assert refused.message.text == "Only whoever runs the bot may do that."
    assert said.startswith("Forgot 1 job.")
    assert [(deed.action, deed.actor_id, deed.user_id) for deed in deeds] == [("forget", olivia.id, alice.id)]


@pytest.mark.parametrize("asker", ["alice", "bob"])
async def test_a_forged_button_forgets_nobody(discord_server: DiscordServer, bot: EaselBot, asker: str) -> None:
    """Whether it says that bob asked, or that alice did."""
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    await imagine(discord_server, "alice", "a fox")
    await imagine(discord_server, "bob", "a cat")
    question = await bob.slash("forget me")
    custom_id = f"forget:yes:{alice.id}:{discord_server.person(asker).id}"
    rename(question.message, "Forget them", custom_id)

    refused = await bob.click(question.message, custom_id)

    assert refused.ephemeral
    assert refused.message.text.startswith("Only who")
    assert await bot.forgetting.count(alice.id) == 1


async def test_what_moderators_need_stays_without_the_persons_own_words(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice, guild = discord_server.person("alice"), discord_server.guild.id
    await imagine(discord_server, "alice", "a fox")
    await bot.strikes.add(guild, alice.id)
    await bot.blocks.block(guild, alice.id, by=1, reason="rude")
    await bot.audit.record(guild_id=guild, actor_id=alice.id, action=Deed.REPORT, user_id=2, reason="my own words")
    await bot.audit.record(guild_id=guild, actor_id=1, action=Deed.BLOCK, user_id=alice.id, reason="rude")

    await pressed(discord_server, await alice.slash("forget me"), "Forget them")

    deeds = {deed.action: deed.reason for deed in await bot.audit.entries(guild)}
    assert deeds == {"report": "", "block": "rude"}
    assert bot.blocks.get(guild, alice.id, bot.clock()) is not None
    assert (await bot.strikes.add(guild, alice.id)).count == 2


async def test_a_comfyui_that_is_away_is_named(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    await imagine(discord_server, "alice", "a fox")
    await comfyui.close()

    said = await pressed(discord_server, await alice.slash("forget me"), "Forget them")

    assert said.startswith("Forgot 1 job.")
    assert "⚠️ A ComfyUI did not answer" in said
