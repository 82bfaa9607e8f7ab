"""A job that has not ended -> the message while it waits and runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.jobs.delivery import Note, Showing
from bot.jobs.job import Job, JobState
from bot.text import _, ngettext
from bot.ui.buttons import CancelButton, control
from bot.ui.moving import DirectButton
from bot.ui.page import Attachment, Page
from bot.ui.words import FACT, alt_text, bar, header, notes, plain, trouble_text

WAITING, RUNNING, TROUBLED = 0x80848E, 0x5865F2, 0xF0B232
DELIVERING = timedelta(minutes=1)  # of fetching and posting the files
ENDLESS = frozenset({Note.OFFLINE, Note.PAUSED, Note.ENOUGH})  # nobody knows until when
SOON = 3.0  # seconds; below it a time of arrival says nothing


def progress_page(job: Job, showing: Showing, now: datetime) -> Page:
    """The header, where the job stands, the latest preview, and Cancel until somebody pressed it; beside it the way to
    direct messages, where Discord may close this one to the bot before the job is done.
    """
    waits = _waits(job, showing)
    known = replace(showing, eta=None) if showing.note is Note.STOPPING else showing  # nobody knows for how long
    lines = _waiting(job, known, now) if waits else _running(known, now)
    leaves, stopping = _leaves(job, showing, now), showing.note is Note.CANCELLING
    remarks = [remark for remark in (_note(showing), leaves) if remark]
    troubled = showing.note in {Note.OFFLINE, Note.AGAIN, Note.MOVED, Note.STOPPING}
    return Page(
        header(job),
        (*lines, *remarks, *notes(job)),
        files=_preview(job, showing),
        colour=TROUBLED if troubled else WAITING if waits else RUNNING,
        cancel=None if stopping or leaves else job.id,
        rows=((control(CancelButton, job.id), control(DirectButton, job.id)),) if leaves and not stopping else (),
    )


def fetching_page(job: Job) -> Page:
    """It is done, and the server went away before its files were fetched."""
    sentence = _("⚠️ Your job is done, but ComfyUI does not answer now. The result appears here as soon as it is back.")
    return Page(header(job), (sentence,), colour=TROUBLED)


def _waits(job: Job, showing: Showing) -> bool:
    return job.state is JobState.WAITING or showing.progress is None or not showing.progress.started


def _waiting(job: Job, showing: Showing, now: datetime) -> tuple[str, ...]:
    if showing.note is Note.PAUSED:
        return (_("⏸️ Paused by a moderator. Your job keeps its place and begins when they let jobs go on."),)
    if showing.note is Note.ENOUGH:
        return (_("⏳ In the queue: begins when another of your jobs has ended"),)
    if showing.note is Note.UNCOUNTED and job.place.visible:
        return (
            _("⏳ In the queue. The place is not counted here any more: see `/queue`. The result will appear here."),
        )
    if showing.note is Note.UNCOUNTED:
        return (_("⏳ In the queue. The place is not counted here any more: see `/queue`."),)
    place, ready = showing.position, _ready(showing.eta, now)
    if not place and job.state is not JobState.WAITING:
        return (_("⏳ Starting…") + ready,)
    if place is None:
        return (_("⏳ In the queue"),)
    if place == 0:
        return (_("⏳ In the queue: yours is next") + ready,)
    line = ngettext("⏳ In the queue: {count} job before yours", "⏳ In the queue: {count} jobs before yours", place)
    return (line.format(count=place) + ready,)


def _running(showing: Showing, now: datetime) -> tuple[str, ...]:
    progress = showing.progress
    if progress is None:
        return ()
    if progress.detached:
        return (_("🎨 Still running. How far it is cannot be seen any more, but the result will appear here."),)
    if progress.title is None:
        title = _("🎨 Starting…")
    elif progress.step is None:
        title = _("🎨 At work: {title}").format(title=plain(progress.title, FACT))
    else:
        title = _("🎨 {title}: step {step} of {steps}").format(
            title=plain(progress.title, FACT), step=progress.step, steps=progress.steps
        )
    return (title, bar(progress.fraction) + _ready(showing.eta, now))


def _ready(eta: float | None, now: datetime) -> str:
    """Discord counts it down by itself, without an edit."""
    if eta is None or eta < SOON:
        return ""
    stamp = int((now + timedelta(seconds=eta)).timestamp())
    return " · " + _("ready {when}").format(when=f"<t:{stamp}:R>")


def _note(showing: Showing) -> str | None:
    match showing.note:
        case Note.OFFLINE:
            return trouble_text(showing.trouble) if showing.trouble else None
        case Note.AGAIN:
            return _("⚠️ ComfyUI was restarted and forgot this job, so it was sent again.")
        case Note.MOVED:
            return _("⚠️ The computer that worked on this does not answer any more, so another one does it.")
        case Note.CANCELLING:
            return _("⏹️ Stopping…")
        case Note.STOPPING:
            return _("⚠️ The bot is being restarted. Your job is kept, and the result will appear here.")
        case _:
            return None  # PAUSED and ENOUGH are said in place of the position


def _leaves(job: Job, showing: Showing, now: datetime) -> str | None:
    """Early, where Discord may close the message to the bot before the job is done."""
    if job.place.visible:
        return None
    ready = now + timedelta(seconds=showing.eta or 0) + DELIVERING
    known = showing.eta is not None or not (showing.position or showing.note in ENDLESS)
    if known and ready < job.place.token_expires:
        return None
    if job.place.by_token:
        return _(
            "-# Discord lets me write here for 15 minutes only. If this takes longer, the result comes to you as a "
            "direct message."
        )
    return _(
        "-# Discord closes a message that only you see after 15 minutes. If this takes longer, the result comes to you "
        "as a direct message: allow those from members of this server."
    )


def _preview(job: Job, showing: Showing) -> tuple[Attachment, ...]:
    preview = showing.progress.preview if showing.progress is not None else None
    if preview is None:
        return ()
    extension = {"image/png": "png", "image/webp": "webp"}.get(preview.content_type, "jpg")
    return (Attachment(f"preview.{extension}", preview.data, alt=alt_text(job), spoiler=job.spoiler),)
