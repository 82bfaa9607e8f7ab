"""The same asked for several times at once: each is a job and a message of its own, as many as are let in."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import discord

from bot.errors import EaselError, Fenced, LimitReached, OptionRefused, TextBlocked
from bot.jobs.delivery import Showing
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.text import _, ngettext, speaking
from bot.ui.admitting import Admitting
from bot.ui.first_answer import taken_in
from bot.ui.people import tell
from bot.ui.presence import reached
from bot.ui.progress import progress_page
from bot.workflow.manifest import Manifest

log = logging.getLogger(__name__)

#: jobs at most where the bot itself is not: Discord takes five messages more than the answer there, and one is left
#: for a word about it, and one for results that need a second message
MOST_OUTSIDE = 4


class Bot(Protocol):
    """What this needs of the client."""

    clock: Callable[[], datetime]
    store: Store
    runner: Runner
    admitting: Admitting


class Repeats:
    """All that come after the first, which has answered already."""

    def __init__(self, bot: Bot, interaction: discord.Interaction[Any], manifest: Manifest, first: Job) -> None:
        self._bot = bot
        self._first = first
        self._interaction = interaction
        self._manifest = manifest

    async def make(self, again: Callable[[int], Awaitable[Job]], times: int) -> None:
        """`again` is asked for the others by their number, from 1. What is not let in is told to who asked alone."""
        most = times if reached(self._interaction) else min(times, MOST_OUTSIDE)
        jobs, refusal = await self._store(again, most)
        made = 1
        for job in jobs:
            if await self._send(job):
                made += 1
            if self._interaction.client.is_closed():
                return  # the next start takes up what is stored
        if made < times:
            with speaking(self._interaction.locale.value):
                await self._explain(made, times, refusal)

    async def _store(self, again: Callable[[int], Awaitable[Job]], times: int) -> tuple[list[Job], EaselError | None]:
        """As many as are let in, all of them before any message: what is stored is made, whatever becomes of the bot.

        They have no message yet, and no token that could reach that of the first: without one their outcome comes as
        a new message.
        """
        jobs: list[Job] = []
        for number in range(1, times):
            try:
                job = await again(number)
                async with self._bot.admitting.admitted(job, self._manifest) as admitted:
                    await self._bot.runner.add(bare(job))
                    admitted.made = True
            except (LimitReached, OptionRefused, TextBlocked) as refusal:
                return jobs, refusal
            except Exception:  # those before it are stored, and made
                log.exception("number %d of several could not be stored", number + 1)
                return jobs, EaselError()
            log.info("job %s: %s by %d, once more", job.id, job.workflow, job.place.user_id)
            jobs.append(job)
        return jobs, None

    async def _send(self, job: Job) -> bool:
        """Whether it has a message of its own now, and waits in the queue."""
        bot, place = self._bot, job.place
        with speaking(place.locale):
            page = progress_page(job, Showing(), bot.clock())
        try:
            sent = await self._interaction.followup.send(view=page.view(), ephemeral=place.ephemeral, wait=True)
        except discord.HTTPException as error:
            log.warning("job %s is dropped: Discord did not take its message (%s)", job.id, error)
            await self._bot.runner.drop(job)
            return False
        except NETWORK_ERRORS as error:
            log.warning("job %s has no message (%s): its outcome will be one", job.id, error)
            job = bare(job)
        else:  # it took the place of the first's where that shows nothing yet
            taken = sent.id == self._first.place.message_id
            job = bare(job) if taken else replace(job, place=replace(place, message_id=sent.id))
        with taken_in(job):
            return await self._submit(job)
        return True

    async def _submit(self, job: Job) -> bool:
        place = job.place
        try:
            if place.message_id is not None:
                job = await self._bot.store.locate(
                    job.id, message_id=place.message_id, token=place.token, token_expires=place.token_expires
                )
        except Fenced:
            return False  # somebody had it forgotten in between
        if not self._interaction.client.is_closed():
            await self._bot.runner.submit(job)
        return True

    async def _explain(self, made: int, times: int, refusal: EaselError | None) -> None:
        lines = [
            ngettext("{made} of {count} was made.", "{made} of {count} were made.", made).format(made=made, count=times)
        ]
        if refusal is not None:
            lines.append(refusal.sentence())
        elif not reached(self._interaction):
            lines.append(_("The bot is not on this server, and Discord lets it send only a few messages here."))
        else:
            lines.append(_("Discord did not take the messages of the others. Try again."))
        try:
            await tell(self._interaction, " ".join(lines))
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("a word about what was not made did not arrive (%s)", error)


def bare(job: Job) -> Job:
    """The job without a way to any message: by the token it would find that of the first."""
    return replace(job, place=replace(job.place, token="", token_expires=job.created_at, message_id=None))
