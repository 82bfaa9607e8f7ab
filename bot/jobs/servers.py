"""What Discord servers have set, and whether they are paused: read often, kept in memory, changed seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.alone import alone
from bot.jobs.rules import Rules
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import servers


@dataclass(frozen=True)
class Server:
    """One Discord server as the store has it. `paused_by` is the moderator who paused it, None while it is not."""

    rules: Rules = field(default_factory=Rules)
    paused_by: int | None = None
    paused_at: datetime | None = None


class Servers:
    """Call `load` once before anything else; afterwards reading needs no database. Call `reload` when another process
    has said that something changed.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[int, Server] = {}
        #: called when something has changed that was read before
        self.on_change: Callable[[], None] = lambda: None

    async def load(self) -> None:
        """Read all of them."""

        async def read(connection: AsyncConnection) -> dict[int, Server]:
            rows = await connection.execute(select(servers))
            return {row.guild_id: Server(Rules.read(row.rules), row.paused_by, row.paused_at) for row in rows}

        self._known = await self._store.transact(read)

    async def reload(self, _guild_id: str | None = None) -> None:
        """Read all of them again; `on_change` is called where one is another now."""
        before = self._known
        await self.load()
        if self._known != before:
            self.on_change()

    def get(self, guild_id: int | None) -> Server:
        """What is set there; direct messages and servers without settings have nothing set."""
        return self._known.get(guild_id or 0, Server())

    @property
    def paused(self) -> frozenset[int]:
        """The servers where nothing new begins."""
        return frozenset(guild_id for guild_id, server in self._known.items() if server.paused_by is not None)

    async def change(self, guild_id: int, decide: Callable[[Rules], Rules]) -> Rules:
        """Write what `decide` makes of the rules as they are stored; they hold from now on."""
        return (await self._write(guild_id, lambda server: replace(server, rules=decide(server.rules)))).rules

    async def pause(self, guild_id: int, by: int) -> Server:
        """Nothing new begins there; who paused it first stays written down."""
        now = self._clock()
        return await self._write(
            guild_id,
            lambda server: server if server.paused_by is not None else replace(server, paused_by=by, paused_at=now),
        )

    async def resume(self, guild_id: int) -> Server:
        """Jobs begin again there."""
        return await self._write(guild_id, lambda server: replace(server, paused_by=None, paused_at=None))

    async def _write(self, guild_id: int, decide: Callable[[Server], Server]) -> Server:
        async def work(connection: AsyncConnection) -> Server:
            await alone(connection, "server", guild_id)
            wanted = servers.c.guild_id == guild_id
            row = (await connection.execute(select(servers).where(wanted))).one_or_none()
            old = Server() if row is None else Server(Rules.read(row.rules), row.paused_by, row.paused_at)
            new = decide(old)
            values: dict[str, Any] = {
                "rules": new.rules.to_dict(),
                "paused_by": new.paused_by,
                "paused_at": new.paused_at,
            }
            if row is None:
                await connection.execute(insert(servers).values(guild_id=guild_id, **values))
            else:
                await connection.execute(update(servers).where(wanted).values(**values))
            await tell(connection, Kind.RULES, guild_id)
            return new

        self._known[guild_id] = server = await self._store.transact(work)
        self.on_change()
        return server
