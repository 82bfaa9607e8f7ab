"""People who may not ask for jobs: how they are told, and how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import AccessRefused
from bot.jobs.access import Action, Actor, require
from bot.jobs.audit import Audit, Deed
from bot.jobs.blocks import EVERYWHERE, Block, Blocks
from bot.text import _
from bot.ui.people import guild_of
from bot.ui.words import REASON, plain


class Bot(Protocol):
    """What blocking needs of the bot."""

    blocks: Blocks
    audit: Audit


async def block_person(bot: Bot, actor: Actor, user_id: int, *, minutes: int | None, reason: str) -> str:
    """They can ask for nothing on that actor's server for so long, or until somebody lifts it. Raises AccessRefused."""
    require(actor, Action.BLOCK)
    guild_id = guild_of(actor)
    lasting = timedelta(minutes=minutes) if minutes is not None else None
    block = await bot.blocks.block(guild_id, user_id, by=actor.user_id, lasting=lasting, reason=reason)
    await bot.audit.record(guild_id=guild_id, actor_id=actor.user_id, action=Deed.BLOCK, user_id=user_id, reason=reason)
    done = _("🚫 <@{user}> can no longer ask for jobs here.").format(user=user_id)
    return f"{done} {until(block)}"


async def unblock_person(bot: Bot, actor: Actor, user_id: int) -> str:
    """They can ask again. Raises AccessRefused."""
    require(actor, Action.BLOCK)
    guild_id = guild_of(actor)
    if not await bot.blocks.unblock(guild_id, user_id):
        return _("<@{user}> is not blocked on this server.").format(user=user_id)
    await bot.audit.record(guild_id=guild_id, actor_id=actor.user_id, action=Deed.UNBLOCK, user_id=user_id)
    return _("<@{user}> can ask for jobs here again.").format(user=user_id)


def refuse_blocked(blocks: Blocks, actor: Actor, now: datetime) -> None:
    """Raise AccessRefused, which says until when and why, where that person is blocked. From memory."""
    block = blocks.get(actor.guild_id, actor.user_id, now)
    if block is not None:
        raise AccessRefused(" ".join(_facts(block)))


def until(block: Block) -> str:
    """When it ends, counted down by Discord; or that somebody must lift it."""
    if block.until is None:
        return _("It lasts until a moderator lifts it.")
    return _("It ends {when}.").format(when=f"<t:{int(block.until.timestamp())}:R>")


def why(reason: str | None) -> str:
    """A reason as it was typed; nothing where there is none."""
    return _("Reason: {reason}").format(reason=plain(reason, REASON)) if reason else ""


def _facts(block: Block) -> list[str]:
    everywhere = block.guild_id == EVERYWHERE
    place = _("You are blocked: you cannot ask for anything.") if everywhere else _("You are blocked on this server.")
    return [fact for fact in (place, until(block), why(block.reason)) if fact]
