"""People who may not ask for jobs: how they are told, and how long."""

from __future__ import annotations

from datetime import datetime

from bot.errors import AccessRefused
from bot.jobs.access import Actor
from bot.jobs.blocks import EVERYWHERE, Block, Blocks
from bot.text import _
from bot.ui.words import REASON, plain


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
