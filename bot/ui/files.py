"""A job's outputs -> what can be attached: metadata dropped, made to fit, or explained."""

from __future__ import annotations

import asyncio
import re
import struct
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from bot.comfy.client import TooLarge
from bot.comfy.events import Output
from bot.failures import ServerLost
from bot.jobs.delivery import Fetch
from bot.jobs.job import Job
from bot.media import png
from bot.media.fit import Note, fit
from bot.media.sheet import sheet
from bot.media.sniff import AVIF, GIF, JPEG, MOV, MP4, OTHER, PNG, WEBM, WEBP, Category, sniff
from bot.media.strip import strip_metadata
from bot.numerals import mebibytes
from bot.text import _, ngettext
from bot.ui.page import Attachment
from bot.ui.withheld import withheld
from bot.ui.words import alt_text

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".apng", ".avif", ".bmp", ".tif", ".tiff"})
GALLERY = frozenset({PNG, JPEG, WEBP, GIF, AVIF, MP4, MOV, WEBM})  # what Discord draws and plays; others are offered
CEILING = 128 * 2**20  # bytes of a picture worth fetching: it can be made smaller; other files cannot
SHEET = f"-sheet{WEBP.extension}"  # how the name of a sheet of pictures ends
TEXT_SHOWN = 1500  # characters of all texts together; what passes that comes as a file
MIB = 2**20


@dataclass(frozen=True)
class Prepared:
    """`files` to attach, `texts` to show as they are, `remarks` about what could not be attached.

    `size` is that of the first picture as it was made: `768x512`. `on_sheet` is how many
    pictures the first file shows, where they stand on one sheet.
    """

    files: tuple[Attachment, ...] = ()
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    size: str | None = None
    on_sheet: int = 0


async def prepare(job: Job, fetch: Fetch, *, limit: int, keep_metadata: bool, grid: bool | None = None) -> Prepared:
    """Everything a finished job has to show, in files of at most `limit` bytes; its pictures on one sheet, if its
    workflow wants that, or `grid` says so.

    Raises `BackendUnreachable` where the server is away.
    """
    work = _Work(job, limit, keep_metadata, grid=job.recipe.grid if grid is None else grid)
    work.remarks += withheld(job)
    for text in (output.text for output in job.shown if output.kind == "text"):
        work.add_text(text)
    for number, output in enumerate(file_outputs(job)):
        try:
            data = await fetch(output, CEILING if _suffix(output) in PICTURES else limit)
            await asyncio.to_thread(work.add_file, data, output, number)
        except TooLarge:
            work.remarks.append(_too_large(output, limit))
        except ServerLost as lost:
            work.remarks.append(lost.sentence())
    if work.grid:
        await asyncio.to_thread(work.lay_out)
    remarks = tuple(dict.fromkeys(work.remarks))
    return Prepared((*work.files, *work.long), tuple(work.texts), remarks, work.size, work.on_sheet)


def file_outputs(job: Job) -> tuple[Output, ...]:
    """The files of a job that people may see; a file's number, from 0, is its place among them."""
    return tuple(output for output in job.shown if output.kind != "text")


def first_picture(job: Job) -> Output | None:
    """As far as their names tell."""
    return next((output for output in file_outputs(job) if _suffix(output) in PICTURES), None)


def pictures_of(job: Job) -> int:
    """How many of those are pictures, as far as their names tell."""
    return sum(_suffix(output) in PICTURES for output in file_outputs(job))


def shown_texts(job: Job) -> tuple[str, ...]:
    """The texts of a job that stand in its message; the longer ones are files."""
    work = _Work(job, 0, keep_metadata=False)
    for text in (output.text for output in job.shown if output.kind == "text"):
        work.add_text(text)
    return tuple(work.texts)


@dataclass
class _Work:
    """What is prepared so far."""

    job: Job
    limit: int
    keep_metadata: bool
    files: list[Attachment] = field(default_factory=list)
    pictures: dict[int, Attachment] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    long: list[Attachment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    size: str | None = None
    grid: bool = False
    on_sheet: int = 0

    def add_text(self, text: str) -> None:
        if sum(map(len, self.texts)) + len(text) <= TEXT_SHOWN:
            self.texts.append(text)
        else:
            name = f"easel-{self.job.id[:8]}-text{len(self.long)}.txt"
            self.long.append(Attachment(name, text.encode(errors="replace"), shown=False))

    def add_file(self, data: bytes, output: Output, number: int) -> None:
        """Runs in a thread: decoding and encoding take their time. Raises `TooLarge`."""
        if not self.keep_metadata:
            data = strip_metadata(data)
        kind = sniff(data)
        if kind.category is Category.PICTURE and self.size is None:
            self.size = _measure(data)
        extension = (_suffix(output) or kind.extension) if kind is OTHER else kind.extension
        if len(data) > self.limit:
            data, extension = self._made_smaller(data)
        shown = kind in GALLERY or extension == WEBP.extension
        alt = alt_text(self.job) if shown else None
        name = f"easel-{self.job.id[:8]}-{number + 1}{extension}"
        self.files.append(Attachment(name, data, shown=shown, alt=alt, spoiler=self.job.spoiler))
        if shown and kind.category is Category.PICTURE:
            self.pictures[number] = self.files[-1]

    def lay_out(self) -> None:
        """Runs in a thread. The pictures give way to their sheet, where all of them go onto one."""
        wanted = pictures_of(self.job)
        if len(self.pictures) != wanted:
            return
        drawn = sheet([file.data for file in self.pictures.values()], self.limit)
        if drawn is None:
            return
        alt = ngettext("{count} picture on one sheet: {prompt}", "{count} pictures on one sheet: {prompt}", wanted)
        alt = alt.format(count=wanted, prompt=alt_text(self.job))
        name = f"easel-{self.job.id[:8]}{SHEET}"
        pictures = [file.name for file in self.pictures.values()]
        others = [file for file in self.files if file.name not in pictures]
        self.files = [Attachment(name, drawn, alt=alt, spoiler=self.job.spoiler), *others]
        self.on_sheet = wanted

    def _made_smaller(self, data: bytes) -> tuple[bytes, str]:
        fitted = fit(data, self.limit, name="easel")
        if fitted is None:
            raise TooLarge(len(data))
        remark = (
            _("Pictures here can have {limit} MB at most, so larger ones were made smaller.")
            if fitted.note is Note.SCALED
            else _("Pictures here can have {limit} MB at most, so larger ones were compressed.")
        )
        self.remarks.append(remark.format(limit=mebibytes(self.limit)))
        return fitted.data, fitted.extension


def _measure(data: bytes) -> str | None:
    """Width and height from a picture's header; without Pillow, which costs memory, for the PNG that it mostly is."""
    if data.startswith(png.SIGNATURE) and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return f"{width}x{height}"
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as picture:
            return f"{picture.width}x{picture.height}"
    except Exception:  # noqa: BLE001  Pillow raises whatever it likes on a damaged file or a bomb, and this is a detail
        return None


def _suffix(output: Output) -> str:
    """The extension with its dot, if it is one that a file name on Discord can have."""
    suffix = PurePosixPath(output.filename).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,16}", suffix) else ""


def _too_large(output: Output, limit: int) -> str:
    if _suffix(output) in PICTURES:
        sentence = _("A picture is missing: it is far over the {limit} MB it can have here. Try a smaller size.")
    else:
        sentence = _("A file is missing: it is over the {limit} MB it can have here. Try a shorter or smaller one.")
    return sentence.format(limit=mebibytes(limit))
