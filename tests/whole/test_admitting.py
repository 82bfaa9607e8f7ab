"""Who is let in with what, as a member sees it: a refusal is theirs alone, and nothing was made."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.jobs.rules import Limits, Rules, WorkflowRule
from bot.playground import Answer, DiscordServer, Person, Request
from tests.pure.test_admission import used
from tests.whole.conftest import Easel, finished, graphs, listed, node, shows
from tests.whole.making import MANIFEST, entry, noise
from tests.whole.test_imagine import SMALL
from tests.whole.test_library import commands
from tests.whole.test_limits_uploads import encoded, told

#: one that draws nothing much
PAPER = {
    "1": entry("EmptyImage", "Paper", width=8, height=8, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
#: one whose files are fetched after the first answer
TRACED = {
    "1": entry("LoadImage", "Picture", image="a.png"),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
PICTURE = '[[option]]\nname = "picture"\ntype = "image"\nrequired = true\ntargets = ["Picture.image"]\n'


async def refused(answer: Answer) -> str:
    """What a refusal says."""
    assert answer.ephemeral
    return answer.message.text


async def done(answer: Answer) -> None:
    """It was let in and ended."""
    assert not answer.ephemeral
    assert (await answer.wait(finished)).images


async def make(person: Person) -> Answer:
    return await person.slash("make")


async def test_of_a_hundred_commands_at_once_the_limit_is_let_in(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes |= {"limit_hour": 7}
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        answers = await asyncio.gather(*(alice.slash("imagine", prompt=f"{n}", **SMALL) for n in range(100)))
        made = [answer for answer in answers if not answer.ephemeral]
        for answer in made:
            await done(answer)

    texts = {answer.message.text for answer in answers if answer.ephemeral}
    assert len(made) == 7
    assert all(re.fullmatch(r".*last 60 minutes: 7 of 7.* possible <t:\d+:R>\.", text) for text in texts)
    assert len(await easel.jobs()) == len(graphs(comfyui)) == 7


async def test_a_place_is_free_again_when_a_job_ends(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("make", PAPER, MANIFEST)
    easel.changes |= {"limit_waiting": 1}
    alice = discord_server.person("alice")
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        first = await make(alice)
        text = await refused(await make(alice))
        other = await make(discord_server.person("bob"))
        comfyui.release()
        await done(first)
        await done(other)
        again = await make(alice)
        await done(again)

    assert "1 of 1" in text


async def test_more_than_may_run_of_one_person_wait_and_let_others_by(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes |= {"limit_running": 1}
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        wishes = [("alice", "one"), ("alice", "two"), ("bob", "three")]
        answers = [await discord_server.person(name).slash("imagine", prompt=text, **SMALL) for name, text in wishes]
        await answers[2].wait(shows("1 job before yours"))
        comfyui.release()
        for answer in answers:
            await done(answer)

    assert [node(graph, "Prompt")["text"] for graph in graphs(comfyui)] == ["one", "three", "two"]


@pytest.mark.parametrize("name", ["a.png", "a.txt"])
async def test_a_refused_file_costs_nothing(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, name: str
) -> None:
    easel.add_workflow("invert", TRACED, MANIFEST + PICTURE)
    easel.changes |= {"limit_day": 1}
    alice = discord_server.person("alice")
    async with easel.running():
        await told(discord_server, "alice", picture=(name, b"no picture"))
        good = await alice.slash("invert", picture=("a.png", encoded(noise(8))))
        await done(good)
        text = await refused(await alice.slash("invert", picture=("a.png", encoded(noise(8)))))

    assert "last 24 hours: 1 of 1" in text
    assert len(graphs(comfyui)) == 1


async def test_a_command_that_discord_takes_no_answer_for_costs_nothing(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("make", PAPER, MANIFEST)
    easel.changes |= {"limit_day": 1}
    alice = discord_server.person("alice")
    lost: list[Request] = []

    async def lose(moment: str, request: Request) -> None:
        if moment == "request" and request.path.endswith("/callback") and not lost:
            lost.append(request)
            discord_server.advance(16)

    discord_server.on(lose)
    async with easel.running() as bot:
        failed = await make(alice)
        async with asyncio.timeout(10):
            while await used(bot.store):
                pass
        again = await make(alice)
        await done(again)

    assert failed.failed
    assert [job.state for job in await easel.jobs()] == [JobState.CANCELLED, JobState.DONE]


async def test_a_cooldown_is_the_longer_of_the_manifest_s_and_the_server_s(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("make", PAPER, f"{MANIFEST}cooldown = 60\n")
    alice, guild = discord_server.person("alice"), discord_server.guild
    async with easel.running() as bot:
        await bot.servers.change(guild.id, lambda _: Rules(workflows={"make": WorkflowRule(cooldown=120)}))
        await done(await make(alice))
        soon = await alice.slash("make", channel=alice.dm)
        discord_server.advance(61)
        text = await refused(await make(alice))
        elsewhere = await alice.slash("make", channel=alice.dm)
        await done(elsewhere)

    assert "You can use /make again" in await refused(soon)
    assert re.fullmatch(r"You can use /make again <t:\d+:R>: .*", text)


async def test_who_is_blocked_is_refused_on_that_server(discord_server: DiscordServer, easel: Easel) -> None:
    easel.add_workflow("make", PAPER, MANIFEST)
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    async with easel.running() as bot:
        await bot.blocks.block(discord_server.guild.id, alice.id, by=mona.id)
        text = await refused(await make(alice))
        await done(await make(mona))

    assert text.startswith("You are blocked on this server.")


async def test_a_server_says_in_which_channels(discord_server: DiscordServer, easel: Easel) -> None:
    """Their threads are with them; whoever runs the bot may anywhere."""
    easel.add_workflow("make", PAPER, MANIFEST)
    alice, olivia, art = discord_server.person("alice"), discord_server.person("olivia"), discord_server.channel("art")
    thread = discord_server.add_thread("art", "foxes")
    async with easel.running() as bot:
        await bot.servers.change(discord_server.guild.id, lambda _: Rules(channels=frozenset({art.id})))
        text = await refused(await make(alice))
        answers = [
            await alice.slash("make", channel=art),
            await alice.slash("make", channel=thread),
            await alice.slash("make", channel=alice.dm),
            await make(olivia),
        ]
        for answer in answers:
            await done(answer)

    assert text == f"Nothing can be made in this channel. Go to one of these: <#{art.id}>."


@pytest.mark.parametrize("whole", [True, False])
async def test_a_server_says_which_roles(discord_server: DiscordServer, easel: Easel, *, whole: bool) -> None:
    """For all that can be made, or for one command."""
    easel.add_workflow("make", PAPER, MANIFEST)
    easel.add_workflow("draw", PAPER, MANIFEST)
    role = discord_server.add_role("Painters")
    alice, pat = discord_server.person("alice"), discord_server.add_person("pat", role)
    roles = frozenset({role.id})
    rules = Rules(roles=roles) if whole else Rules(workflows={"make": WorkflowRule(roles=roles)})
    async with easel.running() as bot:
        await bot.servers.change(discord_server.guild.id, lambda _: rules)
        text = await refused(await make(alice))
        other = await alice.slash("draw")
        for answer in (await make(pat), await make(discord_server.person("olivia")), *([] if whole else [other])):
            await done(answer)

    assert text.endswith(f"one of these roles{' can make something' * whole}: <@&{role.id}>.")
    assert other.ephemeral == whole


async def test_limits_are_by_role_and_by_server(discord_server: DiscordServer, easel: Easel) -> None:
    easel.add_workflow("make", PAPER, MANIFEST)
    easel.changes |= {"limit_hour": 1}
    role = discord_server.add_role("Painters")
    alice, pat = discord_server.person("alice"), discord_server.add_person("pat", role)
    async with easel.running() as bot:
        await bot.servers.change(discord_server.guild.id, lambda _: Rules(by_role={role.id: Limits(hour=2)}))
        mine = [await make(alice) for _ in range(2)]
        theirs = [await make(pat) for _ in range(3)]
        alone = [await alice.slash("make", channel=alice.dm) for _ in range(2)]
        for answer in (mine[0], *theirs[:2], alone[0]):
            await done(answer)

    assert "1 of 1" in await refused(mine[1])
    assert "2 of 2" in await refused(theirs[2])
    assert "1 of 1" in alone[1].message.text


async def test_values_are_held_to_the_ceilings(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    easel.changes |= {"limit_size": "256x256", "limit_steps": 2, "limit_count": 3}
    alice = discord_server.person("alice")
    given: list[dict[str, object]] = [{"size": "512x256"}, {"steps": 3}, {"count": 4}]
    async with easel.running() as bot:
        await listed(bot)
        texts = [await refused(await alice.slash("imagine", prompt="a fox", values=each)) for each in given]
        plain = await alice.slash("imagine", prompt="a fox", count=3)
        await done(plain)

    (graph,) = graphs(comfyui)
    assert [text.split()[0] for text in texts] == ["`size`:", "`steps`:", "`count`:"]
    assert "512x256" in texts[0]
    assert "256x256" in texts[0]
    assert (node(graph, "Canvas")["width"], node(graph, "Canvas")["height"]) == (256, 256)
    assert (node(graph, "Sampler")["steps"], node(graph, "Canvas")["batch_size"]) == (2, 3)


async def test_paid_commands_have_a_budget_that_everybody_shares(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Whoever runs the bot included; what costs nothing goes on."""
    comfyui.add_node("PaidNode", {"input": {"required": {}}, "output": ["IMAGE"], "api_node": True})
    easel.add_workflow("make", PAPER, f"{MANIFEST}cost = 9\n")
    easel.add_workflow("dear", PAPER | {"1": entry("PaidNode", "Dear")}, f"{MANIFEST}cost = 4\n")
    easel.changes |= {"paid_budget": 5}
    alice, olivia = discord_server.person("alice"), discord_server.person("olivia")
    async with easel.running() as bot:
        await listed(bot)
        await commands(discord_server, lambda names: "dear" not in names)
        await olivia.slash("workflows enable", workflow="dear")
        await commands(discord_server, lambda names: "dear" in names)
        first = await alice.slash("dear")
        text = await refused(await olivia.slash("dear"))
        free = await make(olivia)
        await done(free)
        await bot.servers.change(discord_server.guild.id, lambda _: Rules(budget=8))
        raised = await olivia.slash("dear")
        for answer in (first, raised):
            await done(answer)

    assert re.fullmatch(r"Paid commands have cost 4 of 5 here .* /dear costs 4. It is possible again <t:\d+:R>\.", text)
