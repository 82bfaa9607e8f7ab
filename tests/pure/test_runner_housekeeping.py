"""Old jobs are forgotten, and their files with them; what a crash left behind goes at the next start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs.housekeeping import Housekeeping
from bot.jobs.job import JobState
from bot.jobs.store import Store
from bot.jobs.thumbnails import Thumbnails
from tests.pure.jobs import Clock, make_job, open_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path, clock=clock)
    yield opened
    await opened.close()


def upload(folder: Path, name: str) -> str:
    path = folder / "files" / name / "picture.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a picture")
    return path.relative_to(folder).as_posix()


async def test_a_job_past_its_days_goes_with_its_files(tmp_path: Path, store: Store, clock: Clock) -> None:
    old = await store.add(make_job(files={"picture": upload(tmp_path, "old")}))
    await store.deliver(await store.change(old, state=JobState.CANCELLED))
    clock.pass_by(days=100)
    new = await store.add(make_job(files={"picture": upload(tmp_path, "new")}))
    await store.deliver(await store.change(new, state=JobState.CANCELLED))

    await Housekeeping(store, tmp_path, clock=clock, keep_days=90).prune()

    assert await store.get(old.id) is None
    assert await store.get(new.id) is not None
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["new"]


async def test_a_job_within_its_days_loses_its_files_after_a_month(tmp_path: Path, store: Store, clock: Clock) -> None:
    old = await store.add(make_job(files={"picture": upload(tmp_path, "old")}))
    await store.deliver(await store.change(old, state=JobState.CANCELLED))
    clock.pass_by(days=100)

    await Housekeeping(store, tmp_path, clock=clock, keep_days=400).prune()

    kept = await store.get(old.id)
    assert kept is not None
    assert (kept.files, kept.graph, kept.values) == ({}, {}, old.values)
    assert not (tmp_path / "files" / "old").exists()


async def test_uploads_no_job_names_are_swept_and_others_kept(tmp_path: Path, store: Store, clock: Clock) -> None:
    await store.add(make_job(files={"picture": upload(tmp_path, "wanted")}))
    upload(tmp_path, "left-behind")

    await Housekeeping(store, tmp_path, clock=clock, keep_days=400).sweep()

    assert [path.name for path in (tmp_path / "files").iterdir()] == ["wanted"]


async def test_a_data_folder_without_uploads_needs_no_sweeping(tmp_path: Path, store: Store, clock: Clock) -> None:
    await Housekeeping(store, tmp_path / "nowhere", clock=clock, keep_days=400).sweep()

    assert not (tmp_path / "nowhere").exists()


async def test_thumbnails_go_with_their_jobs_and_no_sooner(tmp_path: Path, store: Store, clock: Clock) -> None:
    thumbnails = Thumbnails(tmp_path)
    old = await store.add(make_job())
    await store.deliver(await store.change(old, state=JobState.CANCELLED))
    clock.pass_by(days=100)
    new = await store.add(make_job())
    for job_id in (old.id, new.id, "of a job that a crash left behind"):
        thumbnails.keep(job_id, b"small")

    await Housekeeping(store, tmp_path, clock=clock, keep_days=90).prune()

    assert thumbnails.known() == {new.id}
    assert (thumbnails.read(new.id), thumbnails.read(old.id)) == (b"small", None)
