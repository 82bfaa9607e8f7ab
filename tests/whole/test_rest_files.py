"""Files of messages: which are kept, which are shown, and how long their links work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground import DiscordServer

from .discord_bot import picture
from .limits import button, container, embed, gallery, row, shown, text, v2
from .raw_rest import COMPONENT, Answer, RawBot, raw_bot

PICTURES = {"a.png": picture("red"), "b.png": picture("blue")}
NO_FILE = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
DAY = 24 * 3600


@pytest.fixture
async def bot() -> AsyncIterator[RawBot]:
    async with DiscordServer() as server, raw_bot(server) as bot:
        yield bot


def names(answer: Answer) -> list[str]:
    return [file["filename"] for file in answer.body["attachments"]]


def there(bot: RawBot, answer: Answer) -> str:
    return f"{bot.place}/messages/{answer.body['id']}"


def media(answer: Answer) -> list[dict[str, Any]]:
    return [item["media"] for item in answer.body["components"][0]["items"]]


async def test_a_file_stays_unless_the_list_leaves_it_out(bot: RawBot) -> None:
    sent = await bot.send({"content": "two"}, files=PICTURES)
    first, second = sent.body["attachments"]
    edits = [
        await bot.ask("PATCH", there(bot, sent), {"content": "words alone"}),
        await bot.ask("PATCH", there(bot, sent), {"attachments": [{"id": second["id"]}]}),
        await bot.ask("PATCH", there(bot, sent), {"attachments": [{"id": first["id"]}]}),
        await bot.ask("PATCH", there(bot, sent), {"attachments": []}),
    ]

    assert [names(answer) for answer in (edits[0], edits[1], edits[3])] == [["a.png", "b.png"], ["b.png"], []]
    assert edits[2].mistakes == {"attachments.0": "ATTACHMENT_NOT_FOUND"}


async def test_new_files_come_after_those_that_stay(bot: RawBot) -> None:
    sent = await bot.send({"content": "two"}, files=PICTURES)
    second = {"id": sent.body["attachments"][1]["id"]}
    listed = {"attachments": [{"id": 0, "filename": "new.png", "description": "a fox"}, second]}
    edited = await bot.ask("PATCH", there(bot, sent), listed, files={"c.png": picture()})

    assert names(edited) == ["b.png", "new.png"]
    assert edited.body["attachments"][1]["description"] == "a fox"


async def test_ten_files_is_the_most_with_those_that_stay(bot: RawBot) -> None:
    sent = await bot.send({"content": "two"}, files=PICTURES)
    many = {f"{number}.txt": b"a" for number in range(9)}
    refused = await bot.ask("PATCH", there(bot, sent), {"content": "more"}, files=many)
    taken = await bot.ask("PATCH", there(bot, sent), {"content": "more"}, files=dict(list(many.items())[:8]))

    assert refused.mistakes == {"attachments": "BASE_TYPE_MAX_LENGTH"}
    assert len(names(taken)) == 10


async def test_shown_files_are_hidden_in_the_order_of_the_gallery(bot: RawBot) -> None:
    items = [{"media": {"url": f"attachment://{name}"}} for name in ("b.png", "a.png")]
    sent = await bot.send(v2({"type": 12, "items": items}), files=PICTURES)

    assert sent.body["attachments"] == []
    assert [item["content_type"] for item in media(sent)] == ["image/png"] * 2
    assert [item["url"].split("?")[0].split("/")[-1] for item in media(sent)] == ["b.png", "a.png"]
    assert (media(sent)[0]["width"], media(sent)[0]["height"]) == (8, 6)
    assert len({item["attachment_id"] for item in media(sent)}) == 2


async def test_an_embeds_picture_is_hidden_too(bot: RawBot) -> None:
    shown_one = embed(image={"url": "attachment://a.png"}, thumbnail={"url": "attachment://missing.png"})
    sent = await bot.send(shown_one, files=PICTURES)

    assert names(sent) == ["b.png"]
    assert "/a.png?" in sent.body["embeds"][0]["image"]["url"]
    assert "thumbnail" not in sent.body["embeds"][0]


async def test_a_file_that_no_component_shows_is_taken_but_not_seen(bot: RawBot) -> None:
    sent = await bot.send(v2(shown("attachment://a.png")), files=PICTURES)

    assert names(sent) == ["b.png"]
    assert [file.name for file in bot.server.messages("general")[0].files] == ["a.png"]


async def test_a_kept_file_is_shown_again_by_id_and_name(bot: RawBot) -> None:
    sent = await bot.send(v2(shown("attachment://a.png")), files={"a.png": picture()})
    number = media(sent)[0]["attachment_id"]
    wanted = v2(shown("attachment://a.png"), text("more"))
    by_id = await bot.ask("PATCH", there(bot, sent), wanted | {"attachments": [{"id": number}]})
    by_name = await bot.ask("PATCH", there(bot, sent), wanted | {"attachments": [{"id": number, "filename": "a.png"}]})
    by_address = await bot.ask("PATCH", there(bot, sent), v2(shown(media(sent)[0]["url"])))

    assert by_id.mistakes == {"components.0.items.0.media.url": NO_FILE}
    assert [media(answer)[0]["attachment_id"] for answer in (by_name, by_address)] == [number, number]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("a fox.png", "a_fox.png"), ("füchsе (1).png", "fchs_1.png"), ("..hidden", "hidden"), ("🦊", "unknown")],
)
async def test_names_are_kept_in_ascii(bot: RawBot, sent: str, kept: str) -> None:
    answer = await bot.send({"content": "a", "attachments": [{"id": 0, "filename": sent}]}, files={"x": b"a"})

    assert names(answer) == [kept]


async def test_a_callback_that_edits_drops_what_it_does_not_list(bot: RawBot) -> None:
    for listed, left in ((False, []), (True, ["a.png"])):
        interaction = bot.interaction(COMPONENT)
        await bot.answer(bot.interaction(), {"type": 5})
        sent = await bot.send({"content": "one", "components": [row(button())]}, files={"a.png": picture()})
        interaction.source = bot.server.messages("general")[-1]
        attachments = {"attachments": [{"id": sent.body["attachments"][0]["id"]}]} if listed else {}
        answered = await bot.answer(interaction, {"type": 7, "data": {"content": "two", **attachments}})

        assert [file["filename"] for file in answered.body["resource"]["message"]["attachments"]] == left


async def test_a_callback_that_edits_cannot_show_new_files(bot: RawBot) -> None:
    data = {"type": 7, "data": v2(shown("attachment://a.png"))}
    refused = await bot.answer(bot.interaction(COMPONENT), data, files={"a.png": picture()})
    answered = await bot.answer(bot.interaction(), data | {"type": 4}, files={"a.png": picture()})

    assert refused.mistakes == {"data.components.0.items.0.media.url": NO_FILE}
    assert answered.status == 200


async def test_what_an_edit_refuses_leaves_everything_as_it_was(bot: RawBot) -> None:
    sent = await bot.send(v2(container(gallery(media={"url": "attachment://a.png"}))), files={"a.png": picture()})
    before = (await bot.ask("GET", there(bot, sent))).body
    for wrong in (v2(shown("attachment://nowhere.png")), v2(text(""), attachments=[]), {"attachments": [{"id": "1"}]}):
        refused = await bot.ask("PATCH", there(bot, sent), wrong, files={"b.png": picture()})
        assert refused.code == (400, 50035)

    assert (await bot.ask("GET", there(bot, sent))).body == before
    assert [file.name for file in bot.server.messages("general")[0].attachments] == ["a.png"]


async def test_boosts_and_subscriptions_allow_larger_files(bot: RawBot) -> None:
    bot.server.parts.files.upload_limit = 10
    files, alice = {"a.bin": bytes(11)}, bot.server.person("alice").user
    sent = [await bot.send({"content": "a"}, files=files)]
    answered = []
    for nitro in (0, 20):
        alice.nitro = nitro
        answered.append(await bot.answer(bot.interaction(), {"type": 4, "data": {"content": "a"}}, files=files))
    bot.server.guild.boost_tier = 2
    sent.append(await bot.send({"content": "a"}, files=files))

    assert [answer.code for answer in sent] == [answer.code for answer in answered] == [(413, 40005), (200, 0)]


async def linked(bot: RawBot, name: str = "a.png", data: bytes = b"0123456789") -> tuple[str, str]:
    """A file's message and its address."""
    sent = await bot.send({"content": "a"}, files={name: data})
    return there(bot, sent), sent.body["attachments"][0]["url"]


