"""Opening, locking and copying the database file; what goes wrong is said in a sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import AlreadyRunning, DatabaseAway, SettingsError
from bot.jobs.backup import backup
from bot.jobs.database import explain
from bot.jobs.hurry import answered, hurry
from bot.jobs.store import Store
from tests.pure.jobs import database_url, make_job, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(tmp_path)
    yield store
    await store.close()


def ask(path: Path, question: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchone()[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_the_folder_is_made_and_writes_go_to_a_journal(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "deep"

    store = await Store.open(database_url(folder))

    assert ask(folder / "easel.db", "PRAGMA journal_mode") == "wal"
    await store.close()


async def test_closing_leaves_one_whole_file_and_twice_is_once(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.add(make_job())
    await store.close()

    await store.close()

    with pytest.raises(RuntimeError, match="closed"):
        await store.unfinished()
    assert names(tmp_path) == ["easel.db", "easel.db.lock"]
    assert ask(tmp_path / "easel.db", "SELECT count(*) FROM jobs") == 1


async def test_a_second_store_on_the_same_file_is_refused_until_the_first_closes(tmp_path: Path, store: Store) -> None:
    with pytest.raises(AlreadyRunning, match=r"already running with .*easel\.db\. Stop that one first"):
        await Store.open(database_url(tmp_path))
    await store.close()

    again = await Store.open(database_url(tmp_path))
    await again.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/easel",
        "postgresql+psycopg://host",
        "sqlite+aiosqlite://",
        "sqlite:///:memory:",
        "data/easel.db",
        "",
    ],
)
async def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must name a SQLite file"):
        await Store.open(url)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(SettingsError, match=r"The folder .*data cannot be made: .+\."):
        await Store.open(database_url(tmp_path / "data"))


async def test_a_folder_in_place_of_the_file_is_named_and_the_lock_let_go(tmp_path: Path) -> None:
    (tmp_path / "easel.db").mkdir()
    with pytest.raises(SettingsError, match=r"easel\.db cannot be opened"):
        await Store.open(database_url(tmp_path))
    (tmp_path / "easel.db").rmdir()

    store = await Store.open(database_url(tmp_path))
    await store.close()


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    holiday = b"my holiday pictures" * 100
    (tmp_path / "easel.db").write_bytes(holiday)

    with pytest.raises(SettingsError, match=r"easel\.db is not an Easel database"):
        await Store.open(database_url(tmp_path))

    assert (tmp_path / "easel.db").read_bytes() == holiday


async def test_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.close()
    with closing(sqlite3.connect(tmp_path / "easel.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SettingsError, match=r"was made by a newer Easel\. Update Easel"):
        await Store.open(database_url(tmp_path))

    assert ask(tmp_path / "easel.db", "SELECT version_num FROM alembic_version") == "9999"


async def test_a_full_disk_is_said_and_room_makes_it_work_again(tmp_path: Path, store: Store) -> None:
    async with store._engine.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    large = make_job(values={"prompt": "x" * 100_000})

    with pytest.raises(SettingsError, match=r"The disk is full: .*easel\.db cannot grow"):
        await store.add(large)
    async with store._engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count=1000000")

    assert await store.add(large) == await store.get(large.id)


async def test_who_asked_reads_nothing_that_is_for_whoever_runs_the_bot(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """However late, and also where a file is fetched once they are answered."""
    async with store._engine.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    async def slow_command() -> None:
        hurry(0.0)
        answered()
        await store.add(make_job(values={"prompt": "x" * 100_000}))

    with pytest.raises(DatabaseAway) as told:
        await asyncio.create_task(slow_command())

    assert "easel.db" not in told.value.sentence()
    assert "The disk is full: " in caplog.text


def test_an_error_of_ours_is_not_the_machines() -> None:
    assert explain(sqlite3.OperationalError("no such table: jobs"), "easel.db") is None


async def test_opening_an_up_to_date_database_does_not_import_alembic(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    script = """
import asyncio, sys
from bot.jobs.hurry import answered, hurry
from bot.jobs.store import Store
store = asyncio.run(Store.open(sys.argv[1]))
print("alembic" in sys.modules)
store._lock.release()
"""

    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, database_url(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        said, _ = await child.communicate()

    assert said.split() == [b"False"]


async def test_a_backup_of_a_live_store_is_a_store(tmp_path: Path, store: Store) -> None:
    job = await store.add(make_job())
    copy = tmp_path / "backups" / "easel.db"

    await store.backup(copy)
    await store.claim(job, "gpu")

    assert names(copy.parent) == ["easel.db"]
    restored = await Store.open(database_url(copy.parent))
    assert await restored.get(job.id) == job
    await restored.close()


async def test_a_backup_never_takes_the_place_of_a_file(tmp_path: Path, store: Store) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("keep me")

    with pytest.raises(SettingsError, match=r"notes\.txt is already there\. Name a file that is not"):
        await store.backup(target)

    assert target.read_text() == "keep me"


async def test_a_backup_of_nothing_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no database at"):
        await backup(database_url(tmp_path), tmp_path / "copy.db")

    assert names(tmp_path) == []


async def test_a_backup_of_what_is_no_database_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "easel.db").write_bytes(b"my holiday pictures" * 100)

    with pytest.raises(SettingsError, match="is not an Easel database"):
        await backup(database_url(tmp_path), tmp_path / "copy.db")

    assert names(tmp_path) == ["easel.db"]


async def test_a_percent_sign_or_a_question_mark_in_the_folder_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "50% of #1?"
    folder.mkdir()
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/50%25 of #1%3F/easel.db")

    await store.backup(folder / "copy.db")

    await store.close()
    assert names(folder) == ["copy.db", "easel.db", "easel.db.lock"]
