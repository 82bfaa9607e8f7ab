"""Files sent as messages of as many as Discord takes together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import discord

from bot.ui.page import ATTACHMENTS

T = TypeVar("T")

TOO_LARGE = 40005  # Discord's code for a request that is


def is_too_large(error: discord.HTTPException) -> bool:
    """Whether Discord refuses it for its size."""
    return error.code == TOO_LARGE or error.status == 413


async def in_batches(things: Sequence[T], send: Callable[[Sequence[T]], Awaitable[object]]) -> list[T]:
    """Send them in their order, ever fewer together while Discord finds them too large; those it takes not even alone.

    Raises what `send` raises for any other reason.
    """
    size, at = ATTACHMENTS, 0
    refused: list[T] = []
    while at < len(things):
        batch = things[at : at + size]
        try:
            await send(batch)
        except discord.HTTPException as error:
            if not is_too_large(error):
                raise
            if len(batch) > 1:
                size = len(batch) // 2
                continue
            refused += batch
        at += len(batch)
    return refused
