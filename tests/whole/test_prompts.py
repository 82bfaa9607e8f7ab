"""Wildcards, alternatives and `repeat`, as members meet them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message, Request
from bot.playground.answers import Answer
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible
from tests.whole.making import entry, noise, sampled
from tests.whole.restarts import cut_short, stored
from tests.whole.test_limits_uploads import encoded

MANIFEST = """
description = "Draw"
[[option]]
name = "prompt"
type = "text"
required = true
max = 60
targets = "Prompt.text"
[[option]]
name = "seed"
type = "seed"
targets = "Sampler.seed"
"""


@pytest.fixture
def lists(easel: Easel) -> Path:
    """The folder of lists beside a workflow that draws small pictures."""
    easel.add_workflow("draw", sampled(steps=1), MANIFEST)
    folder: Path = easel.changes["workflows_dir"] / "wildcards"
    folder.mkdir()
    (folder / "animal.txt").write_text("# who\nred panda\n", "utf-8")
    (folder / "many.txt").write_text("\n".join(f"thing {number}" for number in range(500)), "utf-8")
    return folder


CHANGE = {
    "1": entry("LoadImage", "Picture", image="example.png"),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
TAKES = 'description = "Change"\n[[option]]\nname = "picture"\ntype = "image"\ntargets = ["Picture.image"]\n'


async def draw(server: DiscordServer, prompt: str, who: str = "alice", **options: Any) -> Answer:
    return await server.person(who).slash("draw", prompt=prompt, **options)


def texts(comfyui: Simulator) -> list[str]:
    return [node(graph, "Prompt")["text"] for graph in graphs(comfyui)]


async def test_the_picture_is_of_what_the_prompt_became_and_again_rolls_anew(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        typed = "a __ANIMAL__ in {snow|snow}, {one}, __many__"
        message = await (await draw(discord_server, typed, seed=3)).wait(finished)
        same = await (await draw(discord_server, typed, seed=3)).wait(finished)
        again = await (await discord_server.person("bob").click(message, "Again")).wait(finished)
        unknown = await draw(discord_server, "an __anima__")
        jobs = await bot.store.select(states=(JobState.DONE,))

    first, second, third = texts(comfyui)
    assert first == second
    assert first.startswith("a red panda in snow, {one}, thing ")
    assert third.startswith("a red panda in snow, {one}, thing ")
    assert third != first
    assert first in visible(message)
    assert first in visible(same)
    assert third in visible(again)
    assert {job.values["prompt"] for job in jobs} == {typed}
    assert sorted(job.expanded["prompt"] for job in jobs) == sorted(texts(comfyui))
    assert first in str(message.components)
    assert unknown.ephemeral
    assert "There is no wildcard “anima”. Did you mean “animal”?" in unknown.message.text


async def test_the_owner_can_turn_it_off(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    easel.changes["wildcards"] = False

    async with easel.running():
        message = await (await draw(discord_server, r"\{a|b} __animal__")).wait(finished)

    assert texts(comfyui) == [r"\{a|b} __animal__"]
    assert "__animal__" in visible(message)


async def test_what_a_prompt_became_is_looked_through_and_what_it_is_longer_than(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid", "grue"), "strikes": 9}
    (lists / "bad.txt").write_text("a grue\n", "utf-8")
    (lists / "long.txt").write_text("x" * 61, "utf-8")

    async with easel.running():
        typed = await draw(discord_server, "{zork|zork}mid")
        drawn = await draw(discord_server, "__bad__")
        long = await draw(discord_server, "__long__")

    assert "holds a word that is blocked here. Change it and try again. This is time 1" in typed.message.text
    assert drawn.message.text == "`prompt`: It holds a word that is blocked here. Change it and try again."
    assert "It has 61 characters" in long.message.text
    assert all(refused.ephemeral for refused in (typed, drawn, long))
    assert await easel.jobs() == []


# --- repeat ---


async def followed(answer: Answer, count: int) -> list[Message]:
    """The messages after the first answer, once there are so many and each has something to say."""
    async with asyncio.timeout(15):
        while len(answer.followups) < count:  # noqa: ASYNC110 - no event tells of them
            await asyncio.sleep(0.01)
    return answer.followups


async def test_each_of_several_has_its_own_seed_text_and_message(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        answer = await draw(discord_server, "a __many__", seed=5, repeat=3)
        first = await answer.wait(finished)
        others = [await other.wait(finished) for other in await followed(answer, 2)]
        jobs = sorted(await bot.store.select(states=(JobState.DONE,)), key=lambda job: job.seed)

    assert [job.seed for job in jobs] == [5, 6, 7]
    assert [job.values["seed"] for job in jobs] == [5, 6, 7]
    assert len(set(texts(comfyui))) == 3
    assert {job.place.message_id for job in jobs} == {first.id, *(other.id for other in others)}
    assert len(others) == 2
    for job, message in zip(jobs, (first, *others), strict=True):
        assert job.expanded["prompt"] in visible(message)


async def test_as_many_as_the_limit_lets_in_and_a_word_about_the_others(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    easel.changes["limit_waiting"] = 3

    async with easel.running() as bot:
        await listed(bot)
        comfyui.hold()
        answer = await draw(discord_server, "a fox", repeat=7)
        said = (await followed(answer, 3))[-1]
        waiting = await bot.store.select()
        comfyui.release()

    assert said.ephemeral
    assert "3 of 7 were made. Your jobs here that have not ended: 3 of 3" in said.text
    assert len(waiting) == 3


async def test_what_was_stored_is_made_though_the_bot_dies_before_its_message(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    before = len(discord_server.person("alice").home.messages)
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hold(moment: str, request: Request) -> None:
        if moment == "request" and request.method == "POST" and "/webhooks/" in request.path:
            arrived.set()
            await never.wait()
            raise ConnectionError

    comfyui.hold()
    discord_server.on(hold)
    async with cut_short(easel):
        answer = await draw(discord_server, "a fox", repeat=3)
        async with asyncio.timeout(10):
            await arrived.wait()
    never.set()
    async with stored(easel) as store:
        left = await store.unfinished()
    comfyui.release()
    async with easel.running():
        first = await answer.wait(finished)
        here = answer.message.channel.messages
        async with asyncio.timeout(10):
            while len(here) < before + 3:  # noqa: ASYNC110 - no event tells of them
                await asyncio.sleep(0.01)
        made = [await message.wait(finished) for message in list(here.values())[before:]]

    assert len(left) == 3
    assert first in made
    assert all(message.images for message in made)


async def test_where_the_bot_is_not_only_a_few_are_made(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    alice = discord_server.person("alice")
    alice.user.installed = True
    chat = alice.chat(discord_server.person("bob"))

    async with easel.running() as bot:
        await listed(bot)
        answer = await draw(discord_server, "a fox", repeat=6, channel=chat)
        await answer.wait(finished)
        *others, said = await followed(answer, 4)
        made = [await other.wait(finished) for other in others]

    assert len(made) == 3
    assert said.ephemeral
    assert "4 of 6 were made." in said.text


async def test_several_of_one_attachment_share_it(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, lists: Path
) -> None:
    easel.add_workflow("change", CHANGE, TAKES)

    async with easel.running() as bot:
        await listed(bot)
        file = ("a.png", encoded(noise(16)))
        answer = await discord_server.person("alice").slash("change", picture=file, repeat=2)
        await answer.wait(finished)
        (other,) = await followed(answer, 1)
        await other.wait(finished)
        jobs = await bot.store.select(states=(JobState.DONE,))

    assert len({job.files["picture"] for job in jobs}) == 1
    assert len({job.id for job in jobs}) == 2
