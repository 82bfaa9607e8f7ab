"""Who and what there is: people, servers, roles, channels, threads and direct messages, and who may do what there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discord import Permissions

if TYPE_CHECKING:
    from .message import Message

GUILD_TEXT, DM, GROUP_DM, PUBLIC_THREAD = 0, 1, 3, 11
#: where an interaction happens: in a server, in the direct messages with the app, in those of people
IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2
MEGABYTE = 2**20
#: bytes per file that a server's boosts allow, by its tier
BOOSTED = (0, 0, 50 * MEGABYTE, 100 * MEGABYTE)

EVERYONE = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    use_application_commands=True,
    add_reactions=True,
    use_external_emojis=True,
    use_external_apps=True,
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
    #: whether the person lets age-restricted commands be used in direct messages
    adult: bool = False
    #: bytes per file that the person's own subscription allows
    nitro: int = 0
    #: for an app: whether it may read what people write (the message content intent)
    reads_content: bool = False


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
    #: 0 to 3; a higher one allows larger files
    boost_tier: int = 0
    #: false during an outage
    available: bool = True


@dataclass(eq=False)
class Channel:
    """A text channel, a thread (with a parent) or a direct message (with recipients, the app not among them)."""

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

    @property
    def context(self) -> int:
        if self.guild:
            return IN_GUILD
        return IN_BOT_DM if len(self.recipients) == 1 else IN_PRIVATE

    @property
    def has_bot(self) -> bool:
        """Whether the app's own user is here."""
        return self.guild.has_bot if self.guild else self.context == IN_BOT_DM

    @property
    def age_restricted(self) -> bool:
        return (self.parent or self).nsfw


def permissions(user: User, channel: Channel) -> Permissions:
    """What this person may do in this channel: roles, then the channel's overwrites, as Discord computes them."""
    guild = channel.guild
    if guild is None:
        there = channel.has_bot if user.bot else user in channel.recipients
        return EVERYONE if there else Permissions.none()
    member = guild.members.get(user.id)
    if member is None:
        return Permissions.none()
    granted = Permissions(guild.everyone.permissions.value)
    for role in member.roles:
        granted |= role.permissions
    if granted.administrator or guild.owner is user:
        return Permissions.all()
    return _overwritten(granted, member, guild, channel.parent or channel)


def upload_limit(base: int, channel: Channel, user: User | None = None) -> int:
    """Bytes per file: the most that Discord (`base`), the server's boosts or the person's subscription allow."""
    boosted = BOOSTED[channel.guild.boost_tier] if channel.guild else 0
    return max(base, boosted, user.nitro if user else 0)


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
