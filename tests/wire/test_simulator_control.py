"""The simulator controlled from outside: held, watched, its queue, stopped and started again."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wire.simulated import EMPTY, Client, serve, text_to_image


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


class TestControl:
    async def test_a_held_worker_goes_no_further_until_released(self, client: Client) -> None:
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.wait("start", prompt_id=prompt_id)

        assert await client.state(prompt_id) == "in_progress"
        client.simulator.release()
        await client.wait("finished", prompt_id=prompt_id)
        assert await client.state(prompt_id) == "completed"

    async def test_an_interrupt_gets_through_to_a_held_prompt(self, client: Client) -> None:
        await client.run(EMPTY)
        client.simulator.hold()
        prompt_id = await client.submit(text_to_image())
        await client.wait("start", prompt_id=prompt_id)
        await client.post(f"/api/jobs/{prompt_id}/cancel", {})
        await client.wait("finished", prompt_id=prompt_id)

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

    async def test_an_interrupt_before_a_prompt_begins_is_lost(self, client: Client) -> None:
        async def interrupt(moment: str, facts: dict[str, Any]) -> None:
            if moment == "turn" and facts["at"] == "begin":
                await client.post("/interrupt", {"prompt_id": facts["prompt_id"]})

        client.simulator.on(interrupt)
        entry = await client.run(text_to_image())

        assert entry["status"]["status_str"] == "success"

    async def test_a_moment_is_given_to_one_wait_each_even_when_past(self, client: Client) -> None:
        first, second = await client.submit(EMPTY), await client.submit(EMPTY)

        assert (await client.wait("queued"))["prompt_id"] == first
        assert (await client.wait("queued"))["prompt_id"] == second

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
        await client.wait("start", prompt_id=running)
        last = await client.submit(EMPTY)
        first = await client.submit(EMPTY, front=True)
        middle = await client.submit(EMPTY, number=0.5)
        client.simulator.release()
        await client.wait("finished", prompt_id=last)

        assert client.simulator.executed == [running, first, middle, last]

    async def test_a_deleted_prompt_leaves_no_trace(self, client: Client) -> None:
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.wait("start", prompt_id=running)
        waiting = await client.submit(EMPTY)
        await client.post("/queue", {"delete": [waiting, running]})

        assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 1}}
        assert await client.get(f"/history/{waiting}") == {}
        assert await client.state(running) == "in_progress"

    async def test_equal_numbers_and_ids_kill_the_worker(self, client: Client) -> None:
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.wait("start", prompt_id=running)
        twin = {"prompt_id": "a3bb189e-8bf9-4c1a-9a3a-1f6c3d2b7e11", "number": 7}
        await client.submit(EMPTY, **twin)
        # another graph: the same one within a millisecond would be equal, which needs no order
        statuses = [(await client.post("/prompt", {"prompt": text_to_image(), **twin}))[0] for _ in range(2)]
        client.simulator.release()
        await client.wait("finished", prompt_id=running)

        assert statuses == [500, 500]
        queue = await client.get("/queue")
        assert queue["queue_running"] == []
        assert queue["queue_pending"] != []

    async def test_api_keys_do_not_show_in_the_queue(self, client: Client) -> None:
        client.simulator.hold()
        await client.submit(text_to_image(), extra_data={"api_key_comfy_org": "secret", "note": "seen"})
        await client.wait("start")

        queue = json.dumps(await client.get("/queue"))
        assert "seen" in queue
        assert "secret" not in queue


class TestRestart:
    async def test_a_restart_forgets_all_but_saved_files_and_keeps_the_port(self, client: Client) -> None:
        entry = await client.run(EMPTY)
        preview = await client.run({**EMPTY, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}})
        url = client.simulator.url
        client.simulator.hold()
        running = await client.submit(text_to_image())
        await client.wait("start", prompt_id=running)
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
        await client.wait("start")
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
        await client.wait("restarted")
        entry = await client.run(text_to_image())

        assert await client.get(f"/history/{lost}") == {}
        assert entry["status"]["status_str"] == "success"

    async def test_a_client_id_that_is_no_string_kills_the_server(self, client: Client) -> None:
        await client.post("/prompt", {"prompt": EMPTY, "client_id": {"a": 1}})
        await client.wait("died")
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get("/prompt")
