"""A job that ended -> its message and the follow-ups: every picture of the batch, seed, model, size, time."""

from __future__ import annotations

from collections.abc import Sequence

from bot.jobs.job import Job, JobState
from bot.text import _
from bot.ui.files import Prepared
from bot.ui.page import ATTACHMENTS, Attachment, Page
from bot.ui.words import duration, facts, header, plain

DONE, FAILED, STOPPED = 0x23A55A, 0xDA373C, 0x80848E
SHOWN = ("seed", "model", "size", "steps", "cfg", "sampler", "scheduler", "vae", "lora", "clip_skip")


def result_pages(job: Job, prepared: Prepared, *, per_message: int = ATTACHMENTS) -> list[Page]:
    """The job's own message first, then one more for each further group of files."""
    groups = _grouped(prepared.files, per_message)
    pages = [_first(job, prepared, groups[0], len(prepared.files))]
    for number, group in enumerate(groups[1:], 2):
        title = _("-# <@{user}> · part {number} of {total}").format(
            user=job.place.user_id, number=number, total=len(groups)
        )
        pages.append(Page(title, files=group, colour=DONE))
    return pages


def failed_page(job: Job) -> Page:
    """Which node, why, and what to do."""
    failure = job.outcome.failure
    sentence = failure.sentence() if failure is not None else _("The job failed.")
    return Page(header(job), (f"❌ {sentence}",), footer=_details(job), colour=FAILED)


def stopped_page(job: Job) -> Page:
    """Who stopped it."""
    if job.cancelled_by is None:
        sentence = _("⏹️ Stopped on the ComfyUI server. Run the command again if you still want it.")
    elif job.cancelled_by == job.place.user_id:
        sentence = _("⏹️ Cancelled.")
    else:
        sentence = _("⏹️ Stopped by the moderator <@{user}>.").format(user=job.cancelled_by)
    return Page(header(job), (sentence,), colour=STOPPED)


def ended_pages(job: Job, prepared: Prepared, *, per_message: int = ATTACHMENTS) -> list[Page]:
    """What a person sees of an ended job, whatever its end."""
    if job.state is JobState.DONE:
        return result_pages(job, prepared, per_message=per_message)
    return [failed_page(job) if job.state is JobState.FAILED else stopped_page(job)]


def _first(job: Job, prepared: Prepared, files: tuple[Attachment, ...], total: int) -> Page:
    body = [_quoted(text) for text in prepared.texts]
    body += [f"⚠️ {remark}" for remark in prepared.remarks]
    body += [f"⚠️ {warning.sentence()}" for warning in job.outcome.warnings]
    if total > len(files):
        body.append(_("-# {shown} of {total} files here, the others below.").format(shown=len(files), total=total))
    return Page(header(job), tuple(body), footer=_details(job), files=files, colour=DONE)


def _details(job: Job) -> str:
    known = facts(job, *SHOWN)
    if job.seconds is not None:
        known.append(duration(job.seconds))
    return " · ".join(known)


def _quoted(text: str) -> str:
    return "\n".join(f"> {plain(line, 300)}" for line in text.splitlines() if line.strip())


def _grouped(files: Sequence[Attachment], per_message: int) -> list[tuple[Attachment, ...]]:
    """At least one group; never more files in one than a message takes."""
    return [tuple(files[at : at + per_message]) for at in range(0, len(files), per_message)] or [()]
