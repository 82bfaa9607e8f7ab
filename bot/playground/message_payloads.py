"""Messages and their files as the JSON that Discord sends."""

from __future__ import annotations

import re

from .message import Message, StoredFile
from .payloads import user_payload
from .wire import Payload, timestamp
from .world import User

MENTION = re.compile(r"<@!?(\d{1,20})>")


def file_payload(file: StoredFile) -> Payload:
    payload: Payload = {
        "id": str(file.id),
        "filename": file.name,
        "size": file.size,
        "url": file.url,
        "proxy_url": file.url,
        "content_type": file.content_type,
    }
    if file.width and file.height:
        payload |= {"width": file.width, "height": file.height}
    if file.description:
        payload["description"] = file.description
    return payload | ({"ephemeral": True} if file.ephemeral else {})


def message_payload(message: Message, *, reader: User | None = None) -> Payload:
    """A message as the bot gets it; for a `reader` who may not read content (no such intent) without it."""
    hidden = message.hidden_files()
    payload: Payload = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": _message_type(message),
        "author": user_payload(message.author),
        "timestamp": timestamp(message.created),
        "edited_timestamp": timestamp(message.edited) if message.edited else None,
        "flags": message.flags,
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": [file_payload(file) for file in message.attachments if file.id not in hidden],
        "mentions": [user_payload(user) for user in _mentioned(message)],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
    }
    if reader and not _readable(message, reader):
        payload |= {"content": "", "embeds": [], "components": [], "attachments": []}
    return payload | _origin(message)


def metadata_payload(kind: int, number: int, user: User, owners: Payload, **more: object) -> Payload:
    """What a message says about the interaction it came from."""
    return {
        "id": str(number),
        "type": kind,
        "user": user_payload(user),
        "authorizing_integration_owners": owners,
    } | more


def of_menu(message: Message) -> bool:
    """Whether the command it answers is one of a message's or a person's menu."""
    return not {"target_message_id", "target_user"}.isdisjoint(message.metadata or {})


def _message_type(message: Message) -> int:
    if message.metadata and message.metadata["type"] == 2:
        return 23 if of_menu(message) else 20
    return 19 if message.reference else 0


def _readable(message: Message, reader: User) -> bool:
    """Without the intent an app reads what it wrote itself, direct messages, and where it is mentioned."""
    if reader.reads_content or reader is message.author or message.channel.guild is None:
        return True
    return reader in _mentioned(message)


def _mentioned(message: Message) -> list[User]:
    """Whom a person named; what an app writes names nobody here."""
    guild = message.channel.guild
    known = [member.user for member in guild.members.values()] if guild else message.channel.recipients
    numbers = {int(number) for number in MENTION.findall(message.content)}
    return [] if message.author.bot else [user for user in known if user.id in numbers]


def _origin(message: Message) -> Payload:
    payload: Payload = {}
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    if message.reference:
        payload["message_reference"] = {
            "type": 0,
            "channel_id": str(message.channel.id),
            "message_id": str(message.reference),
        }
        original = message.channel.messages.get(message.reference)
        payload["referenced_message"] = message_payload(original) if original and not original.reference else None
    if message.metadata:
        payload |= {
            "interaction_metadata": message.metadata,
            "application_id": str(message.author.id),
            "webhook_id": str(message.author.id),
        }
        if message.command:
            user = message.metadata["user"]
            payload["interaction"] = {"id": message.metadata["id"], "type": 2, "name": message.command, "user": user}
    return payload
