"""Making and changing what there is on a Discord, each change told to the bot: people, servers, channels, rights."""

from __future__ import annotations

from discord import Permissions

from .message import Message
from .news import News
from .payloads import basic_guild
from .people import Person
from .rest import Discord
from .wire import Payload
from .world import MODERATOR, Channel, Guild, Role, World

#: what kind of thing moderators allow a command to
ROLE, USER, CHANNEL = 1, 2, 3


class Scenery:
    """A small world is there from the start: one server with its owner, two members and a moderator."""

    def __init__(self, parts: Discord) -> None:
        self.parts = parts
        self.world: World = parts.world
        self.gateway = parts.gateway
        self.news = News(self.world, self.gateway)
        self.people: dict[str, Person] = {}
        self.guild = self._furnish()

    @property
    def guilds(self) -> list[Guild]:
        return list(self.world.guilds.values())

    @property
    def channels(self) -> dict[str, Channel]:
        """The channels of the first server, by name."""
        return {channel.name: channel for channel in self.guild.channels}

    def person(self, name: str) -> Person:
        return self.people[name]

    def channel(self, name: str) -> Channel:
        return self.channels[name.removeprefix("#")]

    def messages(self, channel: Channel | str) -> list[Message]:
        """Every message in a channel, ephemeral ones too, oldest first."""
        return list(self._channel(channel).messages.values())

    def add_person(self, name: str, *roles: Role, guild: Guild | None = None) -> Person:
        """A new member of the first server, or of that one."""
        user = self.world.add_user(name)
        home = guild or self.guild
        member = self.world.add_member(home, user, *roles)
        self.people[name] = Person(user, self.parts, home.channels[0])
        self.news.member_joined(home, member)
        return self.people[name]

    def add_guild(
        self,
        name: str,
        *,
        has_bot: bool = True,
        channels: tuple[str, ...] = ("general",),
        owner: Person | None = None,
        boost_tier: int = 0,
    ) -> Guild:
        """A new server with everybody in it."""
        guild = self.world.add_guild(name, owner.user if owner else self.guild.owner, has_bot=has_bot)
        guild.boost_tier = boost_tier
        for channel in channels:
            self.world.add_channel(guild, channel)
        for person in self.people.values():
            self.world.add_member(guild, person.user)
        self.gateway.guild_created(guild)
        return guild

    def add_channel(self, name: str, *, guild: Guild | None = None, nsfw: bool = False) -> Channel:
        channel = self.world.add_channel(guild or self.guild, name)
        channel.nsfw = nsfw
        self.gateway.channel_event("CHANNEL_CREATE", channel)
        self.world.notify(channel)
        return channel

    def add_thread(self, parent: Channel | str, name: str) -> Channel:
        thread = self.world.add_thread(self._channel(parent), name)
        self.gateway.channel_event("THREAD_CREATE", thread)
        self.world.notify(thread)
        return thread

    def archive_thread(self, thread: Channel, *, locked: bool = False) -> None:
        thread.archived, thread.locked = True, locked
        self.gateway.channel_event("THREAD_UPDATE", thread)
        self.world.notify(thread)

    def delete_channel(self, channel: Channel) -> None:
        self.world.remove_channel(channel)
        for message in list(channel.messages.values()):
            self.parts.messages.delete(message)
        self.gateway.channel_event("THREAD_DELETE" if channel.parent else "CHANNEL_DELETE", channel)
        self.world.notify(channel)

    def delete_message(self, message: Message) -> None:
        self.parts.messages.delete(message)

    def add_role(self, name: str, *, guild: Guild | None = None, **allowed: bool) -> Role:
        home = guild or self.guild
        role = self.world.add_role(home, name, Permissions(**allowed))
        self.news.role_event("GUILD_ROLE_CREATE", home, role)
        return role

    def change_role(self, role: Role, *, guild: Guild | None = None, **allowed: bool) -> None:
        """Give the role these permissions (true) or take them from it (false)."""
        role.permissions.update(**allowed)
        self.news.role_event("GUILD_ROLE_UPDATE", guild or self.guild, role)
        self.world.notify(None)

    def delete_role(self, role: Role, *, guild: Guild | None = None) -> None:
        home = guild or self.guild
        home.roles.remove(role)
        for member in home.members.values():
            if role in member.roles:
                member.roles.remove(role)
        self.news.role_event("GUILD_ROLE_DELETE", home, role)
        self.world.notify(None)

    def give_role(self, person: Person, role: Role, *, guild: Guild | None = None) -> None:
        home = guild or self.guild
        home.members[person.id].roles.append(role)
        self.news.member_changed(home, home.members[person.id])
        self.world.notify(None)

    def kick(self, person: Person, *, guild: Guild | None = None) -> None:
        """This person is no longer a member."""
        home = guild or self.guild
        self.world.remove_member(home, person.user)
        self.news.member_left(home, person.user)
        self.world.notify(None)

    def allow(self, channel: Channel, whom: Role | Person, **allowed: bool) -> None:
        """Give permissions in one channel."""
        self._overwrite(channel, whom, Permissions(**allowed), Permissions.none())

    def deny(self, channel: Channel, whom: Role | Person, **denied: bool) -> None:
        """Take permissions away in one channel."""
        self._overwrite(channel, whom, Permissions.none(), Permissions(**denied))

    def permit(self, command: str, *whom: Role | Person | Channel, allowed: bool, guild: Guild | None = None) -> None:
        """Set in the server's settings who may use a command and where; `command` is empty for all of the app's.

        The server's `everyone` role stands for everybody.
        """
        home = guild or self.guild
        commands = self.parts.commands
        known = [*commands.all(home.id), *commands.all(None)]
        ids = [int(entry["id"]) for entry in known if entry["name"] == command]
        entries: list[Payload] = [{"id": thing.id, "type": _kind(thing), "permission": allowed} for thing in whom]
        commands.permit(home, ids[0] if command else self.world.bot.id, entries)

    def install(self, person: Person, *, on: bool = True) -> None:
        """The person adds the app to their own account and takes it along everywhere, or removes it from there."""
        if on and not self.world.user_install:
            raise PermissionError("This app cannot be added to your account.")
        person.user.installed = on
        self.world.notify(None)

    def boost(self, guild: Guild, tier: int) -> None:
        """The server's members boost it to this tier, 0 to 3: larger files are allowed."""
        guild.boost_tier = tier
        self.gateway.guild_event("GUILD_UPDATE", basic_guild(guild), guild)
        self.world.notify(None)

    def kick_bot(self, guild: Guild | None = None) -> None:
        self.gateway.leave(guild or self.guild)

    def add_bot(self, guild: Guild) -> None:
        """The bot is invited into this server."""
        guild.has_bot = True
        self.world.add_member(guild, self.world.bot)
        self.gateway.guild_created(guild)
        self.world.notify(None)

    def begin_outage(self, guild: Guild) -> None:
        """The server cannot be reached for a while, though the bot is still in it."""
        self.news.outage(guild)

    def end_outage(self, guild: Guild) -> None:
        guild.available = True
        self.gateway.guild_created(guild, joined=False)

    def sell(self, owner: Person | Guild, sku: int) -> Payload:
        """A person or a server gets what the app sells."""
        whose = {"guild_id": str(owner.id)} if isinstance(owner, Guild) else {"user_id": str(owner.id)}
        bought: Payload = {
            "id": str(self.world.new_id()),
            "sku_id": str(sku),
            "application_id": str(self.world.bot.id),
            **whose,
            "type": 8,
            "deleted": False,
            "consumed": False,
            "starts_at": None,
            "ends_at": None,
        }
        self.world.entitlements.append(bought)
        self.gateway.dispatch("ENTITLEMENT_CREATE", bought)
        return bought

    def _channel(self, channel: Channel | str) -> Channel:
        return self.channel(channel) if isinstance(channel, str) else channel

    def _overwrite(self, channel: Channel, whom: Role | Person, allowed: Permissions, denied: Permissions) -> None:
        before = channel.overwrites.get(whom.id, (Permissions.none(), Permissions.none()))
        channel.overwrites[whom.id] = ((before[0] | allowed) & ~denied, (before[1] | denied) & ~allowed)
        self.gateway.channel_event("CHANNEL_UPDATE", channel)
        self.world.notify(None)

    def _furnish(self) -> Guild:
        owner = self.world.add_user("olivia")
        guild = self.world.add_guild("Easel Playground", owner)
        home = self.world.add_channel(guild, "general")
        self.world.add_channel(guild, "art")
        self.people["olivia"] = Person(owner, self.parts, home)
        self.guild = guild
        for name in ("alice", "bob"):
            self.add_person(name)
        moderators = self.world.add_role(guild, "Moderators", MODERATOR)
        moderators.colour = 0xE67E22
        self.add_person("mona", moderators)
        return guild


def _kind(thing: Role | Person | Channel) -> int:
    if isinstance(thing, Channel):
        return CHANNEL
    return ROLE if isinstance(thing, Role) else USER
