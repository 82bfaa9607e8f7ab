"""How the simulator runs graphs whose nodes branch, block, multiply, fail or become other nodes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.comfy.simulator.values import Blocker, Call, Inputs, Node, Result
from tests.wire.probes import add_probes
from tests.wire.simulated import EMPTY, Client, serve

IMAGE = {"input": {"required": {"image": ["IMAGE"]}}, "output": ["IMAGE"]}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        add_probes(client.simulator)
        yield client


def empty_image(color: int) -> Any:
    return {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": color}}


def chain(class_type: str, **inputs: Any) -> Any:
    """A picture, that node, and a preview of what it gives."""
    return {
        "1": EMPTY["1"],
        "2": {"class_type": class_type, "inputs": {"image": ["1", 0], **inputs}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }


def nodes_run(client: Client) -> list[str]:
    """Fills with node ids as they run."""
    ran: list[str] = []
    client.simulator.on(lambda moment, facts: ran.append(facts["node"]) if moment == "node" else None)
    return ran


class TestOrder:
    async def test_what_is_nearer_to_a_result_runs_first(self, client: Client) -> None:
        ran = nodes_run(client)
        near = {"class_type": "PreviewImage", "inputs": {"images": ["4", 0]}}
        await client.run({**chain("ImageInvert"), "4": empty_image(7), "5": near})

        assert ran == ["4", "5", "1", "2", "3"]


class TestBranches:
    async def test_a_switch_runs_only_the_side_it_takes(self, client: Client) -> None:
        ran = nodes_run(client)
        inputs = {"switch": True, "on_true": ["1", 0], "on_false": ["4", 0]}
        switch = {"class_type": "ComfySwitchNode", "inputs": inputs}
        graph = {**chain("ImageInvert"), "2": switch, "4": empty_image(7)}
        entry = await client.run(graph)

        assert ran == ["1", "2", "3"]
        assert entry["status"]["completed"]

    async def test_a_blocked_output_is_told_and_the_rest_goes_on(self, client: Client) -> None:
        graph = {**chain("ProbeBlock", message="no"), "4": {**EMPTY["2"]}}
        async with client.socket("me") as socket:
            prompt_id = await client.submit(graph, client_id="me")
            errors = [data for kind, data in await events_of(socket, prompt_id) if kind == "execution_error"]
        entry = (await client.get(f"/history/{prompt_id}"))[prompt_id]

        assert [error["exception_type"] for error in errors] == ["ExecutionBlocked"]
        assert "timestamp" not in errors[0]
        assert list(entry["outputs"]) == ["4"]
        assert entry["status"]["status_str"] == "success"

    async def test_one_blocked_item_of_a_list_does_not_block_the_others(self, client: Client) -> None:
        async def split(call: Call, inputs: Inputs) -> Result:
            return Result(([inputs["image"], Blocker(), inputs["image"]],))

        client.simulator.add_node("Split", {**IMAGE, "output_is_list": [True]}, split)
        entry = await client.run(chain("Split"))

        assert len(entry["outputs"]["3"]["images"]) == 2


class TestLists:
    async def test_a_node_runs_once_per_item_unless_it_wants_lists(self, client: Client) -> None:
        seen: list[object] = []

        async def split(call: Call, inputs: Inputs) -> Result:
            return Result(([inputs["image"]] * 3,))

        async def look(call: Call, inputs: Inputs) -> Result:
            seen.append(len(inputs["image"]) if isinstance(inputs["image"], list) else 1)
            return Result((inputs["image"],))

        client.simulator.add_node("Split", {**IMAGE, "output_is_list": [True]}, split)
        client.simulator.add_node("Each", IMAGE, look)
        client.simulator.add_node("All", {**IMAGE, "is_input_list": True, "output_is_list": [True]}, look)
        for class_type in ("Each", "All"):
            middle = {"class_type": class_type, "inputs": {"image": ["4", 0]}}
            first = {"class_type": "Split", "inputs": {"image": ["1", 0]}}
            entry = await client.run({**chain("Each"), "4": first, "2": middle})

            assert len(entry["outputs"]["3"]["images"]) == 3
        assert seen == [1, 1, 1, 3]


class TestExpansion:
    async def test_what_a_node_became_is_cached_with_it(self, client: Client) -> None:
        ran = nodes_run(client)
        first = await client.run(chain("ProbeExpand", n=1))
        second = await client.run(chain("ProbeExpand", n=1))

        assert ran == ["1", "2", "2.0.0.1", "2.0.0.2", "3"]
        assert first["outputs"]["2.0.0.2"]["images"][0]["type"] == "temp"
        assert second["outputs"] == {"3": first["outputs"]["3"]}

    async def test_an_error_in_it_is_the_nodes_own(self, client: Client) -> None:
        async def become(call: Call, inputs: Inputs) -> Result:
            failing = {"class_type": "ProbeOOM", "inputs": {"image": ["1", 0], "seed": 0}}
            return Result(([call.new_id("1"), 0],), expand={call.new_id("1"): failing})

        client.simulator.add_node("Become", IMAGE, become)
        entry = await client.run(chain("Become"))

        kind, error = entry["status"]["messages"][-1]
        assert (kind, error["node_id"], error["node_type"]) == ("execution_error", "2", "Become")

    async def test_nodes_that_wait_for_each_other_are_an_error_of_the_node_they_came_from(self, client: Client) -> None:
        async def become(call: Call, inputs: Inputs) -> Result:
            one, other = call.new_id("1"), call.new_id("2")
            invert = {"class_type": "ImageInvert"}
            graph = {one: {**invert, "inputs": {"image": [other, 0]}}, other: {**invert, "inputs": {"image": [one, 0]}}}
            return Result(([one, 0],), expand=graph)

        client.simulator.add_node("Circle", IMAGE, become)
        entry = await client.run(chain("Circle"))

        error = entry["status"]["messages"][-1][1]
        assert error["exception_type"] == "graph.DependencyCycleError"
        assert error["node_id"] == "2"


class TestAsyncNodes:
    async def test_they_run_at_the_same_time(self, client: Client) -> None:
        meet = asyncio.Barrier(2)

        async def wait(call: Call, inputs: Inputs) -> Result:
            async with meet:
                return Result((inputs["image"],))

        client.simulator.add_node("Meet", {**IMAGE, "output_node": True}, Node(wait, parallel=True))
        both = {key: {"class_type": "Meet", "inputs": {"image": ["1", 0]}} for key in ("2", "3")}
        both["3"]["inputs"] = {"image": ["4", 0]}
        entry = await client.run({"1": EMPTY["1"], "4": empty_image(7), **both})

        assert entry["status"]["completed"]

    async def test_one_that_fails_ends_the_prompt_and_the_others(self, client: Client) -> None:
        ended: list[str] = []

        async def fail(call: Call, inputs: Inputs) -> Result:
            await asyncio.sleep(0)
            raise ValueError("no luck")

        async def wait(call: Call, inputs: Inputs) -> Result:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(call.node_id)
            return Result((inputs["image"],))

        client.simulator.add_node("Wait", {**IMAGE, "output_node": True}, Node(wait, parallel=True))
        client.simulator.add_node("Fail", {**IMAGE, "output_node": True}, Node(fail, parallel=True))
        graph = {
            "1": EMPTY["1"],
            **{key: {"class_type": key, "inputs": {"image": ["1", 0]}} for key in ("Wait", "Fail")},
        }
        entry = await client.run(graph)

        assert entry["status"]["messages"][-1][1]["exception_type"] == "ValueError"
        assert (await client.run(EMPTY))["status"]["completed"]
        assert ended == ["Wait"]


class TestUnsendable:
    async def test_what_is_no_json_kills_the_server_only_if_somebody_would_get_it(self, client: Client) -> None:
        graph = {**chain("ProbeBadUI", mode="object", seed=1)}
        del graph["3"]
        prompt_id = await client.submit(graph, client_id="nobody")
        await client.wait("finished", prompt_id=prompt_id)
        async with client.session.get(f"{client.simulator.url}/history/{prompt_id}") as response:
            status = response.status
        async with client.socket("me"):
            await client.submit(graph, client_id="me")
            await client.wait("died")

        assert status == 500


async def events_of(socket: aiohttp.ClientWebSocketResponse, prompt_id: str) -> list[tuple[str, Any]]:
    """All up to the null marker, binary ones left out."""
    seen: list[tuple[str, Any]] = []
    while not seen or seen[-1] != ("executing", {"node": None, "prompt_id": prompt_id}):
        message = await socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.TEXT:
            event = message.json()
            seen.append((event["type"], event["data"]))
    return seen
