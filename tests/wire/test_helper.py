"""The prompt helper against a small server: what it is asked, and whatever it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import HelperFailed, HelperTrouble
from bot.helper import ANSWER, AT_ONCE, INSTRUCTIONS, LONGEST, PromptHelper, cleaned


def said(content: object) -> web.Response:
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": content}}]})


class Model:
    """Answers what a test wants; `gate` holds every answer until it is set."""

    def __init__(self) -> None:
        self.answer: web.StreamResponse | None = None
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.arrived = asyncio.Semaphore(0)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((dict(request.headers), await request.json()))
        self.arrived.release()
        await self.gate.wait()
        return self.answer or said("a red fox in fresh snow")


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def url(model: Model) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/v1"))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def helper(url: str, session: aiohttp.ClientSession) -> PromptHelper:
    return PromptHelper(session, url, model="llama", key="k-1", seconds=20)


async def test_it_is_asked_as_the_api_wants_and_the_prompt_is_no_instruction(
    helper: PromptHelper, model: Model
) -> None:
    assert await helper.improve("a fox " * 1000) == "a red fox in fresh snow"

    ((headers, body),) = model.asked
    assert headers["Authorization"] == "Bearer k-1"
    assert body["model"] == "llama"
    assert body["stream"] is False
    assert body["messages"] == [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": ("a fox " * 1000)[:LONGEST]},
    ]


HOSTILE = {
    "a refusal": (web.json_response({"error": "no"}, status=400), HelperTrouble.REFUSED),
    "too many requests": (web.Response(status=429), HelperTrouble.BUSY),
    "somewhere else": (web.Response(status=307, headers={"Location": "http://127.0.0.1:9/"}), HelperTrouble.REFUSED),
    "no JSON": (web.Response(text="<html>"), HelperTrouble.REFUSED),
    "deep JSON": (web.Response(text="[" * 100_000), HelperTrouble.REFUSED),
    "no choices": (web.json_response({"choices": []}), HelperTrouble.REFUSED),
    "a list": (web.json_response([1]), HelperTrouble.REFUSED),
    "no text": (said(None), HelperTrouble.REFUSED),
    "nothing but thoughts": (said("<think>what if"), HelperTrouble.REFUSED),
    "too much": (said("x " * ANSWER), HelperTrouble.REFUSED),
    "bytes": (web.Response(body=b"\xff\xfe"), HelperTrouble.REFUSED),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_whatever_it_answers_is_told_plainly(helper: PromptHelper, model: Model, name: str) -> None:
    model.answer, trouble = HOSTILE[name]

    with pytest.raises(HelperFailed) as raised:
        await helper.improve("a fox")

    assert raised.value.trouble is trouble


async def test_nobody_there_and_nobody_in_time(model: Model, url: str, session: aiohttp.ClientSession) -> None:
    gone = PromptHelper(session, "http://127.0.0.1:9/v1", model="", key="", seconds=20)
    with pytest.raises(HelperFailed) as nobody:
        await gone.improve("a fox")
    model.gate.clear()
    with pytest.raises(HelperFailed) as late:
        await PromptHelper(session, url, model="", key="", seconds=0.01).improve("a fox")
    model.gate.set()

    assert nobody.value.trouble is HelperTrouble.UNREACHABLE
    assert late.value.trouble is HelperTrouble.SLOW


async def test_only_so_many_ask_at_a_time(helper: PromptHelper, model: Model) -> None:
    model.gate.clear()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        asking = [group.create_task(helper.improve("a fox", asker=number)) for number in range(1, AT_ONCE + 1)]
        for _each in asking:
            await model.arrived.acquire()
        with pytest.raises(HelperFailed) as raised:
            await helper.improve("a fox")
        model.gate.set()

    assert raised.value.trouble is HelperTrouble.BUSY


async def test_a_person_asks_for_one_at_a_time(helper: PromptHelper, model: Model) -> None:
    model.gate.clear()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(helper.improve("a fox", asker=1))
        await model.arrived.acquire()
        with pytest.raises(HelperFailed) as raised:
            await helper.improve("an owl", asker=1)
        group.create_task(helper.improve("an owl", asker=2))
        await model.arrived.acquire()
        model.gate.set()

    assert raised.value.trouble is HelperTrouble.BUSY
    assert await helper.improve("a fox", asker=1)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    {
        "<think>hm</think>\n\n“A fox,\n  in snow”": "A fox, in snow",
        "```text\na **red** fox\n```": "a red fox",
        "Here is an improved prompt: a fox": "a fox",
        "Prompt: a fox": "a fox",
        "- a fox\n- in snow": "a fox in snow",
        "a\u202e fox\x00": "a fox",
        "": "",
    }.items(),
)
def test_what_is_left_of_an_answer(answer: str, wanted: str) -> None:
    assert cleaned(answer) == wanted


@given(st.text(alphabet=st.sampled_from(list('`*_#>-"“” \nab<think>/{}|')) | st.characters(), max_size=200))
def test_what_is_left_is_one_line_without_code_marks(answer: str) -> None:
    left = cleaned(answer * 20)

    assert "`" not in left
    assert "\n" not in left
    assert len(left) <= LONGEST
