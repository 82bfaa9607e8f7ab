"""The simulator's faults: each breaks what it names, and nothing else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.wire.simulated import EMPTY, Client, serve, text_to_image


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
