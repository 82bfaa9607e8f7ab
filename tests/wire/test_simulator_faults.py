"""The simulator's faults: each breaks what it names, and nothing else."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.comfy.simulator import Lie
from tests.wire.simulated import EMPTY, Client, serve, text_to_image

#: What only this lie brings.
SIGNS = {
    Lie.EVENTS: b"execution_paused",
    Lie.KEYS: b'"nodes": "none"',
    Lie.NAN: b"NaN",
    Lie.FRAMES: b"not json",
    Lie.BINARY: b"\x00\x00\x00\x63x",
    Lie.STRANGERS: b"not ours",
}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


class TestFaults:
    async def test_out_of_memory_fails_one_sampler(self, client: Client) -> None:
        client.simulator.faults.out_of_memory = True
        failed = await client.run(text_to_image())
        passed = await client.run(text_to_image())

        error = failed["status"]["messages"][-1][1]
        assert (error["exception_type"], error["node_type"]) == ("torch.OutOfMemoryError", "KSampler")
        assert passed["status"]["status_str"] == "success"

    async def test_a_missing_model_is_on_no_list_and_refused(self, client: Client) -> None:
        client.simulator.faults.missing_model = "dreamshaper_8.safetensors"
        status, answer = await client.post("/prompt", {"prompt": text_to_image()})

        assert status == 400
        assert answer["node_errors"]["4"]["errors"][0]["type"] == "value_not_in_list"
        assert "dreamshaper_8.safetensors" not in await client.get("/models/checkpoints")

    async def test_refused_submissions_queue_nothing(self, client: Client) -> None:
        client.simulator.faults.fail_next = [500, 413]
        statuses = [(await client.post("/prompt", {"prompt": EMPTY}))[0] for _ in range(3)]

        assert statuses == [500, 413, 200]
        assert len(client.simulator.executed) <= 1

    async def test_a_lost_answer_still_queues(self, client: Client) -> None:
        client.simulator.faults.lose_answers = 1
        with pytest.raises(aiohttp.ClientError):
            await client.submit(EMPTY)
        prompt_id = (await client.wait("finished"))["prompt_id"]

        assert client.simulator.executed == [prompt_id]

    async def test_a_dead_worker_leaves_prompts_pending(self, client: Client) -> None:
        client.simulator.faults.dead_worker = True
        prompt_id = await client.submit(EMPTY)

        assert await client.state(prompt_id) == "pending"
        client.simulator.faults.dead_worker = False
        await client.wait("finished", prompt_id=prompt_id)

    async def test_lost_interrupts_are_accepted_and_do_nothing(self, client: Client) -> None:
        client.simulator.faults.lost_interrupts = 1
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.wait("start", prompt_id=prompt_id)
        first = await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        lost = await client.state(prompt_id)
        await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        await client.wait("finished", prompt_id=prompt_id)

        assert first == (200, {"cancelled": True})
        assert lost == "in_progress"
        assert await client.state(prompt_id) == "cancelled"

    async def test_history_lags_behind_success(self, client: Client) -> None:
        client.simulator.faults.history_lag = 0.05
        prompt_id = await client.submit(EMPTY)
        await client.wait("success", prompt_id=prompt_id)
        early = await client.get(f"/history/{prompt_id}")
        await client.wait("finished", prompt_id=prompt_id)

        assert early == {}
        assert prompt_id in await client.get(f"/history/{prompt_id}")

    async def test_no_lie_stops_the_prompt(self, client: Client) -> None:
        client.simulator.faults.lie = True
        client.simulator.faults.huge_frame = 5_000_000
        prompt_id = await client.submit(EMPTY, client_id="me")
        await client.wait("finished", prompt_id=prompt_id)

        assert await client.state(prompt_id) == "completed"

    @pytest.mark.parametrize("lie", Lie)
    async def test_each_lie_is_told_without_the_others(self, client: Client, lie: Lie) -> None:
        client.simulator.faults.lies = {lie}
        async with client.socket("me") as socket:
            told = b"".join(await _frames_of(client, socket))

        assert [known for known, sign in SIGNS.items() if sign in told] == [lie]

    async def test_a_huge_frame_comes_whole(self, client: Client) -> None:
        client.simulator.faults.huge_frame = 3_000_000
        async with client.socket("me") as socket:
            frames = await _frames_of(client, socket)

        assert 3_000_008 in [len(frame) for frame in frames]

    async def test_nothing_answers_while_down(self, client: Client) -> None:
        client.simulator.faults.down = True
        with pytest.raises(aiohttp.ClientError):
            await client.get("/prompt")

        client.simulator.faults.down = False
        assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}

    async def test_a_torn_view_breaks_off_in_the_middle(self, client: Client) -> None:
        entry = await client.run(EMPTY)
        client.simulator.faults.torn_views = 1
        url, params = f"{client.simulator.url}/view", entry["outputs"]["2"]["images"][0]
        with pytest.raises(aiohttp.ClientPayloadError):
            await (await client.session.get(url, params=params)).read()

        assert (await client.session.get(url, params=params)).status == 200

    @pytest.mark.parametrize("path", ["/queue", "/api/queue", "/queue?x=1"])
    async def test_a_broken_route_fails_with_or_without_its_prefix(self, client: Client, path: str) -> None:
        client.simulator.faults.broken_route = "/queue"
        client.simulator.faults.broken_status = 502
        broken = await client.session.get(client.simulator.url + path)
        other = await client.session.get(client.simulator.url + "/prompt")

        assert (broken.status, other.status) == (502, 200)

    async def test_a_broken_socket_route_refuses_the_handshake(self, client: Client) -> None:
        client.simulator.faults.broken_route = "/ws"

        with pytest.raises(aiohttp.WSServerHandshakeError, match="500"):
            await client.session.ws_connect(client.simulator.url + "/ws")

    async def test_a_crash_ends_the_prompt_and_forgets_it(self, client: Client) -> None:
        client.simulator.faults.crash = True
        async with client.socket("me") as socket:
            prompt_id = await client.submit(text_to_image(steps=4), client_id="me")
            steps = [await client.wait("step", prompt_id=prompt_id) for _ in range(2)]
            await client.wait("restarted")
            frames = [message async for message in socket]

        assert [step["value"] for step in steps] == [1, 2]
        assert frames
        assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        assert await client.get(f"/history/{prompt_id}") == {}
        assert (await client.run(text_to_image()))["status"]["status_str"] == "success"

    async def test_dropped_sockets_end_without_a_close_frame(self, client: Client) -> None:
        async with client.socket("me") as socket:
            client.simulator.faults.drop_sockets()
            message = await socket.receive(timeout=5)

        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
        assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE

    async def test_a_deaf_socket_gets_nothing(self, client: Client) -> None:
        async with client.socket("me") as socket:
            client.simulator.faults.deaf = True
            await client.run(EMPTY, client_id="me")
            client.simulator.faults.deaf = False
            client.simulator.send("after", {}, "me")
            message = await socket.receive(timeout=5)

        assert "after" in message.data

    async def test_a_stall_holds_all_events_back_and_then_gives_them(self, client: Client) -> None:
        async with client.socket("me") as socket:
            client.simulator.faults.stall = True
            await client.run(EMPTY, client_id="me")
            client.simulator.faults.stall = False
            frames = await _frames_of(client, socket)

        assert b"execution_success" in b"".join(frames)

    async def test_empty_histories_run_out(self, client: Client) -> None:
        prompt_id = await client.submit(EMPTY)
        await client.wait("finished", prompt_id=prompt_id)
        client.simulator.faults.empty_histories = 1
        answers = [await client.get(f"/history/{prompt_id}") for _ in range(2)]

        assert answers[0] == {}
        assert list(answers[1]) == [prompt_id]

    @pytest.mark.parametrize(("fault", "path"), [("slow_answers", "/prompt"), ("slow_view", "/view")])
    async def test_a_slow_answer_comes_late(self, client: Client, fault: str, path: str) -> None:
        entry = await client.run(EMPTY)
        setattr(client.simulator.faults, fault, 60.0)
        params = entry["outputs"]["2"]["images"][0]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.session.get(client.simulator.url + path, params=params)

        setattr(client.simulator.faults, fault, 0.0)
        assert (await client.session.get(client.simulator.url + path, params=params)).status == 200


async def _frames_of(client: Client, socket: aiohttp.ClientWebSocketResponse) -> list[bytes]:
    """All that comes until a mark of our own, with one prompt run before it."""
    await client.run(EMPTY, client_id="me")
    client.simulator.send("mark", {}, "me")
    frames: list[bytes] = []
    while True:
        data = (await socket.receive(timeout=5)).data
        frames.append(data if isinstance(data, bytes) else data.encode())
        if b'"mark"' in frames[-1]:
            return frames
