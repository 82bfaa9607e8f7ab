"""Each workflow against each server: what is missing, what is out of range, what is off and why."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from bot.asking import Asked
from bot.doctor.finding import Finding, bad, doubtful, good
from bot.doctor.misfits import misfits
from bot.errors import SettingsError
from bot.jobs.address import sqlite_path
from bot.keeper import SWITCHES
from bot.settings import Settings
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.choosing import lacking
from bot.workflow.conversion import Converter
from bot.workflow.entry import Entry, Status
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library

log = logging.getLogger(__name__)


def examine_workflows(settings: Settings, servers: Sequence[Asked]) -> list[Finding]:
    """Servers that were never reached are left out; where there is no other, the files alone are looked at.

    A gateway reaches none: what can run, its workers' `check` says.
    """
    switches = _switches(settings)
    known = [server for server in servers if server.catalogue is not None]
    if not known:
        files = _of_entries(_load(settings, None, switches), None, "")
        unknown = doubtful(_("Workflows"), _("no server was reached yet, so it is not known what can run."))
        return files if settings.role == "gateway" else [*files, unknown]
    found: list[Finding] = []
    for server in known:
        where = f" @ {server.name}" if len(servers) > 1 else ""
        found += _of_entries(_load(settings, server, switches), server.catalogue, where, server.version)
    return found


def _load(settings: Settings, server: Asked | None, switches: Mapping[str, bool]) -> Library:
    converter = Converter(lambda _classes: server.info if server is not None else None, settings.data_dir / "converted")
    library = Library(settings.workflows_dir, converter, safety=settings.safety_workflow or "")
    if server is None:
        library.load(switches=switches)
    else:
        library.load(hosts_of(server.catalogue, server.version), switches=switches)
    return library


def _of_entries(library: Library, catalogue: Catalogue | None, where: str, version: str = "") -> list[Finding]:
    found = [finding for entry in library.entries.values() for finding in _of_entry(entry, catalogue, where, version)]
    if library.entries and not library.workflows:
        found.append(bad(_("Workflows") + where, _("none is a command: members can make nothing. See above.")))
    return found


def _of_entry(entry: Entry, catalogue: Catalogue | None, where: str, version: str) -> Iterator[Finding]:
    subject = (entry.file if entry.status is Status.BROKEN else f"/{entry.name}") + where
    reason = " ".join(entry.reasons)
    match entry.status:
        case Status.BROKEN:
            yield bad(subject, reason)
        case Status.UNFIT | Status.PAID | Status.LEFT_OUT:
            yield doubtful(subject, _("it is no command here. {reason}").format(reason=reason))
        case Status.OFF:
            yield good(subject, reason)
        case Status.READY:
            yield from _of_command(entry, subject, catalogue, version)
    yield from (doubtful(subject, note) for note in entry.notes)


def _of_command(entry: Entry, subject: str, catalogue: Catalogue | None, version: str) -> Iterator[Finding]:
    if catalogue is None:
        yield good(subject, _("its files can be read."))
        return
    able = [each for each in entry.variants if not lacking(each, catalogue, version)]
    found = list(dict.fromkeys(problem for each in able for problem in misfits(each, catalogue)))
    yield from (Finding(mark, subject, text) for mark, text in found)
    if found:
        return
    names = [each.variant.name for each in able if each.variant is not None]
    paid = " " + _("It costs money: {nodes}.").format(nodes=", ".join(entry.paid)) if entry.paid else ""
    graphs = _("ready, with {names}.").format(names=", ".join(names)) if names else _("ready.")
    yield good(subject, graphs + paid)


def _switches(settings: Settings) -> dict[str, bool]:
    """What the owner turned on and off, read without disturbing a bot that runs; none where that cannot be had."""
    try:
        path = sqlite_path(settings.database_url)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            rows = connection.execute("SELECT value FROM facts WHERE key = ?", (SWITCHES,)).fetchall()
    except (SettingsError, sqlite3.Error) as error:
        log.debug("the switches are not known: %s", error)
        return {}
    return {str(name): bool(on) for (value,) in rows for name, on in json.loads(value).items()}
