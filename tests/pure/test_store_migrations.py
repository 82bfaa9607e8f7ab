"""The migrations lead to the tables the code uses, all of the way or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from bot.jobs import migrations
from bot.jobs.database import make_engine, migrate
from bot.jobs.tables import REVISION, metadata


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'easel.db'}")
    yield engine
    engine.dispose()


def schema(connection: Connection) -> set[str]:
    """What SQLite was told to make, spaces aside."""
    rows = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> :alembic"),
        {"alembic": "alembic_version"},
    )
    return {" ".join(sql.split()) for sql in rows.scalars()}


def test_the_migrations_give_the_tables_of_the_code(tmp_path: Path, engine: Engine) -> None:
    fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    with engine.begin() as migrated, fresh.begin() as made:
        metadata.create_all(made)
        migrations.upgrade(migrated)

        assert schema(migrated) == schema(made)
        assert compare_metadata(MigrationContext.configure(migrated, opts={"compare_type": True}), metadata) == []
    fresh.dispose()


def test_the_code_names_the_newest_revision_of_one_line() -> None:
    scripts = ScriptDirectory.from_config(migrations.make_config())

    assert scripts.get_heads() == [REVISION]
    assert [script.revision for script in scripts.walk_revisions()][-1] == "0001"


def test_each_revision_upgrades_to_the_newest(tmp_path: Path) -> None:
    scripts = ScriptDirectory.from_config(migrations.make_config())
    for script in scripts.walk_revisions():
        engine = create_engine(f"sqlite:///{tmp_path / script.revision}.db")
        with engine.begin() as connection:
            assert migrations.upgrade(connection, script.revision)
            assert migrations.upgrade(connection)
            assert MigrationContext.configure(connection).get_current_revision() == REVISION
        engine.dispose()


async def test_a_new_database_is_what_the_migrations_lead_to(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "new.db"
    new = make_engine(path)
    await migrate(new, str(path))
    await new.dispose()

    made = create_engine(f"sqlite:///{path}")
    with made.begin() as connection, engine.begin() as migrated:
        migrations.upgrade(migrated)

        assert schema(connection) == schema(migrated)
        assert MigrationContext.configure(connection).get_current_revision() == REVISION
    made.dispose()


def test_an_unknown_revision_is_not_touched(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))

        assert not migrations.upgrade(connection)
        assert inspect(connection).get_table_names() == ["alembic_version"]


async def test_a_migration_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """A table of somebody else's stands in the way of the last step."""
    path = tmp_path / "easel.db"
    engine = make_engine(path)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE facts (theirs TEXT)"))

    with pytest.raises(Exception, match="already exists"):
        await migrate(engine, str(path))

    async with engine.connect() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["facts"]
    await engine.dispose()
