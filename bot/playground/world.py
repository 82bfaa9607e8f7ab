"""Everything that exists on this Discord, and its clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from discord import Permissions

from .places import (
    DM,
    EVERYONE,
    GROUP_DM,
    GUILD_TEXT,
    IN_BOT_DM,
    IN_GUILD,
    IN_PRIVATE,
    MODERATOR,
    PUBLIC_THREAD,
    Channel,
    Guild,
    Member,
    Role,
    User,
    permissions,
    upload_limit,
)
from .wire import Payload, Snowflakes

if TYPE_CHECKING:
    from .message import Message, StoredFile

__all__ = [
    "DM",
    "GROUP_DM",
    "IN_BOT_DM",
    "IN_GUILD",
    "IN_PRIVATE",
    "MODERATOR",
    "Channel",
    "Guild",
    "Member",
    "Role",
    "User",
    "World",
    "permissions",
    "upload_limit",
]


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
        #: whether people may add the app to their own accounts, as its owner set on its Installation page
        self.user_install = True
        #: what was bought, as Discord tells it
        self.entitlements: list[Payload] = []
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
        everyone = Role(number, "@everyone", Permissions(EVERYONE.value))
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
        own = Permissions(permissions.value)  # changed in place later
        role = Role(self.new_id(), name, own, position=len(guild.roles))
        guild.roles.append(role)
        return role

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), GUILD_TEXT, name, guild, position=len(guild.channels))
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str, number: int | None = None) -> Channel:
        """A public thread; one that begins with a message has that message's id."""
        thread = Channel(number or self.new_id(), PUBLIC_THREAD, name, parent.guild, parent)
        self.channels[thread.id] = thread
        return thread

    def threads(self, guild: Guild) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.guild is guild and channel.parent]

    def dm(self, user: User) -> Channel:
        """The direct messages between this person and the bot, opened if need be."""
        return self.private(user)

    def private(self, *people: User) -> Channel:
        """The direct messages of these people, opened if need be; of one alone, those with the bot."""
        for channel in self.channels.values():
            if channel.recipients and set(channel.recipients) == set(people):
                return channel
        name = ", ".join(user.display for user in people)
        kind = GROUP_DM if len(people) > 2 else DM
        channel = Channel(self.new_id(), kind, name, None, recipients=list(people))
        self.channels[channel.id] = channel
        return channel

    def chats(self, user: User) -> list[Channel]:
        """This person's direct messages with other people."""
        private = [channel for channel in self.channels.values() if channel.context == IN_PRIVATE]
        return [channel for channel in private if user in channel.recipients]

    def remove_member(self, guild: Guild, user: User) -> Member | None:
        return guild.members.pop(user.id, None)

    def entitlements_of(self, user: User, guild: Guild | None) -> list[Payload]:
        owners = {str(user.id)} | ({str(guild.id)} if guild else set())
        return [found for found in self.entitlements if owners & {found.get("user_id"), found.get("guild_id")}]

    def remove_channel(self, channel: Channel) -> None:
        """The channel, its threads and what was said in them are gone."""
        for thread in [other for other in self.channels.values() if other.parent is channel]:
            self.remove_channel(thread)
        channel.deleted = True
        self.channels.pop(channel.id, None)
        if channel.guild and channel in channel.guild.channels:
            channel.guild.channels.remove(channel)
