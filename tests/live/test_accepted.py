"""With LIVE_COMFYUI_URL: a real server takes the graphs of templates and of shipped workflows, but for models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from bot.errors import WorkflowError
from bot.workflow.binding import bind
from tests.pure.shipped_parts import NEEDED, WAYS, placed, shipped_variant
from tests.pure.templates import complaints, convert, make, recorded_catalogue, saved_names
from tests.wire.comfy import LIVE

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("live")]

#: one that recorded answers were made for
VERSION = "0.33.0"


@pytest.fixture
async def server() -> AsyncIterator[aiohttp.ClientSession]:
    if not LIVE:
        pytest.skip("only with LIVE_COMFYUI_URL")
    async with aiohttp.ClientSession(LIVE) as session:
        async with session.get("/system_stats") as answer:
            version = (await answer.json())["system"]["comfyui_version"]
        if version != VERSION:
            pytest.skip(f"it is {version}; the templates' nodes are those of {VERSION}")
        yield session


async def judge(server: aiohttp.ClientSession, graph: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The server's error, empty where it takes the graph, and its `node_errors`; what it took is not run."""
    prompt_id = str(uuid4())
    async with server.post("/prompt", json={"prompt": graph, "prompt_id": prompt_id}) as answer:
        said = await answer.json()
    async with server.post("/queue", json={"delete": [prompt_id]}):
        pass
    async with server.post("/interrupt", json={"prompt_id": prompt_id}):
        pass
    return str(said["error"]) if "error" in said else "", said.get("node_errors") or {}


async def test_templates_are_taken_but_for_models_and_pictures(server: aiohttp.ClientSession) -> None:
    wrong: dict[str, list[str]] = {}
    judged = 0
    for name in saved_names():
        graph = convert(name)
        if not all(recorded_catalogue().has(node["class_type"]) for node in graph.values()):
            continue
        try:
            made = make(name, graph)
        except WorkflowError:
            continue
        judged += 1
        error, node_errors = await judge(server, bind(made.workflow, {}, 1))
        found = [*complaints(made, node_errors), *([error] if error and not node_errors else [])]
        if found:
            wrong[name] = found

    print(f"\n{judged} judged, {len(wrong)} refused")  # noqa: T201
    assert wrong == {}


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
async def test_what_ships_is_taken_but_for_models_and_pictures(
    server: aiohttp.ClientSession, command: str, variant: str, owner: str
) -> None:
    error, node_errors = await judge(server, placed(shipped_variant(command, variant), NEEDED[command], owner))
    kinds = {each["type"] for errors in node_errors.values() for each in errors["errors"]}

    assert kinds <= {"value_not_in_list", "custom_validation_failed"}, node_errors
    assert node_errors or not error
