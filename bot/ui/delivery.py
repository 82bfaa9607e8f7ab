"""Delivers over Discord: paced progress edits, then the outcome."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from bot.errors import BackendUnreachable, Fenced
from bot.jobs.delivery import Alone, DeliveryDelayed, Fetch, Rights, Showing
from bot.jobs.job import Job, JobState, Place
from bot.jobs.store import Store
from bot.text import speaking
from bot.ui.editor import PACE, Editor
from bot.ui.files import Prepared, prepare
from bot.ui.message import DIRECT_LIMIT, JobMessages, MessageGone, NoWay, Refused, RequestTooLarge, moved
from bot.ui.outcome import OutcomeSender, RowsOf, no_rows
from bot.ui.page import Page
from bot.ui.progress import fetching_page, progress_page

log = logging.getLogger(__name__)

LATE = 4  # times slower: edits by the bot's own token share one limit per channel


class DiscordDelivery:
    """The `Delivery` of `bot.jobs`: an editor for each job that runs, and for one that waits while it is edited."""

    def __init__(
        self,
        messages: JobMessages,
        store: Store,
        *,
        clock: Callable[[], datetime],
        keep_metadata: bool = False,
        pace: float = PACE,
        rows: RowsOf = no_rows,
    ) -> None:
        self._messages = messages
        self._store = store
        self._outcomes = OutcomeSender(messages, store, rows, self._require)
        self._clock = clock
        self._keep_metadata = keep_metadata
        self._pace = pace
        self._editors: dict[str, Editor] = {}
        #: what was last to be shown of each job that runs, or whose editor is at work
        self._latest: dict[str, tuple[Job, Showing]] = {}
        #: where the messages are that moved since whoever shows their jobs was told
        self._places: dict[str, Place] = {}
        self._moving: set[str] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        #: whether this process shows a job at all: in a fleet another one may
        self.rights: Rights = Alone()
        #: called when a job's message was deleted while the job was under way
        self.on_gone: Callable[[Job], None] = lambda job: None

    def show(self, job: Job, showing: Showing) -> None:
        """Once the token is dead, one that waits is not shown any more, save in direct messages."""
        job = self._placed(job)
        if job.id in self._moving:
            self._latest[job.id] = job, showing
            return
        late = not self._messages.token_alive(job.place)
        if late and (job.place.message_id is None or not job.place.visible):
            return
        if late and not (moved(job.place) and self._messages.fresh(job.place)):
            if _waits(showing):
                return
            showing = replace(showing, eta=None, position=None)
        self._latest[job.id] = job, showing
        editor = self._editor(job)
        editor.pace = self._pace * LATE if late else self._pace
        editor.update(lambda: progress_page(job, showing, self._clock()))

    async def flush(self, job_id: str) -> None:
        editor = self._editors.get(job_id)
        if editor is not None:
            await editor.flush()

    async def close(self) -> None:
        for job_id in list(self._editors):
            await self._close(job_id)

    def drop(self, job_id: str) -> None:
        """At once nothing more is shown of it: another process does that now."""
        self._latest.pop(job_id, None)
        self._places.pop(job_id, None)
        editor = self._editors.pop(job_id, None)
        if editor is not None:
            editor.drop()

    def redraw(self, job_id: str) -> None:
        """Show once more what was shown last: something older may stand there by now."""
        editor = self._editors.get(job_id)
        if editor is not None:
            editor.again()

    def relocate(self, job: Job) -> None:
        """Another process moved its message."""
        known = self._latest.get(job.id)
        if known is not None and not _same_message(self._placed(known[0]).place, job.place):
            self.drop(job.id)
            self.show(job, known[1])

    async def deliver(self, job: Job, fetch: Fetch) -> None:
        """Raises `DeliveryDelayed` and `BackendUnreachable`: whoever called tries again, and finds the sent parts."""
        async with self._turn(job):
            await self._deliver(self._placed(job), fetch)
            self._latest.pop(job.id, None)
            self._places.pop(job.id, None)

    async def move(self, job: Job) -> None:
        """From now on the job's message is in its person's direct messages. Twice is once.

        Raises Fenced for a job that has ended, `NoWay` where they take none, and `DeliveryDelayed`.
        """
        async with self._turn(job):
            now = await self._store.get(job.id)
            if now is None or now.state.ended:
                raise Fenced(job.id)
            if not now.place.visible:
                self._moving.add(job.id)
                try:
                    await self._move(now)
                finally:
                    self._moving.discard(job.id)
            if job.id in self._latest:
                self.show(*self._latest[job.id])

    async def _move(self, job: Job) -> None:
        await self._close(job.id)
        _job, showing = self._latest.get(job.id, (job, Showing()))
        with speaking(job.place.locale):
            page = progress_page(replace(job, place=replace(job.place, visible=True)), showing, self._clock())
            there = await self._messages.move(job.place, page, nonce=f"{job.id.replace('-', '')[:20]}:m")
        self._places[job.id] = (await self._store.locate(job.id, **there)).place

    def _placed(self, job: Job) -> Job:
        place = self._places.get(job.id)
        return job if place is None else replace(job, place=place)

    def _turn(self, job: Job) -> asyncio.Lock:
        """A message does not move while its outcome is sent."""
        lock = self._turns.get(job.id)
        if lock is None:
            lock = self._turns[job.id] = asyncio.Lock()
        return lock

    async def _deliver(self, job: Job, fetch: Fetch) -> None:
        with speaking(job.place.locale):
            fetched = self._prepare(job, fetch, self._messages.limit(job.place))
            latest, prepared = await asyncio.gather(self._store.get(job.id), fetched)
            if latest is not None and latest.fence != job.fence:
                raise Fenced(job.id)
            job = latest or job
            await self._close(job.id)
            if job.removed_by is not None:
                log.info("job %s: its messages were taken away, so its outcome is not shown", job.id)
                return
            try:
                await self._outcomes.send(job, prepared)
            except MessageGone:
                log.info("job %s: its message was deleted, so its outcome is not shown", job.id)
            except NoWay:
                await self._deliver_direct(job, fetch, prepared)

    async def _deliver_direct(self, job: Job, fetch: Fetch, prepared: Prepared) -> None:
        """The channel is closed to us: the person gets the outcome in their direct messages, or it ends quietly."""
        if any(len(file.data) > DIRECT_LIMIT for file in prepared.files):
            prepared = await self._prepare(job, fetch, DIRECT_LIMIT)
        try:
            await self._outcomes.send_direct(job, prepared)
        except Refused:
            log.error("job %s: Discord refuses its outcome everywhere, so it is not shown", job.id)
        except (MessageGone, NoWay):
            log.info("job %s: neither its channel nor the person can be reached", job.id)

    async def _prepare(self, job: Job, fetch: Fetch, limit: int) -> Prepared:
        if job.state is not JobState.DONE:
            return Prepared()
        try:
            return await prepare(job, fetch, limit=limit, keep_metadata=self._keep_metadata)
        except BackendUnreachable:
            self._editor(job).update(lambda: fetching_page(job))
            raise

    def _require(self, job: Job) -> None:
        """Raise Fenced where another process delivers it by now."""
        if self.rights.ask(job.id) is None:
            raise Fenced(job.id)

    async def _close(self, job_id: str) -> None:
        editor = self._editors.pop(job_id, None)
        if editor is not None:
            await editor.close()

    def _editor(self, job: Job) -> Editor:
        if job.id not in self._editors:
            self._editors[job.id] = Editor(
                self._sender(job), pace=self._pace, locale=job.place.locale, on_rest=lambda: self._rest(job.id)
            )
        return self._editors[job.id]

    def _rest(self, job_id: str) -> None:
        """Thousands may wait, and each of them is edited now and then: nothing is kept of them in between."""
        _job, showing = self._latest.get(job_id, (None, None))
        if showing is not None and _waits(showing):
            self._latest.pop(job_id, None)
            self._editors.pop(job_id, None)

    async def _edit(self, job: Job, place: Place, page: Page) -> int:
        """Raises Fenced where another process shows it, and what editing raises."""
        leave = self.rights.ask(job.id)
        if leave is None:
            raise Fenced(job.id)
        try:
            async with asyncio.timeout(None if math.isinf(leave.seconds) else leave.seconds):
                return await self._messages.edit(place, page)
        except TimeoutError as error:
            raise DeliveryDelayed from error
        finally:
            leave.done()

    def _sender(self, job: Job) -> Callable[[Page], Awaitable[bool]]:
        """Whether the page arrived, or never can."""
        place = job.place

        async def send(page: Page) -> bool:
            nonlocal place
            _job, showing = self._latest.get(job.id, (None, None))
            if showing is not None and _waits(showing) and not (self._messages.token_alive(place) or moved(place)):
                return True  # it came too late
            try:
                message_id = await self._edit(job, place, page)
                if place.message_id is None:  # the process before this one died before it had noted it
                    place = replace(place, message_id=message_id)
                    await self._store.locate(job.id, message_id=message_id)
            except DeliveryDelayed as error:
                log.info("job %s: an edit did not arrive (%s)", job.id, error.__cause__)
                return False
            except Fenced:
                log.info("job %s is shown by another process", job.id)
                self.drop(job.id)
            except MessageGone:
                log.info("job %s: its message was deleted", job.id)
                self._editor(job).stop()
                if place.message_id is not None:
                    self.on_gone(job)
            except (NoWay, RequestTooLarge):
                log.info("job %s: its message cannot be reached", job.id)
                self._editor(job).stop()
            return True

        return send


def _same_message(one: Place, other: Place) -> bool:
    return (one.channel_id, one.message_id) == (other.channel_id, other.message_id) or one.message_id is None


def _waits(showing: Showing) -> bool:
    """Whether it is of a job that no backend has."""
    return showing.progress is None
