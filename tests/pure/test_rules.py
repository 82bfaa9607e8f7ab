"""What a server lets its people do: stored, read again, and added up over roles."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.jobs.rules import Limits, Rules, Visibility, WorkflowRule, limits_for
from bot.jobs.servers import Servers
from bot.jobs.store import Store

NOW = datetime(2026, 5, 1, tzinfo=UTC)
GUILD = 77


def clock() -> datetime:
    return NOW


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'easel.db'}")


def test_the_most_generous_role_counts_then_everybody_then_the_default() -> None:
    rules = Rules(
        limits=Limits(hour=10, steps=30), by_role={1: Limits(hour=20, steps=20), 2: Limits(hour=50), 3: Limits(hour=0)}
    )
    defaults = Limits(hour=5, day=100)

    assert limits_for([], rules, defaults) == Limits(hour=10, day=100, steps=30)
    assert limits_for([1, 2], rules, defaults) == Limits(hour=50, day=100, steps=20)
    assert limits_for([1, 3], rules, defaults).hour == 0


def test_rules_come_back_as_they_were_written_and_damage_sets_nothing() -> None:
    rules = Rules(
        channels=frozenset({1}),
        by_role={5: Limits(weight=2)},
        results=Visibility.SPOILER,
        words=("bad",),
        workflows={"dear": WorkflowRule(roles=frozenset({9}), cooldown=30)},
    )

    assert Rules.read(rules.to_dict()) == rules
    assert Rules.read({"limits": {"hour": "many"}}) == Rules()
    assert Rules().to_dict() == {}


async def test_settings_and_pauses_outlive_the_process(store: Store) -> None:
    servers = Servers(store, clock)
    await servers.load()
    await servers.change(GUILD, lambda rules: rules.model_copy(update={"audit_channel": 3}))
    await servers.pause(GUILD, 1)
    await servers.pause(GUILD, 2)
    again = Servers(store, clock)
    await again.load()
    before, paused = again.get(GUILD), again.paused
    await again.resume(GUILD)
    await store.close()

    assert before.rules.audit_channel == 3
    assert (before.paused_by, before.paused_at) == (1, NOW)
    assert paused == {GUILD}
    assert again.paused == frozenset()
    assert again.get(GUILD).rules.audit_channel == 3
    assert again.get(None).rules == Rules()
