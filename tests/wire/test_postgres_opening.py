"""Opening a PostgreSQL: whoever comes first makes its tables; what is wrong with it is one sentence, no password."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.errors import SettingsError
from bot.jobs import migrations
from bot.jobs.address import address_of
from bot.jobs.backup import backup
from bot.jobs.postgres import require_extra
from bot.jobs.store import Store
from bot.jobs.tables import REVISION
from bot.settings import Settings
from tests.postgres import PASSWORD, USER, Postgres
from tests.pure.jobs import make_job


async def refusal(url: str) -> str:
    with pytest.raises(SettingsError) as refused:
        await Store.open(url)
    said = refused.value.sentence()
    assert "\n" not in said
    assert "sesame" not in said
    assert PASSWORD not in said
    return said


async def test_what_cannot_be_opened_is_one_sentence(postgres: Postgres) -> None:
    await asyncio.to_thread(postgres.ask, "CREATE ROLE guest LOGIN PASSWORD 'sesame'")
    plain = await asyncio.to_thread(postgres.create)
    narrow = (
        "CREATE DATABASE narrow ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    )
    await asyncio.to_thread(postgres.ask, narrow)
    guest = postgres.url(plain, password="sesame").replace(f"//{USER}:", "//guest:")
    place = f"(127.0.0.1:{postgres.port})"

    assert await refusal(postgres.url(plain, password="sesame")) == (
        f"{plain} {place} refuses the user or the password in DATABASE_URL."
    )
    assert f"There is no such database: nowhere {place}." in await refusal(postgres.url("nowhere"))
    assert f"{plain} (127.0.0.1:1) does not answer." in await refusal(postgres.url(plain, port=1))
    assert "easel (nowhere.invalid:5432) does not answer." in await refusal("postgresql://nowhere.invalid/easel")
    assert f"may not write to {plain} {place}" in await refusal(guest)
    assert f"narrow {place} keeps text as LATIN1." in await refusal(postgres.url("narrow"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://easel:ses@me@host/easel", "write the signs @ and % of the password as %40 and %25"),
        ("postgresql+psycopg://easel:sesame@host:port/easel", "DATABASE_URL must name"),
        ("postgresql+psycopg://easel:sesame@host", "DATABASE_URL must name"),
        ("mysql://easel:sesame@host/easel", "DATABASE_URL must name"),
    ],
)
async def test_an_address_that_is_none_says_how_to_write_it(url: str, said: str) -> None:
    refused = await refusal(url)

    assert said in refused
    assert "me@" not in refused


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql+psycopg://easel:open%20sesame@host/easel", "open sesame"),
        ("postgresql+psycopg://easel:open/sesame@host/easel", "open/sesame"),
        ("postgresql+psycopg://easel:open@sesame@host/easel", "open@sesame"),
        ("postgresql+psycopg://easel:open[sesame@host/easel", "open[sesame"),
        ("postgresql+psycopg://host/easel?user=easel&password=opensesame", "opensesame"),
    ],
)
def test_the_password_is_a_secret_however_it_is_written(url: str, password: str) -> None:
    settings = Settings(_env_file=None, database_url=url)

    assert password in settings.secrets()
    assert "sesame" not in repr(settings)


def test_an_address_never_shows_its_password() -> None:
    address = address_of("postgresql+psycopg://easel:sesame@host/easel")

    assert "sesame" not in f"{address} {address!r} {address.name} {address.url}"


async def test_an_error_of_a_statement_shows_no_values(fleet_database: str) -> None:
    store = await Store.open(fleet_database)
    job = await store.add(make_job())

    with pytest.raises(Exception, match="duplicate key") as refused:
        await store.add(job)

    assert "a fox" not in str(refused.value)
    assert "secret" not in str(refused.value)
    await store.close()


async def test_a_backup_is_left_to_postgresql(fleet_database: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="pg_dump"):
        await backup(fleet_database, tmp_path / "copy.db")


async def test_several_processes_may_start_at_once_on_a_new_database(postgres: Postgres) -> None:
    url = postgres.url(await asyncio.to_thread(postgres.create))

    async with asyncio.timeout(60):
        stores = await asyncio.gather(*(Store.open(url) for _process in range(4)))

    job = await stores[0].add(make_job())
    assert [await store.get(job.id) for store in stores] == [job] * 4
    for store in stores:
        await store.close()


async def test_a_newer_schema_is_refused_and_left_as_it_is(postgres: Postgres, fleet_database: str) -> None:
    name = address_of(fleet_database).url.database or ""
    await asyncio.to_thread(postgres.ask, "UPDATE alembic_version SET version_num = '9999'", name)

    assert "was made by a newer Easel. Update Easel, or name another database" in await refusal(fleet_database)
    assert await asyncio.to_thread(postgres.ask, "SELECT version_num FROM alembic_version", name) == [("9999",)]


async def test_an_older_database_becomes_what_a_new_one_is(postgres: Postgres, fleet_database: str) -> None:
    old = await asyncio.to_thread(postgres.create)
    await asyncio.to_thread(_upgrade, postgres.url(old), "0001")

    store = await Store.open(postgres.url(old))
    job = await store.add(make_job())

    assert await store.get(job.id) == job
    await store.close()
    columns = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, collation_name "
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    new = await asyncio.to_thread(postgres.ask, columns, address_of(fleet_database).url.database or "")
    assert await asyncio.to_thread(postgres.ask, columns, old) == new
    assert await asyncio.to_thread(postgres.ask, "SELECT version_num FROM alembic_version", old) == [(REVISION,)]


def _upgrade(url: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert migrations.upgrade(connection, revision)
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision
    engine.dispose()


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    require_extra()
    monkeypatch.setitem(sys.modules, "procrastinate", None)

    with pytest.raises(SettingsError, match=r"pip install 'easel\[postgres\]'"):
        require_extra()
