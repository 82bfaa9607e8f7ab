"""Every number and rule of Discord's forms, over a real socket: just inside is taken, just outside refused by name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.playground import DiscordServer

from .limits import Limit, by_name, command, menus, text, v2
from .limits_commands import COMMANDS, MODALS, OFFERED
from .limits_messages import PLAIN_MESSAGES, V2_MESSAGES
from .raw_rest import AUTOCOMPLETE, COMPONENT, V2, Answer, RawBot, focused, raw_bot

NOT_IN_ANSWERS = ("nonce", "message_reference")


@pytest.fixture
async def bot() -> AsyncIterator[RawBot]:
    async with DiscordServer() as server, raw_bot(server) as bot:
        yield bot


def said(answer: Answer, path: str) -> tuple[tuple[int, int], str | None]:
    """The refusal, and what it says of one field."""
    return answer.code, answer.mistakes.get(path)


def invalid(limit: Limit) -> tuple[tuple[int, int], str]:
    return (400, 50035), limit.code


@pytest.mark.parametrize("limit", PLAIN_MESSAGES + V2_MESSAGES, ids=by_name)
async def test_a_messages_limits_hold_however_it_is_sent(bot: RawBot, limit: Limit) -> None:
    taken = await bot.send(limit.inside)
    refused = await bot.send(limit.outside)
    as_answer = await bot.answer(bot.interaction(), {"type": 4, "data": limit.outside})

    assert taken.status == 200, taken.body
    assert said(refused, limit.path) == invalid(limit)
    if not any(key in limit.outside for key in NOT_IN_ANSWERS):
        assert said(as_answer, f"data.{limit.path}") == invalid(limit)


@pytest.mark.parametrize("limit", V2_MESSAGES, ids=by_name)
async def test_an_edit_has_the_same_limits(bot: RawBot, limit: Limit) -> None:
    message = f"{bot.place}/messages/{(await bot.send(v2(text('before')))).body['id']}"
    interaction = bot.interaction(COMPONENT)
    await bot.answer(interaction, {"type": 6})
    by_token = await bot.ask("PATCH", message, limit.outside)
    by_webhook = await bot.webhook(interaction, "PATCH", "/messages/@original", limit.outside)

    assert said(by_token, limit.path) == said(by_webhook, limit.path) == invalid(limit)
    assert (await bot.ask("PATCH", message, limit.inside)).status == 200


@pytest.mark.parametrize("limit", COMMANDS, ids=by_name)
async def test_a_commands_limits(bot: RawBot, limit: Limit) -> None:
    path = f"/applications/{bot.app}/commands"
    taken = await bot.ask("PUT", path, limit.inside)
    refused = await bot.ask("PUT", path, limit.outside)
    left = await bot.ask("GET", f"{path}?with_localizations=true")

    assert taken.status == 200, taken.body
    assert said(refused, limit.path) == invalid(limit)
    assert left.body == taken.body
    if len(limit.outside) == 1:
        alone = await bot.ask("POST", path, limit.outside[0])
        assert said(alone, limit.path.removeprefix("0").removeprefix(".")) == invalid(limit)


@pytest.mark.parametrize("limit", MODALS, ids=by_name)
async def test_a_forms_limits(bot: RawBot, limit: Limit) -> None:
    taken = await bot.answer(bot.interaction(), {"type": 9, "data": limit.inside})
    refused = await bot.answer(bot.interaction(), {"type": 9, "data": limit.outside})

    assert taken.status == 200, taken.body
    assert said(refused, limit.path) == invalid(limit)


@pytest.mark.parametrize("limit", OFFERED, ids=by_name)
async def test_the_limits_of_what_is_offered_while_typing(bot: RawBot, limit: Limit) -> None:
    taken, refused = [
        await bot.answer(bot.interaction(AUTOCOMPLETE, **focused()), {"type": 8, "data": {"choices": offered}})
        for offered in (limit.inside, limit.outside)
    ]

    assert taken.status == 200, taken.body
    assert said(refused, limit.path) == invalid(limit)


@pytest.mark.parametrize(("kind", "cap"), [(1, 100), (2, 15), (3, 15)])
async def test_so_many_commands_there_may_be(bot: RawBot, kind: int, cap: int) -> None:
    path = f"/applications/{bot.app}/commands"
    commands = [command(name=f"c{n}") for n in range(cap + 1)] if kind == 1 else menus(kind, cap + 1)

    assert (await bot.ask("PUT", path, commands)).code == (400, 30032)
    assert (await bot.ask("PUT", path, commands[:-1])).status == 200
    assert (await bot.ask("POST", path, commands[-1])).code == (400, 30032)
    assert (await bot.ask("POST", path, commands[0])).status == 200


@pytest.mark.parametrize("empty", [{"content": ""}, {"embeds": []}, {"flags": V2, "components": []}, {"tts": True}])
async def test_an_empty_message_is_refused(bot: RawBot, empty: dict[str, object]) -> None:
    sent = await bot.send(empty)
    answered = await bot.answer(bot.interaction(), {"type": 4, "data": empty})

    assert sent.code == answered.code == (400, 50006)


async def test_what_discord_does_not_know_is_ignored(bot: RawBot) -> None:
    link = {"type": 2, "style": 5, "url": "https://a.b", "label": "a", "tooltip": "b"}
    sent = await bot.send({"content": "here", "colour": "red", "components": [{"type": 1, "components": [link]}]})

    assert sent.status == 200
    assert "tooltip" not in sent.body["components"][0]["components"][0]
