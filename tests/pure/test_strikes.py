"""Strikes add up within a day and block once, whatever arrives at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.content.lists import WordLists
from bot.errors import TextBlocked
from bot.jobs.audit import Audit
from bot.jobs.blocks import Blocks
from bot.jobs.rules import Rules
from bot.jobs.screening import Screening, typed_texts
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.strikes import Strike, Strikes
from bot.jobs.tables import metadata, strikes
from tests.pure.jobs import NOON, Clock
from tests.pure.workflow_parts import load

GUILD, ADA, BOB, ME = 30, 40, 41, 99


class Scene:
    """All that strikes need, on one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.servers, self.blocks, self.audit = Servers(store, clock), Blocks(store, clock), Audit(store, clock)
        self.told: list[tuple[str, int | None]] = []
        self.audit.listener = lambda entry: self.told.append((entry.action, entry.user_id))

    def strikes(self, most: int = 3, minutes: int = 60) -> Strikes:
        return Strikes(
            self.store,
            self.servers,
            self.blocks,
            self.audit,
            clock=self.clock,
            me=lambda: ME,
            most=most,
            minutes=minutes,
        )


@pytest.fixture
async def scene(database: str) -> AsyncIterator[Scene]:
    clock = Clock()
    store = await Store.open(database, clock=clock)
    yield Scene(store, clock)
    await store.close()


async def test_the_third_of_three_blocks_for_an_hour(scene: Scene) -> None:
    counted = scene.strikes()

    found = [await counted.add(GUILD, ADA) for _time in range(3)]

    block = scene.blocks.get(GUILD, ADA, NOON)
    assert found == [Strike(1, 3), Strike(2, 3), Strike(3, 3, NOON + timedelta(hours=1))]
    assert block is not None
    assert (block.by, block.until) == (ME, NOON + timedelta(hours=1))
    assert scene.told == [("strike", ADA), ("strike", ADA), ("block", ADA)]


async def test_a_hundred_at_once_block_once(scene: Scene) -> None:
    counted = scene.strikes()

    found = await asyncio.gather(*(counted.add(GUILD, ADA) for _time in range(100)))

    assert sum(strike.until is not None for strike in found) == 1
    assert sorted(strike.count for strike in found) == list(range(1, 101))
    assert scene.told == [("strike", ADA), ("strike", ADA), ("block", ADA)]


async def test_none_blocks_where_strikes_are_off(scene: Scene) -> None:
    counted = scene.strikes(most=0)

    found = [await counted.add(GUILD, ADA) for _time in range(5)]

    assert found[-1] == Strike(5, 0)
    assert scene.blocks.get(GUILD, ADA, NOON) is None
    assert scene.told == []


async def test_a_servers_own_rule_goes_before_the_operators(scene: Scene) -> None:
    await scene.servers.change(GUILD, lambda rules: Rules(strikes=1, strike_minutes=5))

    strike = await scene.strikes().add(GUILD, ADA)

    assert strike == Strike(1, 1, NOON + timedelta(minutes=5))


async def test_strikes_are_over_after_a_day(scene: Scene) -> None:
    counted = scene.strikes()
    await counted.add(GUILD, ADA)
    scene.clock.pass_by(hours=24)

    assert await counted.add(GUILD, ADA) == Strike(1, 3)


async def test_people_and_places_are_counted_apart(scene: Scene) -> None:
    counted = scene.strikes(most=2)

    found = [await counted.add(*which) for which in ((GUILD, ADA), (GUILD, BOB), (GUILD + 1, ADA), (None, ADA))]

    assert {strike.count for strike in found} == {1}
    assert scene.blocks.get(GUILD, ADA, NOON) is None


async def test_in_direct_messages_they_count_under_zero_and_block_everywhere(scene: Scene) -> None:
    await scene.strikes(most=1).add(None, ADA)

    assert scene.blocks.get(None, ADA, NOON) is not None
    assert scene.blocks.get(GUILD, ADA, NOON) is not None


async def test_a_longer_block_by_a_moderator_stays(scene: Scene) -> None:
    await scene.blocks.block(GUILD, ADA, by=7)

    strike = await scene.strikes(most=1).add(GUILD, ADA)

    block = scene.blocks.get(GUILD, ADA, NOON)
    assert strike.until is None
    assert block is not None
    assert (block.by, block.until) == (7, None)


async def test_whoever_goes_on_after_a_block_is_blocked_again(scene: Scene) -> None:
    counted = scene.strikes(most=2, minutes=1)
    for _time in range(2):
        await counted.add(GUILD, ADA)
    scene.clock.pass_by(minutes=2)

    strike = await counted.add(GUILD, ADA)

    assert strike.until == NOON + timedelta(minutes=3)


async def test_a_blocked_text_is_a_strike_that_names_the_option_and_keeps_no_text(scene: Scene) -> None:
    await scene.servers.change(GUILD, lambda rules: Rules(words=("badger",)))
    screening = Screening(WordLists(["otter"]), scene.servers, scene.strikes())

    with pytest.raises(TextBlocked) as first:
        await screening.check({"prompt": "a fox", "negative": "b a d g e r"}, guild_id=GUILD, user_id=ADA)
    with pytest.raises(TextBlocked) as second:
        await screening.check({"prompt": "an OTTER"}, guild_id=GUILD + 1, user_id=ADA)
    await screening.check({"prompt": "a badger"}, guild_id=GUILD + 1, user_id=ADA)

    async def rows(connection: object) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await connection.execute(select(strikes))]  # type: ignore[attr-defined]

    assert (first.value.option, first.value.count) == ("negative", 1)
    assert "badger" not in first.value.sentence()
    assert "time 1 within 24 hours; time 3 blocks you" in first.value.sentence()
    assert (second.value.option, second.value.count) == ("prompt", 1)
    assert [row[1:3] for row in await scene.store.transact(rows)] == [(GUILD, ADA), (GUILD + 1, ADA)]
    assert set(metadata.tables["strikes"].columns.keys()) == {"id", "guild_id", "user_id", "at"}


async def test_the_sentence_of_the_last_strike_says_until_when(scene: Scene) -> None:
    screening = Screening(WordLists(["badger"]), scene.servers, scene.strikes(most=1))

    with pytest.raises(TextBlocked) as refused:
        await screening.check({"prompt": "a badger"}, guild_id=GUILD, user_id=ADA)

    stamp = int((NOON + timedelta(hours=1)).timestamp())
    assert refused.value.sentence().endswith(f"you are blocked now. It ends <t:{stamp}:R>.")


def test_only_what_is_typed_freely_is_looked_through() -> None:
    options = load("imagine", "workflows").manifest.options

    given = {"prompt": "a", "negative": "b", "model": "c", "steps": 5, "size": "d", "lora": "e"}

    assert typed_texts(options, given) == {"prompt": "a", "negative": "b"}
