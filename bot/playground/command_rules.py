"""Who may use which command where, as a server's moderators and the command itself have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from discord import Permissions

from .wire import Payload
from .world import IN_BOT_DM, IN_GUILD, Channel, Guild, Member, User, permissions

ROLE, USER, CHANNEL = 1, 2, 3
BY_SERVER, BY_USER = 0, 1


@dataclass(frozen=True)
class Overrides:
    """What moderators set for a command and for the whole app: (kind, id) -> allowed.

    The server's own id stands for everybody, the one before it for all channels.
    """

    command: Mapping[tuple[int, int], bool]
    app: Mapping[tuple[int, int], bool]

    def channel(self, guild: Guild, channel: Channel) -> bool:
        ids = ((channel.parent or channel).id, guild.id - 1)
        found = (level.get((CHANNEL, number)) for level in (self.command, self.app) for number in ids)
        return next((allowed for allowed in found if allowed is not None), True)


NO_OVERRIDES = Overrides({}, {})


def refusal(command: Payload, user: User, channel: Channel, overrides: Overrides = NO_OVERRIDES) -> str:
    """Why this person is not offered the command here, in a sentence; empty when they are."""
    guild = channel.guild
    contexts = command["contexts"]
    if contexts is not None and channel.context not in contexts:
        return _elsewhere(contexts)
    if contexts is None and channel.context == IN_BOT_DM and not command["dm_permission"]:
        return _elsewhere([IN_GUILD])
    if not installations(command, user, channel):
        return "This app is neither in this server nor installed to your account."
    if command.get("nsfw") and not (channel.age_restricted if guild else user.adult):
        return "This command can only be used in age-restricted channels."
    if guild is None:
        return "" if permissions(user, channel).view_channel else "You do not have access to this channel."
    return _in_server(command, user, channel, guild, overrides)


def installations(command: Payload, user: User, channel: Channel) -> Payload:
    """On whose behalf the app is here, as `authorizing_integration_owners`: empty when it is not."""
    kinds = command["integration_types"]
    owners: Payload = {}
    if BY_SERVER in kinds and channel.has_bot:
        owners[str(BY_SERVER)] = str(channel.guild.id) if channel.guild else "0"
    if BY_USER in kinds and user.installed:
        owners[str(BY_USER)] = str(user.id)
    return owners


def _in_server(command: Payload, user: User, channel: Channel, guild: Guild, overrides: Overrides) -> str:
    held = permissions(user, channel)
    member = guild.members.get(user.id)
    if member is None or not held.view_channel:
        return "You do not have access to this channel."
    if held.administrator:
        return ""
    if channel.locked and not held.manage_threads:
        return "This thread is locked."
    if command["type"] == 1 and not (held.send_messages_in_threads if channel.parent else held.send_messages):
        return "You do not have permission to send messages in this channel."
    if not held.use_application_commands or not _allowed(command, held, member, guild, overrides):
        return "You do not have permission to use this command."
    return "" if overrides.channel(guild, channel) else "This command cannot be used in this channel."


def _allowed(command: Payload, held: Permissions, member: Member, guild: Guild, overrides: Overrides) -> bool:
    """What is set for the command goes before what it asks for itself; what is set for the app can only forbid."""
    own = _verdict(overrides.command, member, guild)
    if own is not None:
        return own
    if _verdict(overrides.app, member, guild) is False:
        return False
    wanted = command.get("default_member_permissions")
    return wanted != "0" and Permissions(int(wanted or 0)).is_subset(held)


def _verdict(level: Mapping[tuple[int, int], bool], member: Member, guild: Guild) -> bool | None:
    """The person's own entry, else one that allows among their roles', else everybody's."""
    own = level.get((USER, member.user.id))
    if own is not None:
        return own
    roles = [level[ROLE, role.id] for role in member.roles if (ROLE, role.id) in level]
    return any(roles) if roles else level.get((ROLE, guild.id))


def _elsewhere(contexts: list[int]) -> str:
    if IN_GUILD in contexts:
        return "This command can only be used in servers."
    return "This command can only be used in direct messages."
