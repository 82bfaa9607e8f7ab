"""Gateway sessions without a library between: how they begin, go on elsewhere, and every way they are turned down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import aiohttp
import pytest

from bot.playground import DiscordServer, GatewayRules

from .raw_gateway import RawGateway, connected

Act: TypeAlias = Callable[[RawGateway], Awaitable[None]]

GUILDS, MEMBERS = 1, 2


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def test_zlib_stream_shares_one_context_and_plain_text_says_the_same(server: DiscordServer) -> None:
    async with connected(server, "v=10&encoding=json&compress=zlib-stream") as packed:
        ready = await packed.ready()
        created = await packed.until("GUILD_CREATE")
    async with connected(server) as plain:
        other = await plain.ready()
        also = await plain.until("GUILD_CREATE")

    assert ready["user"] == other["user"]
    assert created["d"] == also["d"]


async def test_zstd_stream_is_answered_in_plain_text(server: DiscordServer) -> None:
    async with connected(server, "v=10&encoding=json&compress=zstd-stream") as client:
        assert (await client.ready())["v"] == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [1, 1]}, 4010),
        ({"shard": "0"}, 4010),
        ({"intents": 1 << 30}, 4013),
        ({"intents": None}, 4013),
        ({"intents": MEMBERS}, 4014),
        ({"intents": 1 << 15}, 4014),
    ],
)
async def test_an_identify_that_is_wrong_closes_with_its_code(
    server: DiscordServer, changes: dict[str, object], code: int
) -> None:
    async with connected(server) as client:
        await client.identify(**changes)

        assert await client.closed() == code


async def test_an_intent_that_was_switched_on_is_allowed() -> None:
    async with DiscordServer(gateway_rules=GatewayRules(privileged=MEMBERS)) as server, connected(server) as client:
        ready = await client.ready(intents=GUILDS | MEMBERS)

    assert ready["application"]["flags"] == 1 << 15


async def send_nonsense(client: RawGateway) -> None:
    await client.socket.send_str("{")


async def send_too_much(client: RawGateway) -> None:
    await client.send(1, "x" * 4096)


async def send_early(client: RawGateway) -> None:
    await client.send(3, {})


async def identify_twice(client: RawGateway) -> None:
    await client.ready()
    await client.identify()


async def send_unknown(client: RawGateway) -> None:
    await client.ready()
    await client.send(5, {})


async def ask_for_nobody(client: RawGateway) -> None:
    await client.ready()
    await client.send(8, {"query": ""})


async def send_too_often(client: RawGateway) -> None:
    for _ in range(121):
        await client.send(1)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (send_nonsense, 4002),
        (send_too_much, 4002),
        (send_early, 4003),
        (identify_twice, 4005),
        (send_unknown, 4001),
        (ask_for_nobody, 4002),
        (send_too_often, 4008),
    ],
)
async def test_what_cannot_be_sent_closes_with_its_code(server: DiscordServer, act: Act, code: int) -> None:
    async with connected(server) as client:
        await act(client)

        assert await client.closed() == code


async def test_another_version_is_closed_with_4012(server: DiscordServer) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url}/gateway?v=5&encoding=json") as socket,
    ):
        closing = await socket.receive()

    assert closing.data == 4012


async def test_who_does_not_beat_is_closed_with_4009() -> None:
    rules = GatewayRules(heartbeat=0.05, grace=0.05)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as client:
        assert await client.closed() == 4009


async def test_a_session_that_was_ended_answers_4003(server: DiscordServer) -> None:
    async with connected(server) as client:
        await client.ready()
        server.gateway.invalidate()
        while (await client.receive())["op"] != 9:
            pass
        await client.send(3, {})

        assert await client.closed() == 4003


async def test_what_was_missed_comes_again_in_order(server: DiscordServer) -> None:
    async with connected(server) as client:
        ready = await client.ready()
        last = (await client.until("GUILD_CREATE"))["s"]
        await client.socket.close(code=4900)
    server.add_channel("first")
    server.add_channel("second")
    async with connected(server) as client:
        await client.resume(ready["session_id"], last)
        missed = [await client.receive() for _ in range(3)]
        server.add_channel("third")
        new = await client.receive()

    assert [frame["t"] for frame in missed] == ["CHANNEL_CREATE", "CHANNEL_CREATE", "RESUMED"]
    assert [frame["d"].get("name") for frame in missed] == ["first", "second", None]
    assert [frame["s"] for frame in [*missed, new]] == [last + 1, last + 2, last + 3, last + 4]


@pytest.mark.parametrize("sequence", [99, -1, None])
async def test_an_impossible_sequence_is_closed_with_4007(server: DiscordServer, sequence: object) -> None:
    async with connected(server) as client:
        ready = await client.ready()
        await client.socket.close(code=4900)
    async with connected(server) as client:
        await client.resume(ready["session_id"], sequence)

        assert await client.closed() == 4007


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_client_that_says_goodbye_cannot_resume(server: DiscordServer, code: int) -> None:
    async with connected(server) as client:
        ready = await client.ready()
        await client.socket.close(code=code)
    async with connected(server) as client:
        await client.resume(ready["session_id"], 1)
        refused = await client.receive()

    assert (refused["op"], refused["d"]) == (9, False)


async def test_a_session_waits_three_minutes_for_its_client(server: DiscordServer) -> None:
    async with connected(server) as client:
        ready = await client.ready()
        await client.socket.close(code=4900)
    server.advance(181)
    async with connected(server) as client:
        await client.resume(ready["session_id"], 1)
        refused = await client.receive()

    assert (refused["op"], refused["d"]) == (9, False)


async def test_a_resumed_session_leaves_its_old_connection(server: DiscordServer) -> None:
    async with connected(server) as old, connected(server) as new:
        ready = await old.ready()
        await new.resume(ready["session_id"], 1)
        await new.until("RESUMED")

        assert await old.closed() == 4000
        assert server.gateway.online


async def test_identifying_too_soon_is_answered_with_an_invalid_session() -> None:
    rules = GatewayRules(identify_seconds=5.0)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as first, connected(server) as second:
        await first.ready()
        await second.identify()
        refused = await second.receive()
        server.advance(5)
        await second.ready()

    assert (refused["op"], refused["d"]) == (9, False)


async def test_shards_of_different_keys_may_start_at_once() -> None:
    rules = GatewayRules(identify_seconds=5.0, max_concurrency=2)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as first, connected(server) as second:
        await first.ready(shard=[0, 2])
        await second.ready(shard=[1, 2])

    assert server.gateway.identified == 2


async def test_too_many_starts_in_a_day_cost_the_token() -> None:
    rules = GatewayRules(starts_per_day=1)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as first, connected(server) as second:
        await first.ready()
        await second.identify()

        assert await second.closed() == 4004
        assert await first.closed() == 4000


async def test_a_session_with_too_many_servers_has_to_be_sharded() -> None:
    rules = GatewayRules(guilds_per_session=1)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as client:
        server.add_guild("Elsewhere")
        await client.identify()

        assert await client.closed() == 4011


async def test_what_is_asked_for_is_answered(server: DiscordServer) -> None:
    guild = str(server.guild.id)
    async with connected(server) as client:
        await client.ready()
        await client.send(8, {"guild_id": guild, "query": "al", "limit": 5, "nonce": "n"})
        found = (await client.until("GUILD_MEMBERS_CHUNK"))["d"]
        await client.send(8, {"guild_id": guild, "user_ids": [str(server.person("bob").id), "1"], "nonce": "n" * 33})
        named = (await client.until("GUILD_MEMBERS_CHUNK"))["d"]
        await client.send(31, {"guild_ids": [guild]})
        sounds = (await client.until("SOUNDBOARD_SOUNDS"))["d"]
        await client.send(43, {"guild_id": guild, "fields": ["status"]})
        channels = (await client.until("CHANNEL_INFO"))["d"]

    assert [member["user"]["username"] for member in found["members"]] == ["alice"]
    assert found["nonce"] == "n"
    assert [member["user"]["username"] for member in named["members"]] == ["bob"]
    assert (named["not_found"], "nonce" in named) == (["1"], False)
    assert sounds == {"guild_id": guild, "soundboard_sounds": []}
    assert channels == {"guild_id": guild, "channels": []}


async def test_a_list_of_all_members_needs_the_intent(server: DiscordServer) -> None:
    async with connected(server) as client:
        await client.ready()
        await client.send(8, {"guild_id": str(server.guild.id), "query": "", "limit": 0})
        await client.send(31, {"guild_ids": [str(server.guild.id)]})
        await client.until("GUILD_CREATE")
        answered = await client.receive()

    assert answered["t"] == "SOUNDBOARD_SOUNDS"
