"""Routes for channels and their messages, with the bot's own token."""

from __future__ import annotations

from discord import Permissions

from .message import Message
from .message_payloads import message_payload
from .payloads import channel_payload
from .rest import Call, Discord, Result, Route
from .wire import Refusal
from .world import DM, Channel, User, permissions


def channel(discord: Discord, call: Call) -> Result:
    return 200, channel_payload(find_channel(discord, call))


def send(discord: Discord, call: Call) -> Result:
    place = find_channel(discord, call)
    bot, payload = discord.world.bot, call.payload
    if place.type == DM:
        _check_dm(discord, place.recipients[0])
    need(bot, place, Permissions(send_messages_in_threads=True) if place.parent else Permissions(send_messages=True))
    if call.uploads:
        need(bot, place, Permissions(attach_files=True))
    if payload.get("message_reference"):
        need(bot, place, Permissions(read_message_history=True), 160002)
    if place.locked and not _allowed(bot, place).manage_threads:
        raise Refusal(403, 160005, "Thread is locked")
    if place.archived:
        place.archived = False
        discord.gateway.channel_event("THREAD_UPDATE", place)
    message = discord.messages.create(place, bot, payload, call.uploads)
    return 200, message_payload(message)


def get(discord: Discord, call: Call) -> Result:
    message = find_message(discord, call)
    need(discord.world.bot, message.channel, Permissions(read_message_history=True))
    return 200, message_payload(message, reader=discord.world.bot)


def edit(discord: Discord, call: Call) -> Result:
    message = find_message(discord, call)
    if message.author is not discord.world.bot:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    if message.channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    if call.uploads:
        need(discord.world.bot, message.channel, Permissions(attach_files=True))
    discord.buckets.take_edit(message.channel.id, message.created)
    discord.messages.edit(message, call.payload, call.uploads)
    return 200, message_payload(message)


def delete(discord: Discord, call: Call) -> Result:
    message = find_message(discord, call)
    if message.author is not discord.world.bot:
        need(discord.world.bot, message.channel, Permissions(manage_messages=True))
    if message.channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    discord.messages.delete(message)
    return 204, None


def history(discord: Discord, call: Call) -> Result:
    place = find_channel(discord, call)
    limit = call.asked_number("limit", 50, 1, 100)
    seen = sorted((message for message in place.messages.values() if not message.only_for), key=lambda m: m.id)
    if not _allowed(discord.world.bot, place).read_message_history:
        seen = []
    window = _window(seen, call, limit)
    return 200, [message_payload(message, reader=discord.world.bot) for message in reversed(window)]


def typing(discord: Discord, call: Call) -> Result:
    find_channel(discord, call)
    return 204, None


def _window(seen: list[Message], call: Call, limit: int) -> list[Message]:
    after, before, around = (call.asked_id(key) for key in ("after", "before", "around"))
    if after is not None:
        return [message for message in seen if message.id > after][:limit]
    if before is not None:
        return [message for message in seen if message.id < before][-limit:]
    if around is not None:
        older = [message for message in seen if message.id <= around][-(limit // 2 + 1) :]
        return older + [message for message in seen if message.id > around][: limit - len(older)]
    return seen[-limit:]


def find_channel(discord: Discord, call: Call) -> Channel:
    place = discord.world.channels.get(call.id("channel"))
    if place is None:
        raise Refusal(404, 10003, "Unknown Channel")
    if not _allowed(discord.world.bot, place).view_channel:
        raise Refusal(403, 50001, "Missing Access")
    return place


def find_message(discord: Discord, call: Call) -> Message:
    message = find_channel(discord, call).messages.get(call.id("message"))
    if message is None or message.only_for:
        raise Refusal(404, 10008, "Unknown Message")
    return message


def _allowed(bot: User, place: Channel) -> Permissions:
    if place.guild and not place.guild.has_bot:
        return Permissions.none()
    return permissions(bot, place)


def need(bot: User, place: Channel, needed: Permissions, code: int = 50013) -> None:
    if not needed.is_subset(_allowed(bot, place)):
        raise Refusal(403, code, "Missing Permissions")


def _check_dm(discord: Discord, person: User) -> None:
    shares = any(guild.has_bot and person.id in guild.members for guild in discord.world.guilds.values())
    if not person.takes_dms or not (shares or person.installed):
        raise Refusal(403, 50007, "Cannot send messages to this user")


CHANNEL = "/channels/{channel}"
MESSAGE = CHANNEL + "/messages/{message}"
KEY = ("channel",)
ROUTES = [
    Route("GET", CHANNEL, channel, bucket=KEY),
    Route("POST", CHANNEL + "/typing", typing, bucket=KEY),
    Route("GET", CHANNEL + "/messages", history, bucket=KEY),
    Route("POST", CHANNEL + "/messages", send, bucket=KEY, takes_files=True),
    Route("GET", MESSAGE, get, bucket=KEY),
    Route("PATCH", MESSAGE, edit, bucket=KEY, takes_files=True),
    Route("DELETE", MESSAGE, delete, bucket=KEY),
]
