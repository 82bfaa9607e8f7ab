"""``python -m tests.live.record URL``: ask a real server some hundreds of random things and write down its answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.live.answers import Reading
from tests.live.corpus import Case, Corpus
from tests.live.graphs import runnable_graphs
from tests.live.kinds import KINDS, requests_of
from tests.live.pair import Pair
from tests.live.requests import Request
from tests.live.runs import run

#: How many of a kind are drawn, and how many are kept of those that come to the same: of uploads all, since the names
#: they are given depend on those before.
_DRAWN = {"questions": 400, "views": 600, "uploads": 80, "commands": 400, "submissions": 2500, "runs": 80}
_KEPT = {"submissions": 7, "runs": 60, "uploads": 80}


def main(url: str) -> None:
    with asyncio.Runner() as runner:
        corpus = runner.run(_open(url))
        sys.stdout.write(f"{len(corpus.cases)} cases in {corpus.save()}\n")


async def _open(url: str) -> Corpus:
    async with Pair(url) as pair:
        return await asyncio.to_thread(_record, pair, asyncio.get_running_loop())


def _record(pair: Pair, loop: asyncio.AbstractEventLoop) -> Corpus:
    """In a thread: Hypothesis is not asynchronous."""
    reading = replace(pair.reading, portable=True)
    cases: list[Case] = []

    def ask(request: Request) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return reading.summary(request, await pair.real.ask(request, pair.names()))

        return asyncio.run_coroutine_threadsafe(once(), loop).result()

    def execute(request: Request) -> dict[str, Any]:
        return asyncio.run_coroutine_threadsafe(run(pair.real, request, pair.names(), reading), loop).result()

    asyncio.run_coroutine_threadsafe(pair.prepare(), loop).result()
    for kind in KINDS:
        cases += _collect(kind, requests_of(kind, pair.pool, pair.like.version), ask)
    cases += _collect("runs", runnable_graphs(pair.pool), execute)
    return _trim(pair, reading, cases)


def _collect(kind: str, strategy: SearchStrategy[Request], ask: Callable[[Request], dict[str, Any]]) -> list[Case]:
    """A few of each sort of answer."""
    kept: list[Case] = []
    seen: Counter[str] = Counter()

    @settings(
        max_examples=_DRAWN[kind],
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(request: Request) -> None:
        answer = ask(request)
        seen[sort := _sort_of(request, answer)] += 1
        if seen[sort] <= _KEPT.get(kind, 4):
            kept.append(Case(kind, request, answer))

    draw()
    return kept


def _sort_of(request: Request, answer: dict[str, Any]) -> str:
    body = answer.get("body")
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(error, dict):
        path = request.path.partition("?")[0]
        return f"{path} {answer.get('status')} {answer.get('type')} {error} {answer.get('headers')}"
    types = {reason["type"] for node in body["node_errors"].values() for reason in node["errors"]}
    return f"{error['type']} {sorted(types)}"


def _trim(pair: Pair, reading: Reading, cases: list[Case]) -> Corpus:
    """With only those classes that the cases, or the scene before them, name."""
    text = json.dumps([case.request.written() for case in cases])
    scene = ("EmptyImage", "SaveImage", "LoadImage", "PreviewAny", "PreviewImage", "PrimitiveString")
    used = {name: info for name, info in pair.like.classes.items() if f'\\"{name}\\"' in text or name in scene}
    outputs = reading.outputs & (set(used) if used else set(pair.pool))
    return Corpus(replace(pair.like, classes=used), frozenset(outputs), cases)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
