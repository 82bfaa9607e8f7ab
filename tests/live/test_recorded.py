"""The simulator answers as real servers did: recorded on ComfyUI 0.33.0, 0.7.0 and 0.3.64, checked without one."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.live.answers import Reading, differences
from tests.live.corpus import Case, load, versions
from tests.live.kinds import KINDS
from tests.live.pair import Side
from tests.live.requests import Names
from tests.live.runs import run, run_differences


async def _ask(side: Side, case: Case, names: Names, reading: Reading) -> dict[str, Any]:
    if case.kind == "runs":
        return await run(side, case.request, names, reading)
    return reading.summary(case.request, await side.ask(case.request, names))


@pytest.mark.parametrize("kind", [*KINDS, "runs"])
@pytest.mark.parametrize("version", versions())
async def test_the_simulator_answers_as_the_real_server_did(version: str, kind: str) -> None:
    corpus = load(version)
    cases = [case for case in corpus.cases if case.kind == kind]
    reading = Reading(corpus.outputs, portable=True)
    wrong = []
    async with corpus.like.simulator() as simulator, aiohttp.ClientSession() as session:
        side = Side(session, simulator.url)
        await side.prepare(Names("live-recorded"))
        for turn, case in enumerate(cases, start=1):
            answer = await _ask(side, case, Names("live-recorded", turn), reading)
            if kind == "runs":
                found = run_differences(case.answer, answer)
            else:
                found = list(differences(case.answer, answer))
                found = [] if reading.same(case.request, case.answer, answer) else found
            wrong += [(case.request, found)] if found else []

    assert len(cases) > 10
    assert not wrong, f"{len(wrong)} of {len(cases)}, first: {wrong[0]}"


def test_every_kind_of_refusal_is_recorded() -> None:
    """Otherwise the cases prove less than they seem to."""
    types = {
        reason["type"]
        for version in versions()
        for case in load(version).cases
        if case.kind == "submissions"
        for node in (case.answer.get("body") or {}).get("node_errors", {}).values()
        for reason in node["errors"]
    }

    assert types == {
        "required_input_missing",
        "bad_linked_input",
        "return_type_mismatch",
        "invalid_input_type",
        "value_smaller_than_min",
        "value_bigger_than_max",
        "value_not_in_list",
        "custom_validation_failed",
        "dependency_cycle",
        "exception_during_validation",
        "exception_during_inner_validation",
    }
