"""One at a time over all processes: whoever reads in order to write what follows from it."""

from __future__ import annotations

import hashlib

from sqlalchemy import BigInteger, Connection, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def alone(connection: AsyncConnection, *what: object) -> None:
    """From here to the end of the transaction nobody else is past this line with the same `what`.

    Reads that follow see what those before wrote. In SQLite that holds anyway: one connection, one process.
    """
    await connection.run_sync(alone_sync, *what)


def alone_sync(connection: Connection, *what: object) -> None:
    """The same on a plain connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(bindparam("key", lock_key(*what), BigInteger))))


def lock_key(*what: object) -> int:
    """A number of PostgreSQL's 64 bits for it; two that share one only wait for each other."""
    digest = hashlib.blake2b(repr(("easel", *map(str, what))).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
