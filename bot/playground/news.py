"""What happens on this Discord, told to the bot as gateway events."""

from __future__ import annotations

from .gateway import Gateway
from .intents import Intent
from .message import Message
from .message_payloads import message_payload
from .payloads import member_payload, role_payload, user_payload
from .sockets import Session
from .wire import Payload
from .world import Channel, Guild, Member, Role, User, World, permissions


class News:
    """Watches the messages by itself; the rest is told by whoever changes it."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        world.observers.append(self._noticed)

    def member_joined(self, guild: Guild, member: Member) -> None:
        data = member_payload(member) | {"guild_id": str(guild.id)}
        self.gateway.guild_event("GUILD_MEMBER_ADD", data, guild)

    def member_changed(self, guild: Guild, member: Member) -> None:
        data = member_payload(member) | {"guild_id": str(guild.id)}
        own = member.user is self.world.bot
        self.gateway.guild_event("GUILD_MEMBER_UPDATE", data, guild, always=own)

    def member_left(self, guild: Guild, user: User) -> None:
        data = {"guild_id": str(guild.id), "user": user_payload(user)}
        self.gateway.guild_event("GUILD_MEMBER_REMOVE", data, guild)

    def role_event(self, event: str, guild: Guild, role: Role) -> None:
        """GUILD_ROLE_CREATE, GUILD_ROLE_UPDATE or GUILD_ROLE_DELETE."""
        about: Payload = {"role_id": str(role.id)} if event == "GUILD_ROLE_DELETE" else {"role": role_payload(role)}
        self.gateway.guild_event(event, {"guild_id": str(guild.id)} | about, guild)

    def outage(self, guild: Guild) -> None:
        """The server cannot be reached for a while; the bot is still a member."""
        self.gateway.guild_event("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild)
        guild.available = False

    def _noticed(self, thing: Message | Channel | None) -> None:
        if isinstance(thing, Message) and not thing.channel.deleted:
            self._message(thing)

    def _message(self, message: Message) -> None:
        channel = message.channel
        if not permissions(self.world.bot, channel).view_channel and not message.only_for:
            return
        guild = None if message.only_for else channel.guild
        if message.deleted:
            gone: Payload = {"id": str(message.id), "channel_id": str(channel.id)}
            self.gateway.dispatch("MESSAGE_DELETE", gone | _place(guild), guild=guild)
            return
        event = "MESSAGE_CREATE" if len(message.versions) == 1 else "MESSAGE_UPDATE"
        self.gateway.dispatch(event, lambda session: self._told(message, guild, session), guild=guild)

    def _told(self, message: Message, guild: Guild | None, session: Session) -> Payload:
        """The message, its content only for sessions that may read it; ephemeral ones name no server."""
        reader = None if session.intents & Intent.MESSAGE_CONTENT else self.world.bot
        told = message_payload(message, reader=reader) | {"channel_type": message.channel.type} | _place(guild)
        member = guild.members.get(message.author.id) if guild and not message.metadata else None
        if member:
            whole = member_payload(member)
            del whole["user"]
            told["member"] = whole
        return told


def _place(guild: Guild | None) -> Payload:
    return {"guild_id": str(guild.id)} if guild else {}