async def test_a_link_is_signed_and_lasts_a_day(bot: RawBot) -> None:
    _, url = await linked(bot)
    path, query = url.split("?")
    fields = dict(pair.split("=") for pair in query.split("&"))
    now = int(bot.server.world.now())
    forged = [
        path,
        f"{path}?{query[:-1]}x",
        url.replace("ex=", "ex=f"),
        url.replace("is=", "is=f"),
        url.replace("a.png", "b.png"),
        url.replace("attachments", "ephemeral-attachments"),
        f"{path}?ex=z&is=z&hm=é",
    ]

    assert list(fields) == ["ex", "is", "hm"]
    assert (int(fields["ex"], 16) - int(fields["is"], 16), abs(int(fields["is"], 16) - now) <= 1) == (DAY, True)
    assert [(await bot.ask("GET", wrong, token=None)).status for wrong in forged] == [404] * len(forged)
    bot.server.advance(DAY - 5)
    assert (await bot.ask("GET", url, token=None)).status == 200
    bot.server.advance(5)
    assert (await bot.ask("GET", url, token=None)).status == 404


async def test_a_message_read_again_has_new_links(bot: RawBot) -> None:
    plain = there(bot, await bot.send({"content": "a"}, files={"a.txt": b"0123456789"}))
    layout = there(bot, await bot.send(v2(shown("attachment://a.txt")), files={"a.txt": b"0123456789"}))
    bot.server.advance(DAY + 1)
    read = [await bot.ask("GET", plain), await bot.ask("GET", layout)]
    links = [read[0].body["attachments"][0]["url"], media(read[1])[0]["url"], media(read[1])[0]["proxy_url"]]

    assert [(await bot.ask("GET", link, token=None)).body for link in links] == ["0123456789"] * 3


