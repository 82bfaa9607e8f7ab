"""Of however many ask at once, exactly as many are let in as the limits say; a refusal says which and until when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import LimitReached, Spent
from bot.jobs.admission import Admission, Quota, default_limits, limits_of, running_limit
from bot.jobs.job import Job, JobState
from bot.jobs.rules import Limits, Rules
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.tables import uses
from bot.jobs.waiting import waiting
from bot.settings import Settings
from tests.pure.jobs import NOON, Clock, make_job, make_place


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=clock)
    yield store
    await store.close()


@pytest.fixture
def admission(store: Store, clock: Clock) -> Admission:
    return Admission(store, clock)


def job(**place: Any) -> Job:
    return make_job(place=make_place(**place))


def quota(**fields: Any) -> Quota:
    """Limits, and what else a quota has."""
    limits = {name: fields.pop(name) for name in list(fields) if name in Limits.model_fields}
    return Quota(limits=Limits(**limits), **fields)


async def refusal(admission: Admission, wanted: Job, asked: Quota) -> LimitReached:
    with pytest.raises(LimitReached) as refused:
        await admission.admit(wanted, asked)
    return refused.value


async def let_in(admission: Admission, wanted: Job, asked: Quota) -> bool:
    try:
        await admission.admit(wanted, asked)
    except LimitReached:
        return False
    return True


async def used(store: Store) -> int:
    async def read(connection: AsyncConnection) -> int:
        return (await connection.execute(select(func.count()).select_from(uses))).scalar_one()

    return await store.transact(read)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("asked", "most"),
    [
        (quota(waiting=5), 5),
        (quota(hour=7), 7),
        (quota(day=11), 11),
        (quota(cooldown=30), 1),
        (quota(cooldown_here=30), 1),
        (quota(cost=3, budget=10), 3),
        (quota(cost=0.1, budget=0.3), 3),
        (quota(waiting=9, hour=8, day=7, cost=1, budget=6), 6),
        (quota(waiting=0, hour=0, day=0, cost=5, budget=0), 100),
        (quota(cost=0, budget=1), 100),
    ],
)
async def test_of_a_hundred_at_once_as_many_are_let_in_as_the_limit_says(
    store: Store, admission: Admission, asked: Quota, most: int
) -> None:
    async with asyncio.timeout(60):
        results = await asyncio.gather(*(let_in(admission, job(), asked) for _ in range(100)))

    assert sum(results) == most
    assert await used(store) == most


@pytest.mark.parametrize("asked", [quota(waiting=4), quota(hour=4, cooldown_here=0), quota(cost=1, budget=4)])
async def test_of_many_at_once_in_two_processes_as_many_are_let_in_as_the_limit_says(
    fleet_database: str, clock: Clock, asked: Quota
) -> None:
    stores = [await Store.open(fleet_database, clock=clock) for _process in range(2)]
    admissions = [Admission(store, clock) for store in stores]
    async with asyncio.timeout(60):
        wanted = [let_in(admission, job(user_id=40), asked) for admission in admissions for _time in range(12)]
        results = await asyncio.gather(*wanted)

    assert sum(results) == 4
    assert await used(stores[0]) == 4
    for store in stores:
        await store.close()


async def test_a_hundred_people_at_once_share_one_budget(store: Store, admission: Admission) -> None:
    wanted = [let_in(admission, job(user_id=number), quota(cost=1, budget=20, hour=1)) for number in range(100)]

    assert sum(await asyncio.gather(*wanted)) == 20


async def test_other_people_and_other_servers_have_limits_of_their_own(admission: Admission) -> None:
    asked = quota(waiting=1, hour=1, day=1, cooldown_here=60, cost=1, budget=2)
    await admission.admit(job(), asked)
    await admission.admit(job(user_id=41), asked)
    await admission.admit(job(guild_id=31), asked)
    await admission.admit(job(guild_id=None), asked)

    assert (await refusal(admission, job(guild_id=None), asked)).limit is Spent.WAITING
    assert (await refusal(admission, job(user_id=42), asked)).limit is Spent.BUDGET


async def test_jobs_that_wait_or_run_count_until_they_end(store: Store, admission: Admission) -> None:
    first, second = job(), job()
    for one in (first, second):
        await admission.admit(one, quota(waiting=2))
    await store.add(first)
    running = await store.claim(await store.add(second), "gpu")
    refused = await refusal(admission, job(), quota(waiting=2))
    await store.change(running, state=JobState.DONE)

    assert (refused.used, refused.most, refused.frees) == (2, 2, None)
    assert await let_in(admission, job(), quota(waiting=2))


async def test_jobs_of_direct_messages_count_there(store: Store, admission: Admission) -> None:
    await store.add(job(guild_id=None))
    await store.add(job())

    assert (await refusal(admission, job(guild_id=None), quota(waiting=1))).used == 1


async def test_what_never_arrived_counts_for_a_quarter_of_an_hour(admission: Admission, clock: Clock) -> None:
    """A crash between letting in and storing holds nobody up for long."""
    await admission.admit(job(), quota(waiting=1))
    clock.pass_by(minutes=14)
    early = await let_in(admission, job(), quota(waiting=1))
    clock.pass_by(minutes=1)

    assert not early
    assert await let_in(admission, job(), quota(waiting=1))


@pytest.mark.parametrize(("limit", "window"), [("hour", timedelta(hours=1)), ("day", timedelta(days=1))])
async def test_a_window_says_when_the_next_is_possible_and_keeps_its_word(
    admission: Admission, clock: Clock, limit: str, window: timedelta
) -> None:
    """Also where the limit was lowered meanwhile."""
    for _ in range(4):
        await admission.admit(job(), quota(**{limit: 4}))
        clock.pass_by(minutes=5)
    refused = await refusal(admission, job(), quota(**{limit: 2}))
    clock.now = (refused.frees or NOON) - timedelta(seconds=1)
    early = await let_in(admission, job(), quota(**{limit: 2}))
    clock.pass_by(seconds=1)

    assert (refused.used, refused.most, refused.frees) == (4, 2, NOON + timedelta(minutes=10) + window)
    assert not early
    assert await let_in(admission, job(), quota(**{limit: 2}))


@pytest.mark.parametrize("where", ["cooldown", "cooldown_here"])
async def test_a_cooldown_is_of_one_command_and_of_one_person(admission: Admission, clock: Clock, where: str) -> None:
    await admission.admit(job(), quota(**{where: 60}))
    clock.pass_by(seconds=59)
    refused = await refusal(admission, job(), quota(**{where: 60}))

    assert (refused.command, refused.frees) == ("imagine", NOON + timedelta(seconds=60))
    assert await let_in(admission, replace(job(), workflow="remix"), quota(**{where: 60}))
    assert await let_in(admission, job(user_id=41), quota(**{where: 60}))
    assert await let_in(admission, job(guild_id=31), quota(**{where: 60})) == (where == "cooldown_here")
    clock.pass_by(seconds=1)
    assert await let_in(admission, job(), quota(**{where: 60}))


async def test_a_budget_says_when_enough_of_it_is_free_again(admission: Admission, clock: Clock) -> None:
    for cost in (2, 3, 4):
        await admission.admit(job(user_id=cost), quota(cost=cost, budget=10))
        clock.pass_by(hours=1)
    refused = await refusal(admission, job(), quota(cost=5, budget=10))
    clock.now = (refused.frees or NOON) - timedelta(seconds=1)
    early = await let_in(admission, job(), quota(cost=5, budget=10))
    clock.pass_by(seconds=1)

    assert (refused.used, refused.most, refused.cost) == (9, 10, 5)
    assert refused.frees == NOON + timedelta(days=1, hours=1)
    assert not early
    assert await let_in(admission, job(), quota(cost=5, budget=10))


async def test_what_costs_more_than_the_budget_is_never_possible(admission: Admission) -> None:
    await admission.admit(job(), quota(cost=1, budget=10))

    assert (await refusal(admission, job(), quota(cost=11, budget=10))).frees is None


async def test_what_is_released_was_never_used(store: Store, admission: Admission) -> None:
    asked = quota(waiting=1, hour=1, day=1, cooldown=60, cost=1, budget=1)
    first = job()
    await admission.admit(first, asked)
    await admission.release(first.id)

    assert await let_in(admission, job(), asked)
    assert await used(store) == 1


async def test_a_refusal_writes_nothing_down(store: Store, admission: Admission) -> None:
    await refusal(admission, job(), quota(cost=2, budget=1))

    assert await used(store) == 0


async def test_a_job_that_is_forgotten_still_counts_and_after_two_days_its_use_is_forgotten(
    store: Store, admission: Admission, clock: Clock
) -> None:
    done = job()
    await admission.admit(done, quota())
    await store.deliver(await store.change(await store.add(done), state=JobState.CANCELLED))
    clock.pass_by(hours=23)
    await store.prune(before=clock.now)
    refused = await refusal(admission, job(), quota(day=1))
    clock.pass_by(hours=26)
    await store.prune(before=clock.now - timedelta(days=400))

    assert refused.limit is Spent.DAY
    assert await store.get(done.id) is None
    assert await used(store) == 0


async def test_limits_are_those_of_the_server_and_of_the_roles_a_job_came_with(store: Store, clock: Clock) -> None:
    servers = Servers(store, clock)
    await servers.change(30, lambda _: Rules(limits=Limits(running=1, hour=5), by_role={7: Limits(running=3)}))
    defaults = Limits(running=2)

    assert running_limit(servers, defaults, waiting(job())) == 1
    assert running_limit(servers, defaults, waiting(job(roles=(6, 7)))) == 3
    assert running_limit(servers, defaults, waiting(job(guild_id=None, roles=(7,)))) == 2
    assert running_limit(servers, Limits(), waiting(job(guild_id=31))) == 0
    assert limits_of(servers, defaults, 30, [7]) == Limits(running=3, hour=5)


def test_the_operator_s_settings_are_the_limits_where_nothing_else_is_said() -> None:
    settings = Settings(
        _env_file=None,
        limit_waiting=1,
        limit_running=2,
        limit_hour=3,
        limit_day=4,
        limit_size="640x480",
        limit_steps=5,
        limit_count=6,
    )

    assert default_limits(settings) == Limits(waiting=1, running=2, hour=3, day=4, pixels=640 * 480, steps=5, count=6)


AT = datetime.fromisoformat("2026-05-04T12:00:00.5+00:00")


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (LimitReached(Spent.WAITING, used=10, most=10), ("10 of 10", "none is left", "/cancel")),
        (LimitReached(Spent.HOUR, used=7, most=7, frees=AT), ("last 60 minutes: 7 of 7", "<t:1777896001:R>")),
        (LimitReached(Spent.DAY, used=8, most=7, frees=AT), ("last 24 hours: 8 of 7", "<t:1777896001:R>")),
        (LimitReached(Spent.COOLDOWN, command="imagine", frees=AT), ("/imagine", "<t:1777896001:R>")),
        (
            LimitReached(Spent.BUDGET, used=8.5, most=10, cost=2, command="video", frees=AT),
            ("8.5 of 10", "/video costs 2", "<t:1777896001:R>"),
        ),
        (LimitReached(Spent.BUDGET, most=10, cost=11, command="video"), ("/video costs 11", "10", "raise")),
    ],
)
def test_a_refusal_says_which_limit_how_much_of_it_and_when_it_frees_up(
    refused: LimitReached, words: tuple[str, ...]
) -> None:
    assert all(word in refused.sentence() for word in words)
