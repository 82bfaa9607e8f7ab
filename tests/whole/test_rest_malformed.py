"""What no client of Discord should send: every kind of it is refused in Discord's words, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground import DiscordServer

from .raw_rest import COMPONENT, RawBot, raw_bot

NOBODY = 1 << 60


@pytest.fixture
async def bot() -> AsyncIterator[RawBot]:
    async with DiscordServer() as server, raw_bot(server) as bot:
        yield bot


@pytest.mark.parametrize(
    "body",
    [b"{", b"nothing", b'{"content": NaN}', b'{"content": "\xff"}', b"[" * 300 + b"]" * 300, b"1" * 5000, b"{}{}"],
    ids=lambda body: repr(bytes(body)[:12]),
)
async def test_what_is_no_json_is_said_to_be_none(bot: RawBot, body: bytes) -> None:
    sent = await bot.ask("POST", f"{bot.place}/messages", data=body, headers={"Content-Type": "application/json"})

    assert sent.code == (400, 50109)


@pytest.mark.parametrize("body", [[], "words", 3, None, True])
async def test_json_that_is_no_form_is_refused(bot: RawBot, body: object) -> None:
    data = json.dumps(body).encode()
    sent = await bot.ask("POST", f"{bot.place}/messages", data=data, headers={"Content-Type": "application/json"})

    assert sent.code == (400, 50035)
    assert sent.mistakes == {"": "MODEL_TYPE_CONVERT"}


async def test_commands_are_not_overwritten_by_what_is_no_list(bot: RawBot) -> None:
    path = f"/applications/{bot.app}/commands"
    await bot.ask("PUT", path, [{"name": "a", "description": "b"}])
    none: list[Any] = [{}, "a", None]
    refused = [await bot.ask("PUT", path, body) for body in none]

    assert [answer.code for answer in refused] == [(400, 50035)] * 3
    assert [command["name"] for command in (await bot.ask("GET", path)).body] == ["a"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"])
async def test_the_kind_of_body_has_to_be_named(bot: RawBot, kind: str) -> None:
    data = b'{"content": "here"}'
    sent = await bot.ask("POST", f"{bot.place}/messages", data=data, headers={"Content-Type": kind})

    assert sent.code == ((200, 0) if "json" in kind else (400, 50035))
    assert "json" in kind or sent.mistakes == {"": "CONTENT_TYPE_INVALID"}


async def test_files_are_taken_only_where_there_are_files(bot: RawBot) -> None:
    sent = await bot.ask("PUT", f"/applications/{bot.app}/commands", [], files={"a.png": b"a"})

    assert sent.mistakes == {"": "CONTENT_TYPE_INVALID"}


FORM = "multipart/form-data; boundary=edge"
PART = b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


def part(name: bytes, data: bytes, filename: bytes = b"") -> bytes:
    return PART % (name, b'; filename="%s"' % filename if filename else b"", data)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("multipart/form-data", b"--edge--\r\n", 0),
        (FORM, b"", 50006),
        (FORM, b"no parts at all", 0),
        (FORM, part(b"payload_json", b'{"content": "here"}'), 0),
        (FORM, part(b"payload_json", b"{") + b"--edge--\r\n", 50109),
        (FORM, part(b"payload_json", b"[]") + b"--edge--\r\n", 50035),
        (FORM, part(b"files[0]", b"a") + b"--edge--\r\n", 50006),
        (FORM, b"".join(part(b"files[%d]" % n, b"a", b"a.txt") for n in range(11)) + b"--edge--\r\n", 50035),
        (FORM, b"--edge\r\nnonsense\r\n--edge--\r\n", 0),
    ],
)
async def test_forms_that_are_none_are_refused(bot: RawBot, kind: str, body: bytes, code: int) -> None:
    sent = await bot.ask("POST", f"{bot.place}/messages", data=body, headers={"Content-Type": kind})

    assert sent.code == (400, code)
    assert not bot.server.messages("general")


async def test_files_need_no_numbers_nor_any_json(bot: RawBot) -> None:
    body = part(b"files[2]", b"a", b"a.txt") + part(b"file", b"b", b"b.txt") + b"--edge--\r\n"
    sent = await bot.ask("POST", f"{bot.place}/messages", data=body, headers={"Content-Type": FORM})

    assert [file["filename"] for file in sent.body["attachments"]] == ["b.txt", "a.txt"]


@pytest.mark.parametrize("token", [None, "Bot wrong", "playground-token", "Bearer playground-token", "Bot"])
@pytest.mark.parametrize("path", ["/users/@me", "/gateway/bot", "/channels/x/messages"])
async def test_without_the_bots_token_nothing_is_told(bot: RawBot, token: str | None, path: str) -> None:
    refused = await bot.ask("GET", path, token=token)

    assert (refused.status, refused.body) == (401, {"message": "401: Unauthorized", "code": 0})


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/stage-instances/1", 404, {"message": "404: Not Found", "code": 0}),
        ("GET", "/applications/1/emojis", 404, {"message": "404: Not Found", "code": 0}),
        ("PUT", "/channels/1/messages/2/reactions/x/@me", 404, {"message": "404: Not Found", "code": 0}),
        ("GET", "/users/@me/", 404, {"message": "404: Not Found", "code": 0}),
        ("PUT", "/users/@me", 405, {"message": "405: Method Not Allowed", "code": 0}),
        ("PATCH", "/gateway", 405, {"message": "405: Method Not Allowed", "code": 0}),
        ("GET", "/../v99/users/@me", 400, {"message": "Invalid API version provided", "code": 50041}),
        ("GET", "/../users/@me", 400, {"message": "Invalid API version provided", "code": 50041}),
    ],
)
async def test_what_nobody_serves_is_said_plainly(
    bot: RawBot, method: str, path: str, status: int, body: dict[str, Any]
) -> None:
    refused = await bot.ask(method, path)

    assert (refused.status, refused.body) == (status, body)
    assert status != 405 or refused.headers["Allow"] == "GET"


@pytest.mark.parametrize("number", ["x", "²", "-1", "01", "1.0", "9" * 21, "9" * 5000, "%20", "%F0%9F%A6%8A"])
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/channels/{}", "channel_id"),
        ("/guilds/{}/roles", "guild_id"),
        ("/users/{}", "user_id"),
        ("/applications/{}/commands", "app_id"),
        ("/channels/1/messages?after={}", "after"),
    ],
)
async def test_ids_that_are_none_are_refused(bot: RawBot, path: str, field: str, number: str) -> None:
    if field == "after":
        path = path.replace("/channels/1", bot.place)
    refused = await bot.ask("GET", path.format(number))

    assert (refused.code, refused.mistakes) == (
        (400, 50035),
        {field.replace("app_", "application_"): "NUMBER_TYPE_COERCE"},
    )


@pytest.mark.parametrize(
    ("limit", "code"), [("0", "NUMBER_TYPE_MIN"), ("101", "NUMBER_TYPE_MAX"), ("x", "NUMBER_TYPE_COERCE")]
)
async def test_numbers_in_a_query_have_limits(bot: RawBot, limit: str, code: str) -> None:
    refused = await bot.ask("GET", f"{bot.place}/messages?limit={limit}")

    assert refused.mistakes == {"limit": code}


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/channels/{nobody}", 10003),
        ("POST", "/channels/{nobody}/messages", 10003),
        ("PATCH", "/channels/{channel}/messages/{nobody}", 10008),
        ("DELETE", "/channels/{channel}/messages/{nobody}", 10008),
        ("POST", "/channels/{channel}/messages/{nobody}/threads", 10008),
        ("GET", "/guilds/{nobody}", 10004),
        ("GET", "/guilds/{guild}/members/{nobody}", 10013),
        ("GET", "/guilds/{guild}/members/{stranger}", 10007),
        ("GET", "/guilds/{guild}/roles/{nobody}", 10011),
        ("GET", "/users/{nobody}", 10013),
        ("GET", "/applications/{app}/commands/{nobody}", 10063),
        ("PATCH", "/applications/{app}/guilds/{guild}/commands/{nobody}", 10063),
        ("GET", "/applications/{app}/guilds/{guild}/commands/{nobody}/permissions", 10066),
        ("POST", "/interactions/{nobody}/token/callback", 10062),
    ],
)
async def test_what_there_is_not_is_unknown(bot: RawBot, method: str, path: str, code: int) -> None:
    server = bot.server
    stranger = server.world.add_user("stranger").id
    ids = {"channel": server.channel("general").id, "guild": server.guild.id, "app": bot.app, "stranger": stranger}
    refused = await bot.ask(method, path.format(nobody=NOBODY, **ids), None if method == "GET" else {"name": "a"})

    assert refused.code == (404, code)


async def test_an_interactions_messages_are_known_by_its_token_alone(bot: RawBot) -> None:
    interaction = bot.interaction()
    before = await bot.webhook(interaction, "POST", "", {"content": "too early"})
    await bot.answer(interaction, {"type": 5})
    unknown = await bot.webhook(interaction, "GET", f"/messages/{NOBODY}")
    wrong = await bot.ask("GET", f"/webhooks/{bot.app}/wrong/messages/@original", token=None)

    assert before.code == (404, 10015)
    assert unknown.code == (404, 10008)
    assert wrong.code == (401, 50027)


@pytest.mark.parametrize("kind", [1, 2, 6, 8, 12, "4", None])
async def test_only_fitting_answers_are_taken(bot: RawBot, kind: object) -> None:
    interaction = bot.interaction()
    refused = await bot.answer(interaction, {"type": kind, "data": {"content": "here"}})

    assert refused.code == (400, 50035)
    assert set(refused.mistakes) == {"type"}
    assert (await bot.answer(interaction, {"type": 4, "data": {"content": "here"}})).status == 200


async def test_an_answers_data_is_a_form(bot: RawBot) -> None:
    refused = await bot.answer(bot.interaction(COMPONENT), {"type": 7, "data": ["here"]})

    assert refused.mistakes == {"data": "MODEL_TYPE_CONVERT"}


async def test_a_file_too_large_is_named_by_its_own_code(bot: RawBot) -> None:
    bot.server.parts.files.upload_limit = 10
    sent = [await bot.send({"content": "a"}, files={"a.bin": bytes(size)}) for size in (10, 11)]

    assert [answer.code for answer in sent] == [(200, 0), (413, 40005)]
