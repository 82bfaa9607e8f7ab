"""Buttons under a result: Again, Vary, Upscale and the other actions, before and after a restart, by everybody."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import discord
import pytest
from discord import ui

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.playground import Answer, DiscordServer, Message
from bot.playground.interaction import COMPONENT
from bot.ui.pressable import BUTTONS
from tests.whole.conftest import Easel, finished, graphs, listed, node
from tests.whole.discord_bot import picture
from tests.whole.making import MANIFEST, entry, noise, opened, pictures
from tests.whole.moderated import lines, planted
from tests.whole.restarts import stored
from tests.whole.test_imagine import SMALL
from tests.whole.test_library import BLANK

TAKES = """
[[option]]
name = "picture"
type = "image"
required = true
targets = ["Picture.image"]
"""
COPY = {
    "1": entry("LoadImage", "Picture", image="example.png"),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
SQUARE = """
[[option]]
name = "side"
type = "integer"
default = {side}
min = 16
max = {most}
targets = ["Canvas.width", "Canvas.height"]
"""


async def imagined(server: DiscordServer, who: str = "alice", **options: Any) -> Message:
    given = {"prompt": "a fox", "negative": "snow", "seed": 5, **SMALL, **options}
    return await (await server.person(who).slash("imagine", values=given)).wait(finished)


async def clicked(server: DiscordServer, who: str, message: Message, name: str) -> Message:
    """The message that came of a button."""
    return await (await server.person(who).click(message, name)).wait(finished)


async def job_of(bot: EaselBot, message: Message) -> Job:
    job = await bot.store.by_message(message.channel.id, message.id)
    assert job is not None
    return job


def link(message: Message) -> str:
    guild = message.channel.guild
    return f"https://discord.com/channels/{guild.id if guild else '@me'}/{message.channel.id}/{message.id}"


def said(answer: Answer) -> str:
    """What only who pressed is told."""
    assert answer.ephemeral
    return answer.message.text


@pytest.mark.parametrize("restarted", [False, True])
async def test_everybody_goes_on_from_a_result(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, restarted: bool
) -> None:
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(easel.running())
        await listed(bot)
        first = await imagined(discord_server)
        if restarted:
            await stack.aclose()
            discord_server.advance(390 * 24 * 3600)
            bot = await stack.enter_async_context(easel.running())
        again = await clicked(discord_server, "bob", first, "Again")
        varied = await clicked(discord_server, "mona", again, "Vary (strong)")
        larger = await clicked(discord_server, "alice", varied, "Upscale")
        subtle = await clicked(discord_server, "bob", larger, "Vary (subtle)")
        made = [await job_of(bot, message) for message in (first, again, varied, larger, subtle)]

    people = [discord_server.person(name).id for name in ("alice", "bob", "mona", "alice", "bob")]
    assert [job.place.user_id for job in made] == people
    assert [job.workflow for job in made] == ["imagine", "imagine", "remix", "upscale", "remix"]
    assert [job.parent for job in made] == [None, *(job.id for job in made[:-1])]
    assert [job.origin for job in made[1:]] == [link(message) for message in (first, again, varied, larger)]
    assert f"[from this result]({link(first)})" in again.text
    assert "**a fox**" in larger.text
    assert larger.images[0].description == "a fox"
    assert {**made[1].values, "seed": 5} == made[0].values
    assert made[1].seed != 5
    texts = {"prompt": "a fox", "negative": "snow", "image": "image"}
    assert made[2].values == {**texts, "steps": 2, "change": 0.75}
    assert made[4].values == {**texts, "change": 0.35}
    for job, message in zip(made[2:], (again, varied, larger), strict=True):
        assert (easel.folder / job.files["image"]).read_bytes() == message.images[0].data
    assert node(graphs(comfyui)[-1], "Sampler")["denoise"] == 0.35
    assert not made[0].notes + made[1].notes


async def test_one_click_makes_one_job_and_two_people_get_theirs(
    discord_server: DiscordServer, bot: EaselBot, comfyui: Simulator
) -> None:
    await listed(bot)
    first = await imagined(discord_server)
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    comfyui.hold()

    answers = await asyncio.gather(*(person.click(first, "Again") for person in (alice, alice, bob, alice, bob)))

    assert all(answer.acknowledged for answer in answers)
    open_jobs = await bot.store.unfinished()
    assert sorted(job.place.user_id for job in open_jobs) == sorted([alice.id, bob.id])
    discord_server.advance(4)
    await alice.click(first, "Again")
    assert len(await bot.store.unfinished()) == 3
    comfyui.release()


async def test_a_follow_up_goes_on_from_its_own_pictures(discord_server: DiscordServer, easel: Easel) -> None:
    async with easel.running() as bot:
        await listed(bot)
        first = await imagined(discord_server, count=12)
        _first, follow_up = await lines(discord_server, discord_server.channel("general"), 2)
        eleventh = await clicked(discord_server, "bob", follow_up, "V11")
        entry = next(
            option for option in follow_up.selects[0]["options"] if option["label"] == "Picture 12: Vary (subtle)"
        )
        answer = await discord_server.person("bob").select(follow_up, "More with one picture…", entry["value"])
        twelfth = await answer.wait(finished)
        vary = next(select for select in first.selects if "Vary" in select["placeholder"])
        answer = await discord_server.person("bob").select(first, vary["custom_id"], vary["options"][4]["value"])
        third = await answer.wait(finished)
        made = [await job_of(bot, message) for message in (eleventh, twelfth, third)]

    sources = [follow_up.images[0], follow_up.images[1], first.images[2]]
    assert [job.values["change"] for job in made] == [0.75, 0.35, 0.35]
    found = [(easel.folder / job.files["image"]).read_bytes() for job in made]
    assert found == [source.data for source in sources]


async def test_an_older_job_is_made_as_the_workflow_is_today(discord_server: DiscordServer, easel: Easel) -> None:
    easel.add_workflow("square", BLANK, MANIFEST + SQUARE.format(side=64, most=512))
    alice = discord_server.person("alice")
    async with easel.running():
        plain = await (await alice.slash("square")).wait(finished)
        large = await (await alice.slash("square", side=256)).wait(finished)
    easel.add_workflow("square", BLANK, MANIFEST + SQUARE.format(side=32, most=128))
    async with easel.running():
        smaller = await clicked(discord_server, "alice", plain, "Again")
        left_out = await clicked(discord_server, "alice", large, "Again")
    (easel.changes["workflows_dir"] / "square.toml").unlink()
    (easel.changes["workflows_dir"] / "square.json").unlink()
    easel.add_workflow("other", BLANK, MANIFEST)
    async with easel.running():
        gone = said(await alice.click(plain, "Again"))
    async with stored(easel) as store:
        job = await store.by_message(plain.channel.id, plain.id)
        assert job is not None
        await store.change(job, removed_by=alice.id + 1)
        job = await store.by_message(large.channel.id, large.id)
        assert job is not None
        await store.change(job, removed_by=alice.id)
    easel.add_workflow("square", BLANK, MANIFEST + SQUARE.format(side=32, most=512))
    async with easel.running() as bot:
        removed = [
            said(await discord_server.person(who).click(message, "Again"))
            for who, message in (("alice", plain), ("bob", large))
        ]
        await clicked(discord_server, "alice", large, "Again")
        await bot.forgetting.forget(alice.id, by=alice.id)
        forgotten = said(await alice.click(plain, "Again"))

    assert "`side` is `32`; it was `64`." in smaller.text
    assert "Without `side` `256`: that is no longer possible." in left_out.text
    assert [image.width for message in (smaller, left_out) for image in message.images] == [32, 32]
    assert gone == "/square cannot run at the moment. Its files were removed, or cannot be used any more."
    assert removed == ["What this job made was taken away, so nobody can go on from it."] * 2
    assert forgotten.startswith("Nothing is known of this job any more")


async def test_again_takes_the_files_of_the_job_while_they_are_kept(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("copy", COPY, MANIFEST + TAKES)
    async with easel.running() as bot:
        alice = discord_server.person("alice")
        first = await (await alice.slash("copy", picture=("a.png", picture("blue")))).wait(finished)
        again = await clicked(discord_server, "bob", first, "Again")
        job = await job_of(bot, again)
        (easel.folder / job.files["picture"]).unlink()
        refused = said(await alice.click(first, "Again"))

    assert again.images[0].data == first.images[0].data
    assert refused == "`picture`: The file that was given for it is kept no longer. Use /copy and attach it again."


async def test_a_picture_on_a_sheet_is_taken_as_it_was_made(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    made = [noise(64, seed=number) for number in range(3)]
    easel.add_workflow("copy", COPY, MANIFEST + TAKES)
    easel.add_workflow(
        "three", pictures(comfyui, *made), f'{MANIFEST}grid = true\nactions = {{ "Upscale" = "copy.picture" }}\n'
    )
    async with easel.running() as bot:
        await listed(bot)
        sheet = await (await discord_server.person("alice").slash("three")).wait(finished)
        second = await clicked(discord_server, "bob", sheet, "U2")

    assert len(sheet.images) == 1
    assert opened(second.images[0].data).tobytes() == made[1].tobytes()


async def test_an_action_asks_for_what_it_needs_and_a_model_that_is_gone_is_said(
    discord_server: DiscordServer, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        first = await imagined(discord_server)
        asked = await alice.click(first, "Remix")
        assert asked.modal is not None
        remixed = await (await asked.modal.submit(prompt="a wolf")).wait(finished)
        job = await job_of(bot, remixed)
        lost = replace(await job_of(bot, first), id=str(uuid4()), values={"prompt": "a fox", "model": "gone.pt"})
        await bot.store.add(lost)
        button = f"job:again:{lost.id}"
        refused = said(await alice.click(planted(discord_server, first.channel, button), button))

    assert (job.workflow, job.values["prompt"], job.origin) == ("remix", "a wolf", link(first))
    assert (easel.folder / job.files["image"]).read_bytes() == first.images[0].data
    assert refused == "`model`: `gone.pt` is no longer on the server. Use /imagine and choose another."


async def test_what_failed_or_was_stopped_can_be_made_again(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    await listed(bot)
    comfyui.faults.out_of_memory = True
    failed = await imagined(discord_server)
    assert "❌" in failed.text

    again = await clicked(discord_server, "bob", failed, "Again")

    assert again.images
    labels = [button.label for button in failed.buttons]
    assert labels[0] == "Again"
    assert "Upscale" not in labels


async def test_a_button_of_adults_works_where_they_are(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("spicy", pictures(comfyui, noise(16)), f"{MANIFEST}nsfw = true\n")
    cellar = discord_server.add_channel("cellar", nsfw=True)
    async with easel.running() as bot:
        message = await (await discord_server.person("alice").slash("spicy", channel=cellar)).wait(finished)
        again = await clicked(discord_server, "bob", message, "Again")
        button = f"job:again:{(await job_of(bot, message)).id}"
        alice, elsewhere = discord_server.person("alice"), discord_server.channel("general")
        refused = [
            said(await alice.click(planted(discord_server, place, button), button)) for place in (elsewhere, alice.dm)
        ]
        jobs = await bot.store.select(states=JobState)

    assert again.images
    assert refused == ["This is for age-restricted channels only. Use it in one of those."] * 2
    assert len(jobs) == 2


async def test_only_what_a_select_offers_can_be_chosen(discord_server: DiscordServer, bot: EaselBot) -> None:
    await listed(bot)
    alice, message = discord_server.person("alice"), await imagined(discord_server, count=2)
    part = next(part for part in message.selects)
    button = message.buttons[0].custom_id
    data = {"custom_id": part["custom_id"], "component_type": 3, "id": part["id"], "values": [button]}

    answer = await alice.interact(COMPONENT, message.channel, data, source=message)

    assert said(answer) == "That entry does nothing any more. Use the command again."


class Passing(ui.View):
    """A view as anybody writes one."""

    @ui.button(label="Static", custom_id="static")
    async def static(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        """Does nothing."""


async def test_buttons_survive_whatever_other_views_do(discord_server: DiscordServer, bot: EaselBot) -> None:
    await listed(bot)
    channel = bot.get_partial_messageable(discord_server.channel("general").id)
    first = await imagined(discord_server)
    view = Passing(timeout=0.01)
    sent = await channel.send("passing", view=view)
    await view.wait()
    stopped = Passing()
    await sent.edit(view=stopped, allowed_mentions=discord.AllowedMentions.none())
    stopped.stop()
    for _number in range(3):
        await imagined(discord_server, count=2)

    again = await clicked(discord_server, "bob", first, "Again")

    assert again.images
    assert {*bot._connection._view_store._dynamic_items.values()} >= {*BUTTONS}
