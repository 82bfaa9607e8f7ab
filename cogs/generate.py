"""One slash command per workflow: values checked, a job stored, and off it goes."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import discord
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import Fenced, OptionRefused
from bot.jobs.job import Job
from bot.jobs.rules import Visibility
from bot.jobs.screening import typed_texts
from bot.network import NETWORK_ERRORS
from bot.text import _, speaking
from bot.ui.commands import CommandParameter, build_command, in_languages
from bot.ui.menu import Menu
from bot.ui.options import command_option
from bot.ui.people import actor_of
from bot.ui.places import channels_of, place_of
from bot.ui.uploads import keep, refuse_unfit
from bot.ui.visibility import Shown, require_nsfw_channel, shown_here
from bot.ui.workflows import priced, unavailable
from bot.workflow.binding import bind, choose_seed
from bot.workflow.choosing import choose, offered
from bot.workflow.library import Workflow
from bot.workflow.option import Option
from bot.workflow.presets import expand, with_presets
from bot.workflow.recipe import recipe_of

log = logging.getLogger(__name__)

ANSWERED_ELSEWHERE = 40060


class Generate(commands.Cog):
    """The commands that make things."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot
        self._dice = random.SystemRandom()
        self._menu = Menu(bot.tree, self._command)

    def refresh(self) -> None:
        """Every workflow that is ready is a command, and no other is."""
        left_out = self._menu.fill(self.bot.library.workflows.values())
        for name, reason in left_out.items():
            self.bot.library.leave_out(name, reason)

    def _command(self, workflow: Workflow) -> discord.app_commands.Command[Any, ..., None]:
        async def run(interaction: discord.Interaction[Any], values: Mapping[str, Any]) -> None:
            with speaking(interaction.locale.value):
                await self.generate(interaction, workflow, values)

        async def complete(interaction: discord.Interaction[Any], option: Option) -> Sequence[str]:
            pool = self.bot.pool
            return offered(option.name, self.bot.library.variants(workflow.name), pool.catalogue, pool.version)

        manifest = workflow.manifest
        options = {
            option.name: CommandParameter(
                in_languages(option.name, option.names),
                in_languages(option.description, option.helps),
                command_option(option, complete),
                option.required,
            )
            for option in with_presets(manifest)
        }
        name, line, lines = in_languages(manifest.name, manifest.names), manifest.description, manifest.descriptions
        if self.bot.library.entries[workflow.name].paid:
            line, lines = priced(line), {language: priced(text) for language, text in lines.items()}
        return build_command(name, in_languages(line, lines), options, run, nsfw=manifest.nsfw)

    async def generate(
        self, interaction: discord.Interaction[EaselBot], workflow: Workflow, given: Mapping[str, Any]
    ) -> None:
        """Refuse from memory, else store the job, answer Discord, and queue it."""
        actor = actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id))
        manifest = workflow.manifest
        self.bot.admitting.check_person(actor, channels_of(interaction), manifest)
        require_nsfw_channel(interaction, nsfw=manifest.nsfw)
        files = {name: value for name, value in given.items() if isinstance(value, discord.Attachment)}
        options = {option.name: option for option in manifest.options}
        for name, attachment in files.items():
            refuse_unfit(options[name], attachment)
        typed = typed_texts(manifest.options, given)
        await self.bot.screening.check(typed, guild_id=interaction.guild_id, user_id=interaction.user.id)
        pool = self.bot.pool
        said = expand(manifest, {**given, **{name: name for name in files}})
        workflow, values = choose(self._graphs(workflow), said, pool.catalogue, pool.version)
        values = self.bot.admitting.check_values(actor, workflow, values, said.keys())
        job = self._job(interaction, workflow, values, choose_seed(workflow, values, self._dice))
        async with self.bot.admitting.admitted(job, manifest) as admitted:
            log.info("job %s: %s by %d", job.id, workflow.name, interaction.user.id)
            queued = await (
                self._fetch_first(interaction, job, workflow, files) if files else self._store_first(interaction, job)
            )
            admitted.made = queued is not None
        if queued is not None:
            await self.bot.runner.submit(queued)

    def _graphs(self, workflow: Workflow) -> Sequence[Workflow]:
        """The graphs behind the command; raises WorkflowUnfit where it is off or hidden by now."""
        if graphs := self.bot.library.variants(workflow.name):
            return graphs
        raise unavailable(self.bot.library, workflow.name)

    async def _store_first(self, interaction: discord.Interaction[EaselBot], job: Job) -> Job | None:
        """Stored, then answered. None where Discord did not take the answer, so that nobody waits for this job."""
        job = await self.bot.store.add(job)
        message_id = await self._answer(interaction, job)
        if message_id is None:
            await self._drop(job)
            return None
        return await self.bot.store.locate(job.id, message_id=message_id)

    async def _fetch_first(
        self,
        interaction: discord.Interaction[EaselBot],
        job: Job,
        workflow: Workflow,
        attachments: Mapping[str, discord.Attachment],
    ) -> Job | None:
        """Fetching may take longer than Discord waits, so the answer comes first and the job is stored whole."""
        message_id = await self._answer(interaction, job)
        if message_id is None:
            return None
        try:
            files = await keep(
                workflow.options, attachments, job.id, self.bot.settings.data_dir, fetch=self.bot.cdn.fetch
            )
        except OptionRefused:
            await interaction.delete_original_response()  # everybody sees it, and a refusal is theirs alone
            raise
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("job %s: its attachment could not be fetched (%s)", job.id, error)
            await interaction.delete_original_response()
            problem = _("Discord did not hand over the file. Attach it again.")
            raise OptionRefused(next(iter(attachments)), problem) from error
        return await self.bot.store.add(replace(job, files=files, place=replace(job.place, message_id=message_id)))

    async def _answer(self, interaction: discord.Interaction[EaselBot], job: Job) -> int | None:
        """The message that says the bot is thinking; None where Discord did not take the answer."""
        try:
            response = await interaction.response.defer(thinking=True, ephemeral=not job.place.visible)
            known = response.message_id if response is not None else None
            return known or (await interaction.original_response()).id
        except discord.HTTPException as error:
            _explain(job, error)
            return None
        except NETWORK_ERRORS as error:
            log.info("job %s: the connection broke before Discord said whether it took our answer", job.id)
            try:
                return (await interaction.original_response()).id
            except (discord.HTTPException, *NETWORK_ERRORS):
                _explain(job, error)
                return None

    async def _drop(self, job: Job) -> None:
        try:
            await self.bot.store.deliver(await self.bot.store.cancel_request(job, job.place.user_id))
        except Fenced:
            log.debug("job %s was gone already", job.id)

    def _job(
        self, interaction: discord.Interaction[EaselBot], workflow: Workflow, values: Mapping[str, Any], seed: int
    ) -> Job:
        now = self.bot.clock()
        shown = self._shown(interaction, workflow)
        place = place_of(interaction, shown, now)
        return Job(
            id=str(uuid4()),
            workflow=workflow.name,
            values=values,
            seed=seed,
            graph=bind(workflow, values, seed),
            recipe=recipe_of(workflow),
            place=place,
            created_at=now,
            tag=self.bot.runner.turn(interaction.user.id, workflow.name, self.bot.admitting.weight(place)),
            spoiler=shown.spoiler,
        )

    def _shown(self, interaction: discord.Interaction[EaselBot], workflow: Workflow) -> Shown:
        rules, default = self.bot.servers.get(interaction.guild_id).rules, Visibility(self.bot.settings.results)
        return shown_here(interaction, rules, default, nsfw=workflow.manifest.nsfw)


def _explain(job: Job, error: Exception) -> None:
    if isinstance(error, discord.HTTPException) and error.code == ANSWERED_ELSEWHERE:
        log.error("another process answers with the same token: stop one of the two")
    log.warning("job %s is dropped: Discord did not take our answer (%s)", job.id, error)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Generate(bot))
