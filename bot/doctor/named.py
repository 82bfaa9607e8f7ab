"""The names of settings: a typing mistake in `.env` is otherwise silent."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource

from bot.backends_file import listed_backends
from bot.doctor.finding import Finding, bad, doubtful, good
from bot.errors import SettingsError
from bot.settings import Settings
from bot.text import _


def examine_names(settings: Settings) -> list[Finding]:
    """Which settings are given, and those in `.env` that are none."""
    subject, file = _("Settings"), Path(str(Settings.model_config.get("env_file")))
    given = sorted(name.upper() for name in settings.model_fields_set)
    said = (
        _("given are {names}.").format(names=", ".join(given)) if given else _("none is given: all are as they come.")
    )
    where = _("{file} is read.") if file.is_file() else _("There is no {file} in this folder.")
    return [good(subject, f"{said} {where.format(file=file)}"), *_strangers(subject, file), *_servers(settings)]


def _servers(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the file of servers, if there is one."""
    try:
        listed_backends(settings)
    except SettingsError as mistake:
        file = str(settings.backends_file)
        yield bad(file, mistake.sentence().removeprefix(f"{file}: "))


def _strangers(subject: str, file: Path) -> Iterator[Finding]:
    known = [name.upper() for name in Settings.model_fields]
    try:
        names = [name.upper() for name in DotEnvSettingsSource(Settings).env_vars]
    except (OSError, UnicodeDecodeError) as error:
        yield doubtful(subject, _("{file} cannot be read: {reason}.").format(file=file, reason=error))
        return
    for name in names:
        close = get_close_matches(name, known, n=1, cutoff=0.75)
        if close and name not in known:
            yield doubtful(
                subject,
                _("{name} in {file} is no setting. Did you mean {other}?").format(name=name, file=file, other=close[0]),
            )
