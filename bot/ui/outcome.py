"""An ended job's messages: its own first, then its other files, each sent once and recorded."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

from bot.errors import Fenced
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.text import ngettext
from bot.ui.buttons import Rows
from bot.ui.files import Prepared
from bot.ui.message import JobMessages, MessageGone, NoWay, Refused, RequestTooLarge
from bot.ui.page import ATTACHMENTS, Page
from bot.ui.result import elsewhere, first_page, next_page, without_files

log = logging.getLogger(__name__)

Numbers = Sequence[int]
Send = Callable[[Job, Prepared, Numbers], Awaitable[Job]]


class RowsOf(Protocol):
    """The buttons below a message with files of these names: see `bot.ui.controls.job_rows`."""

    def __call__(self, job: Job, names: Sequence[str], *, first: bool = True, on_sheet: int = 0) -> Rows: ...


def no_rows(job: Job, names: Sequence[str], *, first: bool = True, on_sheet: int = 0) -> Rows:
    """None at all."""
    return ()


class OutcomeSender:
    """Sends what `prepare` made of a job. `job.parts` holds the message of each file sent in a follow-up, by the
    file's number from 0; below zero, from -1 down, are those sent to the person directly.
    """

    def __init__(
        self,
        messages: JobMessages,
        store: Store,
        rows: RowsOf = no_rows,
        require: Callable[[Job], None] = lambda job: None,
    ) -> None:
        """`require` raises Fenced where another process delivers the job by now; it is asked before each message."""
        self._messages = messages
        self._store = store
        self._rows = rows
        self._require = require

    async def send(self, job: Job, prepared: Prepared) -> None:
        """Into the job's message and below it; what has no room there into the person's direct messages.

        Raises `MessageGone`, `NoWay` and `DeliveryDelayed`.
        """
        await self._send(job, prepared, self._first, self._next, direct=False)

    async def send_direct(self, job: Job, prepared: Prepared) -> None:
        """Into the person's direct messages. Raises the same."""
        await self._send(job, prepared, self._first_direct, self._next_direct, direct=True)

    async def _send(self, job: Job, prepared: Prepared, first: Send, following: Send, *, direct: bool) -> None:
        """Fewer files per message when Discord refuses them together."""
        size = ATTACHMENTS
        while True:
            sent = {-1 - part if direct else part for part in job.parts if (part < 0) is direct}
            mine, *others = groups(len(prepared.files), size, sent)
            try:
                room = len(others) if direct else self._room(job, len(others))
                job = await first(job, _told(prepared, others[room:]), mine)
                for numbers in others[:room]:
                    job = await following(job, prepared, numbers)
                return await self._send_left(job, prepared, mine, others[room:])
            except RequestTooLarge:
                size = max(1, size // 2)
            job = await self._newest(job)

    async def _newest(self, job: Job) -> Job:
        latest = await self._store.get(job.id)
        if latest is not None and latest.fence != job.fence:
            raise Fenced(job.id)
        return latest or job

    def _room(self, job: Job, wanted: int) -> int:
        """How many of the messages that are wanted below the first may come."""
        most = self._messages.follow_ups(job.place)
        if most is None:
            return wanted
        return max(0, most - len({message for part, message in job.parts.items() if part >= 0}))

    async def _send_left(self, job: Job, prepared: Prepared, mine: Numbers, left: Sequence[Numbers]) -> None:
        """Directly; who takes no direct messages is told what is missing."""
        try:
            for numbers in left:
                if not any(-1 - number in job.parts for number in numbers):
                    job = await self._next_direct(job, prepared, numbers)
        except (MessageGone, NoWay):
            await self._first(job, _told(prepared, left, lost=True), mine)

    async def _first(self, job: Job, prepared: Prepared, numbers: Numbers) -> Job:
        """An edit twice is one edit. It is a new message without one to edit (the process died before it had one), and
        where Discord refuses the edit.
        """
        page = self._first_page(job, prepared, numbers)
        known = job.place.message_id
        try:
            message_id = await self._fitting(job, lambda page: self._messages.edit(job.place, page), page)
        except (MessageGone, NoWay) as problem:
            if known is not None and not isinstance(problem, Refused):
                raise
            message_id = await self._post(job, page, 0)
        return job if message_id == known else await self._store.locate(job.id, message_id=message_id)

    async def _next(self, job: Job, prepared: Prepared, numbers: Numbers) -> Job:
        message_id = await self._post(job, self._next_page(job, prepared, numbers), numbers[0])
        return await self._store.record_parts(job, numbers, message_id)

    async def _first_direct(self, job: Job, prepared: Prepared, numbers: Numbers) -> Job:
        if any(part < 0 for part in job.parts):
            return job
        page = elsewhere(self._first_page(job, prepared, numbers), job)
        message_id = await self._post_direct(job, page, 0)
        return await self._store.record_parts(job, [-1 - number for number in numbers or (0,)], message_id)

    async def _next_direct(self, job: Job, prepared: Prepared, numbers: Numbers) -> Job:
        message_id = await self._post_direct(job, self._next_page(job, prepared, numbers), numbers[0])
        return await self._store.record_parts(job, [-1 - number for number in numbers], message_id)

    async def _post(self, job: Job, page: Page, number: int) -> int:
        sent = await self._messages.find(job.place, page, since=job.finished_at)
        if sent is not None:
            return sent
        nonce = _nonce(job, f"{number}")
        return await self._fitting(job, lambda page: self._messages.send(job.place, page, nonce=nonce), page)

    async def _post_direct(self, job: Job, page: Page, number: int) -> int:
        nonce = _nonce(job, f"d{number}")
        return await self._fitting(job, lambda page: self._messages.send_direct(job.place, page, nonce=nonce), page)

    def _first_page(self, job: Job, prepared: Prepared, numbers: Numbers) -> Page:
        page = first_page(job, prepared, numbers)
        names = [file.name for file in page.files]
        return replace(page, rows=self._rows(job, names, on_sheet=prepared.on_sheet if 0 in numbers else 0))

    def _next_page(self, job: Job, prepared: Prepared, numbers: Numbers) -> Page:
        page = next_page(job, prepared, numbers)
        return replace(page, rows=self._rows(job, [file.name for file in page.files], first=False))

    async def _fitting(self, job: Job, send: Callable[[Page], Awaitable[int]], page: Page) -> int:
        """A single file that Discord refuses is replaced by a sentence. Raises RequestTooLarge for several together."""
        self._require(job)
        try:
            return await send(page)
        except RequestTooLarge:
            if len(page.files) > 1:
                raise
        self._require(job)
        return await send(replace(without_files(page), rows=self._rows(job, ())))


def _told(prepared: Prepared, left: Sequence[Numbers], *, lost: bool = False) -> Prepared:
    """With a word on the files that have no room where the job was asked for."""
    count = sum(map(len, left))
    if not count:
        return prepared
    sentence = (
        ngettext(
            "{count} file is missing: Discord allows no more messages here, and you take no direct messages from me.",
            "{count} files are missing: Discord allows no more messages here, and you take no direct messages from me.",
            count,
        )
        if lost
        else ngettext(
            "{count} file comes to your direct messages: Discord allows no more messages here.",
            "{count} files come to your direct messages: Discord allows no more messages here.",
            count,
        )
    )
    return replace(prepared, remarks=(*prepared.remarks, sentence.format(count=count)))


def groups(total: int, size: int, sent: Collection[int]) -> list[Numbers]:
    """Which files go together, by number: those of the job's own message first, then what no follow-up has yet.

    Once a follow-up was sent, the first message holds what comes before it, however many that are.
    """
    first = min(sent, default=min(size, total))
    left = [number for number in range(first, total) if number not in sent]
    return [range(first), *(left[at : at + size] for at in range(0, len(left), size))]


def _nonce(job: Job, part: str) -> str:
    """At most 25 characters, the same for the same part: Discord then sends it once."""
    return f"{job.id.replace('-', '')[:20]}:{part}"
