"""A job that ended -> its message and the follow-ups: every picture of the batch, seed, model, size, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.jobs.job import Job, JobState
from bot.numerals import duration
from bot.text import _
from bot.ui.files import Prepared
from bot.ui.page import Page
from bot.ui.words import DOT, REASON, facts, header, notes, plain, quoted, said

DONE, FAILED, STOPPED = 0x23A55A, 0xDA373C, 0x80848E
SHOWN = ("seed", "model", "size", "steps", "cfg", "sampler", "scheduler", "vae", "lora", "lora_strength", "clip_skip")


def first_page(job: Job, prepared: Prepared, numbers: Sequence[int]) -> Page:
    """The job's own message, whatever its end; `numbers` are the files it holds, counted from 0."""
    if job.state is JobState.FAILED:
        return failed_page(job)
    if job.state is JobState.CANCELLED:
        return stopped_page(job)
    body = [*notes(job), *(quoted(text) for text in prepared.texts)]
    body += [f"⚠️ {remark}" for remark in prepared.remarks]
    for warning in job.outcome.warnings:
        body.append(_("⚠️ A part of the workflow was left out. {reason}").format(reason=said(warning)))
    total = len(prepared.files)
    if total > len(numbers):
        body.append(_("-# {shown} of {total} files; the others follow below.").format(shown=len(numbers), total=total))
    files = tuple(prepared.files[number] for number in numbers)
    return Page(header(job), tuple(body), footer=_details(job, prepared.size), files=files, colour=DONE)


def next_page(job: Job, prepared: Prepared, numbers: Sequence[int]) -> Page:
    """A message with more of the files."""
    span = f"{numbers[0] + 1}–{numbers[-1] + 1}" if len(numbers) > 1 else str(numbers[0] + 1)
    title = _("-# <@{user}> · {span} of {total}").format(user=job.place.user_id, span=span, total=len(prepared.files))
    return Page(title, files=tuple(prepared.files[number] for number in numbers), colour=DONE)


def failed_page(job: Job) -> Page:
    """Which node, why, and what to do."""
    failure = job.outcome.failure
    sentence = said(failure) if failure is not None else _("The job failed. Try it again.")
    return Page(header(job), (*notes(job), f"❌ {sentence}"), footer=_details(job), colour=FAILED)


def stopped_page(job: Job) -> Page:
    """Who stopped it, the person or a moderator, whose name is not for everybody, and why."""
    if job.cancelled_by is None:
        sentence = _("⏹️ Stopped on the ComfyUI server itself. Run the command again if you still want it.")
    elif job.cancelled_by == job.place.user_id:
        sentence = _("⏹️ Cancelled.")
    else:
        sentence = _("⏹️ Stopped by a moderator.")
        if job.reason:
            sentence += "\n" + _("Reason: {reason}").format(reason=plain(job.reason, REASON))
    return Page(header(job), (sentence,), colour=STOPPED)


def without_files(page: Page) -> Page:
    """Discord refused the files of this one: a sentence in their place."""
    sentence = _("⚠️ Discord does not take this file: it is too large here. Try a smaller size.")
    return replace(page, files=(), body=(*page.body, sentence))


def elsewhere(page: Page, job: Job) -> Page:
    """For the person's direct messages, with a word why it comes there."""
    sentence = (
        _("-# Sent here because I can no longer write in <#{channel}>.")
        if job.place.visible
        else _("-# Sent here because I can no longer write where you asked for it.")
        if job.place.by_token or job.place.guild_id is None
        else _("-# Sent here because Discord has closed the message in <#{channel}> that only you see.")
    )
    return replace(page, body=(*page.body, sentence.format(channel=job.place.channel_id)))


def _details(job: Job, size: str | None = None) -> str:
    known = facts(job, *(SHOWN if job.seeded else SHOWN[1:]), **({"size": size} if size else {}))
    if job.seconds is not None:
        known.append(duration(job.seconds).replace(" ", "\u00a0"))
    return DOT.join(known)
