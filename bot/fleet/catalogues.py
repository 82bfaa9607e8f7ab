"""Catalogues of backends in the database: put there by whoever holds one, taken out by whoever cannot reach it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from pathlib import Path

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.alone import alone
from bot.jobs.store import Store
from bot.jobs.tables import backends, catalogues
from bot.workflow.catalogue import Catalogue, save_info


class Catalogues:
    """`folder` keeps the files of those that were taken out, by their digest."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._known: dict[str, Catalogue] = {}

    async def put(self, file: Path) -> str | None:
        """The digest under which others find what is in that file; None where there is no such file yet."""
        try:
            data = await asyncio.to_thread(file.read_bytes)
        except OSError:
            return None
        digest = hashlib.sha256(data).hexdigest()

        async def work(connection: AsyncConnection) -> None:
            await alone(connection, "catalogues")
            there = select(catalogues.c.digest).where(catalogues.c.digest == digest)
            if await connection.scalar(there) is None:
                await connection.execute(insert(catalogues).values(digest=digest, data=data, at=func.now()))
                used = select(backends.c.catalogue).where(backends.c.catalogue.is_not(None))
                unused = (catalogues.c.digest != digest, catalogues.c.digest.not_in(used))
                old = catalogues.c.at < func.now() - func.make_interval(0, 0, 0, 0, 1)
                await connection.execute(delete(catalogues).where(*unused, old))

        await self._store.transact(work)
        return digest

    def path(self, digest: str) -> Path:
        """Where it lies here once it was taken out."""
        return self._folder / f"{digest}.json.gz"

    async def get(self, digest: str) -> Catalogue | None:
        """None where it is gone, as another has taken its place."""
        if digest not in self._known:
            found = await asyncio.to_thread(Catalogue.load, self.path(digest)) or await self._fetch(digest)
            if found is None:
                return None
            self._known[digest] = found
        return self._known[digest]

    def forget_all_but(self, digests: set[str]) -> None:
        """Of others nothing stays in memory."""
        self._known = {digest: known for digest, known in self._known.items() if digest in digests}

    async def _fetch(self, digest: str) -> Catalogue | None:
        async def work(connection: AsyncConnection) -> bytes | None:
            return await connection.scalar(select(catalogues.c.data).where(catalogues.c.digest == digest))

        data = await self._store.transact(work)
        if data is None:
            return None
        await asyncio.to_thread(lambda: save_info(self.path(digest), gzip.decompress(data)))
        return await asyncio.to_thread(Catalogue.load, self.path(digest))
