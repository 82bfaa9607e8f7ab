"""The pool of a process kept as the roster has it: backends of others beside its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container, Iterable
from contextlib import suppress

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.fleet.catalogues import Catalogues
from bot.fleet.errands import Errands
from bot.fleet.remote import RemoteBackend
from bot.fleet.roster import Entry, Roster, Said
from bot.jobs.dispatcher import Dispatcher

log = logging.getLogger(__name__)

BURST = 0.1  # seconds between two words about a backend, at least


class Neighbours:
    """What others say of theirs, which are none of `own`. `seconds`: how often one looks though nothing was heard, as
    leases end in silence.
    """

    def __init__(
        self,
        roster: Roster,
        pool: Pool,
        catalogues: Catalogues,
        errands: Errands,
        own: Container[str],
        *,
        seconds: float,
        lost: float,
    ) -> None:
        self._roster = roster
        self._pool = pool
        self._catalogues = catalogues
        self._errands = errands
        self._seconds = seconds
        self._lost = lost
        self._own = own
        self._remotes: dict[str, RemoteBackend] = {}
        self._heard = asyncio.Event()
        self._turn = asyncio.Lock()

    async def hear(self, _name: str | None = None) -> None:
        """Something changed."""
        self._heard.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._heard.clear()
            try:
                await self.learn()
            except Exception:  # the database is away, or a catalogue is damaged: what was known stays
                log.warning("what other processes say of their backends is not known for now", exc_info=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._heard.wait()

    async def learn(self) -> None:
        """All there is now."""
        async with self._turn:
            await self._learn()

    async def make_room(self, name: str) -> None:
        """That one is this process's own from now on."""
        async with self._turn:
            if self._remotes.pop(name, None) is not None:
                await self._pool.remove(name)

    async def _learn(self) -> None:
        entries = await self._roster.read(self._lost)
        theirs = {entry.name: entry for entry in entries if entry.name not in self._own}
        for entry in theirs.values():
            await self._meet(entry)
        for name in self._remotes.keys() - theirs.keys():
            del self._remotes[name]
            await self._pool.remove(name)
        self._catalogues.forget_all_but({remote.digest for remote in self._remotes.values() if remote.digest})

    async def _meet(self, entry: Entry) -> None:
        remote = self._remotes.get(entry.name)
        digest = entry.said.catalogue
        catalogue = await self._catalogues.get(digest) if digest is not None else None
        known = remote is not None
        if remote is None:
            remote = self._remotes[entry.name] = RemoteBackend(entry, self._errands)
        remote.learn(entry, catalogue, self._catalogues.path(digest or ""))
        if not known:
            self._pool.add(remote)
        if entry.lost != (entry.name in self._pool.lost):
            (self._pool.lost.add if entry.lost else self._pool.lost.discard)(entry.name)
            self._pool.touch()


class Herald:
    """Says what is so of the backends that this process holds."""

    def __init__(self, roster: Roster, pool: Pool, catalogues: Catalogues, dispatcher: Dispatcher) -> None:
        self._roster = roster
        self._pool = pool
        self._catalogues = catalogues
        self._dispatcher = dispatcher
        self._said: dict[str, Said] = {}
        self._digests: dict[str, tuple[object, str]] = {}

    def forget(self, name: str) -> None:
        """It is to be said anew."""
        self._said.pop(name, None)

    async def say(self, backends: Iterable[Backend]) -> None:
        """What changed since it was said last."""
        for backend in backends:
            said = await self._of(backend)
            if self._said.get(backend.name) != said:
                await self._roster.say(backend.name, said)
                self._said[backend.name] = said

    async def _of(self, backend: Backend) -> Said:
        return Said(
            backend.state,
            backend.version,
            backend.queue_remaining,
            tuple(sorted(self._dispatcher.crew(backend).loaded)),
            await self._digest(backend),
            backend.cost,
        )

    async def _digest(self, backend: Backend) -> str | None:
        catalogue = backend.catalogue
        known, digest = self._digests.get(backend.name, (None, None))
        if catalogue is None or known is catalogue:
            return digest
        digest = await self._catalogues.put(backend.nodes_file)
        if digest is not None:  # else its file is about to be written
            self._digests[backend.name] = catalogue, digest
        return digest
