"""The simulator's behaviour where recordings cannot pin it down: control from outside, faults, old versions."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.comfy.simulator import Pace, Simulator

EMPTY = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "empty"}},
}


def text_to_image(
    text: str = "a fox", *, seed: int = 1, steps: int = 3, checkpoint: str = "dreamshaper_8.safetensors"
) -> Any:
    sampler = {"seed": seed, "steps": steps, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    return {
        "3": {"class_type": "KSampler", "inputs": sampler | links},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "t2i", "images": ["8", 0]}},
    }


class Client:
    """A bare client of one simulator."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session

    async def get(self, path: str, **params: str) -> Any:
        async with self.session.get(self.simulator.url + path, params=params) as response:
            return await response.json()

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        async with self.session.post(self.simulator.url + path, json=body) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text

    async def submit(self, graph: Any, **more: Any) -> str:
        status, answer = await self.post("/prompt", {"prompt": graph, **more})
        assert status == 200, answer
        return str(answer["prompt_id"])

    async def run(self, graph: Any, **more: Any) -> Any:
        """The history entry of a prompt, once there is one."""
        prompt_id = await self.submit(graph, **more)
        await self.simulator.wait_for("finished", prompt_id=prompt_id)
        return (await self.get(f"/history/{prompt_id}"))[prompt_id]

    async def state(self, prompt_id: str) -> str:
        return str((await self.get(f"/api/jobs/{prompt_id}")).get("status"))

    @asynccontextmanager
    async def socket(self, client_id: str, *, flags: bool = True) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        url = f"{self.simulator.url}/ws?clientId={client_id}"
        async with self.session.ws_connect(url, max_msg_size=0) as socket:
            await socket.receive(timeout=5)
            if flags:
                await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
                await socket.receive(timeout=5)
            yield socket


@asynccontextmanager
async def serve(**options: Any) -> AsyncIterator[Client]:
    async with asyncio.timeout(20), Simulator(**options) as simulator, aiohttp.ClientSession() as session:
        yield Client(simulator, session)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


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


async def types_until_silence(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
    """Types of all messages that come before a fifth of a second without any."""
    seen: list[str] = []
    while True:
        try:
            seen.append(json.loads((await socket.receive(timeout=0.2)).data)["type"])
        except TimeoutError:
            return seen


class TestControl:
    async def test_a_held_worker_goes_no_further_until_released(self, client: Client) -> None:
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=prompt_id)

        assert await client.state(prompt_id) == "in_progress"
        client.simulator.release()
        await client.simulator.wait_for("finished", prompt_id=prompt_id)
        assert await client.state(prompt_id) == "completed"

    async def test_an_interrupt_gets_through_to_a_held_prompt(self, client: Client) -> None:
        await client.run(EMPTY)
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=prompt_id)
        await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        await client.simulator.wait_for("finished", prompt_id=prompt_id)

        assert await client.state(prompt_id) == "cancelled"

    async def test_watchers_act_before_the_server_goes_on(self, client: Client) -> None:
        steps = []

        async def interrupt(moment: str, facts: dict[str, Any]) -> None:
            if moment == "step":
                steps.append(facts["value"])
                if facts["value"] == 2:
                    await client.post("/interrupt", {"prompt_id": facts["prompt_id"]})

        client.simulator.on(interrupt)
        entry = await client.run(text_to_image(steps=9))

        assert steps == [1, 2]
        assert entry["status"]["messages"][-1][0] == "execution_interrupted"

    async def test_an_interrupt_in_the_last_node_comes_too_late(self, client: Client) -> None:
        async def interrupt(moment: str, facts: dict[str, Any]) -> None:
            if moment == "node" and facts["class_type"] == "SaveImage":
                await client.post(f"/api/jobs/{facts['prompt_id']}/cancel", {})

        client.simulator.on(interrupt)
        entry = await client.run(EMPTY)

        assert entry["status"]["status_str"] == "success"
        assert (await client.run(text_to_image()))["status"]["status_str"] == "success"

    async def test_a_moment_is_given_to_one_wait_each_even_when_past(self, client: Client) -> None:
        first, second = await client.submit(EMPTY), await client.submit(EMPTY)

        assert (await client.simulator.wait_for("queued"))["prompt_id"] == first
        assert (await client.simulator.wait_for("queued"))["prompt_id"] == second

    async def test_what_ran_is_listed_once_per_run(self, client: Client) -> None:
        prompt_id = "a3bb189e-8bf9-4c1a-9a3a-1f6c3d2b7e11"
        await client.run(EMPTY, prompt_id=prompt_id)
        await client.run(EMPTY, prompt_id=prompt_id)

        assert client.simulator.executed == [prompt_id, prompt_id]

    async def test_requests_are_kept_with_their_json(self, client: Client) -> None:
        await client.submit(EMPTY, client_id="me")

        [request] = client.simulator.requests
        assert (request.method, request.path) == ("POST", "/prompt")
        assert request.body == {"prompt": EMPTY, "client_id": "me"}


