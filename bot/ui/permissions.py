"""Who moderates here, where Discord does not answer it: for buttons, selects, menus and forms."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import app_commands

from bot.jobs.access import Actor
from bot.network import NETWORK_ERRORS
from bot.ui.people import actor_of
from bot.ui.presence import server_of

log = logging.getLogger(__name__)

KEPT = timedelta(minutes=10)
KEPT_IN_TROUBLE = timedelta(seconds=30)  # until Discord is asked again after it did not answer
PATIENCE = 1.5  # seconds: the person has to be answered within three
JOBS = "jobs"  # the moderators' command

USER, ROLE = discord.AppCommandPermissionType.user.value, discord.AppCommandPermissionType.role.value
#: (kind, id) -> allowed, as an admin set it for one command
Level = Mapping[tuple[int, int], bool]


@dataclass(frozen=True)
class Overrides:
    """What the admins of a server set in its settings: for commands by name, and for all of the bot's."""

    until: datetime
    commands: Mapping[str, Level] = field(default_factory=dict)
    app: Level = field(default_factory=dict)


class Permissions:
    """The overrides of each server, fetched when first asked for and kept for a while."""

    def __init__(self, tree: app_commands.CommandTree[Any], clock: Callable[[], datetime]) -> None:
        self._tree = tree
        self._clock = clock
        self._known: dict[int, Overrides] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._names: dict[int, str] = {}

    def forget(self, guild_id: int) -> None:
        """An admin changed something."""
        self._known.pop(guild_id, None)

    async def of(self, guild_id: int) -> Overrides:
        """What is set there; nothing where Discord does not say."""
        async with self._locks[guild_id]:
            found = self._known.get(guild_id)
            if found is None or found.until <= self._clock():
                found = self._known[guild_id] = await self._fetch(guild_id)
            return found

    async def _fetch(self, guild_id: int) -> Overrides:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._read(guild_id)
        except (discord.DiscordException, *NETWORK_ERRORS) as error:
            log.warning("what admins of %s set for commands cannot be read: %s", guild_id, error)
            return Overrides(self._clock() + KEPT_IN_TROUBLE)

    async def _read(self, guild_id: int) -> Overrides:
        """One request for all commands, and one more when the bot has just started, for their names."""
        client = self._tree.client
        application_id = client.application_id or 0
        entries = await client.http.get_guild_application_command_permissions(application_id, guild_id)
        levels = {
            int(entry["id"]): {(each["type"], int(each["id"])): each["permission"] for each in entry["permissions"]}
            for entry in entries
        }
        if levels.keys() - {application_id} - self._names.keys():
            self._names = {command.id: command.name for command in await self._tree.fetch_commands()}
        named = {self._names[number]: level for number, level in levels.items() if number in self._names}
        return Overrides(self._clock() + KEPT, named, levels.get(application_id, {}))


async def moderator(interaction: discord.Interaction[Any], *commands: str) -> bool:
    """Whether they moderate where this happened: as Discord itself decides who may use `/jobs` there.

    What an admin set for one of these `commands` (a menu's name), else for `/jobs`, goes before everything; what is set
    for the whole bot can only forbid; otherwise it is who may manage messages. Administrators always; nobody in direct
    messages and on servers without the bot. Channels an admin closed for a command are not looked at here.
    """
    guild_id, held = server_of(interaction), interaction.permissions
    if guild_id is None:
        return False
    if held.administrator:
        return True
    overrides = await interaction.client.permissions.of(guild_id)
    roles = frozenset(role.id for role in getattr(interaction.user, "roles", ()))
    for command in (*commands, JOBS):
        own = _verdict(overrides.commands.get(command, {}), interaction.user.id, roles, guild_id)
        if own is not None:
            return own
    forbidden = _verdict(overrides.app, interaction.user.id, roles, guild_id) is False
    return held.manage_messages and not forbidden


async def presser(interaction: discord.Interaction[Any], *commands: str) -> Actor:
    """Who pressed a button, chose a menu or sent a form, as the access rules know them."""
    return actor_of(
        interaction,
        owner=interaction.client.is_owner_id(interaction.user.id),
        moderator=await moderator(interaction, *commands),
    )


def _verdict(level: Level, user_id: int, roles: frozenset[int], guild_id: int) -> bool | None:
    """The person's own entry, else one that allows among their roles', else everybody's; None: nothing is set."""
    if (own := level.get((USER, user_id))) is not None:
        return own
    theirs = [allowed for (kind, number), allowed in level.items() if kind == ROLE and number in roles - {guild_id}]
    return any(theirs) if theirs else level.get((ROLE, guild_id))
