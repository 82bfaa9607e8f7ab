"""What Discord refuses though nothing is gone: an outcome is shown elsewhere rather than nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Message, Refusal, Request
from tests.whole.conftest import Easel, hold_at, shows
from tests.whole.test_gone import start
from tests.whole.test_imagine import SMALL

REFUSAL = Refusal(400, 50035, "Invalid Form Body")


def refuse(server: DiscordServer, wanted: Callable[[Request], bool]) -> list[str]:
    """These requests fail; the paths of those that did."""
    refused: list[str] = []

    async def fail(moment: str, request: Request) -> None:
        if moment == "request" and wanted(request):
            refused.append(request.path)
            raise REFUSAL

    server.on(fail)
    return refused


def edits(request: Request) -> bool:
    return request.method == "PATCH" and "/messages/" in request.path


def posts(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/messages")


def posts_here(request: Request) -> bool:
    return posts(request) and "message_reference" in (request.payload or ())


def results(message: Message) -> int:
    """Its pictures, previews left out."""
    return sum(image.name.startswith("easel-") for image in message.images)


async def test_a_message_that_holds_plain_words_becomes_the_job_s_all_the_same(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async def write(moment: str, request: Request) -> None:
        if (moment, request.path.rpartition("/")[2]) == ("answer", "callback"):
            (message,) = discord_server.messages("general")
            message.content = "Something went wrong."

    discord_server.on(write)
    async with easel.running():
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
        message = await answer.wait(lambda message: bool(message.images))

    assert "Something went wrong" not in message.text


@pytest.mark.parametrize("too", ["edits", "posts", "direct"])
async def test_an_outcome_that_discord_refuses_is_tried_in_a_new_message_and_directly(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, caplog: pytest.LogCaptureFixture, too: str
) -> None:
    alice = discord_server.person("alice")
    kinds = {"edits": (edits,), "posts": (edits, posts_here), "direct": (edits, posts_here, posts)}[too]
    async with easel.running():
        answer = await start(comfyui, alice)
        refuse(discord_server, lambda request: any(kind(request) for kind in kinds))
        comfyui.release()

    (job,) = await easel.jobs()
    here, there = discord_server.messages("general"), list(alice.dm.messages.values())
    assert job.delivered
    assert here[0] is answer
    assert [results(message) for message in (*here, *there)] == {"edits": [0, 1], "posts": [0, 1], "direct": [0]}[too]
    assert len(here) == (2 if too == "edits" else 1)
    assert job.place.message_id == here[-1].id
    assert ("refuses its outcome everywhere" in caplog.text) is (too == "direct")


async def test_what_became_a_new_message_stays_one_when_its_delivery_is_tried_again(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    troubles = 0

    async def fail(moment: str, request: Request) -> None:
        nonlocal troubles
        if moment != "request":
            return
        if answered and f"/messages/{answered[0]}" in request.path:
            raise REFUSAL
        if posts(request) and len(request.files) == 2 and not troubles:
            troubles += 1
            raise ConnectionResetError

    answered: list[int] = []
    discord_server.on(fail)
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
        await answer.wait(shows("step 1 of 2"))
        answered.append(answer.message.id)
        comfyui.release()

    (job,) = await easel.jobs()
    assert troubles
    assert job.delivered
    assert [results(message) for message in discord_server.messages("general")] == [0, 10, 2]