class TestQueue:
    async def test_prompts_run_by_number_then_id(self, client: Client) -> None:
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=running)
        last = await client.submit(EMPTY)
        first = await client.submit(EMPTY, front=True)
        middle = await client.submit(EMPTY, number=0.5)
        client.simulator.release()
        await client.simulator.wait_for("finished", prompt_id=last)

        assert client.simulator.executed == [running, first, middle, last]

    async def test_a_deleted_prompt_leaves_no_trace(self, client: Client) -> None:
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=running)
        waiting = await client.submit(EMPTY)
        await client.post("/queue", {"delete": [waiting, running]})

        assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 1}}
        assert await client.get(f"/history/{waiting}") == {}
        assert await client.state(running) == "in_progress"

    async def test_equal_numbers_and_ids_kill_the_worker(self, client: Client) -> None:
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=running)
        twin = {"prompt_id": "a3bb189e-8bf9-4c1a-9a3a-1f6c3d2b7e11", "number": 7}
        await client.submit(EMPTY, **twin)
        statuses = [(await client.post("/prompt", {"prompt": EMPTY, **twin}))[0] for _ in range(2)]
        client.simulator.release()
        await client.simulator.wait_for("finished", prompt_id=running)

        assert statuses == [500, 500]
        queue = await client.get("/queue")
        assert queue["queue_running"] == []
        assert queue["queue_pending"] != []

    async def test_api_keys_do_not_show_in_the_queue(self, client: Client) -> None:
        client.simulator.hold()
        await client.submit(text_to_image(), extra_data={"api_key_comfy_org": "secret", "note": "seen"})
        await client.simulator.wait_for("start")

        queue = json.dumps(await client.get("/queue"))
        assert "seen" in queue
        assert "secret" not in queue


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
        await client.simulator.wait_for("start", prompt_id=prompt_id)
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
        async with client.socket("me") as socket:
            for _ in range(8):
                client.simulator.send("big", {"filler": "x" * 4_000_000})
            entry = await client.run(EMPTY, client_id="me")
            before = await types_until_silence(socket)
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
        prompt_id = (await client.simulator.wait_for("finished"))["prompt_id"]

        assert client.simulator.executed == [prompt_id]

    async def test_a_dead_worker_leaves_prompts_pending(self, client: Client) -> None:
        client.simulator.faults.dead_worker = True
        prompt_id = await client.submit(EMPTY)

        assert await client.state(prompt_id) == "pending"
        client.simulator.faults.dead_worker = False
        await client.simulator.wait_for("finished", prompt_id=prompt_id)

    async def test_lost_interrupts_are_accepted_and_do_nothing(self, client: Client) -> None:
        client.simulator.faults.lost_interrupts = 1
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=prompt_id)
        first = await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        lost = await client.state(prompt_id)
        await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        await client.simulator.wait_for("finished", prompt_id=prompt_id)

        assert first == (200, {"cancelled": True})
        assert lost == "in_progress"
        assert await client.state(prompt_id) == "cancelled"

    async def test_history_lags_behind_success(self, client: Client) -> None:
        client.simulator.faults.history_lag = 0.05
        prompt_id = await client.submit(EMPTY)
        await client.simulator.wait_for("success", prompt_id=prompt_id)
        early = await client.get(f"/history/{prompt_id}")
        await client.simulator.wait_for("finished", prompt_id=prompt_id)

        assert early == {}
        assert prompt_id in await client.get(f"/history/{prompt_id}")

    async def test_lies_do_not_stop_the_prompt(self, client: Client) -> None:
        client.simulator.faults.lie = True
        client.simulator.faults.huge_frame = 5_000_000
        prompt_id = await client.submit(EMPTY, client_id="me")
        await client.simulator.wait_for("finished", prompt_id=prompt_id)

        assert await client.state(prompt_id) == "completed"

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


