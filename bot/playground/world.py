"""Who and what there is: people, servers, roles, channels, threads and direct messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discord import Permissions

from .wire import Snowflakes

if TYPE_CHECKING:
    from .message import Message, StoredFile

GUILD_TEXT, DM, PUBLIC_THREAD = 0, 1, 11

EVERYONE = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    use_application_commands=True,
    add_reactions=True,
    use_external_emojis=True,
)
MODERATOR = Permissions(manage_messages=True, kick_members=True, moderate_members=True, manage_threads=True)


@dataclass(eq=False)
class User:
    id: int
    name: str
    display: str
    bot: bool = False
    locale: str = "en-US"
    takes_dms: bool = True
    #: whether the person added the app to their own account
    installed: bool = False


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: Permissions
    position: int = 0
    colour: int = 0


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role]
    joined: float


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: User
    everyone: Role
    created: float
    locale: str = "en-US"
    roles: list[Role] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    has_bot: bool = True


@dataclass(eq=False)
class Channel:
    """A text channel, a thread (with a parent) or a direct message (with recipients)."""

    id: int
    type: int
    name: str
    guild: Guild | None
    parent: Channel | None = None
    recipients: list[User] = field(default_factory=list)
    #: role or user id -> (allowed, denied)
    overwrites: dict[int, tuple[Permissions, Permissions]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    position: int = 0
    nsfw: bool = False
    archived: bool = False
    locked: bool = False
    deleted: bool = False


class World:
    """Everything that exists on this Discord, found by id; its clock can be moved forward."""

    def __init__(self, clock: Callable[[], float] = time.time, application_id: int | None = None) -> None:
        self._clock = clock
        #: seconds that this Discord's clock is ahead of the real one
        self.ahead = 0.0
        self._ids = Snowflakes(self.now)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.files: dict[int, StoredFile] = {}
        #: told of every message and channel that changed, and with none that the bot or its commands did
        self.observers: list[Callable[[Message | Channel | None], None]] = []
        self.bot = User(application_id or self.new_id(), "easel", "Easel", bot=True)
        self.users[self.bot.id] = self.bot

    def now(self) -> float:
        return self._clock() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds

    def notify(self, thing: Message | Channel | None) -> None:
        for observer in list(self.observers):
            observer(thing)

    def new_id(self) -> int:
        return self._ids.next()

    def add_user(self, name: str, display: str = "") -> User:
        user = User(self.new_id(), name, display or name.capitalize())
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, has_bot: bool = True) -> Guild:
        number = self.new_id()
        everyone = Role(number, "@everyone", EVERYONE)
        guild = Guild(number, name, owner, everyone, self.now(), roles=[everyone], has_bot=has_bot)
        self.guilds[guild.id] = guild
        self.add_member(guild, owner)
        if has_bot:
            self.add_member(guild, self.bot)
        return guild

    def add_member(self, guild: Guild, user: User, *roles: Role) -> Member:
        guild.members[user.id] = Member(user, list(roles), self.now())
        return guild.members[user.id]

    def add_role(self, guild: Guild, name: str, permissions: Permissions) -> Role:
        role = Role(self.new_id(), name, permissions, position=len(guild.roles))
        guild.roles.append(role)
        return role

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), GUILD_TEXT, name, guild, position=len(guild.channels))
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        thread = Channel(self.new_id(), PUBLIC_THREAD, name, parent.guild, parent)
        self.channels[thread.id] = thread
        return thread

    def threads(self, guild: Guild) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.guild is guild and channel.parent]

    def dm(self, user: User) -> Channel:
        """The direct messages between this person and the bot, opened if need be."""
        for channel in self.channels.values():
            if user in channel.recipients:
                return channel
        channel = Channel(self.new_id(), DM, user.display, None, recipients=[user])
        self.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """The channel, its threads and what was said in them are gone."""
        for thread in [other for other in self.channels.values() if other.parent is channel]:
            self.remove_channel(thread)
        channel.deleted = True
        self.channels.pop(channel.id, None)
        if channel.guild and channel in channel.guild.channels:
            channel.guild.channels.remove(channel)


def permissions(user: User, channel: Channel) -> Permissions:
    """What this person may do in this channel: roles, then the channel's overwrites, as Discord computes them."""
    guild = channel.guild
    if guild is None:
        return EVERYONE if user.bot or user in channel.recipients else Permissions.none()
    member = guild.members.get(user.id)
    if member is None:
        return Permissions.none()
    granted = Permissions(guild.everyone.permissions.value)
    for role in member.roles:
        granted |= role.permissions
    if granted.administrator or guild.owner is user:
        return Permissions.all()
    return _overwritten(granted, member, guild, channel.parent or channel)


def _overwritten(granted: Permissions, member: Member, guild: Guild, channel: Channel) -> Permissions:
    value = granted.value
    for ids in ([guild.id], [role.id for role in member.roles], [member.user.id]):
        allowed = denied = 0
        for allow, deny in (channel.overwrites[number] for number in ids if number in channel.overwrites):
            allowed |= allow.value
            denied |= deny.value
        value = value & ~denied | allowed
    result = Permissions(value)
    return result if result.view_channel else Permissions.none()
