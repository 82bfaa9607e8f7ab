"""The tables a process leaves behind, and the revision of the schema they stand for."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

#: The newest migration. A database at this revision is opened without importing Alembic.
REVISION = "0005"

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC; SQLite, which knows no zones, gets it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Said(TypeDecorator[str]):
    """What a person typed, without the one sign that PostgreSQL keeps in no text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value.replace("\0", "") if value is not None and dialect.name == "postgresql" else value


def _key(length: int) -> String:
    """In the order of its signs, which is Python's and SQLite's, whatever language a PostgreSQL speaks."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _json() -> JSON:
    return JSON(none_as_null=True)


# The wide columns come last: SQLite then scans the narrow ones without reading them.
jobs = Table(
    "jobs",
    metadata,
    Column("id", _key(36), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("tag", Double, nullable=False),
    Column("workflow", String(64), nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("visible", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("submitted_at", UtcTime),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("delivered_at", UtcTime),
    Column("seconds", Double),
    Column("seed", BigInteger, nullable=False),
    Column("submits", Integer, nullable=False),
    Column("cancelled_by", BigInteger),
    Column("parent", String(36)),
    Column("remote_id", String(255)),
    Column("backend", Text),
    Column("application_id", BigInteger, nullable=False),
    Column("interaction_id", BigInteger, nullable=False),
    Column("token_expires", UtcTime, nullable=False),
    Column("filesize_limit", BigInteger, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("user_name", Said, nullable=False),
    Column("token", Text, nullable=False),
    Column("roles", _json(), nullable=False),
    Column("parts", _json(), nullable=False),
    Column("used", _json(), nullable=False),
    Column("values", _json(), nullable=False),
    Column("outcome", _json(), nullable=False),
    Column("files", _json()),  # NULL: none, or pruned
    Column("graph", _json()),  # NULL: pruned
    Column("recipe", _json()),  # NULL: from before there were any
    Column("spoiler", Boolean),  # NULL: no
    Column("reason", Said),  # why a moderator stopped it
    Column("upload_slot", Integer),  # which names its files have on the server
    Column("by_token", Boolean),  # NULL: no
    Column("origin", Text),  # the address of the message it goes on from
    Column("notes", _json()),  # NULL: none
    Column("expanded", _json()),  # NULL: nothing
    Column("removed_by", BigInteger),  # who took its messages away
    Column("cost", Double),  # virtual seconds; NULL: from before there were any
    Column("first", Boolean),  # NULL: no
    Column("needs", _json()),  # NULL: unknown
    Column("moved", Boolean),  # NULL: no
    Index(None, "state"),
    Index(None, "guild_id", "state"),
    Index(None, "user_id", "state"),
    Index(None, "workflow", "finished_at"),
    Index(None, "delivered_at"),
    Index(None, "channel_id", "message_id"),
    Index(None, "user_id", "created_at"),
)

facts = Table(
    "facts",
    metadata,
    Column("key", _key(255), primary_key=True),
    Column("value", Text, nullable=False),
)

# What follows is about Discord servers and people; `guild_id` 0 stands for everywhere: direct messages, or all servers.

servers = Table(
    "servers",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("paused_by", BigInteger),
    Column("paused_at", UtcTime),
    Column("rules", _json(), nullable=False),
)

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("values", _json(), nullable=False),  # what they want where they say nothing
    Column("presets", _json(), nullable=False),  # by name: the workflow, and values for its options
)

#: One row for each job that was let in: it counts though the job is forgotten.
uses = Table(
    "uses",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("workflow", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("cost", Double, nullable=False),  # of the budget for paid workflows
    Index(None, "user_id", "at"),
    Index(None, "guild_id", "at"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("by", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("until", UtcTime),  # NULL: until somebody lifts it
    Column("reason", Said, nullable=False),
)

strikes = Table(
    "strikes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "user_id", "guild_id", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("user_id", BigInteger),  # whom it concerns
    Column("job_id", String(36)),
    Column("reason", Said, nullable=False),
    Index(None, "guild_id", "at"),
)

#: One row for each backend that was ever held, paused or seen. What a process says of it holds while its lease does.
backends = Table(
    "backends",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("worker", String(64)),  # which process holds it
    Column("lease", UtcTime),  # until when, unless it says so again
    Column("state", String(16)),
    Column("away_since", UtcTime),  # NULL: it is there
    Column("version", String(64)),
    Column("queue", Integer),
    Column("loaded", _json()),  # the models it loaded last
    Column("catalogue", String(64)),  # a digest of its nodes and lists
    Column("cost", Double),  # NULL: nothing
    Column("paused_by", BigInteger),  # NULL: nobody did
    Column("paused_at", UtcTime),
)

#: Runs that were given up because their backend was away: to be cancelled once it is back.
strays = Table(
    "strays",
    metadata,
    Column("backend", String(255), primary_key=True),
    Column("job_id", String(36), primary_key=True),
    Column("remote_id", String(255)),
    Column("slot", Integer),  # which names its files have there still
    Column("at", UtcTime, nullable=False),
)

#: What people uploaded, where several processes share the database; by the path within the data folder.
uploads = Table(
    "uploads",
    metadata,
    Column("path", String(255), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("at", UtcTime, nullable=False),
)

#: What jobs cost on paid backends.
spending = Table(
    "spending",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("backend", String(255), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("cost", Double, nullable=False),
    Index(None, "at"),
)

#: Nodes and lists of backends, as they told them, packed with gzip: for processes that cannot reach them.
catalogues = Table(
    "catalogues",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

#: What a process asks of the one that holds a backend, such as a file; gone once it is answered.
errands = Table(
    "errands",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("backend", String(255), nullable=False),
    Column("what", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("facts", _json(), nullable=False),
    Column("answer", _json()),  # NULL: not yet
    Column("data", LargeBinary),
)
