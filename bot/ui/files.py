"""A job's outputs -> what can be attached: metadata dropped, made to fit, or explained."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.comfy.client import TooLarge
from bot.comfy.events import Output
from bot.errors import ServerLost
from bot.jobs.delivery import Fetch
from bot.jobs.job import Job
from bot.media.fit import fit
from bot.media.sniff import Category, sniff
from bot.media.strip import strip_metadata
from bot.text import _
from bot.ui.page import Attachment
from bot.ui.words import alt_text, plain

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".apng", ".avif", ".bmp", ".tif", ".tiff"})
CEILING = 128 * 2**20  # bytes of a picture worth fetching: it can be made smaller; other files cannot
TEXT_SHOWN = 1500  # characters; longer texts come as a file
MIB = 2**20


@dataclass(frozen=True)
class Prepared:
    """`files` to attach, `texts` to show as they are, `remarks` about what could not be attached."""

    files: tuple[Attachment, ...] = ()
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


async def prepare(job: Job, fetch: Fetch, *, keep_metadata: bool) -> Prepared:
    """Everything a finished job has to show. Raises `BackendUnreachable` where the server is away."""
    files: list[Attachment] = []
    texts: list[str] = []
    remarks: list[str] = []
    for output in job.outcome.outputs:
        name = f"easel-{job.id[:8]}-{len(files) + 1}"
        if output.kind == "text" and len(output.text) <= TEXT_SHOWN:
            texts.append(output.text)
        elif output.kind == "text":
            files.append(Attachment(f"{name}.txt", output.text.encode(), picture=False))
        else:
            try:
                data = await fetch(output, _ceiling(output, job.place.filesize_limit))
                files.append(await asyncio.to_thread(_attachment, data, name, job, keep_metadata))
            except TooLarge as large:
                remarks.append(_too_large(output, large.size, job.place.filesize_limit))
            except ServerLost as lost:
                remarks.append(lost.sentence())
    return Prepared(tuple(files), tuple(texts), tuple(dict.fromkeys(remarks)))


def _attachment(data: bytes, name: str, job: Job, keep_metadata: bool) -> Attachment:
    """Runs in a thread: decoding and encoding take their time. Raises `TooLarge`."""
    limit = job.place.filesize_limit
    if not keep_metadata:
        data = strip_metadata(data)
    kind = sniff(data)
    picture = kind.category is Category.PICTURE
    extension = kind.extension
    if len(data) > limit:
        fitted = fit(data, limit, name=name) if picture else None
        if fitted is None:
            raise TooLarge(len(data))
        data, extension = fitted.data, fitted.extension
    shown = picture or kind.category is Category.VIDEO
    return Attachment(f"{name}.{extension.lstrip('.')}", data, picture=shown, alt=alt_text(job) if shown else None)


def _ceiling(output: Output, limit: int) -> int:
    return CEILING if PurePosixPath(output.filename.lower()).suffix in PICTURES else limit


def _too_large(output: Output, size: int | None, limit: int) -> str:
    name = plain(output.filename, 80)
    if size is None:
        return _("“{name}” is over this server's limit of {limit} MB. Try a smaller size or a shorter clip.").format(
            name=name, limit=limit // MIB
        )
    return _(
        "“{name}” has {size} MB, over this server's limit of {limit} MB. Try a smaller size or a shorter clip."
    ).format(name=name, size=f"{size / MIB:.1f}", limit=limit // MIB)
