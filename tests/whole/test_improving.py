"""Improve prompt: suggested to one person, and made only when they say so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message
from bot.playground.answers import Answer
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible
from tests.whole.making import sampled
from tests.whole.moderated import planted
from tests.whole.test_prompts import MANIFEST

BETTER = "a red fox, morning light"


class Model:
    """A language model that says `said`; None: it is down for maintenance."""

    def __init__(self) -> None:
        self.said: str | None = BETTER
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body["messages"][1]["content"])
        if self.said is None:
            return web.Response(status=502)
        return web.json_response({"choices": [{"message": {"content": self.said}}]})


@pytest.fixture
async def model(easel: Easel) -> AsyncIterator[Model]:
    """Beside a workflow that draws small pictures, in a bot that knows of the model."""
    model = Model()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.handle)
    easel.add_workflow("draw", sampled(steps=1), MANIFEST)
    async with TestServer(app, host="127.0.0.1") as server:
        easel.changes["prompt_helper_url"] = str(server.make_url("/v1"))
        yield model


async def drawn(server: DiscordServer, prompt: str, who: str = "alice") -> Message:
    return await (await server.person(who).slash("draw", prompt=prompt)).wait(finished)


async def suggested(server: DiscordServer, message: Message, who: str = "alice") -> Answer:
    answer = await server.person(who).click(message, "Improve prompt")
    await answer.wait(lambda message: bool(message.text))
    return answer


def texts(comfyui: Simulator) -> list[str]:
    return [node(graph, "Prompt")["text"] for graph in graphs(comfyui)]


async def test_a_suggestion_is_shown_to_who_asked_and_used_edited_or_left_also_after_a_restart(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, model: Model
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running() as bot:
        await listed(bot)
        message = await drawn(discord_server, "a {fox|fox}")
        first = await suggested(discord_server, message, "bob")
        before = len(graphs(comfyui))
        left = await suggested(discord_server, message)
        closed = await alice.click(left.message, "Leave it")
    async with easel.running() as bot:
        await listed(bot)
        made = await (await bob.click(first.message, "Use it")).wait(finished)
        form = await bob.click(first.message, "Edit it first")
        assert form.modal is not None
        filled = [field.get("value") for field in form.modal.fields.values()]
        edited = await (await form.modal.submit(prompt="a blue fox")).wait(finished)
        after = await suggested(discord_server, message)
        jobs = {job.values["prompt"]: job for job in await bot.store.select(states=(JobState.DONE,))}

    assert model.asked == ["a fox"] * 3
    assert first.ephemeral
    assert f"```\n{BETTER}\n```" in first.message.text
    assert [button.label for button in after.message.buttons] == ["Use it", "Edit it first", "Leave it"]
    assert before == 1
    assert closed.message.text == "Nothing was made of it."
    assert BETTER in visible(made)
    assert f"<@{bob.id}>" in made.text
    assert filled == [BETTER]
    assert "a blue fox" in visible(edited)
    assert texts(comfyui) == ["a fox", BETTER, "a blue fox"]
    assert {jobs[text].parent for text in (BETTER, "a blue fox")} == {jobs["a {fox|fox}"].id}
    assert jobs[BETTER].place.user_id == bob.id


async def test_whatever_the_model_says_or_does_not_is_one_sentence(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, model: Model
) -> None:
    easel.changes |= {"blocked_words": ("zorkmid",), "strikes": 1}
    none = "The prompt helper had no usable suggestion. Try again, or change the prompt yourself."
    async with easel.running() as bot:
        await listed(bot)
        message = await drawn(discord_server, "a fox")
        said = {}
        for what in (None, "a zorkmid", "<think>no", "x " * 200):
            model.said = what
            discord_server.world.advance(5)
            said[what] = (await suggested(discord_server, message)).message.text
        url = easel.changes.pop("prompt_helper_url")
        blocked = bot.blocks.get(None, discord_server.person("alice").id, easel.now())
    async with easel.running():
        off = await discord_server.person("alice").click(message, "Improve prompt")
        another = await drawn(discord_server, "an owl")
    easel.changes["prompt_helper_url"] = url

    assert [said[None], said["a zorkmid"], said["<think>no"]] == [none] * 3
    assert len(said["x " * 200].partition("```\n")[2].removesuffix("\n```")) <= 60
    assert blocked is None
    assert off.message.text == "Whoever runs the bot has turned this off."
    assert "Improve prompt" not in [button.label for button in another.buttons]


async def test_a_forged_press_finds_no_suggestion(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, model: Model
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        await drawn(discord_server, "a fox")
        (job,) = await bot.store.select(states=(JobState.DONE,))
        custom_id = f"job:suggested:{job.id}:use"
        bob = discord_server.person("bob")
        public = planted(discord_server, bob.home, custom_id, content="```\na wolf\n```")
        forged = await bob.click(public, custom_id)

    assert forged.ephemeral
    assert forged.message.text == "That suggestion is not there any more. Press Improve prompt again."
    assert len(graphs(comfyui)) == 1
