"""With LIVE_COMFYUI_URL: the same random requests to that server and to its likeness, answered alike."""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, given, settings

from tests.live.answers import differences
from tests.live.graphs import runnable_graphs
from tests.live.kinds import KINDS, requests_of
from tests.live.pair import Pair
from tests.live.requests import Request
from tests.live.runs import run, run_differences

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("live")]
EXAMPLES = int(os.environ.get("LIVE_EXAMPLES", "150"))
_thoroughly = settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", KINDS)
def test_both_answer_alike(pair: Pair, runner: asyncio.Runner, kind: str) -> None:
    runner.run(pair.prepare())
    requests = requests_of(kind, pair.pool, pair.like.version)

    @_thoroughly
    @given(requests)
    def ask(request: Request) -> None:
        real, simulated = runner.run(pair.ask(request))

        assert pair.reading.same(request, real, simulated), list(differences(real, simulated))

    ask()


def test_both_run_the_same_graphs_to_the_same_end(pair: Pair, runner: asyncio.Runner) -> None:
    runner.run(pair.prepare())

    @_thoroughly
    @given(runnable_graphs(pair.pool))
    def compare(request: Request) -> None:
        names = pair.names()
        real = runner.run(run(pair.real, request, names, pair.reading))
        simulated = runner.run(run(pair.simulated, request, names, pair.reading))

        assert run_differences(real, simulated) == []

    compare()


def test_the_simulators_node_classes_are_the_real_ones(pair: Pair) -> None:
    """Where the version is the simulator's own; lists of files that a loader filters by type may differ."""
    own = {name for name in pair.classes if name in pair.simulator.catalogue.classes}
    differing = own - set(pair.pool)

    assert differing <= MACHINES_OWN


#: Their lists name folders, devices and files of certain types.
MACHINES_OWN = {
    "CheckpointLoader",
    "TrainLoraNode",
    "LoadImageDataSetFromFolder",
    "LoadImageTextDataSetFromFolder",
    "LoadVideoDataSetFromFolder",
    "LoadVideoTextDataSetFromFolder",
    "LoadAudio",
    "LoadVideo",
}
