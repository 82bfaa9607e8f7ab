"""/jobs pause and /jobs resume: nothing new begins on that server, what runs finishes, nothing is lost."""

from __future__ import annotations

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import Answer, DiscordServer
from tests.whole.conftest import Easel, finished, listed, shows, visible
from tests.whole.test_imagine import SMALL

PAUSED = "⏸️ Paused by a moderator."


async def ask(server: DiscordServer, who: str, prompt: str = "a fox") -> Answer:
    return await server.person(who).slash("imagine", prompt=prompt, **SMALL)


async def test_what_runs_finishes_and_what_is_new_waits_and_is_told(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    comfyui.hold()
    await listed(bot)
    running = await ask(discord_server, "alice")
    await running.wait(shows("🎨"))

    answer = await mona.slash("jobs pause")
    waiting = await ask(discord_server, "bob")
    await waiting.wait(shows(PAUSED))
    comfyui.release()
    await running.wait(finished)
    queue = visible((await discord_server.person("bob").slash("queue")).message)
    sent = len(comfyui.executed)
    resumed = await mona.slash("jobs resume")
    await waiting.wait(finished)

    assert answer.ephemeral
    assert answer.message.text.splitlines() == [
        "⏸️ Paused. New jobs wait until `/jobs resume`, and whoever asks is told.",
        "-# running, and may finish: 1 · waiting: 0",
    ]
    assert running.message.images
    assert queue.splitlines() == [
        "⏸️ A moderator has paused this server: what runs may finish, what waits begins later.",
        "• **yours** · `/imagine` a fox · paused",
    ]
    assert sent == 1
    assert resumed.message.text == "▶️ Jobs begin again, each in its place."
    assert waiting.message.images
    assert not any("before yours" in version.text for version in waiting.message.versions)
    entries = await bot.audit.entries(discord_server.guild.id)
    assert [(entry.actor_id, entry.action) for entry in entries] == [(mona.id, "resume"), (mona.id, "pause")]


async def test_who_waits_already_is_told_and_other_servers_go_on(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona, other = discord_server.person("mona"), discord_server.add_guild("Elsewhere")
    comfyui.hold()
    await listed(bot)
    here = [await ask(discord_server, who) for who in ("alice", "alice", "alice")]
    await here[2].wait(shows("2 jobs before yours"))
    far = await discord_server.person("bob").slash("imagine", prompt="far", guild=other, **SMALL)
    await far.wait(shows("2 jobs before yours"))

    await mona.slash("jobs pause")
    await here[2].wait(shows(PAUSED))
    await far.wait(shows("2 jobs before yours"))
    comfyui.release()
    await far.wait(finished)
    held = visible(here[2].message)
    await mona.slash("jobs resume")
    await here[2].wait(finished)

    assert PAUSED in held
    assert all(answer.message.images for answer in (*here, far))


async def test_a_pause_survives_a_restart_and_jobs_begin_once_in_their_order(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    mona = discord_server.person("mona")
    async with easel.running():
        await mona.slash("jobs pause")
        before = [await ask(discord_server, who) for who in ("alice", "bob")]
        for answer in before:
            await answer.wait(shows(PAUSED))
    async with easel.running() as bot:
        await listed(bot)
        after = await ask(discord_server, "alice")
        for answer in (*before, after):
            await answer.wait(shows(PAUSED))
        sent = list(comfyui.executed)
        again = await mona.slash("jobs pause")
        await mona.slash("jobs resume")
        for answer in (*before, after):
            await answer.wait(finished)

    jobs = await easel.jobs()
    assert sent == []
    assert again.message.text.startswith(f"This server is paused already, by <@{mona.id}> <t:")
    assert comfyui.executed == [job.id for job in jobs]
    assert [job.state for job in jobs] == [JobState.DONE] * 3


async def test_a_paused_job_can_be_cancelled(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")
    await discord_server.person("mona").slash("jobs pause")
    answer = await ask(discord_server, "alice")
    await answer.wait(shows(PAUSED))

    await alice.click(answer.message, "Cancel")

    await answer.wait(shows("⏹️ Cancelled."))


async def test_resuming_what_is_not_paused_says_so(discord_server: DiscordServer, bot: EaselBot) -> None:
    answer = await discord_server.person("mona").slash("jobs resume")

    assert answer.message.text == "This server is not paused."
    assert await bot.audit.entries(discord_server.guild.id) == []


async def test_a_person_s_own_limit_of_running_jobs_lets_others_by(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["limit_running"] = 1
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        first, second = [await ask(discord_server, "alice") for _ in range(2)]
        await second.wait(shows("begins when another of your jobs has ended"))
        bobs = await ask(discord_server, "bob")
        await bobs.wait(shows("1 job before yours"))
        comfyui.release()
        for answer in (first, second, bobs):
            await answer.wait(finished)

    mine, later, his = [job.id for job in sorted(await easel.jobs(), key=lambda job: job.created_at)]
    assert comfyui.executed == [mine, his, later]


async def test_what_is_held_begins_when_the_person_s_other_job_ends_though_nobody_else_asks(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["limit_running"] = 1
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        first, second = [await ask(discord_server, "alice") for _ in range(2)]
        await second.wait(shows("begins when another of your jobs has ended"))
        comfyui.release()
        for answer in (first, second):
            await answer.wait(finished)

    assert second.message.images
