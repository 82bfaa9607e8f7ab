"""Delivers over Discord: paced progress edits, then the outcome, part by part, each recorded."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.errors import BackendUnreachable, Fenced
from bot.jobs.delivery import DeliveryDelayed, Fetch, Showing
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.text import _, speaking
from bot.ui.editor import PACE, Editor
from bot.ui.files import Prepared, prepare
from bot.ui.message import JobMessages, MessageGone, NoWay, RequestTooLarge
from bot.ui.page import ATTACHMENTS, Page
from bot.ui.progress import progress_page
from bot.ui.result import ended_pages

log = logging.getLogger(__name__)


class DiscordDelivery:
    """The `Delivery` of `bot.jobs`: one editor per job while it lives."""

    def __init__(
        self,
        messages: JobMessages,
        store: Store,
        *,
        clock: Callable[[], datetime],
        keep_metadata: bool = False,
        pace: float = PACE,
    ) -> None:
        self._messages = messages
        self._store = store
        self._clock = clock
        self._keep_metadata = keep_metadata
        self._pace = pace
        self._editors: dict[str, Editor] = {}
        #: called when a job's message was deleted while the job was under way
        self.on_gone: Callable[[Job], None] = lambda job: None

    def show(self, job: Job, showing: Showing) -> None:
        """Once the token is dead, a new place in the queue is no reason for an edit."""
        if job.place.message_id is None:
            return
        if not self._messages.token_alive(job.place):
            if not job.place.visible:
                return
            showing = replace(showing, eta=None, position=None)
        editor = self._editors.get(job.id)
        if editor is None:
            editor = self._editors[job.id] = Editor(self._sender(job), pace=self._pace)
        editor.update(lambda: self._draw(job, showing))

    async def flush(self, job_id: str) -> None:
        editor = self._editors.get(job_id)
        if editor is not None:
            await editor.flush()

    async def deliver(self, job: Job, fetch: Fetch) -> None:
        """Raises `DeliveryDelayed` and `BackendUnreachable`: whoever called tries again, and finds the sent parts."""
        editor = self._editors.pop(job.id, None)
        if editor is not None:
            await editor.close()
        job = await self._store.get(job.id) or job
        with speaking(job.place.locale):
            prepared = await self._prepare(job, fetch)
            try:
                await self._send_fitting(job, prepared)
            except MessageGone:
                log.info("job %s: its message was deleted, so its outcome is not shown", job.id)
            except NoWay:
                await self._send_direct(job, prepared)

    async def _prepare(self, job: Job, fetch: Fetch) -> Prepared:
        if job.state is not JobState.DONE:
            return Prepared()
        try:
            return await prepare(job, fetch, keep_metadata=self._keep_metadata)
        except BackendUnreachable:
            await self._say_waiting(job)
            raise

    async def _say_waiting(self, job: Job) -> None:
        sentence = _("⚠️ Finished, but ComfyUI does not answer. The result will appear here when it is back.")
        try:
            page = progress_page(job, Showing(), self._clock())
            await self._messages.edit(job.place, replace(page, body=(sentence,), cancel=None))
        except (MessageGone, NoWay, DeliveryDelayed) as error:
            log.debug("job %s: %s", job.id, type(error).__name__)

    async def _send_fitting(self, job: Job, prepared: Prepared) -> None:
        """Fewer files per message when Discord refuses them together; then a word instead of the file."""
        per_message = ATTACHMENTS
        while True:
            try:
                await self._send_all(job, ended_pages(job, prepared, per_message=per_message))
                return
            except RequestTooLarge:
                if per_message == 1:
                    sentence = _("The files are too large for Discord here. Try a smaller size or fewer pictures.")
                    prepared = replace(prepared, files=(), remarks=(*prepared.remarks, sentence))
                per_message = max(1, per_message // 2)

    async def _send_all(self, job: Job, pages: list[Page]) -> None:
        job = await self._send_first(job, pages[0])
        for number, page in enumerate(pages[1:], 1):
            if number not in job.parts:
                message_id = await self._messages.send(job.place, page, nonce=_nonce(job, number))
                job = await self._store.record_part(job, number, message_id)

    async def _send_first(self, job: Job, page: Page) -> Job:
        """An edit twice is one edit. Without a message to edit (the process died before it had one) it is a new one."""
        if job.place.message_id is not None:
            await self._messages.edit(job.place, page)
            return job
        try:
            message_id = await self._messages.edit(job.place, page)
        except (MessageGone, NoWay):
            message_id = await self._messages.send(job.place, page, nonce=_nonce(job, 0))
        return await self._store.locate(job.id, message_id=message_id)

    async def _send_direct(self, job: Job, prepared: Prepared) -> None:
        """The channel is closed to us: the person gets the outcome in their direct messages, or it ends quietly."""
        try:
            for number, page in enumerate(ended_pages(job, prepared)):
                key = -1 - number
                if key not in job.parts:
                    message_id = await self._messages.send_direct(job.place, page, nonce=_nonce(job, key))
                    job = await self._store.record_part(job, key, message_id)
        except (MessageGone, NoWay, RequestTooLarge):
            log.info("job %s: neither its channel nor the person can be reached", job.id)

    def _draw(self, job: Job, showing: Showing) -> Page:
        with speaking(job.place.locale):
            return progress_page(job, showing, self._clock())

    def _sender(self, job: Job) -> Callable[[Page], Awaitable[None]]:
        async def send(page: Page) -> None:
            try:
                await self._messages.edit(job.place, page)
            except MessageGone:
                log.info("job %s: its message was deleted", job.id)
                self.on_gone(job)
            except (NoWay, RequestTooLarge, DeliveryDelayed, Fenced) as error:
                log.info("job %s: an edit did not arrive (%s)", job.id, type(error).__name__)

        return send


def _nonce(job: Job, part: int) -> str:
    """At most 25 characters, the same for the same part: Discord then sends it once."""
    return f"{job.id.replace('-', '')[:20]}:{part}"
