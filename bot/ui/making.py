"""From what somebody asks for to a job that waits: the one way there for commands, buttons, forms and menus."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import discord

from bot.comfy.pool import Pool
from bot.errors import EaselError, Fenced, OptionRefused
from bot.jobs.delivery import Delivery, Showing
from bot.jobs.files import Files
from bot.jobs.job import Job
from bot.jobs.preferences import Preferences
from bot.jobs.runner import Runner
from bot.jobs.screening import Screening
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.wording import PROMPT, Wording
from bot.network import NETWORK_ERRORS
from bot.settings import Settings
from bot.text import _, speaking
from bot.ui.admitting import Admitting
from bot.ui.asked import Asked, ask_of
from bot.ui.first_answer import answer, take_back, taken_in
from bot.ui.people import actor_of
from bot.ui.places import channels_of, place_of
from bot.ui.repeating import Repeats
from bot.ui.uploads import Source, keep
from bot.ui.visibility import require_nsfw_channel
from bot.ui.workflows import unavailable
from bot.workflow.binding import bind, choose_seed
from bot.workflow.library import Library
from bot.workflow.needs import needs_of
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import Workflow

log = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds, three times, for what is answered and not stored yet when the bot is stopped


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
    preferences: Preferences
    wording: Wording

    @property
    def delivery(self) -> Delivery:
        """What shows jobs."""

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


@dataclass(frozen=True)
class Wish:
    """`given` are values by option, as they came; `sources` files to fetch, and `kept` files of the data folder, by
    option. `parent` is the job it goes on from, `origin` the address of the message it was asked for under. `notes`
    says what differs from there, of the graph and the values it will have, in the language of the message. `repeat`:
    how many jobs it is to be. `carried` are values that came along from elsewhere, so that nobody typed them; `about`
    is the prompt behind the picture, for a workflow that takes none.

    Without a parent it gets what the person prefers, wherever nothing is given.
    """

    workflow: str
    given: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    parent: Job | None = None
    origin: str | None = None
    notes: Callable[[Workflow, Mapping[str, Any]], Sequence[str]] = lambda _workflow, _values: ()
    repeat: int = 1
    carried: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""


class Maker:
    """Refuses from memory, else stores the job, answers Discord, and queues it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._dice = random.SystemRandom()
        #: whoever is being answered, and what stores their job once they are
        self._unstored: dict[asyncio.Task[Any], asyncio.Task[Job] | None] = {}
        #: seconds until `close` gives up the database, until it breaks off, and until it waits no more
        self.patience = PATIENCE

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
        asked = await ask_of(bot, interaction, actor, graphs, wish)
        job = await self._job(interaction, asked, wish)
        async with bot.admitting.admitted(job, manifest) as admitted:
            log.info("job %s: %s by %d", job.id, wish.workflow, interaction.user.id)
            queued = await (
                self._fetch_first(interaction, job, asked.workflow, wish.sources)
                if wish.sources
                else self._store_first(interaction, job)
            )
            admitted.made = queued is not None
        if queued is None:
            return
        with taken_in(queued):
            if wish.repeat > 1:  # Discord takes the first follow-up for the answer while there is none
                bot.delivery.show(queued, Showing())
                await bot.delivery.flush(queued.id)
            await bot.runner.submit(queued)
        if wish.repeat > 1:
            kept = replace(wish, kept=queued.files)

            async def again(number: int) -> Job:
                return await self._job(interaction, asked, kept, number=number)

            await Repeats(bot, interaction, manifest, queued).make(again, wish.repeat)

    async def close(self) -> None:
        """All that is answered is stored, or its answer taken back, while Discord can be told."""
        await self._settled()
        if self._unstored:
            self._bot.store.give_up()
        await self._settled()
        for storing in self._unstored.values():
            if storing is not None:
                storing.cancel()
        await self._settled()

    async def _settled(self) -> None:
        if self._unstored:
            await asyncio.wait(self._unstored, timeout=self.patience)

    def _graphs(self, name: str) -> Sequence[Workflow]:
        """The graphs behind the command; raises WorkflowUnfit where it is off or hidden by now."""
        if graphs := self._bot.library.variants(name):
            return graphs
        raise unavailable(self._bot.library, name)

    async def _job(self, interaction: discord.Interaction[Any], asked: Asked, wish: Wish, *, number: int = 0) -> Job:
        """`number` is which of several it is: it has its own seed, and texts of its own by that."""
        bot, now, workflow = self._bot, self._bot.clock(), asked.workflow
        values = asked.numbered(number)
        seed = choose_seed(workflow, values, self._dice)
        expanded = await bot.wording.expanded(workflow, values, seed, speaker=asked.speaker, style=asked.style)
        if wish.about and PROMPT not in workflow.options:
            expanded = {**expanded, PROMPT: wish.about}
        place = place_of(interaction, asked.shown, now)
        with speaking(place.locale):
            notes = tuple(wish.notes(workflow, values))
        said = {name: expanded.get(name, value) for name, value in values.items()}
        graph, recipe = bind(workflow, said, seed), recipe_of(workflow)
        seconds = await bot.runner.seconds(workflow.name, workflow.manifest.seconds)
        return Job(
            id=str(uuid4()),
            workflow=workflow.name,
            values=values,
            seed=seed,
            graph=graph,
            recipe=recipe,
            needs=needs_of(graph, recipe, values),
            place=place,
            created_at=now,
            tag=0.0,
            cost=seconds / bot.admitting.weight(place),
            parent=wish.parent.id if wish.parent is not None else None,
            origin=wish.origin,
            notes=notes,
            files=dict(wish.kept),
            spoiler=asked.shown.spoiler,
            expanded=expanded,
        )

    async def _store_first(self, interaction: discord.Interaction[Any], job: Job) -> Job | None:
        """Stored, then answered. None where Discord did not take the answer, so that nobody waits for this job."""
        job = await self._bot.runner.add(job)
        message_id = await answer(interaction, job)
        if message_id is None:
            await self._bot.runner.drop(job)
            return None
        with taken_in(job):
            try:
                return await self._bot.store.locate(job.id, message_id=message_id)
            except Fenced:  # somebody had it forgotten in between
                await take_back(interaction, job)
                return None
        return replace(job, place=replace(job.place, message_id=message_id))

    async def _fetch_first(
        self, interaction: discord.Interaction[Any], job: Job, workflow: Workflow, sources: Mapping[str, Source]
    ) -> Job | None:
        """Fetching may take longer than Discord waits, so the answer comes first and the job is stored whole."""
        if (asking := asyncio.current_task()) is not None:  # there until it is stored, or they are told that it is not
            self._unstored[asking] = None
            asking.add_done_callback(lambda _asking: self._unstored.pop(asking, None))
        message_id = await answer(interaction, job)
        if message_id is None:
            return None
        place = replace(job.place, message_id=message_id)
        try:
            return await self._stored(replace(job, place=place), workflow, sources)
        except Exception:
            await take_back(interaction, job)
            raise

    async def _stored(self, job: Job, workflow: Workflow, sources: Mapping[str, Source]) -> Job:
        """With its files. EaselError where the bot is stopped and it takes too long."""

        async def store() -> Job:
            files = await self._kept(job, workflow, sources)
            return await self._bot.runner.add(replace(job, files={**job.files, **files}))

        storing = asyncio.create_task(store())
        if (asking := asyncio.current_task()) is not None:
            self._unstored[asking] = storing
        try:
            stored = await storing
        except asyncio.CancelledError:
            self._bot.runner.underway.start(job.id, self._bot.runner.drop(job))  # it may be stored all the same
            raise EaselError from None
        if asking is not None:
            del self._unstored[asking]
        return stored

    async def _kept(self, job: Job, workflow: Workflow, sources: Mapping[str, Source]) -> Mapping[str, str]:
        """The files by option; OptionRefused where one is not to be had."""
        try:
            return await keep(workflow.options, sources, job.id, Files(self._bot.store, self._bot.settings.data_dir))
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("job %s: its file could not be fetched (%s)", job.id, error)
            problem = _("Discord did not hand over the file. Attach it again.")
            raise OptionRefused(next(iter(sources)), problem) from error
