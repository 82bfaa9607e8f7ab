"""/queue: where the jobs of this server stand."""

from __future__ import annotations

import re

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import Answer, DiscordServer
from tests.pure.jobs import NOON, make_job
from tests.whole.conftest import Easel, finished, listed, shows, visible
from tests.whole.test_imagine import SMALL
from tests.whole.test_progress import post_foreign


async def start(server: DiscordServer, *wishes: tuple[str, str]) -> list[Answer]:
    """Jobs of these people for these prompts, in that order."""
    return [await server.person(name).slash("imagine", prompt=prompt, **SMALL) for name, prompt in wishes]


async def test_it_lists_who_comes_when_to_the_reader_alone(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    comfyui.hold()
    await listed(bot)
    answers = await start(discord_server, ("alice", "a fox"), ("bob", "a cat"), ("bob", "an owl"), ("alice", "a hen"))
    await answers[0].wait(shows("🎨"))
    await answers[1].wait(shows("1 job before yours"))
    await answers[3].wait(shows("2 jobs before yours"))  # bob's second waits its turn

    answer = await alice.slash("queue")

    assert answer.ephemeral
    assert visible(answer.message).splitlines() == [
        "• **yours** · `/imagine` a fox · running",
        f"• <@{bob.id}> · `/imagine` · 1 job before it",
        "• **yours** · `/imagine` a hen · 2 jobs before it",
        f"• <@{bob.id}> · `/imagine` · 3 jobs before it",
    ]
    comfyui.release()
    await answers[3].wait(finished)


async def test_a_moderator_reads_what_was_asked_for(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    comfyui.hold()
    (first,) = await start(discord_server, ("alice", "a fox"))

    assert "a fox" in (await discord_server.person("mona").slash("queue")).message.text
    comfyui.release()
    await first.wait(finished)


async def test_jobs_of_other_servers_are_only_counted(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, other = discord_server.person("alice"), discord_server.add_guild("Elsewhere")
    comfyui.hold()
    far = await alice.slash("imagine", prompt="a secret", guild=other, **SMALL)

    here = (await discord_server.person("bob").slash("queue")).message.text
    own = (await alice.slash("queue", channel=alice.dm)).message.text

    assert here == "No job waits or runs here.\n-# 1 job from elsewhere"
    assert "**yours** · `/imagine` a secret" in own
    comfyui.release()
    await far.wait(finished)


async def test_it_says_when_each_is_ready(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    await easel.remember(make_job(workflow="imagine", state=JobState.DONE, seconds=600.0, delivered_at=NOON))
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        answers = await start(discord_server, *[("alice", f"{number}") for number in range(3)])
        await answers[2].wait(shows("2 jobs before yours"))
        text = (await discord_server.person("alice").slash("queue")).message.text
        comfyui.release()
        await answers[2].wait(finished)

    ready = [int(stamp) for stamp in re.findall(r"ready <t:(\d+):R>", text)]
    assert len(ready) == 3
    assert ready == sorted(ready)


async def test_prompts_from_elsewhere_on_the_server_count(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    comfyui.hold()
    await listed(bot)
    await post_foreign(comfyui, 2)
    (first,) = await start(discord_server, ("alice", "a fox"))
    await first.wait(shows("2 jobs before yours"))

    assert "2 jobs before it" in (await discord_server.person("alice").slash("queue")).message.text
    comfyui.release()
    await first.wait(finished)


async def test_many_jobs_with_long_prompts_fit_into_one_answer(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["limit_waiting"] = 0
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        answers = await start(discord_server, *[("alice", "@everyone `**" * 100) for _ in range(25)])

        text = (await discord_server.person("alice").slash("queue")).message.text

        for answer in reversed(answers):
            message = await answer.wait(lambda message: bool(message.buttons))
            await discord_server.person("alice").slash("cancel", job=str(message.buttons[0].custom_id[-36:]))
        await answers[0].wait(finished)
    shown = text.count("•")
    assert len(text) <= 2000
    assert text.endswith(f"-# and {25 - shown} more here")
