"""What the playground's Discord has beside its first server: others, a thread, a room for moderators, a chat."""

from __future__ import annotations

from discord import Permissions

from .server import DiscordServer
from .world import MODERATOR

SEES = Permissions(view_channel=True)


def furnish(discord: DiscordServer) -> None:
    """Rooms where the same person may do more or less, to be called before a bot connects."""
    first = discord.guild
    discord.add_thread("art", "Foxes only")
    moderators = next(role for role in first.roles if role.permissions.is_superset(MODERATOR))
    room = discord.add_channel("moderators")
    room.overwrites[first.everyone.id] = (Permissions.none(), SEES)
    for sees in (moderators.id, discord.world.bot.id):
        room.overwrites[sees] = (SEES, Permissions.none())
    studio = discord.add_guild("Night Studio", channels=("lobby", "sketches"))
    curators = discord.world.add_role(studio, "Curators", MODERATOR)
    studio.members[discord.person("bob").id].roles.append(curators)
    discord.add_guild("Reading Room", has_bot=False, channels=("books",))
    discord.person("alice").chat(discord.person("bob"))
