"""One interaction: what a person did, what became of it, and the event that tells the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from .message import Message
from .payloads import (
    channel_payload,
    effective_permissions,
    member_payload,
    message_payload,
    metadata_payload,
    user_payload,
)
from .wire import Payload
from .world import Channel, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5


@dataclass(eq=False)
class Interaction:
    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    created: float
    data: Payload
    #: what messages that come of it say about it
    metadata: Payload
    #: the message that was clicked
    source: Message | None = None
    #: the type of the first answer, once there is one
    answered: int | None = None
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Payload] | None = None
    modal: Payload | None = None
    #: set once it is answered, or once it is too late to
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def command(self) -> str:
        """The command's name with its subcommands; empty for what is no command."""
        if self.kind != COMMAND:
            return ""
        names = [self.data["name"]]
        options = self.data.get("options")
        while options and options[0]["type"] <= 2:
            names.append(options[0]["name"])
            options = options[0].get("options")
        return " ".join(names)


def origin(
    kind: int,
    number: int,
    user: User,
    channel: Channel,
    data: Payload,
    *,
    source: Message | None,
    triggered_by: Payload | None,
) -> Payload:
    """What messages that come of an interaction say about it."""
    more: Payload = {}
    if kind == COMPONENT and source:
        more = {"interacted_message_id": str(source.id)}
    elif kind == MODAL:
        more = {"triggering_interaction_metadata": triggered_by}
    elif data.get("type") == 3:
        more = {"target_message_id": data["target_id"]}
    elif data.get("type") == 2:
        more = {"target_user": data["resolved"]["users"][data["target_id"]]}
    return metadata_payload(kind, number, user, _owners(user, channel), **more)


def event_payload(interaction: Interaction, *, bot: User, locale: str, upload_limit: int) -> Payload:
    """INTERACTION_CREATE; the upload limit is in bytes per file."""
    channel, user, guild = interaction.channel, interaction.user, interaction.channel.guild
    allowed = effective_permissions(user, channel)
    payload: Payload = {
        "id": str(interaction.id),
        "application_id": str(bot.id),
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel_payload(channel) | {"permissions": allowed},
        "locale": locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.metadata["authorizing_integration_owners"],
        "context": 0 if guild else 1,
        "app_permissions": effective_permissions(bot, channel),
        "attachment_size_limit": upload_limit,
    }
    if guild:
        payload |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member_payload(guild.members[user.id]) | {"permissions": allowed},
        }
    else:
        payload["user"] = user_payload(user)
    return payload | ({"message": message_payload(interaction.source)} if interaction.source else {})


def _owners(user: User, channel: Channel) -> Payload:
    """On whose behalf the app is here: the server's, or the person's who added it to their account."""
    guild = channel.guild
    if guild is None or guild.has_bot:
        return {"0": str(guild.id) if guild else "0"}
    return {"1": str(user.id)}
