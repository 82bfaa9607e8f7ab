"""Folders and the disk: what must be written can be written, and there is room for it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bot.doctor.finding import Finding, Mark, bad, doubtful, good
from bot.errors import SettingsError
from bot.jobs.address import address_of
from bot.settings import Settings
from bot.text import _
from bot.workflow.folder import Folder
from bot.workflow.formats import SUFFIXES

#: bytes: below the first the disk will be full soon, below the second it is
LITTLE, TOO_LITTLE = 2**30, 100 * 2**20


def examine_folders(settings: Settings) -> list[Finding]:
    """DATA_DIR, the database's folder where it is another one, WORKFLOWS_DIR, and the room on the first."""
    found = [_writable("DATA_DIR", settings.data_dir), *_room(settings.data_dir)]
    try:
        database = address_of(settings.database_url).path
    except SettingsError as error:
        found.append(bad("DATABASE_URL", error.sentence()))
    else:
        if database is not None and database.parent != settings.data_dir.absolute():
            found.append(_writable("DATABASE_URL", database.parent))
    return [*found, _workflows(settings.workflows_dir)]


def _writable(subject: str, folder: Path) -> Finding:
    """Tried, not asked: permissions say little on network drives and on Windows."""
    place = _existing(folder)
    if not place.is_dir():
        return bad(subject, _("{file} is a file, and a folder is wanted there.").format(file=place))
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return bad(
            subject,
            _("nothing can be written into {folder} ({reason}). Check who owns it, or name another folder.").format(
                folder=place, reason=error.strerror
            ),
        )
    if place == folder.absolute():
        return good(subject, _("{folder} can be written to.").format(folder=folder))
    return good(subject, _("{folder} is made at the first start.").format(folder=folder))


def _room(folder: Path) -> list[Finding]:
    subject = _("Disk")
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError as error:
        return [doubtful(subject, _("its free space cannot be told: {reason}.").format(reason=error.strerror))]
    text = _("{size} GB are free.").format(size=f"{free / 2**30:.1f}")
    if free >= LITTLE:
        return [good(subject, text)]
    text += " " + _("Pictures on their way need room: free some space.")
    return [doubtful(subject, text) if free >= TOO_LITTLE else bad(subject, text)]


def _workflows(folder: Path) -> Finding:
    subject = "WORKFLOWS_DIR"
    if not folder.is_dir():
        return bad(
            subject,
            _("there is no folder {folder}. Make it, or name the right one.").format(folder=folder.absolute()),
        )
    count = len(Folder(folder).names(*SUFFIXES, ".toml"))
    if not count:
        return bad(subject, _("{folder} holds no workflows. Drop one into it.").format(folder=folder.absolute()))
    said = _("{folder} holds {count} files.").format(folder=folder, count=count)
    writing = _writable(subject, folder)
    return good(subject, said) if writing.mark is Mark.GOOD else doubtful(subject, f"{said} {writing.text}")


def _existing(folder: Path) -> Path:
    """The folder, else the nearest above it that is there, which may be a file."""
    folder = folder.absolute()
    return next((place for place in (folder, *folder.parents) if place.exists()), folder)
