"""What moderators did stays in the store for as long as jobs do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.jobs.audit import REASON, Audit, Deed, Entry
from bot.jobs.store import Store
from bot.ui.audit import audit_line
from tests.pure.jobs import NOON, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=clock)
    yield store
    await store.close()


async def test_entries_are_a_server_s_own_newest_first(store: Store, clock: Clock) -> None:
    audit = Audit(store, clock)
    await audit.record(guild_id=30, actor_id=1, action=Deed.STOP, user_id=40, job_id="a", reason="rude")
    clock.pass_by(minutes=1)
    await audit.record(guild_id=30, actor_id=1, action=Deed.PAUSE)
    await audit.record(guild_id=31, actor_id=1, action=Deed.PAUSE)

    assert await audit.entries(30) == [
        Entry(NOON + timedelta(minutes=1), 30, 1, "pause"),
        Entry(NOON, 30, 1, "stop", 40, "a", "rude"),
    ]
    assert [entry.action for entry in await audit.entries(30, limit=1)] == ["pause"]


async def test_each_entry_is_told_at_once(store: Store, clock: Clock) -> None:
    told: list[Entry] = []
    audit = Audit(store, clock)
    audit.listener = told.append

    await audit.record(guild_id=None, actor_id=1, action=Deed.FORGET, reason="x" * (REASON + 1))

    assert told == [Entry(NOON, 0, 1, "forget", reason="x" * REASON)]


async def test_a_store_in_trouble_does_not_undo_what_was_done(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Entry] = []
    audit = Audit(store, clock)
    audit.listener = told.append
    await store.close()

    await audit.record(guild_id=30, actor_id=1, action=Deed.PAUSE)

    assert [entry.action for entry in told] == ["pause"]
    assert "is not kept" in caplog.text


async def test_old_entries_go_with_old_jobs(store: Store, clock: Clock) -> None:
    audit = Audit(store, clock)
    await audit.record(guild_id=30, actor_id=1, action=Deed.PAUSE)
    clock.pass_by(days=10)
    await audit.record(guild_id=30, actor_id=1, action=Deed.RESUME)
    await store.prune(before=clock.now - timedelta(days=5))

    assert [entry.action for entry in await audit.entries(30)] == ["resume"]


def test_a_line_shows_a_reason_as_typed() -> None:
    line = audit_line(Entry(NOON, 30, 1, Deed.WARN, 40, "a`b", "**@everyone** [x](https://evil.example)\nsecond"))

    assert line.startswith("<t:1777896000:f> · <@1> ")
    assert "<@40>" in line
    assert "`aˋb`" in line
    assert r"\*\*\@everyone\*\* \[x\](https\://evil.example) second" in line


def test_what_was_done_is_not_called_a_reason() -> None:
    cleared = audit_line(Entry(NOON, 30, 1, Deed.CLEAR, reason="2 jobs: too many"))
    changed = audit_line(Entry(NOON, 30, 1, Deed.SETTINGS, reason="/settings strikes count:2"))
    stopped = audit_line(Entry(NOON, 30, 1, Deed.STOP, reason="rude"))

    assert cleared.endswith("cleared the queue · 2 jobs: too many")
    assert changed.endswith("changed the settings · /settings strikes count:2")
    assert stopped.endswith("stopped a job · reason: rude")
