"""One interaction: what a person did, what became of it, and the event that tells the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from .message import Message
from .message_payloads import message_payload, metadata_payload
from .payloads import (
    app_permissions,
    channel_payload,
    effective_permissions,
    member_payload,
    user_payload,
)
from .wire import Payload
from .world import Channel, User, permissions

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
    #: bytes per file that the app may answer with
    upload_limit: int
    #: the message that was clicked
    source: Message | None = None
    #: the type of the first answer, once there is one
    answered: int | None = None
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Payload] | None = None
    modal: Payload | None = None
    #: whether the form was sent off or put away
    modal_closed: bool = False
    #: set once it is answered, or once it is too late to
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def by_server(self) -> bool:
        """Whether the app is here for the server's sake, or in its own direct messages: not only by somebody's."""
        return "0" in self.metadata["authorizing_integration_owners"]

    @property
    def hushed(self) -> bool:
        """Whether answers are ephemeral whatever the app says: only this person has it, and may not show it here."""
        if self.channel.guild is None or self.by_server:
            return False
        return not permissions(self.user, self.channel).use_external_apps

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
    owners: Payload | None,
    source: Message | None,
    triggered_by: Payload | None,
) -> Payload:
    """What messages that come of an interaction say about it."""
    more: Payload = {}
    before = triggered_by or (source.metadata if source else None)
    if before:
        owners = before["authorizing_integration_owners"]
    if kind == COMPONENT and source:
        more = {"interacted_message_id": str(source.id)}
    elif kind == MODAL:
        more = {"triggering_interaction_metadata": triggered_by}
    elif data.get("type") == 3:
        more = {"target_message_id": data["target_id"]}
    elif data.get("type") == 2:
        more = {"target_user": data["resolved"]["users"][data["target_id"]]}
    return metadata_payload(kind, number, user, owners or _server(channel), **more)


def event_payload(interaction: Interaction, *, bot: User, locale: str, entitlements: list[Payload]) -> Payload:
    """INTERACTION_CREATE."""
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
        "entitlements": entitlements,
        "entitlement_sku_ids": [found["sku_id"] for found in entitlements],
        "authorizing_integration_owners": interaction.metadata["authorizing_integration_owners"],
        "context": channel.context,
        "app_permissions": app_permissions(bot, channel),
        "attachment_size_limit": interaction.upload_limit,
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


def _server(channel: Channel) -> Payload:
    """What stands for a server that has the app, and "0" for direct messages with it."""
    return {"0": str(channel.guild.id) if channel.guild else "0"}
