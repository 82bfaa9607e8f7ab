"""The store keeps jobs, changes them by compare-and-set, and hands them out in the right order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Fenced
from bot.failures import JobFailed
from bot.jobs.changes import NEXT
from bot.jobs.job import ENDED, Job, JobState, Outcome, Place
from bot.jobs.store import Store
from tests.pure.jobs import NOON, Clock, database_url, full_job, make_job, make_place


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=clock)
    yield store
    await store.close()


async def ended_job(store: Store, job: Job, state: JobState = JobState.DONE, **changes: Any) -> Job:
    job = await store.claim(await store.add(job), "gpu")
    return await store.change(job, state=state, **changes)


def told(job: Job) -> Job:
    """With what errors say in their place: errors are equal to themselves only."""
    return replace(job, outcome=_told(job.outcome))


def _told(outcome: Outcome) -> Any:
    failures = (outcome.failure, *outcome.warnings)
    return (outcome.outputs, [failure.to_dict() if failure else None for failure in failures])


async def test_every_field_of_a_job_survives_a_restart(tmp_path: Path) -> None:
    job = full_job()
    defaults = make_job(id=job.id)
    first = await Store.open(database_url(tmp_path))
    added = await first.add(job)
    await first.close()

    second = await Store.open(database_url(tmp_path))
    kept = await second.get(job.id)
    await second.close()

    assert told(added) == told(job)
    assert kept is not None
    assert told(kept) == told(job)
    same = [f.name for f in fields(Place) if getattr(job.place, f.name) == getattr(defaults.place, f.name)]
    assert same == ["application_id", "channel_id", "user_id", "interaction_id", "token", "token_expires"]


async def test_times_of_another_zone_come_back_as_the_same_moment_in_utc(store: Store) -> None:
    local = NOON.astimezone(timezone(timedelta(hours=9)))

    job = await store.add(make_job(created_at=local))

    assert job.created_at == local
    assert job.created_at.utcoffset() == timedelta(0)


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        await store.add(make_job(created_at=NOON.replace(tzinfo=None)))


async def test_a_job_nobody_added_is_none(store: Store) -> None:
    assert await store.get("nothing") is None


async def test_a_life_is_stamped_with_its_times(store: Store, clock: Clock) -> None:
    job = await store.add(make_job())
    clock.pass_by(seconds=1)
    job = await store.claim(job, "http://gpu:8188")
    clock.pass_by(seconds=1)
    job = await store.change(job, state=JobState.RUNNING)
    clock.pass_by(seconds=1)
    job = await store.change(job, state=JobState.DONE, seconds=1)
    clock.pass_by(seconds=1)
    job = await store.deliver(job)

    times = (job.submitted_at, job.started_at, job.finished_at, job.delivered_at)
    assert times == tuple(NOON + timedelta(seconds=seconds) for seconds in (1, 2, 3, 4))
    assert job.delivered
    assert job.seconds == 1.0
    assert await store.get(job.id) == job


async def test_a_claim_names_the_backend_and_fences_off_whoever_had_the_job(store: Store) -> None:
    waiting = await store.add(make_job())

    claimed = await store.claim(waiting, "gpu")

    assert (claimed.state, claimed.backend, claimed.fence, claimed.submits) == (JobState.SUBMITTED, "gpu", 1, 1)
    with pytest.raises(Fenced):
        await store.claim(waiting, "other gpu")
    with pytest.raises(Fenced):
        await store.change(waiting, tag=2.0)


async def test_a_job_that_was_stopped_on_its_way_to_a_backend_is_not_claimed(store: Store) -> None:
    stopped = await store.cancel_request(await store.add(make_job()), 40)

    with pytest.raises(Fenced):
        await store.claim(stopped, "gpu")

    assert await store.get(stopped.id) == stopped


async def test_a_lost_job_waits_again_as_if_it_had_never_been_sent(store: Store) -> None:
    lost = await store.claim(await store.add(make_job()), "gpu")
    lost = await store.change(lost, state=JobState.RUNNING, remote_id="cloud")

    waiting = await store.change(lost, state=JobState.WAITING)
    again = await store.claim(waiting, "gpu")

    assert (waiting.backend, waiting.remote_id, waiting.submitted_at, waiting.started_at) == (None,) * 4
    assert (again.fence, again.submits) == (2, 2)
    with pytest.raises(Fenced):
        await store.change(lost, state=JobState.DONE)


async def test_whoever_had_the_job_before_it_was_sent_again_is_out(store: Store) -> None:
    first = await store.claim(await store.add(make_job()), "gpu")
    again = await store.claim(await store.change(first, state=JobState.WAITING), "gpu")

    with pytest.raises(Fenced):
        await store.change(first, state=JobState.DONE)

    assert await store.get(first.id) == again


async def test_only_legal_transitions_are_written(store: Store) -> None:
    for before, after in product(JobState, JobState):
        job = await store.add(make_job(state=before))

        if after in NEXT[before]:
            assert (await store.change(job, state=after)).state is after
        else:
            with pytest.raises(ValueError, match=f"cannot go from {before} to {after}"):
                await store.change(job, state=after)
            assert await store.get(job.id) == job


async def test_what_a_person_sees_as_ended_cannot_change_any_more(store: Store) -> None:
    job = await ended_job(store, make_job())

    with pytest.raises(ValueError, match="has ended: outcome, seconds cannot change"):
        await store.change(job, outcome=Outcome(failure=JobFailed()), seconds=1.0)
    moved = await store.change(job, message_id=5, channel_id=6, visible=False, parts={1: 2})

    assert (moved.place.message_id, moved.place.channel_id, moved.place.visible) == (5, 6, False)
    assert moved.parts == {1: 2}


@pytest.mark.parametrize("name", ["fence_", "place", "prompt"])
async def test_a_field_that_does_not_exist_is_refused(store: Store, name: str) -> None:
    job = await store.add(make_job())
    wrong: Any = {name: 1}

    with pytest.raises(ValueError, match=f"a job has no {name}"):
        await store.change(job, **wrong)


async def test_a_change_brings_what_others_wrote_meanwhile(store: Store) -> None:
    job = await store.claim(await store.add(make_job()), "gpu")
    await store.cancel_request(job, 99)

    job = await store.change(job, state=JobState.RUNNING)

    assert job.cancelled_by == 99


async def test_a_message_is_located_whatever_became_of_the_job(store: Store) -> None:
    job = await store.add(make_job())
    await store.claim(job, "gpu")

    located = await store.locate(job.id, message_id=5)

    assert (located.place.message_id, located.state) == (5, JobState.SUBMITTED)
    with pytest.raises(ValueError, match=r"only .* say where a message is"):
        await store.locate(job.id, state=JobState.DONE)
    with pytest.raises(Fenced):
        await store.locate("forgotten", message_id=5)


async def test_parts_recorded_from_the_same_value_are_all_kept(store: Store) -> None:
    job = await ended_job(store, make_job())

    await store.record_parts(job, [1], 101)
    job = await store.record_parts(job, [2], 102)

    assert job.parts == {1: 101, 2: 102}


async def test_delivering_twice_is_once(store: Store, clock: Clock) -> None:
    job = await ended_job(store, make_job())
    first = await store.deliver(job)
    clock.pass_by(hours=1)

    second = await store.deliver(job)

    assert second == first
    assert second.delivered_at == NOON


async def test_a_job_without_an_outcome_cannot_be_delivered(store: Store) -> None:
    job = await store.add(make_job())

    with pytest.raises(ValueError, match="no outcome to deliver"):
        await store.deliver(job)


async def test_cancelling_a_waiting_job_ends_it_at_once(store: Store) -> None:
    job = await store.cancel_request(await store.add(make_job()), 40)

    assert (job.state, job.cancelled_by, job.finished_at) == (JobState.CANCELLED, 40, NOON)


async def test_cancelling_a_waiting_job_moves_its_persons_later_ones_up(store: Store) -> None:
    """By what it would have taken of their share, the next one into its place."""
    first = await store.add(make_job(tag=1.0, first=True, cost=10.0))
    second = await store.add(make_job(tag=11.0, cost=5.0))
    third = await store.add(make_job(tag=16.0))
    await store.cancel_request(first, 40)

    turns = await store.turns(40)
    assert {job_id: (found.tag, found.first) for job_id, found in turns.items()} == {
        second.id: (1.0, True),
        third.id: (6.0, False),
    }


async def test_cancelling_a_job_on_a_server_notes_the_first_who_asked(store: Store) -> None:
    waiting = await store.add(make_job())
    running = await store.change(await store.claim(waiting, "gpu"), state=JobState.RUNNING)

    await store.cancel_request(waiting, 98, reason="spam")
    job = await store.cancel_request(running, 99, reason="late")

    assert (job.state, job.cancelled_by, job.reason, job.finished_at) == (JobState.RUNNING, 98, "spam", None)


async def test_a_moderator_s_stop_stands_over_the_person_s_own_whichever_came_first(store: Store) -> None:
    """Or else whoever cancels first is given the result of a stop that came too late."""
    job = await store.claim(await store.add(make_job()), "gpu")

    await store.cancel_request(job, 40)
    after = await store.cancel_request(job, 99, reason="spam")
    again = await store.cancel_request(job, 40)

    assert (after.cancelled_by, after.reason) == (99, "spam")
    assert (again.cancelled_by, again.reason) == (99, "spam")


async def test_a_stop_meant_for_waiting_jobs_leaves_one_that_began(store: Store) -> None:
    waiting = await store.add(make_job())
    claimed = await store.claim(waiting, "gpu")

    with pytest.raises(Fenced):
        await store.cancel_request(waiting, 99, only={JobState.WAITING})

    assert await store.get(claimed.id) == claimed


async def test_cancelling_what_has_ended_or_is_forgotten_is_fenced(store: Store) -> None:
    job = await ended_job(store, make_job())

    with pytest.raises(Fenced):
        await store.cancel_request(job, 40)
    with pytest.raises(Fenced):
        await store.cancel_request(make_job(), 40)


async def test_unfinished_jobs_come_in_the_order_of_the_queue(store: Store) -> None:
    for tag, name in ((3.0, "c"), (1.0, "a"), (2.0, "y"), (2.0, "x")):
        await store.add(make_job(id=name, tag=tag))
    await store.claim(await store.add(make_job(id="sent", tag=0.5)), "gpu")
    await ended_job(store, make_job(id="ended", tag=0.1))

    assert [job.id for job in await store.unfinished()] == ["sent", "a", "x", "y", "c"]
    assert await store.last_tag() == 0.5  # of those that were taken out


async def test_undelivered_jobs_come_oldest_first(store: Store, clock: Clock) -> None:
    for name, state in zip("cab", sorted(ENDED), strict=True):
        await ended_job(store, make_job(id=name), state)
        clock.pass_by(seconds=1)
    await store.deliver(await ended_job(store, make_job()))
    await store.add(make_job())

    assert [job.id for job in await store.undelivered()] == ["c", "a", "b"]


async def test_jobs_are_selected_and_counted_by_server_person_and_state(store: Store) -> None:
    everyone = ((None, 1), (30, 1), (30, 2), (31, 2))
    for tag, (guild, user) in enumerate(everyone):
        place, at = make_place(guild_id=guild, user_id=user), NOON + timedelta(seconds=tag)
        await store.add(make_job(id=f"{guild}/{user}", place=place, tag=float(tag), created_at=at))
    await store.claim(await store.add(make_job(id="sent", tag=9.0, created_at=NOON + timedelta(seconds=9))), "gpu")
    waiting = [JobState.WAITING]

    assert [j.id for j in await store.select(guild_id=30)] == ["sent", "30/1", "30/2"]
    assert [j.id for j in await store.select(guild_id=30, limit=1, offset=2)] == ["30/2"]
    assert [j.id for j in await store.select(guild_id=30, states=waiting)] == ["30/1", "30/2"]
    assert [j.id for j in await store.select(user_id=1)] == ["None/1", "30/1"]
    assert [j.id for j in await store.select(guild_id=30, user_id=2)] == ["30/2"]
    assert [j.id for j in await store.select(limit=2, latest=True)] == ["sent", "31/2"]
    assert await store.counts() == {JobState.WAITING: 4, JobState.SUBMITTED: 1, JobState.RUNNING: 0}
    assert await store.counts(guild_id=30, states=waiting) == {JobState.WAITING: 2}


async def test_durations_are_those_of_the_newest_done_jobs_of_the_workflow(store: Store, clock: Clock) -> None:
    for seconds in (1.0, 2.0, 3.0, None):
        await ended_job(store, make_job(), seconds=seconds)
        clock.pass_by(seconds=1)
    await ended_job(store, make_job(workflow="upscale"), seconds=8.0)
    await ended_job(store, make_job(), JobState.FAILED, seconds=9.0)

    assert await store.durations("imagine") == [3.0, 2.0, 1.0]
    assert await store.durations("imagine", 2) == [3.0, 2.0]


async def test_a_fact_is_remembered_until_another_takes_its_place(store: Store) -> None:
    await store.remember("sync", "one")
    await store.remember("sync", "two")

    assert await store.recall("sync") == "two"
    assert await store.recall("other") is None


async def test_a_revision_sees_what_was_written_beside_whoever_holds_the_job(store: Store) -> None:
    held = await store.claim(await store.add(make_job()), "gpu")
    await store.cancel_request(held, 7)
    await store.locate(held.id, message_id=99)

    job = await store.revise(held, lambda latest: {"state": JobState.FAILED if latest.cancelled_by else JobState.DONE})

    assert (job.state, job.cancelled_by, job.place.message_id) == (JobState.FAILED, 7, 99)


async def test_a_revision_of_a_job_that_changed_hands_is_fenced(store: Store) -> None:
    held = await store.claim(await store.add(make_job()), "gpu")
    await store.claim(await store.change(held, state=JobState.WAITING), "another")

    with pytest.raises(Fenced):
        await store.revise(held, lambda latest: {"state": JobState.DONE})


async def test_a_job_is_found_by_its_message_and_by_each_follow_up_in_its_channel(store: Store) -> None:
    job = await store.add(make_job(place=make_place(message_id=700), parts={4: 701, 5: 701, 6: 7020}))
    await store.add(make_job(place=make_place(message_id=600)))

    found = [await store.by_message(20, message_id) for message_id in (700, 701, 702, 7020)]
    assert found == [job, job, None, job]
    assert await store.by_message(21, 700) is None
    assert await store.by_message(21, 701) is None
