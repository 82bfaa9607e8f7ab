"""Whatever is done to a valid request, Discord takes it or refuses it in its own words, and nothing breaks."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.playground import DiscordServer
from bot.playground.server import ROUTES

from .discord_spec import spec_at_hand
from .raw_rest import Answer, RawBot, raw_bot
from .valid_requests import REQUESTS, Valid, fill

Place: TypeAlias = tuple[str | int, ...]

REMOVED = object()
NUMBERS = [0, -1, 1, 7, 1.5, 2**31, 2**70, 1e300]
TEXTS = ["", "x", "🦊" * 33, "a" * 101, "a" * 4001, "1", "-1", "attachment://b.txt", "http://", "http://[", "\ud800"]
OTHERS = [REMOVED, None, True, False, [], [None], [[]], {}, {"type": 1}, {"id": "0"}]
VALUES = st.sampled_from([*NUMBERS, *TEXTS, *OTHERS])


@pytest.mark.parametrize("valid", REQUESTS, ids=lambda valid: valid.what)
def test_no_request_breaks_discord(valid: Valid) -> None:
    with asyncio.Runner() as runner:
        server = DiscordServer()
        runner.run(server.start())
        try:
            _mutated(runner, server, valid)
        finally:
            runner.run(server.close())


def _mutated(runner: asyncio.Runner, server: DiscordServer, valid: Valid) -> None:
    path = f"/applications/{server.world.bot.id}/commands"
    known = runner.run(_ask(server, "POST", path, {"name": "known", "description": "b"}, has_file=False))
    places = [place for place in _places(valid.payload) if place]

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(places), VALUES), max_size=2))
    def mutate(changes: list[tuple[Place, object]]) -> None:
        url, payload = fill(valid, server, int(known.body["id"]))
        for place, value in changes:
            payload = _changed(payload, place, value)
        answer = runner.run(_ask(server, valid.method, url, payload, has_file=valid.has_file))

        _check(server, answer, changed=bool(changes))

    mutate()


def _check(server: DiscordServer, answer: Answer, *, changed: bool) -> None:
    request, spec = server.requests[-1], spec_at_hand()
    assert answer.status < 300 or changed, answer.body
    assert answer.status < 300 or (400 <= answer.status < 500 and answer.body["message"]), answer
    assert answer.status != 400 or answer.body["code"] in (50006, 50035, 50109, 50033, 50024, 50081, 160004), (
        answer.body
    )
    assert answer.body is None or answer.body == "" or (answer.body.get("code") == 50035) == bool(answer.mistakes)
    if spec:
        assert spec.mistakes(request) == []
        assert answer.status >= 400 or not spec.refuses(request)


async def _ask(server: DiscordServer, method: str, path: str, payload: Any, *, has_file: bool) -> Answer:
    async with asyncio.timeout(10), raw_bot(server) as bot:
        answer = await _sent(bot, method, path, payload, has_file=has_file)
    listed = isinstance(answer.body, list)
    return Answer(answer.status, {} if listed else answer.body, answer.headers)


async def _sent(bot: RawBot, method: str, path: str, payload: Any, *, has_file: bool) -> Answer:
    token = None if path.startswith(("/webhooks", "/interactions")) else ""
    return await bot.ask(method, path, payload, files={"a.txt": b"a"} if has_file else None, token=token)


def _places(payload: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    entries = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for key, value in entries:
        yield from _places(value, (*place, key))


def _changed(payload: Any, place: Place, value: object) -> Any:
    """The same with another value there; where an earlier change took the place away, the same."""
    whole = copy.deepcopy(payload)
    inside = whole
    try:
        for key in place[:-1]:
            inside = inside[key]
        if value is REMOVED:
            del inside[place[-1]]
        else:
            inside[place[-1]] = value
    except (LookupError, TypeError):
        return payload
    return whole


def test_every_route_with_a_body_is_tried() -> None:
    """So that a new one is not forgotten here; commands are the same in both of their places."""
    there = {
        (route.method, _nameless(route.path))
        for route in ROUTES
        if route.method in ("POST", "PUT", "PATCH") and not route.path.endswith(("/typing", "/permissions"))
    }

    assert {(valid.method, _nameless(valid.path)) for valid in REQUESTS} == there


def _nameless(path: str) -> str:
    return re.sub(r"\{\w+\}|@original", "{}", path).replace("/guilds/{}", "")
