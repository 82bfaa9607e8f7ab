"""Edit: a form filled in with what a result was made with; sent, it is a job of whoever sent it."""

from __future__ import annotations

import asyncio

from bot.comfy.simulator import Simulator
from bot.jobs.rules import Limits, Rules
from bot.playground import Answer, DiscordServer, Message
from bot.playground.answers import Modal
from bot.playground.interaction import MODAL
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.moderated import planted

DEFAULT = "blurry, low quality, watermark"  # what /imagine keeps out where nobody says anything
FOX = {"prompt": "a fox", "negative": "blurry", "size": "256x256", "steps": 2, "cfg": 5.5, "seed": 77}


def told(answer: Answer) -> str:
    """What is said to them alone."""
    message = answer.followups[-1] if answer.followups else answer.message
    assert message.ephemeral
    return message.text


async def imagined(server: DiscordServer, who: str = "alice", **options: object) -> Message:
    answer = await server.person(who).slash("imagine", values={**FOX, **options})
    return await answer.wait(finished)


async def opened(server: DiscordServer, who: str, message: Message) -> Answer:
    answer = await server.person(who).click(message, "Edit")
    assert answer.modal is not None, answer.message.text
    return answer


async def form(server: DiscordServer, who: str, message: Message) -> Modal:
    modal = (await opened(server, who, message)).modal
    assert modal is not None
    return modal


def filled(modal: Modal) -> dict[str, str]:
    return {label: part.get("value") or "" for label, part in modal.fields.items()}


async def sent(server: DiscordServer, who: str, shown: Answer) -> Answer:
    """The form sent past the client, which would not send it twice, or for somebody else."""
    assert shown.modal is not None
    fields = [
        {"type": 4, "id": 50 + at, "custom_id": part["custom_id"], "value": part.get("value") or ""}
        for at, part in enumerate(shown.modal.fields.values())
    ]
    labels = [{"type": 18, "id": at, "component": field} for at, field in enumerate(fields)]
    person, data = server.person(who), {"custom_id": shown.modal.custom_id, "components": labels}
    opening = shown.interaction
    done = await person.act(MODAL, opening.channel, data, source=opening.source, triggered_by=opening.metadata)
    return Answer(done, person)


