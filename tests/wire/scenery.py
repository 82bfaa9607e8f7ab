"""What a recording found when it began: files, a counter, a cache; and the order in which a set gave its members."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
from PIL import Image

from bot.comfy.simulator import Simulator
from tests.wire.exchange import Exchange, exchanges_of
from tests.wire.unrecorded import requests_behind

Line = dict[str, Any]


async def prepare(simulator: Simulator, session: aiohttp.ClientSession, trace: list[Line]) -> None:
    _put_files(simulator, trace)
    await _fill_cache(simulator, session, trace)
    await _count_up(simulator, session, trace)


def outputs_in_order(trace: list[Line], ids: dict[str, str]) -> Callable[[str, list[str]], list[str]]:
    """Each prompt's outputs as the recorded server's set gave them."""
    orders = {item[1]: item[4] for item in _items([line.get("body") for line in trace])}

    def arrange(prompt_id: str, outputs: list[str]) -> list[str]:
        recorded = next((one for one, actual in ids.items() if actual == prompt_id), prompt_id)
        order: list[str] = orders.get(recorded, outputs)
        return order if set(order) == set(outputs) else outputs

    return arrange


def _put_files(simulator: Simulator, trace: list[Line]) -> None:
    """One file of each name, so that numbers go on as recorded."""
    first: dict[tuple[str, str], int] = {}
    for entry in _saved(trace):
        found = re.fullmatch(r"(.*)_(\d{5})_\.\w+", entry["filename"])
        if found and entry["type"] == "output":
            key = (entry["subfolder"], found[1])
            first[key] = min(first.get(key, int(found[2])), int(found[2]))
    for (subfolder, prefix), number in first.items():
        if number > 1:
            folder = simulator.folders["output"] / subfolder
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 64)).save(folder / f"{prefix}_{number - 1:05}_.png")


async def _fill_cache(simulator: Simulator, session: aiohttp.ClientSession, trace: list[Line]) -> None:
    """Where the first prompt found cached nodes, run its graph with another seed, size or name first."""
    requests = exchanges_of(trace) or requests_behind(trace)
    first = next((one for one in requests if one.queues and "body" in one.request), None)
    events = [line["json"] for line in trace if line["kind"] == "ws-text" and line["dir"] == "recv"]
    cached = [event["data"] for event in events if event["type"] == "execution_cached"][:1]
    if first is None or first.answer is None or not cached or not cached[0]["nodes"]:
        return
    if cached[0]["prompt_id"] != first.answer["body"]["prompt_id"]:
        return
    graph = json.loads(json.dumps(first.request["body"]["prompt"]))
    for node_id in graph.keys() - set(cached[0]["nodes"]):
        others = {"seed": 1, "width": 72, "filename_prefix": "other"}
        graph[node_id]["inputs"] |= {key: value for key, value in others.items() if key in graph[node_id]["inputs"]}
    async with session.post(f"{simulator.url}/prompt", json={"prompt": graph}) as response:
        prompt_id = (await response.json())["prompt_id"]
    await simulator.wait_for("finished", prompt_id=prompt_id)


async def _count_up(simulator: Simulator, session: aiohttp.ClientSession, trace: list[Line]) -> None:
    """Refused prompts count too."""
    wanted = 0
    for counted, one in enumerate(_counting(trace)):
        if one.queues and one.answer is not None:
            wanted = abs(one.answer["body"]["number"]) - counted
            break
    if wanted <= 0:
        return
    async with session.get(f"{simulator.url}/history") as response:
        used = len(await response.json())
    for _ in range(wanted - used):
        async with session.post(f"{simulator.url}/prompt", json={}) as response:
            assert response.status == 400


def _counting(trace: list[Line]) -> Iterator[Exchange]:
    """The submissions that took a number of the counter."""
    for one in exchanges_of(trace):
        body = one.request.get("body")
        if one.request["method"] == "POST" and one.path.removeprefix("/api") == "/prompt":
            explicit = isinstance(body, dict) and "number" in body
            if not explicit and ("body" in one.request or one.queues):
                yield one


def _saved(trace: list[Line]) -> Iterator[dict[str, Any]]:
    for line in trace:
        if line["kind"] == "ws-text" and line["dir"] == "recv" and line["json"]["type"] == "executed":
            yield from _entries(line["json"]["data"]["output"])
        elif line["kind"] == "http" and line["dir"] == "recv" and "/history/" in line["path"]:
            for entry in (line.get("body") or {}).values():
                yield from _entries(entry["outputs"])


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and {"filename", "subfolder", "type"} <= value.keys():
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _entries(item)


def _items(value: Any) -> Iterator[list[Any]]:
    """All queue items: number, id, graph, extra data, outputs."""
    if isinstance(value, list) and len(value) == 5 and isinstance(value[2], dict) and isinstance(value[4], list):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _items(item)
