"""What of a server's settings cannot work as whoever sets it may think."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import discord

from bot.content.terms import Terms
from bot.jobs.rules import Limits
from bot.text import _
from bot.ui.words import code
from bot.workflow.ceilings import asks
from bot.workflow.workflow import Workflow

NAMED = 10  # commands that one warning names
#: what an option is called, by what a limit counts
OPTIONS = {"pixels": "size", "steps": "steps", "count": "count"}


def limit_warnings(limits: Limits, defaults: Limits, workflows: Iterable[Workflow]) -> Iterator[str]:
    """About what was said in `limits`; `defaults` hold where they say nothing."""
    held = limits.over(defaults)
    if held.hour and held.day and (limits.hour or limits.day) and held.day < held.hour:
        yield _("⚠️ The limit per day is lower than the one per hour, which therefore never counts.")
    if held.waiting and held.running and (limits.waiting or limits.running) and held.waiting < held.running:
        yield _("⚠️ `waiting` counts running jobs too and is lower than `running`, which therefore never counts.")
    known = list(workflows)
    for kind, option in OPTIONS.items():
        most = getattr(limits, kind)
        above = (
            dict.fromkeys(
                workflow.name
                for workflow in known
                for ask in asks(workflow, {})
                if ask.kind == kind and ask.amount > most
            )
            if most
            else {}
        )
        if above:
            yield _(
                "⚠️ These take more by themselves, so they make less than they were made for ({option}): {commands}"
            ).format(option=code(option), commands=", ".join(code(f"/{name}") for name in list(above)[:NAMED]))


def channel_warning(guild: discord.Guild | None, channel_id: int) -> str:
    """Where the bot may not write, in a sentence; else empty."""
    channel = guild.get_channel_or_thread(channel_id) if guild is not None else None
    if guild is None or channel is None:
        return _("⚠️ I cannot see that channel. Let me see it and send messages there.")
    mine = channel.permissions_for(guild.me)
    sends = mine.send_messages_in_threads if isinstance(channel, discord.Thread) else mine.send_messages
    if mine.view_channel and sends:
        return ""
    return _("⚠️ I may not write in that channel. Let me see it and send messages there.")


def role_warning(role: discord.Role | None) -> str:
    """A role that no person can have, in a sentence; else empty."""
    if role is None or not role.is_bot_managed():
        return ""
    return _("⚠️ That role belongs to a bot: no person has it.")


def word_warnings(words: Iterable[str]) -> Iterator[str]:
    """Terms that block nothing, or nearly everything."""
    for word in words:
        if not Terms([word]):
            yield _("⚠️ {word} blocks nothing: it has no letter or sign to look for.").format(word=code(word))
        elif len(word.replace("*", "").strip()) == 1 and "*" in word:
            yield _("⚠️ {word} blocks nearly every text.").format(word=code(word))
