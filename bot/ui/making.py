"""From what somebody asks for to a job that waits: the one way there for commands, buttons, forms and menus."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import discord

from bot.comfy.pool import Pool
from bot.errors import Fenced, OptionRefused
from bot.jobs.job import Job
from bot.jobs.rules import Visibility
from bot.jobs.runner import Runner
from bot.jobs.screening import Screening, typed_texts
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.settings import Settings
from bot.text import _, speaking
from bot.ui.admitting import Admitting
from bot.ui.people import actor_of
from bot.ui.places import channels_of, place_of
from bot.ui.presence import server_of
from bot.ui.uploads import Source, keep
from bot.ui.visibility import Shown, require_nsfw_channel, shown_here
from bot.ui.workflows import unavailable
from bot.workflow.binding import bind, choose_seed
from bot.workflow.choosing import choose
from bot.workflow.library import Library
from bot.workflow.presets import expand
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import Workflow

log = logging.getLogger(__name__)

ANSWERED_ELSEWHERE = 40060


class Bot(Protocol):
    """What making a job needs of the client."""

    settings: Settings
    clock: Callable[[], datetime]
    library: Library
    pool: Pool
    store: Store
    runner: Runner
    servers: Servers
    admitting: Admitting
    screening: Screening

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


@dataclass(frozen=True)
class Wish:
    """`given` are values by option, as they came; `sources` files to fetch, and `kept` files of the data folder, by
    option. `parent` is the job it goes on from, `origin` the address of the message it was asked for under. `notes`
    says what differs from there, of the graph and the values it will have, in the language of the message.
    """

    workflow: str
    given: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    parent: Job | None = None
    origin: str | None = None
    notes: Callable[[Workflow, Mapping[str, Any]], Sequence[str]] = lambda _workflow, _values: ()


class Maker:
    """Refuses from memory, else stores the job, answers Discord, and queues it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._dice = random.SystemRandom()

    async def make(self, interaction: discord.Interaction[Any], wish: Wish) -> None:
        """As the first answer: a message of the job's own. Raises EaselError where it is refused."""
        bot = self._bot
        graphs = self._graphs(wish.workflow)
        manifest = graphs[0].manifest
        actor = actor_of(interaction, owner=bot.is_owner_id(interaction.user.id))
        bot.admitting.check_person(actor, channels_of(interaction), manifest)
        require_nsfw_channel(interaction, nsfw=manifest.nsfw)
        options = {option.name: option for option in manifest.options}
        for name, source in wish.sources.items():
            source.check(options[name])
        typed = typed_texts(manifest.options, wish.given)
        await bot.screening.check(typed, guild_id=server_of(interaction), user_id=interaction.user.id)
        files = {name: name for name in (*wish.sources, *wish.kept)}
        said = expand(manifest, {**wish.given, **files})
        workflow, values = choose(graphs, said, bot.pool.catalogue, bot.pool.version)
        values = bot.admitting.check_values(actor, workflow, values, said.keys())
        job = self._job(interaction, workflow, values, wish)
        async with bot.admitting.admitted(job, manifest) as admitted:
            log.info("job %s: %s by %d", job.id, workflow.name, interaction.user.id)
            queued = await (
                self._fetch_first(interaction, job, workflow, wish.sources)
                if wish.sources
                else self._store_first(interaction, job)
            )
            admitted.made = queued is not None
        if queued is not None:
            await bot.runner.submit(queued)

    def _graphs(self, name: str) -> Sequence[Workflow]:
        """The graphs behind the command; raises WorkflowUnfit where it is off or hidden by now."""
        if graphs := self._bot.library.variants(name):
            return graphs
        raise unavailable(self._bot.library, name)

    def _job(
        self, interaction: discord.Interaction[Any], workflow: Workflow, values: Mapping[str, Any], wish: Wish
    ) -> Job:
        bot, now = self._bot, self._bot.clock()
        seed = choose_seed(workflow, values, self._dice)
        shown = self._shown(interaction, workflow)
        place = place_of(interaction, shown, now)
        with speaking(place.locale):
            notes = tuple(wish.notes(workflow, values))
        return Job(
            id=str(uuid4()),
            workflow=workflow.name,
            values=values,
            seed=seed,
            graph=bind(workflow, values, seed),
            recipe=recipe_of(workflow),
            place=place,
            created_at=now,
            tag=bot.runner.turn(interaction.user.id, workflow.name, bot.admitting.weight(place)),
            parent=wish.parent.id if wish.parent is not None else None,
            origin=wish.origin,
            notes=notes,
            files=dict(wish.kept),
            spoiler=shown.spoiler,
        )

    def _shown(self, interaction: discord.Interaction[Any], workflow: Workflow) -> Shown:
        rules, default = self._bot.servers.get(server_of(interaction)).rules, Visibility(self._bot.settings.results)
        return shown_here(interaction, rules, default, nsfw=workflow.manifest.nsfw)

    async def _store_first(self, interaction: discord.Interaction[Any], job: Job) -> Job | None:
        """Stored, then answered. None where Discord did not take the answer, so that nobody waits for this job."""
        job = await self._bot.store.add(job)
        message_id = await answer(interaction, job)
        if message_id is None:
            await self._drop(job)
            return None
        return await self._bot.store.locate(job.id, message_id=message_id)

    async def _fetch_first(
        self, interaction: discord.Interaction[Any], job: Job, workflow: Workflow, sources: Mapping[str, Source]
    ) -> Job | None:
        """Fetching may take longer than Discord waits, so the answer comes first and the job is stored whole."""
        message_id = await answer(interaction, job)
        if message_id is None:
            return None
        try:
            files = await keep(workflow.options, sources, job.id, self._bot.settings.data_dir)
        except OptionRefused:
            await interaction.delete_original_response()  # everybody sees it, and a refusal is theirs alone
            raise
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("job %s: its file could not be fetched (%s)", job.id, error)
            await interaction.delete_original_response()
            problem = _("Discord did not hand over the file. Attach it again.")
            raise OptionRefused(next(iter(sources)), problem) from error
        place = replace(job.place, message_id=message_id)
        return await self._bot.store.add(replace(job, files={**job.files, **files}, place=place))

    async def _drop(self, job: Job) -> None:
        try:
            await self._bot.store.deliver(await self._bot.store.cancel_request(job, job.place.user_id))
        except Fenced:
            log.debug("job %s was gone already", job.id)


async def answer(interaction: discord.Interaction[Any], job: Job) -> int | None:
    """The message that says the bot is thinking; None where Discord did not take the answer.

    Under a button it is a new message too: `thinking` says so.
    """
    try:
        response = await interaction.response.defer(thinking=True, ephemeral=job.place.ephemeral)
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


def _explain(job: Job, error: Exception) -> None:
    if isinstance(error, discord.HTTPException) and error.code == ANSWERED_ELSEWHERE:
        log.error("another process answers with the same token: stop one of the two")
    log.warning("job %s is dropped: Discord did not take our answer (%s)", job.id, error)
