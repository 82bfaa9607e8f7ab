"""A job's messages taken away, for good, and the person told where somebody else did it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import discord

from bot.errors import Fenced
from bot.jobs.audit import Audit, Deed
from bot.jobs.job import Job, Place
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.jobs.thumbnails import Thumbnails
from bot.network import NETWORK_ERRORS
from bot.text import _, named, speaking
from bot.ui.words import plain

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE = 10008
REASON = 500  # characters of a reason


class Bot(Protocol):
    """What removing needs of the bot."""

    runner: Runner
    store: Store
    audit: Audit
    thumbnails: Thumbnails


async def remove_and_warn(bot: Any, job: Job, by: int, reason: str) -> str:
    """Stop it if it runs, delete its messages, tell the person, write it down; what to say to the moderator."""
    await _stop(bot, job, by, reason)
    removed = await take_away(bot, job, by)
    told = await _warn(bot, job, reason)
    await bot.audit.record(
        guild_id=job.place.guild_id,
        actor_id=by,
        action=Deed.WARN,
        user_id=job.place.user_id,
        job_id=job.id,
        reason=reason,
    )
    first = _("Removed.") if removed else _("Discord does not let me delete that message: delete it yourself.")
    return f"{first} {told}"


async def delete_result(bot: Any, job: Job, by: int) -> tuple[bool, str]:
    """The same without a warning, for its owner too; whether none of its messages is left, and what to say of whose it
    was.
    """
    gone = await take_away(bot, job, by)
    if by == job.place.user_id:
        return gone, _("What it was made with is still in `/history`: **Again** makes another.")
    told = await _tell(bot, job)
    await bot.audit.record(
        guild_id=job.place.guild_id, actor_id=by, action=Deed.DELETE, user_id=job.place.user_id, job_id=job.id
    )
    return gone, told


async def take_away(bot: Any, job: Job, by: int) -> bool:
    """From now on nothing brings its pictures back; whether none of its messages is left."""
    try:
        job = await bot.store.take_away(job.id, by)
    except Fenced:
        log.info("job %s was forgotten while its messages were taken away", job.id)
    await asyncio.to_thread(bot.thumbnails.remove, [job.id])
    await _remove_direct(bot, job)
    return await remove_messages(bot, job)


async def remove_messages(bot: Any, job: Job) -> bool:
    """The job's own message and its follow-ups; whether none of them is left."""
    ids = dict.fromkeys([job.place.message_id, *(number for part, number in job.parts.items() if part >= 0)])
    gone = [await _delete(bot, job.place, number) for number in ids if number is not None]
    return all(gone)


async def _remove_direct(bot: discord.Client, job: Job) -> None:
    """What came to the person's direct messages in place of its channel."""
    ids = {number for part, number in job.parts.items() if part < 0}
    try:
        for number in ids:
            await (await bot.create_dm(discord.Object(job.place.user_id))).get_partial_message(number).delete()
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.info("a direct message with job %s cannot be deleted: %s", job.id, error)


async def _stop(bot: Bot, job: Job, by: int, reason: str) -> None:
    if job.state.ended:
        return
    try:
        await bot.runner.cancel(job.id, by, reason=reason)
    except Fenced:
        log.debug("job %s ended before it was stopped", job.id)


async def _delete(bot: Any, place: Place, message_id: int) -> bool:
    """By the bot's own right, else by the token of the command while it lives, which reaches where the bot may not
    look: there it is told of no message.
    """
    channel = bot.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
    webhook = discord.Webhook.partial(place.application_id, place.token, client=bot)
    ways: list[Callable[[], Awaitable[None]]] = []
    if place.visible:
        ways.append(channel.get_partial_message(message_id).delete)
    if bot.clock() < place.token_expires:
        ways.append(partial(webhook.delete_message, message_id))
    for delete in ways:
        try:
            await delete()
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            if getattr(error, "code", None) == UNKNOWN_MESSAGE:
                return True
            log.info("message %s cannot be deleted: %s", message_id, error)
        else:
            return True
    return False


async def _tell(bot: discord.Client, job: Job) -> str:
    """By a direct message alone: nobody is warned."""
    place = job.place
    with speaking(place.locale):
        text = _("🗑️ A moderator deleted what you made with {command} in <#{channel}>.").format(
            command=f"`/{named(job.workflow)}`", channel=place.channel_id
        )
    try:
        await (await bot.create_dm(discord.Object(place.user_id))).send(text)
    except (discord.HTTPException, *NETWORK_ERRORS):
        return _("<@{user}> could not be told: they take no direct messages.").format(user=place.user_id)
    return _("<@{user}> was told in a direct message.").format(user=place.user_id)


async def _warn(bot: discord.Client, job: Job, reason: str) -> str:
    """By a direct message, else where everybody reads it: without the reason then, which may quote the prompt."""
    place = job.place
    with speaking(place.locale):
        command = f"`/{named(job.workflow)}`"
        direct = _(
            "⚠️ A moderator removed what you made with {command} in <#{channel}>. Reason: {reason}\n"
            "Please keep to the rules there; moderators can block people who do not."
        ).format(command=command, channel=place.channel_id, reason=plain(reason, REASON))
        public = _("<@{user}>, a moderator removed what you made with {command}. Please keep to the rules.").format(
            user=place.user_id, command=command
        )
    try:
        channel = await bot.create_dm(discord.Object(place.user_id))
        await channel.send(direct)
    except (discord.HTTPException, *NETWORK_ERRORS):
        log.info("job %s: its person takes no direct messages", job.id)
    else:
        return _("<@{user}> was warned in a direct message.").format(user=place.user_id)
    try:
        await bot.get_partial_messageable(place.channel_id, guild_id=place.guild_id).send(public)
    except (discord.HTTPException, *NETWORK_ERRORS):
        return _("<@{user}> could not be told: they take no direct messages.").format(user=place.user_id)
    return _("<@{user}> takes no direct messages, so I warned them in the channel.").format(user=place.user_id)