async def test_a_result_is_edited_by_its_owner_and_by_anybody_else_before_and_after_a_restart(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        theirs = await form(discord_server, "alice", message)

        assert theirs.title == "Edit"
        assert filled(theirs) == {
            "Prompt": "a fox",
            "Negative": "blurry",
            "Size": "256x256",
            "Steps": "2",
            "CFG": "5.5",
        }
        mine = await (await theirs.submit(prompt="a red fox", cfg="4,5")).wait(finished)
        left = await opened(discord_server, "bob", message)

    async with easel.running() as bot:
        await listed(bot)
        late = await sent(discord_server, "bob", left)
        again = await form(discord_server, "bob", message)
        his = await (await again.submit(prompt="an owl", negative="")).wait(finished)

    first, second, third = graphs(comfyui)
    assert (node(second, "Prompt")["text"], node(second, "Sampler")["cfg"]) == ("a red fox", 4.5)
    assert [node(graph, "Sampler")["seed"] for graph in (first, second, third)] == [77, 77, 77]
    assert node(second, "Negative prompt")["text"] == "blurry"
    assert (node(third, "Prompt")["text"], node(third, "Negative prompt")["text"]) == ("an owl", DEFAULT)
    assert told(late) == "That form is not open any more. Choose the command or the menu again."
    assert f"<@{discord_server.person('alice').id}>" in visible(mine)
    assert f"<@{discord_server.person('bob').id}>" in visible(his)
    assert all(f"/{message.channel.id}/{message.id})" in visible(each) for each in (mine, his))
    jobs = {job.values["prompt"]: job for job in await easel.jobs()}
    assert {jobs["an owl"].parent, jobs["a red fox"].parent} == {jobs["a fox"].id}
    assert jobs["an owl"].notes == ()


async def test_the_form_asks_for_what_people_change_most(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server, sampler="euler", scheduler="simple")
        await imagined(discord_server, "bob", sampler="ddim", scheduler="normal")
        await (await discord_server.person("bob").slash("imagine", prompt="a cat", sampler="lcm", steps=3)).wait(
            finished
        )

        modal = await form(discord_server, "alice", message)

    assert list(modal.fields) == ["Prompt", "Negative", "Steps", "Sampler", "Size"]


async def test_a_form_makes_one_job_and_only_for_whom_it_was_put_up(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        other = await sent(discord_server, "bob", await opened(discord_server, "alice", message))
        shown = await opened(discord_server, "alice", message)
        twice = await asyncio.gather(*(sent(discord_server, "alice", shown) for _each in range(2)))
        made = [answer for answer in twice if not answer.message.ephemeral]
        for answer in made:
            await answer.wait(finished)

    assert told(other) == "That form was not put to you."
    assert len(made) == 1
    assert len(graphs(comfyui)) == 2


async def test_what_cannot_be_used_is_said_with_what_was_typed(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid",), "strikes": 3}
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        alice = (discord_server, "alice", message)
        refused = await (await form(*alice)).submit(prompt="a ```fox``` of <@1>", size="banana")
        wordy = await (await form(*alice)).submit(steps="many")
        blocked = await (await form(*alice)).submit(prompt="a zorkmid")
        await bot.servers.change(discord_server.guild.id, lambda _rules: Rules(limits=Limits(hour=1)))
        spent = await (await form(*alice)).submit(prompt="one too many")
        await bot.blocks.block(discord_server.guild.id, discord_server.person("bob").id, by=1, reason="")
        closed = await discord_server.person("bob").click(message, "Edit")

    assert told(refused) == (
        "`size`: “banana” is no size. Write width x height, such as `768x512`, or one of: `square`, `portrait`, "
        "`landscape`, `wide`, `large square`, `large portrait`, `large landscape`, `large wide`.\n"
        "This is what you typed:\n```\nprompt: a '''fox''' of <@1>\nnegative: blurry\nsize: banana\nsteps: 2\n"
        "cfg: 5.5\n```"
    )
    assert told(wordy).startswith("`steps`: It is a whole number.\nThis is what you typed:\n```\nprompt: a fox\n")
    assert "This is time 1 within 24 hours" in told(blocked)
    assert "zorkmid" not in told(blocked)
    assert "one too many" in told(spent)
    assert closed.modal is None
    assert told(closed).startswith("You are blocked")
    assert len(graphs(comfyui)) == 1


async def test_what_is_not_for_somebody_is_not_put_up(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """A forged button elsewhere, and one under the answer that only its owner sees."""
    other = discord_server.add_guild("Other")
    erik = discord_server.add_person("erik", guild=other)
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        job = await bot.store.by_message(message.channel.id, message.id)
        assert job is not None
        await bot.servers.change(discord_server.guild.id, lambda _rules: Rules(results="ephemeral"))
        hidden = await imagined(discord_server, prompt="a secret")
        secret = await bot.store.by_message(hidden.channel.id, hidden.id)
        assert secret is not None
        elsewhere = planted(discord_server, erik.home, f"job:edit:{job.id}")
        direct = planted(discord_server, discord_server.person("bob").dm, f"job:edit:{job.id}")
        here = planted(discord_server, message.channel, f"job:edit:{secret.id}")
        gone = planted(discord_server, message.channel, "job:edit:00000000-0000-4000-8000-000000000000")

        refusals = [
            await erik.click(elsewhere, "Press"),
            await discord_server.person("bob").click(direct, "Press"),
            await discord_server.person("bob").click(here, "Press"),
        ]
        unknown = await discord_server.person("bob").click(gone, "Press")
        own = await discord_server.person("alice").click(here, "Press")

    assert [told(answer) for answer in refusals] == ["That job belongs to somebody else."] * 3
    assert told(unknown).startswith("Nothing is known of this job any more, so there is nothing to go on from.")
    assert own.modal is not None
    assert filled(own.modal)["Prompt"] == "a secret"


async def test_a_workflow_that_has_nothing_to_ask_for_has_no_edit(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("first", pictures(comfyui, noise(8)), MANIFEST)
    async with easel.running() as bot:
        await listed(bot)
        message = await (await discord_server.person("alice").slash("first")).wait(finished)

    assert "Edit" not in [button.label for button in message.buttons]
    assert "Details" in [button.label for button in message.buttons]


async def test_a_command_that_was_turned_off_says_so(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        await bot.keeper.switch("imagine", on=False)
        await bot.keeper.reload()

        answer = await discord_server.person("alice").click(message, "Edit")

    assert told(answer) == "/imagine cannot run at the moment. It was turned off."
