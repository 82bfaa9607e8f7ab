"""Pictures are judged by a workflow before anybody sees them; what is unsafe or cannot be judged is withheld."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.values import Call, Images, Inputs, NodeFailure, Result
from bot.jobs.job import Verdict
from bot.jobs.judging import judging_id
from bot.playground import DiscordServer, Message, Request
from tests.whole.conftest import Easel, edits, finished, listed
from tests.whole.making import MANIFEST, entry, files, pictures, sampled, texts
from tests.whole.restarts import cut_short

RED, BLUE = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
SAFETY = '[safety]\nworkflow = "classify"\n'
CLASSIFY = """description = "Judge"
enabled = false
[[option]]
name = "image"
type = "image"
required = true
targets = ["Picture.image"]
"""


def judge(comfyui: Simulator, easel: Easel, *, says: Mapping[bool, str | None] | None = None) -> None:
    """A workflow that finds red pictures unsafe: what it says by that, None for an error."""
    told = {True: "this is NSFW", False: "this is fine"} if says is None else says

    async def look(call: Call, inputs: Inputs) -> Result:
        images = inputs["images"]
        assert isinstance(images, Images)
        red, _green, blue = images.frames[0].convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        text = told[red > blue]
        if text is None:
            raise NodeFailure("RuntimeError", "no model")
        return Result((), {"text": [text]} if text else {})

    comfyui.add_node(
        "TestJudge", {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": True}, look
    )
    graph = {
        "1": entry("LoadImage", "Picture", image="example.png"),
        "2": entry("TestJudge", "Judge", images=["1", 0]),
    }
    easel.add_workflow("classify", graph, CLASSIFY)


async def made(easel: Easel, graph: dict[str, Any], safety: str = SAFETY) -> Message:
    easel.add_workflow("make", graph, MANIFEST + safety)
    async with easel.running() as bot:
        await listed(bot)
        return await (await easel.server.person("alice").slash("make")).wait(finished)


def uploads(server: DiscordServer) -> int:
    """How many files the bot sent to Discord in all."""
    return sum(len(request.files) for request in server.requests)


async def test_what_is_unsafe_is_withheld_and_counted(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    judge(comfyui, easel)
    easel.changes["strikes"] = 5

    message = await made(easel, pictures(comfyui, BLUE, RED, BLUE, BLUE))

    (job,) = await easel.jobs()
    assert len(message.images) == 3
    assert "1 of 4 pictures was withheld: it was found unsafe." in message.text
    assert job.outcome.verdicts == (Verdict.SAFE, Verdict.UNSAFE, Verdict.SAFE, Verdict.SAFE)
    assert uploads(discord_server) == 3


async def test_a_judge_for_all_needs_no_word_in_a_manifest(comfyui: Simulator, easel: Easel) -> None:
    judge(comfyui, easel)
    easel.changes["safety_workflow"] = "classify"

    message = await made(easel, pictures(comfyui, RED), safety="")

    assert "The picture was withheld: it was found unsafe." in message.text
    assert not message.images


async def test_the_next_jobs_pictures_have_the_names_of_those_judged_before(
    comfyui: Simulator, easel: Easel, tmp_path: Path
) -> None:
    judge(comfyui, easel)

    for _job in range(2):
        await made(easel, pictures(comfyui, BLUE, RED))

    folder = tmp_path / "comfyui" / "input" / "easel"
    assert sorted(path.name for path in folder.iterdir()) == ["safety-0-0.png", "safety-0-1.png"]


@pytest.mark.parametrize("says", ["", None])
async def test_a_judge_that_fails_withholds(comfyui: Simulator, easel: Easel, says: str | None) -> None:
    """It says nothing, or raises."""
    judge(comfyui, easel, says={True: says, False: says})

    message = await made(easel, pictures(comfyui, BLUE, BLUE))

    assert "All 2 pictures were withheld: they could not be checked." in message.text
    assert not message.images


@pytest.mark.parametrize(("unjudged", "posted"), [("withhold", 0), ("pass", 1)])
async def test_other_files_go_by_what_the_manifest_says(
    comfyui: Simulator, easel: Easel, unjudged: str, posted: int
) -> None:
    judge(comfyui, easel)

    message = await made(easel, files(comfyui, (".bin", b"some bytes")), SAFETY + f'unjudged = "{unjudged}"\n')

    assert len(message.files) == posted
    assert ("The file was withheld: only pictures are shown here" in message.text) is not posted


async def test_texts_are_no_pictures(comfyui: Simulator, easel: Easel) -> None:
    judge(comfyui, easel)

    message = await made(easel, texts("the words"))

    assert "> the words" in message.text
    assert "withheld" not in message.text


async def test_an_unsafe_picture_is_a_strike_where_the_manifest_says_so(comfyui: Simulator, easel: Easel) -> None:
    judge(comfyui, easel)
    easel.changes["strikes"] = 1
    easel.add_workflow("make", pictures(comfyui, RED), MANIFEST + SAFETY + "strike = true\n")

    async with easel.running() as bot:
        await listed(bot)
        alice = easel.server.person("alice")
        answer = await alice.slash("make")
        await answer.wait(finished)
        again = await alice.slash("make")
        guild = answer.message.channel.guild
        assert guild is not None
        deeds = [(deed.action, deed.user_id, deed.reason) for deed in await bot.audit.entries(guild.id)]

    assert again.ephemeral
    assert "You are blocked on this server." in again.message.text
    assert ("withhold", alice.id, "1/1") in deeds
    assert "block" in {action for action, _user, _reason in deeds}


async def test_nothing_is_previewed_that_may_be_withheld(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    judge(comfyui, easel)
    await made(easel, sampled(steps=4))
    with_files = [request for request in edits(discord_server) if request.files]

    assert not [request for request in with_files if any("preview" in str(file) for file in request.files)]
    assert len(with_files) <= 1


async def test_a_restart_judges_nothing_twice_and_posts_nothing_that_was_withheld(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """The process dies between the verdict and the message."""
    judge(comfyui, easel)
    easel.add_workflow("make", pictures(comfyui, RED, BLUE), MANIFEST + SAFETY)
    away, told = True, asyncio.Event()

    async def cut(moment: str, request: Request) -> None:
        if away and moment == "request" and request.method == "PATCH" and request.files:
            told.set()
            raise ConnectionError

    discord_server.on(cut)
    async with cut_short(easel):
        answer = await discord_server.person("alice").slash("make")
        async with asyncio.timeout(15):
            await told.wait()
    ran = list(comfyui.executed)
    away = False

    async with easel.running():
        message = await answer.wait(finished)

    (job,) = await easel.jobs()
    assert ran == [job.id, judging_id(job.id, 0), judging_id(job.id, 1)]
    assert list(comfyui.executed) == ran
    assert len(message.images) == 1
    assert "1 of 2 pictures was withheld: it was found unsafe." in message.text
