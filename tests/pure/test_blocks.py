"""Who is blocked, where, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.jobs.blocks import EVERYWHERE, Blocks
from bot.jobs.store import Store
from tests.pure.jobs import Clock

HERE, ELSEWHERE, ADA, BEN, MODERATOR = 30, 31, 40, 41, 99


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=clock)
    yield store
    await store.close()


@pytest.fixture
async def blocks(store: Store, clock: Clock) -> Blocks:
    return await read(store, clock)


async def read(store: Store, clock: Clock) -> Blocks:
    blocks = Blocks(store, clock)
    await blocks.load()
    return blocks


async def test_a_block_is_of_one_person_on_one_server(blocks: Blocks, clock: Clock) -> None:
    block = await blocks.block(HERE, ADA, by=MODERATOR, reason="spam")

    assert blocks.get(HERE, ADA, clock.now) == block
    assert (block.by, block.reason, block.until) == (MODERATOR, "spam", None)
    others: list[tuple[int | None, int]] = [(ELSEWHERE, ADA), (HERE, BEN), (None, ADA)]
    assert [blocks.get(place, user, clock.now) for place, user in others] == [None] * 3


async def test_a_block_ends_by_itself(blocks: Blocks, clock: Clock) -> None:
    await blocks.block(HERE, ADA, by=MODERATOR, lasting=timedelta(minutes=5))

    clock.pass_by(minutes=4, seconds=59)
    before = blocks.get(HERE, ADA, clock.now)
    clock.pass_by(seconds=1)

    assert before is not None
    assert blocks.get(HERE, ADA, clock.now) is None


async def test_blocks_are_there_after_a_restart_and_those_that_are_over_are_forgotten(
    blocks: Blocks, store: Store, clock: Clock
) -> None:
    lasting = await blocks.block(HERE, ADA, by=MODERATOR, lasting=timedelta(hours=2))
    await blocks.block(HERE, BEN, by=MODERATOR, lasting=timedelta(hours=1))
    clock.pass_by(hours=1)

    again = await read(store, clock)
    clock.now -= timedelta(minutes=30)

    assert again.get(HERE, ADA, clock.now) == lasting
    assert again.get(HERE, BEN, clock.now) is None


async def test_blocking_again_replaces_the_block(blocks: Blocks, store: Store, clock: Clock) -> None:
    await blocks.block(HERE, ADA, by=MODERATOR, reason="spam")

    newer = await blocks.block(HERE, ADA, by=98, lasting=timedelta(minutes=1), reason="less")

    assert blocks.get(HERE, ADA, clock.now) == newer
    assert (await read(store, clock)).get(HERE, ADA, clock.now) == newer


async def test_lifting_a_block_says_whether_there_was_one(blocks: Blocks, store: Store, clock: Clock) -> None:
    await blocks.block(HERE, ADA, by=MODERATOR)

    lifted = [await blocks.unblock(HERE, ADA), await blocks.unblock(HERE, ADA)]

    assert lifted == [True, False]
    assert (await read(store, clock)).get(HERE, ADA, clock.now) is None


async def test_a_block_everywhere_holds_on_every_server_and_in_direct_messages(blocks: Blocks, clock: Clock) -> None:
    everywhere = await blocks.block(EVERYWHERE, ADA, by=MODERATOR, reason="for good")
    await blocks.block(HERE, ADA, by=MODERATOR, lasting=timedelta(minutes=1))

    assert [blocks.get(place, ADA, clock.now) for place in (HERE, ELSEWHERE, None)] == [everywhere] * 3
