"""Discord's OpenAPI description finds what does not conform; the other tests of this ring are held against it too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.playground import DiscordServer, Request, Upload

from .conforming import Traffic
from .discord_bot import picture, point_at, running
from .discord_spec import DiscordSpec, discord_spec
from .page_bot import PageBot
from .test_discord_people import helpful_bot


async def asked(traffic: Traffic) -> Request:
    """A message that was sent, with its answer."""
    async with DiscordServer() as server, PageBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        await bot.get_partial_messageable(server.channel("general").id).send("here", silent=True)
    return traffic.rests[0].requests[-1]


@pytest.fixture
def spec() -> DiscordSpec:
    return discord_spec()


async def test_a_request_that_does_not_conform_is_found(spec: DiscordSpec, traffic: Traffic) -> None:
    sent = await asked(traffic)
    assert isinstance(sent.payload, dict)
    wrong: dict[str, Any] = sent.payload | {"content": "a" * 4001}

    assert spec.mistakes(sent) == []
    (mistake,) = spec.mistakes(replace(sent, payload=wrong))
    assert 'request $.content: "aaaa' in mistake
    assert spec.refuses(replace(sent, payload=wrong))
    (mistake,) = spec.mistakes(replace(sent, query={"wait": "true"}))
    assert "request ?wait: no such parameter" in mistake


async def test_an_answer_that_does_not_conform_is_found(spec: DiscordSpec, traffic: Traffic) -> None:
    sent = await asked(traffic)
    assert isinstance(sent.answer, dict)
    without = {key: value for key, value in sent.answer.items() if key != "author"}

    (mistake,) = spec.mistakes(replace(sent, answer=without))
    assert 'answer $: "author" is a required property' in mistake
    (mistake,) = spec.mistakes(replace(sent, status=204))
    assert "answer: no 204 is described" in mistake
    (mistake,) = spec.mistakes(replace(sent, path="/nowhere"))
    assert "no such route" in mistake


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ({"message": "No"}, '"code" is a required property'),
        ({"message": "No", "code": 0, "retry_after": 1.5}, '"global" is a required property'),
        ({"message": "No", "code": 50035, "errors": {"a": {"_errors": [{"code": 1, "message": ""}]}}}, "errors.a: "),
        ({"message": "No", "code": 50035, "errors": {"a": "b"}}, "errors.a: not an object"),
    ],
)
async def test_an_error_that_does_not_conform_is_found(
    spec: DiscordSpec, traffic: Traffic, answer: dict[str, Any], finding: str
) -> None:
    (mistake,) = spec.mistakes(replace(await asked(traffic), status=400, answer=answer))

    assert finding in mistake


async def test_an_event_that_does_not_conform_is_found(spec: DiscordSpec, traffic: Traffic) -> None:
    async with DiscordServer() as server, running(server, helpful_bot()):
        painted = await server.person("alice").slash("paint", colour="red", size=1)
        await server.person("bob").click(painted.message, "More")
    events = dict(traffic.events)
    interaction, guild = events["INTERACTION_CREATE"], events["GUILD_CREATE"]

    assert spec.event_mistakes("INTERACTION_CREATE", interaction) == []
    for part, key in (("member", "roles"), ("message", "author")):
        wrong = interaction | {part: {name: value for name, value in interaction[part].items() if name != key}}
        (mistake,) = spec.event_mistakes("INTERACTION_CREATE", wrong)
        assert f'event\'s {part} $: "{key}" is a required' in mistake
    (mistake,) = spec.event_mistakes("GUILD_CREATE", guild | {"name": None})
    assert "$.name" in mistake


async def test_everything_of_a_test_is_looked_at(spec: DiscordSpec, traffic: Traffic) -> None:
    async with DiscordServer() as server, running(server, helpful_bot()):
        upload = Upload("photo.png", picture())
        asked = await server.person("alice").click(
            (await server.person("alice").slash("paint", colour="red", size=1)).message, "ask"
        )
        assert asked.modal is not None
        await asked.modal.submit(Words="a fox", Colour="blue", Photo=upload)
    before = spec.checked

    assert traffic.mistakes() == []
    assert spec.checked - before > len(traffic.rests[0].requests) + len(traffic.events)
    assert {"INTERACTION_CREATE", "GUILD_CREATE", "READY"} <= {event for event, _ in traffic.events}