class TestRestart:
    async def test_a_restart_forgets_all_but_saved_files_and_keeps_the_port(self, client: Client) -> None:
        entry = await client.run(EMPTY)
        preview = await client.run({**EMPTY, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}})
        url = client.simulator.url
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.simulator.wait_for("start", prompt_id=running)
        async with client.socket("me") as socket:
            await client.simulator.restart()
            closed = await socket.receive(timeout=5)

        assert client.simulator.url == url
        assert socket.close_code == 1006, closed
        assert await client.get("/history") == {}
        assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}
        for made, status in ((entry, 200), (preview, 404)):
            [image] = made["outputs"]["2"]["images"]
            async with client.session.get(f"{url}/view", params=image) as response:
                assert response.status == status
        assert (await client.run(EMPTY))["prompt"][0] == 0

    async def test_a_stopped_server_refuses_connections_and_starts_afresh(self, client: Client) -> None:
        client.simulator.hold()
        await client.submit(EMPTY)
        await client.simulator.wait_for("start")
        await client.simulator.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.get("/prompt")
        await client.simulator.start()

        assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}

    async def test_a_watcher_may_restart_the_server_in_mid_step(self, client: Client) -> None:
        async def restart(moment: str, facts: dict[str, Any]) -> None:
            if moment == "step" and facts["value"] == 2 and len(client.simulator.executed) == 1:
                await client.simulator.restart()

        client.simulator.on(restart)
        lost = await client.submit(text_to_image())
        await client.simulator.wait_for("restarted")
        entry = await client.run(text_to_image())

        assert await client.get(f"/history/{lost}") == {}
        assert entry["status"]["status_str"] == "success"

    async def test_a_client_id_that_is_no_string_kills_the_server(self, client: Client) -> None:
        await client.post("/prompt", {"prompt": EMPTY, "client_id": {"a": 1}})
        await client.simulator.wait_for("died")
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get("/prompt")


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


