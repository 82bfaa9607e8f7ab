"""A message that somebody reports: a form, a line in the audit channel, and what moderators can do about it there."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import discord
from discord import ui

from bot.errors import AccessRefused, Fenced
from bot.jobs.access import Action, require
from bot.jobs.audit import Audit, Deed
from bot.jobs.job import Job
from bot.jobs.reports import Reports
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.text import _, named, speaking
from bot.ui.audit import AuditChannel, NoAuditChannel
from bot.ui.buttons import JOB_ID, EaselButton, open_job
from bot.ui.forms import ReasonForm
from bot.ui.people import clipped, tell
from bot.ui.permissions import presser
from bot.ui.removal import remove_and_warn
from bot.ui.stopping import stopped
from bot.ui.words import PROMPT, code, plain

log = logging.getLogger(__name__)

REASON = 400  # characters of a reason in a report


class Bot(Protocol):
    """What a report needs of the bot."""

    store: Store
    audit: Audit
    audit_channel: AuditChannel
    reports: Reports


class ReportForm(ReasonForm):
    """Asks why, and tells the moderators."""

    def __init__(self, job: Job, message: discord.Message) -> None:
        super().__init__(
            _("Report to moderators"),
            _("What is wrong with it?"),
            _("The moderators of this server read it, and see that you sent it."),
        )
        self._job, self._link = job, message.jump_url

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        bot: Bot = interaction.client
        job, person = self._job, interaction.user.id
        await bot.reports.keep(job, person, self.reason)
        guild_id = job.place.guild_id or 0
        try:
            with speaking(bot.audit_channel.language(guild_id)):
                text = report_text(job, person, self._link, self.reason)
                await bot.audit_channel.send(guild_id, content=text, view=report_view(job))
        except (NoAuditChannel, discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("a report of job %s does not reach the moderators: %s", job.id, type(error).__name__)
            await bot.reports.withdraw(job, person)
            raise AccessRefused(nobody(interaction)) from error
        await tell(interaction, _("Thank you. The moderators have your report."))


class WarnForm(ReasonForm):
    """Asks a moderator why, removes the job's messages and warns whose it is."""

    def __init__(self, job_id: str, *commands: str, report: bool = False) -> None:
        """`commands`: the menu it came from; `report`: it came from a report's button."""
        super().__init__(
            _("Remove and warn"),
            _("Why? The person reads it."),
            _("Their message is removed; they are told by a direct message, if they take any."),
        )
        self._job_id, self._commands, self._report = job_id, commands, report

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        bot = interaction.client
        job = await known_job(bot.store, self._job_id)
        require(await presser(interaction, *self._commands), Action.WARN, job)
        await interaction.response.defer(ephemeral=True, thinking=True)
        said = await remove_and_warn(bot, job, interaction.user.id, self.reason)
        if self._report:
            await settle(interaction, _("🗑️ Removed by <@{user}>").format(user=interaction.user.id))
        await tell(interaction, said)


class ReportButton(EaselButton, template=rf"report:(?P<verb>stop|remove|dismiss):{JOB_ID}"):
    """`report:stop:<job id>`, `report:remove:<job id>`, `report:dismiss:<job id>`, for moderators."""

    def __init__(self, verb: str, job_id: str) -> None:
        self.verb, self.job_id = verb, job_id
        labels = {"stop": _("Stop"), "remove": _("Remove"), "dismiss": _("Dismiss")}
        style = discord.ButtonStyle.danger if verb == "remove" else discord.ButtonStyle.secondary
        super().__init__(f"report:{verb}:{job_id}", labels[verb], style=style)

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        actor = await presser(interaction)
        job = await known_job(bot.store, self.job_id)
        match self.verb:
            case "stop":
                require(actor, Action.INTERRUPT, job)
                await tell(interaction, await stopped(bot, await open_job(bot.runner, job.id), actor.user_id))
            case "remove":
                require(actor, Action.WARN, job)
                await WarnForm(job.id, report=True).show(interaction)
            case _:
                require(actor, Action.DISMISS, job)
                await interaction.response.defer()
                await settle(interaction, _("✅ Dismissed by <@{user}>").format(user=actor.user_id))
                await bot.audit.record(
                    guild_id=job.place.guild_id,
                    actor_id=actor.user_id,
                    action=Deed.DISMISS,
                    user_id=job.place.user_id,
                    job_id=job.id,
                )


async def known_job(store: Store, job_id: str) -> Job:
    """The job of that id, ended or not. Fenced where it is forgotten."""
    job = await store.get(job_id)
    if job is None:
        raise Fenced(job_id)
    return job


async def settle(interaction: discord.Interaction[Any], words: str) -> None:
    """The report says what became of it, and has no buttons any more."""
    message = interaction.message
    if message is None:
        return
    partial = interaction.client.get_partial_messageable(message.channel.id).get_partial_message(message.id)
    try:
        content, nobody = clipped(f"{message.content}\n{words}"), discord.AllowedMentions.none()
        await partial.edit(content=content, view=None, allowed_mentions=nobody)
    except discord.HTTPException as error:
        log.warning("the report %s still shows its buttons: %s", message.id, error)


def report_text(job: Job, person: int, link: str, reason: str) -> str:
    """Who reports whose message, where it is and why; the prompt is covered until somebody clicks."""
    words = _("🚩 <@{person}> reports what <@{user}> made with {command}: {link}").format(
        person=person, user=job.place.user_id, command=code(f"/{named(job.workflow)}"), link=link
    )
    lines = [words, _("Reason: {reason}").format(reason=plain(reason, REASON))]
    if prompt := plain(job.prompt, PROMPT):
        lines.append(_("Prompt: {text}").format(text=f"||{prompt}||"))
    return clipped("\n".join(lines))


def report_view(job: Job) -> ui.View:
    """Fresh buttons."""
    view = ui.View(timeout=None)
    for verb in ("stop", "remove", "dismiss") if not job.state.ended else ("remove", "dismiss"):
        view.add_item(ReportButton(verb, job.id))
    return view


def nobody(interaction: discord.Interaction[Any]) -> str:
    """There is no channel for reports: to whom to turn instead."""
    guild = interaction.guild
    if guild is None or guild.owner_id is None:
        return _("This server has no channel for reports that I can write to. Turn to one of its moderators.")
    return _(
        "This server has no channel for reports that I can write to. Turn to one of its moderators, "
        "or to its owner <@{owner}>."
    ).format(owner=guild.owner_id)
