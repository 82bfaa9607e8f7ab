"""The simulator by itself under random graphs: refusals are complete, graphs are never a 500, what is taken ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.comfy.simulator import Simulator
from tests.live.graphs import Pool, make_refused, refusable, runnable_graphs, sound_graphs, submissions
from tests.live.pair import Side
from tests.live.queries import FILES
from tests.live.requests import Names, Raw, Request

_REASONS = {"type", "message", "details", "extra_info"}
_ENTRIES = {"errors", "dependent_outputs", "class_type"}


class Alone:
    """A simulator in a loop of its own."""

    def __init__(self, runner: asyncio.Runner, simulator: Simulator, side: Side) -> None:
        self.runner = runner
        self.simulator = simulator
        self._side = side
        self._turn = 0
        self.pool = Pool({name: info for name, info in simulator.catalogue.classes.items() if not info.get("api_node")})

    def ask(self, request: Request) -> Raw:
        self._turn += 1
        return self.runner.run(self._side.ask(request, self.names()))

    def names(self) -> Names:
        return Names("live-alone", self._turn)

    def ended(self, prompt_id: str) -> str:
        """The state in which that prompt ends."""

        async def wait() -> str:
            async with asyncio.timeout(20):
                await self.simulator.wait_for("finished", prompt_id=prompt_id)
            raw = await self._side.ask(Request("GET", f"/history/{prompt_id}"), self.names())
            return str(json.loads(raw.content)[prompt_id]["status"]["status_str"])

        return self.runner.run(wait())


@pytest.fixture(scope="module")
def alone() -> Iterator[Alone]:
    async def start() -> tuple[Simulator, aiohttp.ClientSession]:
        return await Simulator().__aenter__(), aiohttp.ClientSession()

    async def stop() -> None:
        await session.close()
        await simulator.close()

    with asyncio.Runner() as runner:
        simulator, session = runner.run(start())
        alone = Alone(runner, simulator, Side(session, simulator.url))
        for name, content in FILES[:1]:
            alone.ask(Request("POST", "/upload/image", form=(("image", content, name), ("subfolder", "$RUN", None))))
        yield alone
        runner.run(stop())


_often = settings(max_examples=50)


def test_every_refusal_is_complete(alone: Alone) -> None:
    @_often
    @given(submissions(refusable(alone.pool)))
    def check(request: Request) -> None:
        raw = alone.ask(request)

        assert raw.status in (200, 400, 500)
        if raw.status != 400:
            return
        body = json.loads(raw.content)
        assert body.keys() == {"error", "node_errors"}
        assert body["error"].keys() == _REASONS
        for entry in body["node_errors"].values():
            assert entry.keys() == _ENTRIES
            assert entry["dependent_outputs"]
            assert entry["errors"]
            assert all(reason.keys() == _REASONS for reason in entry["errors"])

    check()


def test_a_graph_of_known_nodes_is_never_an_error_of_the_server(alone: Alone) -> None:
    pool = refusable(alone.pool)

    @_often
    @given(sound_graphs(pool), st.data())
    def check(graph: dict[str, dict[str, dict[str, object]]], data: st.DataObject) -> None:
        for node in graph.values():
            for name in node["inputs"]:
                if data.draw(st.integers(0, 4)) == 0:
                    node["inputs"][name] = data.draw(_VALUES)
        make_refused(graph, pool)
        raw = alone.ask(Request("POST", "/prompt", json.dumps({"prompt": graph})))

        assert raw.status == 400
        assert json.loads(raw.content)["error"]["type"] == "prompt_outputs_failed_validation"

    check()


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def test_what_is_accepted_ends_and_sound_graphs_succeed(alone: Alone) -> None:
    @_often
    @given(runnable_graphs(alone.pool))
    def check(request: Request) -> None:
        raw = alone.ask(request)

        assert raw.status == 200, raw.text
        answer = json.loads(raw.content)
        assert answer["node_errors"] == {}
        assert alone.ended(answer["prompt_id"]) == "success"

    check()