class TestFiles:
    async def test_uploads_keep_equal_names_only_for_equal_bytes(self, client: Client) -> None:
        names = []
        for content in (b"one", b"one", b"other"):
            form = aiohttp.FormData({"subfolder": "bot"})
            form.add_field("image", content, filename="in.png")
            async with client.session.post(f"{client.simulator.url}/upload/image", data=form) as response:
                names.append(await response.json())

        assert [name["name"] for name in names] == ["in.png", "in.png", "in (1).png"]
        assert names[0] == {"name": "in.png", "subfolder": "bot", "type": "input"}

    @pytest.mark.parametrize(
        ("fields", "filename", "status"),
        [
            ({"type": "bogus"}, "a.png", 500),
            ({"subfolder": "../.."}, "a.png", 400),
            ({}, "", 500),
        ],
    )
    async def test_uploads_are_refused_as_the_real_server_does(
        self, client: Client, fields: dict[str, str], filename: str, status: int
    ) -> None:
        form = aiohttp.FormData(fields)
        form.add_field("image", b"x", filename=filename)
        async with client.session.post(f"{client.simulator.url}/upload/image", data=form) as response:
            assert response.status == status

    async def test_an_uploaded_picture_is_loaded_inverted_and_saved(self, client: Client) -> None:
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), (10, 20, 30)).save(buffer, "PNG")
        form = aiohttp.FormData()
        form.add_field("image", buffer.getvalue(), filename="in.png")
        await client.session.post(f"{client.simulator.url}/upload/image", data=form)
        graph = {
            "1": {"class_type": "LoadImage", "inputs": {"image": "in.png"}},
            "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
            "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "out"}},
        }
        entry = await client.run(graph, extra_data={"extra_pnginfo": {"note": "kept"}})
        params = entry["outputs"]["3"]["images"][0]
        async with client.session.get(f"{client.simulator.url}/view", params=params) as response:
            picture = Image.open(io.BytesIO(await response.read()))

        assert picture.convert("RGB").getpixel((0, 0)) == (245, 235, 225)
        assert json.loads(picture.text["note"]) == "kept"  # type: ignore[attr-defined]  # PNGs have it
        assert json.loads(picture.text["prompt"]) == graph  # type: ignore[attr-defined]  # PNGs have it

    async def test_a_mask_becomes_the_alpha_of_its_original(self, client: Client) -> None:
        buffer = io.BytesIO()
        Image.new("RGBA", (256, 256), (0, 0, 0, 77)).save(buffer, "PNG")
        form = aiohttp.FormData({"subfolder": "clipspace"})
        form.add_field("original_ref", json.dumps({"filename": "example.png", "type": "input"}))
        form.add_field("image", buffer.getvalue(), filename="mask.png")
        async with client.session.post(f"{client.simulator.url}/upload/mask", data=form) as response:
            answer = await response.json()

        assert answer == {"name": "mask.png", "subfolder": "clipspace", "type": "input"}
        with Image.open(client.simulator.folders["input"] / "clipspace" / "mask.png") as picture:
            assert picture.getchannel("A").getextrema() == (77, 77)

    async def test_a_corrupt_picture_is_a_runtime_error(self, client: Client) -> None:
        form = aiohttp.FormData()
        form.add_field("image", b"no picture", filename="corrupt.png")
        await client.session.post(f"{client.simulator.url}/upload/image", data=form)
        graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "corrupt.png"}}, "2": EMPTY["2"]}
        entry = await client.run(graph)

        kind, error = entry["status"]["messages"][-1]
        assert (kind, error["node_id"], error["exception_type"]) == (
            "execution_error",
            "1",
            "PIL.UnidentifiedImageError",
        )
        assert error["current_inputs"] == {"image": ["corrupt.png"]}
        assert error["current_outputs"] == ["1", "2"]

    async def test_finished_nodes_keep_their_files_when_a_later_one_fails(self, client: Client) -> None:
        async def explode(call: Any, inputs: Any) -> Any:
            raise RuntimeError("boom")

        info = {"input": {"required": {"image": ["IMAGE"]}}, "output": [], "output_node": True}
        client.simulator.add_node("Exploding", info, explode)
        graph = EMPTY | {"3": {"class_type": "Exploding", "inputs": {"image": ["2", 0]}}}
        entry = await client.run(graph)

        assert entry["status"]["status_str"] == "error"
        assert entry["outputs"]["2"]["images"][0]["filename"].startswith("empty_")


class TestDrawing:
    async def test_equal_words_and_seed_give_equal_pictures(self) -> None:
        pictures = []
        for seed in (1, 1, 2):
            async with serve() as client:
                entry = await client.run(text_to_image("a castle at night", seed=seed))
                params = entry["outputs"]["9"]["images"][0]
                async with client.session.get(f"{client.simulator.url}/view", params=params) as response:
                    pictures.append(Image.open(io.BytesIO(await response.read())).tobytes())

        assert pictures[0] == pictures[1]
        assert pictures[0] != pictures[2]

    async def test_the_data_folder_goes_with_the_simulator(self) -> None:
        simulator = Simulator()
        root = simulator.folders.root
        async with simulator:
            assert root.exists()

        assert not root.exists()