async def test_a_deleted_messages_files_are_gone(bot: RawBot) -> None:
    message, url = await linked(bot)
    await bot.ask("DELETE", message)
    bot.server.advance(60)

    assert (await bot.ask("GET", url, token=None)).status == 404


@pytest.mark.parametrize(
    ("asked", "status", "part", "whole"),
    [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-3", 206, "789", "bytes 7-9/10"),
        ("bytes=5-99", 206, "56789", "bytes 5-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=4-2", 416, "", "bytes */10"),
        ("lines=1-2", 416, "", "bytes */10"),
    ],
)
async def test_files_are_read_in_ranges(bot: RawBot, asked: str, status: int, part: str, whole: str) -> None:
    _, url = await linked(bot)
    answer = await bot.ask("GET", url, token=None, headers={"Range": asked})

    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (status, part, whole)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "image/png"),
        ("a.mp4", "video/mp4"),
        ("a.webp", "image/webp"),
        ("a.flac", "audio/flac"),
        ("a", "application/octet-stream"),
    ],
)
async def test_a_files_kind_comes_of_its_name(bot: RawBot, name: str, kind: str) -> None:
    _, url = await linked(bot, name)
    whole = await bot.ask("GET", url, token=None)
    head = await bot.ask("HEAD", url, token=None)

    assert [answer.headers["Content-Type"].split(";")[0] for answer in (whole, head)] == [kind, kind]
    assert (whole.body, head.body) == ("0123456789", "")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == "10"
