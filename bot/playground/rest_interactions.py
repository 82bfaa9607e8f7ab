"""Routes for answering interactions and for the messages that come of them; their token is their only key."""

from __future__ import annotations

from .interaction import Interaction
from .message import Message
from .message_payloads import message_payload
from .rest import Call, Discord, Result, Route
from .wire import Refusal


def callback(discord: Discord, call: Call) -> Result:
    result = discord.interactions.answer(call.id("interaction"), call.ids["key"], call.payload, call.uploads)
    return (200, result) if call.asked("with_response") else (204, None)


def follow_up(discord: Discord, call: Call) -> Result:
    interaction = discord.interactions.find(call.id("app"), call.ids["token"])
    message = discord.interactions.follow_up(interaction, call.payload, call.uploads)
    return 200, message_payload(message)


def get(discord: Discord, call: Call) -> Result:
    return 200, message_payload(_found(discord, call)[1])


def edit(discord: Discord, call: Call) -> Result:
    interaction, message = _found(discord, call)
    if message.channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    discord.buckets.take_edit(message.channel.id, message.created)
    discord.messages.edit(message, call.payload, call.uploads, asked_by=interaction.user)
    return 200, message_payload(message)


def delete(discord: Discord, call: Call) -> Result:
    discord.messages.delete(_found(discord, call)[1])
    return 204, None


def _found(discord: Discord, call: Call) -> tuple[Interaction, Message]:
    interaction = discord.interactions.find(call.id("app"), call.ids["token"])
    name = call.ids["message"]
    return interaction, discord.interactions.message(interaction, name if name == ORIGINAL else str(call.id("message")))


ORIGINAL = "@original"
WEBHOOK = "/webhooks/{app}/{token}"
MESSAGE = WEBHOOK + "/messages/{message}"
KEY = ("app", "token")
ROUTES = [
    Route("POST", "/interactions/{interaction}/{key}/callback", callback, needs_token=False, takes_files=True),
    Route("POST", WEBHOOK, follow_up, needs_token=False, bucket=KEY, takes_files=True),
    Route("GET", MESSAGE, get, needs_token=False, bucket=KEY),
    Route("PATCH", MESSAGE, edit, needs_token=False, bucket=KEY, takes_files=True),
    Route("DELETE", MESSAGE, delete, needs_token=False, bucket=KEY),
]
