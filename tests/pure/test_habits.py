"""The options that people change most, counted over a workflow's last jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bot.jobs.habits import LAST, Values, most_changed, ranked
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.workflow.recipe import Recipe
from tests.pure.jobs import Clock, make_job, open_store

OPTIONS = ("size", "count", "steps", "cfg")


def test_what_differs_from_the_default_counts() -> None:
    last: list[tuple[Values, Values]] = [
        ({"cfg": 5, "size": "square", "count": 1}, {"count": 1}),
        ({"cfg": 6, "size": "square", "count": 1}, {"size": "square", "count": 1}),
        ({"steps": 20, "elsewhere": 1}, {}),
    ]

    assert ranked(OPTIONS, last) == ["cfg", "size", "steps", "count"]


def test_without_jobs_it_is_the_order_of_the_command() -> None:
    assert ranked(OPTIONS, []) == list(OPTIONS)


async def test_the_last_ended_jobs_of_that_workflow_are_counted(tmp_path: Path) -> None:
    clock = Clock()
    store = await open_store(tmp_path, clock=clock)
    try:
        for _number in range(LAST):
            await _ended(store, clock, steps=4)
        assert await most_changed(store, "imagine", OPTIONS) == ["steps", "size", "count", "cfg"]

        for _number in range(LAST):
            await _ended(store, clock, cfg=2)

        assert await most_changed(store, "imagine", OPTIONS) == ["cfg", "size", "count", "steps"]
        assert await most_changed(store, "upscale", OPTIONS) == list(OPTIONS)
    finally:
        await store.close()


async def _ended(store: Store, clock: Clock, **values: object) -> Job:
    clock.pass_by(seconds=1)
    job = make_job(id=str(uuid4()), workflow="imagine", values={"size": "square", **values})
    job = replace(job, state=JobState.DONE, finished_at=clock(), recipe=Recipe(defaults={"size": "square"}))
    return await store.add(job)
