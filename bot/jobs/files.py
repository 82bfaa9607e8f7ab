"""What people uploaded for their jobs: in the data folder, or, where several machines share the database, in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.folder import remove_files
from bot.jobs.store import Store, utc_now
from bot.jobs.tables import uploads

FOLDER = "files"  # the uploads' folder inside the data folder
#: how long the job of an upload may take to be stored
ARRIVAL = timedelta(hours=1)


class Files:
    """By the paths that jobs name in `files`, inside the data folder."""

    def __init__(self, store: Store, data_dir: Path) -> None:
        self._store = store
        self._data_dir = data_dir

    async def write(self, path: str, data: bytes) -> None:
        """In place of one there may be. Raises OSError where the disk does not take it."""
        if not self._store.shared:
            await asyncio.to_thread(_write, self._data_dir / path, data)
            return

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(uploads).where(uploads.c.path == path))
            await connection.execute(insert(uploads).values(path=path, data=data, at=utc_now()))

        await self._store.transact(work)

    async def read(self, path: str) -> bytes:
        """FileNotFoundError where it is gone."""
        if not self._store.shared:
            return await asyncio.to_thread((self._data_dir / path).read_bytes)
        data: bytes | None = await self._store.transact(
            lambda connection: connection.scalar(select(uploads.c.data).where(uploads.c.path == path))
        )
        if data is None:
            raise FileNotFoundError(path)
        return data

    async def there(self, paths: Iterable[str]) -> set[str]:
        """Those that are."""
        wanted = set(paths)
        if not self._store.shared:
            return await asyncio.to_thread(lambda: {path for path in wanted if (self._data_dir / path).is_file()})
        found = select(uploads.c.path).where(uploads.c.path.in_(wanted))

        async def read(connection: AsyncConnection) -> set[str]:
            return set((await connection.execute(found)).scalars())

        return await self._store.transact(read)

    async def remove(self, paths: Iterable[str]) -> None:
        """Those there are; what else lies in the data folder by these paths goes too."""
        gone = list(paths)
        if not gone:
            return
        if self._store.shared:
            await self._store.transact(
                lambda connection: connection.execute(delete(uploads).where(uploads.c.path.in_(gone)))
            )
        await asyncio.to_thread(remove_files, self._data_dir, gone)

    async def sweep(self) -> None:
        """Remove uploads that no job names: a crash left them. Without a shared database, only before anybody can send
        new ones; with one, what has lain for a while.
        """
        lying = await self._lying()
        await self.remove(lying - await self._store.files_in_use())

    async def _lying(self) -> set[str]:
        if not self._store.shared:
            return await asyncio.to_thread(self._on_disk)
        old = select(uploads.c.path).where(uploads.c.at < utc_now() - ARRIVAL)

        async def read(connection: AsyncConnection) -> set[str]:
            return set((await connection.execute(old)).scalars())

        return await self._store.transact(read)

    def _on_disk(self) -> set[str]:
        found = (path for path in (self._data_dir / FOLDER).rglob("*") if path.is_file())
        return {path.relative_to(self._data_dir).as_posix() for path in found}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
