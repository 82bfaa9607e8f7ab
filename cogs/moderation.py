"""/jobs: moderators see what runs on their server, stop it, pause it, and keep people from asking for more."""

from __future__ import annotations

from collections.abc import Collection

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.jobs.access import Action, Actor, require
from bot.jobs.changes import OPEN
from bot.jobs.job import Job, JobState
from bot.text import _, ngettext, speaking
from bot.ui.blocking import block_person, unblock_person, why
from bot.ui.commands import N_
from bot.ui.confirm import EVERYBODY, Verb, ask
from bot.ui.job_pages import Wanted, jobs_page
from bot.ui.limits import person_limits, server_limits
from bot.ui.lists import job_choices, job_lines, moderator_line, state_word
from bot.ui.pausing import pause_server, resume_server
from bot.ui.people import actor_of, guild_of, tell
from bot.ui.stopping import REASON, cleaned, find_job, stop_job

ON_SERVER = (JobState.SUBMITTED, JobState.RUNNING)
YEAR = 365 * 24 * 60  # minutes

Reason = app_commands.Range[str, 1, REASON]
Minutes = app_commands.Range[int, 1, YEAR]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_messages=True)
class Moderation(commands.GroupCog, group_name="jobs", group_description=N_("See and stop the jobs of this server")):
    """Discord decides who may use these (an admin can change it), so the handlers do not refuse whom it let through."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="list", description=N_("See who asked for what on this server"))
    @app_commands.describe(
        user=N_("Only this person's jobs"), state=N_("Only jobs in this state. Left out: all that have not ended")
    )
    @app_commands.choices(state=[Choice(name=state_word(state), value=state.value) for state in JobState])
    async def list_jobs(
        self, interaction: discord.Interaction[EaselBot], user: discord.User | None = None, state: str | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            wanted = Wanted(user_id=user.id if user else None, state=JobState(state) if state else None)
            view = await jobs_page(self.bot, self._moderator(interaction), wanted)
            await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command(name="interrupt", description=N_("Stop somebody's job; they are told that a moderator did"))
    @app_commands.describe(
        job=N_("Which one. Left out: the one that runs for this channel"), reason=N_("Why; the person reads it")
    )
    async def interrupt(
        self, interaction: discord.Interaction[EaselBot], job: str | None = None, reason: Reason | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            actor, clean = self._moderator(interaction), cleaned(reason)
            if job is None:
                await self._ask_for_running(interaction, actor, clean)
                return
            wanted = await find_job(self.bot.runner, job)
            require(actor, Action.INTERRUPT, wanted)
            await stop_job(interaction, self.bot, wanted, reason=clean)

    @interrupt.autocomplete("job")
    async def open_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """This server's open jobs, running ones first."""
        with speaking(interaction.locale.value):
            if interaction.guild_id is None:
                return []
            jobs = await self.bot.store.select(guild_id=interaction.guild_id, limit=100)
            return job_choices(jobs, typed, who=True)

    @app_commands.command(name="cancel", description=N_("Stop all of a person's jobs on this server"))
    @app_commands.describe(user=N_("Whose"), reason=N_("Why; the person reads it"))
    async def cancel(
        self, interaction: discord.Interaction[EaselBot], user: discord.User, reason: Reason | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            actor = self._moderator(interaction)
            require(actor, Action.INTERRUPT)
            count = await self._count(actor, user.id, OPEN)
            if not count:
                await tell(interaction, _("<@{user}> has no job here that waits or runs.").format(user=user.id))
                return
            question = ngettext(
                "<@{user}> has {count} job here that waits or runs. Stop it?",
                "<@{user}> has {count} jobs here that wait or run. Stop them all?",
                count,
            )
            text = question.format(user=user.id, count=count)
            await ask(interaction, text, Verb.CANCEL, target=user.id, reason=cleaned(reason))

    @app_commands.command(name="clear", description=N_("Stop the jobs that wait; running ones go on"))
    @app_commands.describe(user=N_("Only this person's"), reason=N_("Why; whose jobs they are reads it"))
    async def clear(
        self,
        interaction: discord.Interaction[EaselBot],
        user: discord.User | None = None,
        reason: Reason | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            actor = self._moderator(interaction)
            require(actor, Action.CLEAR)
            count = await self._count(actor, user.id if user else None, (JobState.WAITING,))
            if not count:
                await tell(interaction, _("No such job waits on this server."))
                return
            text = _clear_question(count, user)
            await ask(interaction, text, Verb.CLEAR, target=user.id if user else EVERYBODY, reason=cleaned(reason))

    @app_commands.command(name="pause", description=N_("Let no new job begin on this server; running ones finish"))
    async def pause(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            await tell(interaction, await pause_server(self.bot, self._moderator(interaction)))

    @app_commands.command(name="resume", description=N_("Let jobs begin again on this server"))
    async def resume(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            await tell(interaction, await resume_server(self.bot, self._moderator(interaction)))

    @app_commands.command(name="block", description=N_("Keep a person from asking for jobs on this server"))
    @app_commands.describe(
        user=N_("Whom to block"),
        minutes=N_("For how long. Left out: until somebody lifts it"),
        reason=N_("Why; the person reads it"),
    )
    async def block(
        self,
        interaction: discord.Interaction[EaselBot],
        user: discord.User,
        minutes: Minutes | None = None,
        reason: Reason | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            actor, clean = self._moderator(interaction), cleaned(reason)
            text = await block_person(self.bot, actor, user.id, minutes=minutes, reason=clean)
            await self._tell_blocked(interaction, actor, user, text, reason=clean)

    @app_commands.command(name="unblock", description=N_("Let a person ask for jobs on this server again"))
    @app_commands.describe(user=N_("Who is blocked"))
    async def unblock(self, interaction: discord.Interaction[EaselBot], user: discord.User) -> None:
        with speaking(interaction.locale.value):
            await tell(interaction, await unblock_person(self.bot, self._moderator(interaction), user.id))

    @app_commands.command(name="limits", description=N_("See what people may do here, and what somebody has left"))
    @app_commands.describe(user=N_("Whose. Left out: what holds for everybody"))
    async def limits(self, interaction: discord.Interaction[EaselBot], user: discord.User | None = None) -> None:
        with speaking(interaction.locale.value):
            actor = self._moderator(interaction)
            if user is None:
                await tell(interaction, server_limits(self.bot, actor))
                return
            roles = frozenset(role.id for role in getattr(user, "roles", ()))
            await tell(interaction, await person_limits(self.bot, actor, user.id, roles))

    async def _ask_for_running(self, interaction: discord.Interaction[EaselBot], actor: Actor, reason: str) -> None:
        job = await self._running_here(interaction)
        if job is None:
            await tell(interaction, _("No job runs for this channel. Choose one with the option `job`."))
            return
        require(actor, Action.INTERRUPT, job)
        now = self.bot.clock()
        line = moderator_line(job_lines([job], self.bot.runner.board, now, actor)[0], now)
        question = _("Stop this job?")
        await ask(interaction, f"{question}\n{line}", Verb.STOP, target=job.id, reason=reason)

    async def _tell_blocked(
        self, interaction: discord.Interaction[EaselBot], actor: Actor, user: discord.User, text: str, *, reason: str
    ) -> None:
        """What was done, and whether to stop what they have in the queue as well."""
        waiting = await self._count(actor, user.id, (JobState.WAITING,))
        if not waiting:
            await tell(interaction, f"{text} {why(reason)}".strip())
            return
        question = ngettext(
            "{count} of their jobs still waits here. Stop it?",
            "{count} of their jobs still wait here. Stop them?",
            waiting,
        )
        text = f"{text}\n{question.format(count=waiting)}"
        yes, no = _("Stop what waits"), _("Leave it")
        await ask(interaction, text, Verb.CLEAR, target=user.id, reason=reason, yes=yes, no=no)

    async def _running_here(self, interaction: discord.Interaction[EaselBot]) -> Job | None:
        running = await self.bot.store.select(guild_id=interaction.guild_id, states=ON_SERVER)
        here = [job for job in running if job.place.channel_id == interaction.channel_id]
        return min(here, key=lambda job: (job.state is not JobState.RUNNING, job.tag), default=None)

    async def _count(self, actor: Actor, user_id: int | None, states: Collection[JobState]) -> int:
        counts = await self.bot.store.counts(guild_id=guild_of(actor), user_id=user_id, states=states)
        return sum(counts.values())

    def _moderator(self, interaction: discord.Interaction[EaselBot]) -> Actor:
        return actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id), let_through=True)


def _clear_question(count: int, user: discord.User | None) -> str:
    if user is None:
        text = ngettext(
            "{count} job waits on this server. Stop it?", "{count} jobs wait on this server. Stop them all?", count
        )
        return text.format(count=count)
    text = ngettext(
        "{count} job of <@{user}> waits on this server. Stop it?",
        "{count} jobs of <@{user}> wait on this server. Stop them all?",
        count,
    )
    return text.format(count=count, user=user.id)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Moderation(bot))
