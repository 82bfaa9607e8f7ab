"""A server paused and let go on again, and what its moderator is told."""

from __future__ import annotations

from typing import Protocol

from bot.jobs.access import Action, Actor, require
from bot.jobs.audit import Audit, Deed
from bot.jobs.changes import OPEN
from bot.jobs.job import JobState
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.text import _
from bot.ui.people import guild_of


class Bot(Protocol):
    """What pausing needs of the bot."""

    store: Store
    servers: Servers
    audit: Audit


async def pause_server(bot: Bot, actor: Actor) -> str:
    """Nothing new begins there. Raises AccessRefused."""
    require(actor, Action.PAUSE)
    guild_id = guild_of(actor)
    before = bot.servers.get(guild_id)
    if before.paused_by is not None and before.paused_at is not None:
        text = _("This server is paused already, by <@{user}> {when}. `/jobs resume` lets jobs go on.")
        return text.format(user=before.paused_by, when=f"<t:{int(before.paused_at.timestamp())}:R>")
    await bot.servers.pause(guild_id, actor.user_id)
    await bot.audit.record(guild_id=guild_id, actor_id=actor.user_id, action=Deed.PAUSE)
    counts = await bot.store.counts(guild_id=guild_id, states=OPEN)
    waiting = counts[JobState.WAITING]
    facts = _("-# running, and may finish: {running} · waiting: {waiting}")
    return "\n".join(
        [
            _("⏸️ Paused. New jobs wait until `/jobs resume`, and whoever asks is told."),
            facts.format(running=sum(counts.values()) - waiting, waiting=waiting),
        ]
    )


async def resume_server(bot: Bot, actor: Actor) -> str:
    """Jobs begin again there. Raises AccessRefused."""
    require(actor, Action.PAUSE)
    guild_id = guild_of(actor)
    if bot.servers.get(guild_id).paused_by is None:
        return _("This server is not paused.")
    await bot.servers.resume(guild_id)
    await bot.audit.record(guild_id=guild_id, actor_id=actor.user_id, action=Deed.RESUME)
    return _("▶️ Jobs begin again, each in its place.")
