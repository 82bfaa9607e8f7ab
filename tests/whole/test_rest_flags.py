"""What a message's flags decide, which stay, and what they do to everything else in a form."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.playground import DiscordServer

from .limits import button, embed, plain, row, text, v2
from .raw_rest import COMPONENT, V2, RawBot, raw_bot

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT = 1 << 2, 1 << 6, 1 << 7, 1 << 12
LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


@pytest.fixture
async def bot() -> AsyncIterator[RawBot]:
    async with DiscordServer() as server, raw_bot(server) as bot:
        yield bot


async def test_v2_stays_whatever_an_edit_says(bot: RawBot) -> None:
    there = f"{bot.place}/messages/{(await bot.send(v2(text()))).body['id']}"
    without = await bot.ask("PATCH", there, {"components": [text("changed")]})
    unset = await bot.ask("PATCH", there, {"flags": 0})
    as_plain = await bot.ask("PATCH", there, {"flags": 0, "components": [text("plain")]})
    rows = await bot.ask("PATCH", there, {"flags": 0, "components": [row(button())]})
    content = await bot.ask("PATCH", there, {"content": "words"})

    assert [answer.body.get("flags") for answer in (without, unset, rows)] == [V2] * 3
    assert as_plain.mistakes == {"components.0": "UNION_TYPE_CHOICES"}
    assert content.mistakes == {"content": LEGACY}


@pytest.mark.parametrize("before", [{"content": "words"}, embed()])
async def test_a_plain_message_becomes_v2_once_it_is_emptied(bot: RawBot, before: dict[str, object]) -> None:
    there = f"{bot.place}/messages/{(await bot.send(before)).body['id']}"
    kept = await bot.ask("PATCH", there, v2(text()))
    emptied = await bot.ask("PATCH", there, v2(text(), **dict.fromkeys(before)))

    assert set(kept.mistakes.values()) == {LEGACY}
    assert (emptied.body["flags"], emptied.body["content"], emptied.body["embeds"]) == (V2, "", [])


async def test_a_v2_message_without_components_is_empty(bot: RawBot) -> None:
    there = f"{bot.place}/messages/{(await bot.send(v2(text()))).body['id']}"

    assert (await bot.ask("PATCH", there, {"components": []})).code == (400, 50006)
    assert (await bot.send(v2(), files={"a.txt": b"a"})).code == (400, 50006)


async def test_a_bot_sets_only_the_flags_it_may(bot: RawBot) -> None:
    sent = await bot.send({"content": "a", "flags": SUPPRESS_EMBEDS | EPHEMERAL | LOADING | SILENT | 1})
    there = f"{bot.place}/messages/{sent.body['id']}"
    shown = await bot.ask("PATCH", there, {"flags": 0})
    hidden = await bot.ask("PATCH", there, {"flags": SUPPRESS_EMBEDS | SILENT | EPHEMERAL})

    assert sent.body["flags"] == SUPPRESS_EMBEDS | SILENT
    assert (shown.body["flags"], hidden.body["flags"]) == (SILENT, SUPPRESS_EMBEDS | SILENT)


async def test_thinking_takes_no_flag_but_ephemeral(bot: RawBot) -> None:
    interaction = bot.interaction()
    thinking = await bot.answer(interaction, {"type": 5, "data": {"flags": V2 | EPHEMERAL}})
    shown = await bot.webhook(interaction, "PATCH", "/messages/@original", v2(text()))

    assert thinking.body["resource"]["message"]["flags"] == EPHEMERAL | LOADING
    assert shown.body["flags"] == EPHEMERAL | V2


async def test_the_first_follow_ups_flag_changes_nothing_about_the_placeholder(bot: RawBot) -> None:
    interaction = bot.interaction()
    await bot.answer(interaction, {"type": 5})
    first, second = [await bot.webhook(interaction, "POST", "", {"content": "a", "flags": EPHEMERAL}) for _ in range(2)]

    assert (first.body["flags"], second.body["flags"]) == (0, EPHEMERAL)
    assert first.body["id"] == str(interaction.original.id if interaction.original else 0)


async def test_an_ephemeral_message_is_edited_and_deleted_by_its_token_alone(bot: RawBot) -> None:
    interaction = bot.interaction(COMPONENT)
    sent = await bot.answer(interaction, {"type": 4, "data": {"content": "psst", "flags": EPHEMERAL}})
    number = sent.body["resource"]["message"]["id"]
    by_bot = [await bot.ask(method, f"{bot.place}/messages/{number}") for method in ("GET", "DELETE")]
    edited = await bot.webhook(interaction, "PATCH", f"/messages/{number}", {"content": "hush"})
    deleted = await bot.webhook(interaction, "DELETE", "/messages/@original")
    gone = await bot.webhook(interaction, "GET", "/messages/@original")

    assert [answer.code for answer in by_bot] == [(404, 10008)] * 2
    assert (edited.body["content"], edited.body["flags"]) == ("hush", EPHEMERAL)
    assert (deleted.status, gone.code) == (204, (404, 10008))


@pytest.mark.parametrize(("enforced", "sent"), [(True, 1), (False, 2)])
async def test_a_nonce_that_is_enforced_sends_once_in_a_while(bot: RawBot, enforced: bool, sent: int) -> None:
    payload = {"content": "a", "nonce": "n", "enforce_nonce": enforced}
    ids = {(await bot.send(payload)).body["id"] for _ in range(2)}
    bot.server.advance(301)
    later = (await bot.send(payload)).body["id"]

    assert len(ids) == sent
    assert later not in ids


async def test_components_are_numbered_and_their_defaults_told(bot: RawBot) -> None:
    sent = await bot.send(v2(text(), {"type": 14, "id": 2}, {"type": 17, "components": [row(button())]}))
    separator, container = sent.body["components"][1:]

    assert [part["id"] for part in sent.body["components"]] == [1, 2, 3]
    assert container["components"][0]["components"][0]["id"] == 5
    assert (separator["spacing"], separator["divider"], container["accent_color"]) == (1, True, None)


async def test_a_plain_message_with_rows_needs_nothing_else(bot: RawBot) -> None:
    sent = await bot.send({"components": plain(row(button()))["components"]})

    assert (sent.status, sent.body["content"]) == (200, "")
