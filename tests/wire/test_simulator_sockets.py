"""The simulator's sockets: who hears what and when, and what servers of old versions leave out."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.comfy.simulator import Pace
from tests.wire.simulated import EMPTY, Client, serve, text_to_image


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


class TestSockets:
    async def test_events_reach_only_the_owner(self, client: Client) -> None:
        async with client.socket("one") as one, client.socket("other") as other:
            prompt_id = await client.submit(EMPTY, client_id="one")
            seen = await types_until_end(one, prompt_id)
            await client.run(EMPTY, client_id="other")
            others = [json.loads((await other.receive(timeout=5)).data)["type"] for _ in range(3)]

        assert "executed" in seen
        assert set(others) == {"status"}

    async def test_previews_carry_metadata_for_those_who_asked(self) -> None:
        async with (
            serve(preview_method="auto", pace=Pace(preview=64)) as client,
            client.socket("new") as new,
            client.socket("old", flags=False) as old,
        ):
            first = await client.submit(text_to_image(seed=1), client_id="new")
            with_flags = await types_until_end(new, first)
            second = await client.submit(text_to_image(seed=2), client_id="old")
            without_flags = await types_until_end(old, second)

        assert with_flags.count(4) == 3
        assert without_flags.count(1) == 3

    async def test_a_reused_client_id_goes_deaf_when_its_first_socket_closes(self, client: Client) -> None:
        async with client.socket("same") as old, client.socket("same"):
            await old.close()
            async with asyncio.timeout(10):
                while client.simulator.client_ids:  # noqa: ASYNC110 - the server has no event for this
                    await asyncio.sleep(0)

            assert client.simulator.client_ids == []

    async def test_dropped_sockets_close_without_a_frame(self, client: Client) -> None:
        async with client.socket("me") as socket:
            client.simulator.drop_sockets()
            message = await socket.receive(timeout=5)

        assert message.type is aiohttp.WSMsgType.CLOSED
        assert socket.close_code == 1006

    async def test_the_running_node_greets_its_owner(self, client: Client) -> None:
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image(), client_id="me")
        await client.wait("start", prompt_id=prompt_id)
        async with client.socket("me", flags=False) as socket:
            greeting = json.loads((await socket.receive(timeout=5)).data)

        assert greeting == {"type": "executing", "data": {"node": "4"}}

    async def test_a_stall_holds_all_events_back_and_then_lets_them_go(self, client: Client) -> None:
        async with client.socket("me") as socket:
            client.simulator.faults.stall = True
            entry = await client.run(EMPTY, client_id="me")
            client.simulator.faults.stall = False
            seen = await types_until_end(socket, entry["prompt"][1])

        assert seen[-3:] == ["execution_success", "status", "executing"]

    async def test_one_client_that_does_not_read_stalls_all_others(self, client: Client) -> None:
        url = client.simulator.url.removeprefix("http://")
        host, port = url.split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: {url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        me = client.session.ws_connect(f"{client.simulator.url}/ws?clientId=me", max_msg_size=0, autoping=False)
        async with me as socket:
            for _ in range(8):
                client.simulator.send("big", {"filler": "x" * 4_000_000})
            entry = await client.run(EMPTY, client_id="me")
            before = await types_until_pong(socket)
            writer.close()
            after = await types_until_end(socket, entry["prompt"][1])

        assert "execution_start" not in before
        assert "execution_start" in after

    async def test_a_deaf_server_accepts_sockets_and_says_nothing(self, client: Client) -> None:
        client.simulator.faults.deaf = True
        async with client.session.ws_connect(f"{client.simulator.url}/ws?clientId=me") as socket:
            await client.run(EMPTY, client_id="me")
            client.simulator.faults.deaf = False
            client.simulator.send("hello", {})

            assert json.loads((await socket.receive(timeout=5)).data)["type"] == "hello"


class TestVersions:
    async def test_a_server_before_0_3_45_ignores_our_ids_and_flags(self) -> None:
        async with serve(version="0.3.40") as client, client.socket("me", flags=False) as socket:
            await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
            prompt_id = await client.submit(EMPTY, client_id="me", prompt_id="mine")
            seen = await types_until_end(socket, prompt_id)

        assert prompt_id != "mine"
        assert "feature_flags" not in seen
        assert "progress_state" not in seen

    async def test_0_3_64_has_no_jobs_and_takes_any_id(self) -> None:
        async with serve(version="0.3.64") as client:
            jobs = await client.session.get(f"{client.simulator.url}/api/jobs")
            prompt_id = await client.submit(EMPTY, prompt_id="mine")
            status, answer = await client.post("/prompt", {"prompt": {"1": {"class_type": "No", "inputs": {}}}})
            stats = await client.get("/system_stats")

        assert jobs.status == 404
        assert prompt_id == "mine"
        assert (status, answer["error"]["type"]) == (400, "invalid_prompt")
        assert stats["system"]["comfyui_version"] == "0.3.64"

    async def test_preview_method_is_honoured_since_0_5(self) -> None:
        counts = []
        for version in ("0.3.64", "0.33.0"):
            async with serve(version=version, pace=Pace(preview=32)) as client, client.socket("me") as socket:
                extra = {"preview_method": "auto"}
                prompt_id = await client.submit(text_to_image(), client_id="me", extra_data=extra)
                counts.append((await types_until_end(socket, prompt_id)).count(4))

        assert counts == [0, 3]


async def types_until_end(socket: aiohttp.ClientWebSocketResponse, prompt_id: str) -> list[str | int]:
    """Types of all messages up to the null marker; binary ones as their number."""
    seen: list[str | int] = []
    while True:
        message = await socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.BINARY:
            seen.append(int.from_bytes(message.data[:4], "big"))
            continue
        assert message.type is aiohttp.WSMsgType.TEXT, message
        event = json.loads(message.data)
        seen.append(event["type"])
        if event["type"] == "executing" and event["data"] == {"node": None, "prompt_id": prompt_id}:
            return seen


async def types_until_pong(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
    """Types of all messages that the server sent before it answers a ping; the socket must not answer on its own."""
    await socket.ping()
    seen: list[str] = []
    while (message := await socket.receive(timeout=5)).type is not aiohttp.WSMsgType.PONG:
        seen.append(json.loads(message.data)["type"])
    return seen
