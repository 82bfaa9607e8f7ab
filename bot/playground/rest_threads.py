"""Routes for beginning a thread, from a message or without one."""

from __future__ import annotations

from discord import Permissions

from .forms import choice, flag, form, maybe, read_form, text, whole
from .payloads import channel_payload
from .rest import Call, Discord, Result, Route
from .rest_channels import find_channel, find_message, need
from .wire import Payload, Refusal
from .world import Channel

PUBLIC, PRIVATE = 11, 12
HAS_THREAD = 1 << 5
_FIELDS = {
    "name": text(1, 100),
    "auto_archive_duration": maybe(choice(60, 1440, 4320, 10080)),
    "rate_limit_per_user": maybe(whole(0, 21600)),
}
FROM_MESSAGE = form(_FIELDS, "name")
ALONE = form(_FIELDS | {"type": maybe(choice(10, PUBLIC, PRIVATE)), "invitable": maybe(flag)}, "name")


def begin(discord: Discord, call: Call) -> Result:
    """Public ones only: there are no invitations to private threads here."""
    place = _check(discord, find_channel(discord, call))
    asked = read_form(ALONE, call.payload)
    if (asked.get("type") or PRIVATE) != PUBLIC:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    return 201, _begin(discord, place, asked)


def begin_from(discord: Discord, call: Call) -> Result:
    """A thread from a message has the message's id."""
    message = find_message(discord, call)
    place = _check(discord, message.channel)
    asked = read_form(FROM_MESSAGE, call.payload)
    if message.id in discord.world.channels:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    message.flags |= HAS_THREAD
    return 201, _begin(discord, place, asked, message.id)


def _check(discord: Discord, place: Channel) -> Channel:
    if place.guild is None:
        raise Refusal(400, 50003, "Cannot execute action on a DM channel")
    if place.parent:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    need(discord.world.bot, place, Permissions(create_public_threads=True))
    return place


def _begin(discord: Discord, place: Channel, asked: Payload, number: int | None = None) -> Payload:
    thread = discord.world.add_thread(place, asked["name"], number)
    discord.gateway.channel_event("THREAD_CREATE", thread)
    discord.world.notify(thread)
    return channel_payload(thread)


KEY = ("channel",)
ROUTES = [
    Route("POST", "/channels/{channel}/threads", begin, bucket=KEY),
    Route("POST", "/channels/{channel}/messages/{message}/threads", begin_from, bucket=KEY),
]
