"""What this process does, which database it shares, and whether its port for metrics can be had."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.doctor.finding import Finding, bad, doubtful, good
from bot.errors import SettingsError
from bot.jobs.address import Address, address_of
from bot.jobs.database import engine_for, plain_errors
from bot.metrics.ports import explain
from bot.settings import Settings
from bot.text import _


async def examine_fleet(settings: Settings, *, patience: float) -> list[Finding]:
    """ROLE with its shards; DATABASE_URL, a PostgreSQL asked once; METRICS_PORT where it is set."""
    found = [good("ROLE", " ".join(_role(settings)))]
    try:
        address = address_of(settings.database_url)
    except SettingsError:  # said where folders are examined
        return [*found, *_port(settings)]
    return [*found, await _database(address, patience), *_port(settings)]


def _role(settings: Settings) -> Iterator[str]:
    match settings.role:
        case "gateway":
            yield _("gateway: this process talks to people, and workers run their jobs.")
        case "worker":
            yield _("worker: this process runs jobs, and gateways talk to people.")
        case _:
            yield _("all: this process talks to people and runs their jobs.")
    if settings.shard_ids and settings.role != "worker":
        shards = ", ".join(map(str, settings.shard_ids))
        yield _("It takes these of {count} shards: {shards}.").format(count=settings.shard_count, shards=shards)


async def _database(address: Address, patience: float) -> Finding:
    subject = "DATABASE_URL"
    if address.path is not None:
        return good(subject, _("a file, for one process: {file}.").format(file=address.path))
    try:
        async with asyncio.timeout(patience):
            await _ask(address)
    except SettingsError as error:
        return bad(subject, error.sentence())
    except (DBAPIError, OSError, TimeoutError) as error:
        problem = _("{name} does not answer. Check that PostgreSQL runs there, and DATABASE_URL.")
        return bad(subject, f"{problem.format(name=address.name)} ({type(error).__name__})")
    return good(subject, _("PostgreSQL answers, and several processes can share it: {name}.").format(name=address.name))


async def _ask(address: Address) -> None:
    engine = engine_for(address)
    try:
        with plain_errors(address.name):
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
    finally:
        await engine.dispose()


def _port(settings: Settings) -> Iterator[Finding]:
    """Opened and closed again."""
    host, port = settings.metrics_host, settings.metrics_port
    if port is None:
        return
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.create_server((host, port), family=family):
            pass
    except OSError as error:
        said, perhaps = explain(error, host, port), _("Where Easel runs already, it is that program.")
        taken = error.errno == errno.EADDRINUSE
        yield doubtful("METRICS_PORT", f"{said} {perhaps}") if taken else bad("METRICS_PORT", said)
    else:
        yield good("METRICS_PORT", _("port {port} on {host} is free.").format(port=port, host=host))
