"""DATABASE_URL read: a file of SQLite's, or a PostgreSQL; never shown with its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError
from bot.text import _

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True)
class Address:
    """`name` is what sentences call it; `path` SQLite's file, None for PostgreSQL."""

    url: URL = field(repr=False)
    name: str
    path: Path | None = None


def address_of(text: str) -> Address:
    """Which database a URL names; SettingsError where it names none."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(wanted_url()) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None or not url.database or url.database == ":memory:":
        raise SettingsError(wanted_url())
    if driver == DRIVERS["sqlite"]:
        path = Path(url.database).expanduser().absolute()
        return Address(URL.create(driver, database=str(path)), str(path), path)
    if "@" in (url.host or ""):  # it holds half of the password
        raise SettingsError(_("DATABASE_URL cannot be read: write the signs @ and % of the password as %40 and %25."))
    return Address(url.set(drivername=driver), _name(url))


def sqlite_path(text: str) -> Path:
    """The file a database URL names; SettingsError where it names none."""
    path = address_of(text).path
    if path is None:
        raise SettingsError(_("DATABASE_URL names PostgreSQL, which is no file."))
    return path


def wanted_url() -> str:
    """What a person is told whose DATABASE_URL is another."""
    return _(
        "DATABASE_URL must name a SQLite file, such as sqlite+aiosqlite:///data/easel.db, or a database of "
        "PostgreSQL's, such as postgresql+psycopg://easel:password@host/easel."
    )


def _name(url: URL) -> str:
    place = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}"
    return f"{url.database} ({place})"
