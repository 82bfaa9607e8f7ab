"""What can be done to a message: moderators stop or remove a job's, everybody reports it or goes on from a picture."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import AccessRefused
from bot.jobs.access import Action, require
from bot.jobs.job import Job
from bot.text import _
from bot.ui.answering import answering
from bot.ui.buttons import open_job
from bot.ui.commands import N_
from bot.ui.origins import tell_origin
from bot.ui.people import tell
from bot.ui.permissions import presser
from bot.ui.remixing import remix
from bot.ui.report import ReportForm, WarnForm, nobody
from bot.ui.stopping import stopped

STOP, REMOVE, REPORT = N_("Stop this job"), N_("Remove and warn"), N_("Report to moderators")
REMIX, ORIGIN = N_("Remix this picture"), N_("What made this")
MODERATORS = discord.Permissions(manage_messages=True)

Interaction = discord.Interaction[EaselBot]


class Menus(commands.Cog):
    """Discord has at most five of them for one bot, all its cogs together."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot
        servers = [_menu(STOP, self.stop), _menu(REMOVE, self.remove), _menu(REPORT, self.report)]
        for menu in servers:
            menu.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
            menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        for menu in servers[:2]:
            menu.default_permissions = MODERATORS
        self._menus = [*servers, _menu(REMIX, self.remix), _menu(ORIGIN, self.origin)]

    async def cog_load(self) -> None:
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def stop(self, interaction: Interaction, message: discord.Message) -> None:
        """For moderators."""
        async with answering(interaction, STOP):
            job = await self._job(message)
            require(await presser(interaction, STOP), Action.INTERRUPT, job)
            job = await open_job(self.bot.runner, job.id)
            await tell(interaction, await stopped(self.bot, job, interaction.user.id))

    async def remove(self, interaction: Interaction, message: discord.Message) -> None:
        """For moderators: asks for a reason."""
        async with answering(interaction, REMOVE):
            job = await self._job(message)
            require(await presser(interaction, REMOVE), Action.WARN, job)
            await WarnForm(job.id, REMOVE).show(interaction)

    async def report(self, interaction: Interaction, message: discord.Message) -> None:
        """For everybody: asks for a reason."""
        async with answering(interaction, REPORT):
            job = await self._job(message)
            require(await presser(interaction, REPORT), Action.REPORT, job)
            guild_id = job.place.guild_id or 0
            if self.bot.servers.get(guild_id).rules.audit_channel is None or self.bot.audit_channel.problem(guild_id):
                raise AccessRefused(nobody(interaction))
            await self.bot.reports.check(job, interaction.user.id)
            await ReportForm(job, message).show(interaction)

    async def remix(self, interaction: Interaction, message: discord.Message) -> None:
        """For everybody: asks what the picture should become."""
        async with answering(interaction, REMIX):
            await remix(interaction, message)

    async def origin(self, interaction: Interaction, message: discord.Message) -> None:
        """For everybody: how a picture was made."""
        async with answering(interaction, ORIGIN):
            await tell_origin(interaction, message)

    async def _job(self, message: discord.Message) -> Job:
        """AccessRefused where the message is no job's, or the job is forgotten."""
        job = await self.bot.store.by_message(message.channel.id, message.id)
        if job is None:
            raise AccessRefused(_("That is not a message of one of my jobs, or the job is too old."))
        return job


def _menu(name: str, callback: Callable[[Interaction, discord.Message], Awaitable[None]]) -> app_commands.ContextMenu:
    return app_commands.ContextMenu(
        name=name,
        callback=callback,  # type: ignore[arg-type]  # wanted: a coroutine function, which a bound method is not
    )


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Menus(bot))
