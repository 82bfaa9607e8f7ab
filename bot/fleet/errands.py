"""What only the holder of a backend can do, asked of it through the database: fetch a file, forget prompts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.backend import Backend
from bot.comfy.client import TooLarge
from bot.comfy.events import Output
from bot.errors import BackendError, BackendUnreachable, EaselError
from bot.failures import JobFailed, ServerLost, failure_from
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import errands

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds for an answer
AGAIN = 2.0  # seconds after which one looks, though nothing was heard
OLD = 300.0  # seconds: whoever asked is gone


class Errands:
    """Asks, and does what others ask of the backends that `mine` has, by name."""

    def __init__(self, store: Store, mine: Callable[[str], Backend | None], *, patience: float = PATIENCE) -> None:
        self._store = store
        self._mine = mine
        self._patience = patience
        self._answered: dict[str, asyncio.Event] = {}
        self._doing: dict[str, asyncio.Task[None]] = {}

    async def fetch(self, backend: str, output: Output, ceiling: int) -> bytes:
        """A file a prompt made there. Raises TooLarge, ServerLost, BackendUnreachable."""
        _answer, data = await self._ask(backend, "fetch", {"output": asdict(output), "ceiling": ceiling})
        return data

    async def forget(self, backend: str, prompt_ids: list[str]) -> None:
        """Take prompts out of its history. Raises BackendUnreachable."""
        await self._ask(backend, "forget", {"prompts": prompt_ids})

    async def free(self, backend: str) -> None:
        """Unload its models. Raises BackendUnreachable, PromptRefused."""
        await self._ask(backend, "free", {})

    async def heard_answer(self, errand_id: str | None) -> None:
        """That one is answered; None: any may be."""
        for known, answered in self._answered.items():
            if errand_id in {known, None}:
                answered.set()

    async def heard_errand(self, errand_id: str | None) -> None:
        """Somebody asks; None: they may have."""
        for known, backend, what, facts in await self._open(errand_id):
            mine = self._mine(backend)
            if mine is not None and known not in self._doing:
                task = asyncio.create_task(self._do(known, mine, what, facts), name=f"errand {known}")
                self._doing[known] = task
                task.add_done_callback(lambda _task, known=known: self._doing.pop(known, None))  # type: ignore[misc]  # mypy takes `known` for a parameter of the callback

    async def close(self) -> None:
        """Do nothing any more."""
        tasks = list(self._doing.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _ask(self, backend: str, what: str, facts: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        errand_id = str(uuid4())
        answered = self._answered[errand_id] = asyncio.Event()

        async def put(connection: AsyncConnection) -> None:
            row = {"id": errand_id, "backend": backend, "what": what, "facts": dict(facts)}
            await connection.execute(insert(errands).values(at=func.now(), **row))
            await tell(connection, Kind.ERRAND, errand_id)

        try:
            await self._store.transact(put)
            async with asyncio.timeout(self._patience):
                answer, data = await self._answer(errand_id, answered)
        except TimeoutError as error:
            raise BackendUnreachable(backend, "whoever holds it does not answer") from error
        finally:
            del self._answered[errand_id]
            await self._store.transact(
                lambda connection: connection.execute(delete(errands).where(errands.c.id == errand_id))
            )
        _raise(backend, answer)
        return answer, data

    async def _answer(self, errand_id: str, answered: asyncio.Event) -> tuple[dict[str, Any], bytes]:
        wanted = select(errands.c.answer, errands.c.data).where(errands.c.id == errand_id)
        while True:
            row = await self._store.transact(lambda connection: _first(connection, wanted))
            if row is not None and row[0] is not None:
                return row[0], row[1] or b""
            answered.clear()
            try:
                async with asyncio.timeout(AGAIN):
                    await answered.wait()
            except TimeoutError:
                continue

    async def _open(self, errand_id: str | None) -> list[tuple[str, str, str, dict[str, Any]]]:
        one = [] if errand_id is None else [errands.c.id == errand_id]
        columns = (errands.c.id, errands.c.backend, errands.c.what, errands.c.facts)

        async def read(connection: AsyncConnection) -> list[tuple[str, str, str, dict[str, Any]]]:
            if errand_id is None:
                old = errands.c.at < func.now() - func.make_interval(0, 0, 0, 0, 0, 0, OLD)
                await connection.execute(delete(errands).where(old))
            found = await connection.execute(select(*columns).where(errands.c.answer.is_(None), *one))
            return [tuple(row) for row in found]

        return await self._store.transact(read)

    async def _do(self, errand_id: str, backend: Backend, what: str, facts: Mapping[str, Any]) -> None:
        answer: dict[str, Any] = {}
        data = None
        try:
            data = await DEEDS[what](backend, facts)
        except TooLarge as error:
            answer = {"error": "too large", "size": error.size}
        except JobFailed as error:
            answer = {"error": "failed", "failure": error.to_dict()}
        except BackendError as error:
            answer = {"error": "away", "reason": getattr(error, "reason", "")}
        except EaselError as error:
            answer = {"error": "failed", "failure": ServerLost().to_dict()}
            log.warning("an errand at %s failed: %r", backend.name, error)

        async def put(connection: AsyncConnection) -> None:
            mine = update(errands).where(errands.c.id == errand_id)
            await connection.execute(mine.values(answer=answer, data=data))
            await tell(connection, Kind.ANSWER, errand_id)

        await self._store.transact(put)


async def _fetch(backend: Backend, facts: Mapping[str, Any]) -> bytes | None:
    return await backend.fetch(Output(**facts["output"]), ceiling=facts["ceiling"])


async def _forget(backend: Backend, facts: Mapping[str, Any]) -> bytes | None:
    await backend.forget(facts["prompts"])
    return None


async def _free(backend: Backend, facts: Mapping[str, Any]) -> bytes | None:
    await backend.free()
    return None


DEEDS: Mapping[str, Callable[[Backend, Mapping[str, Any]], Awaitable[bytes | None]]] = {
    "fetch": _fetch,
    "forget": _forget,
    "free": _free,
}


async def _first(connection: AsyncConnection, wanted: Any) -> Any:
    return (await connection.execute(wanted)).first()


def _raise(backend: str, answer: Mapping[str, Any]) -> None:
    match answer.get("error"):
        case "too large":
            raise TooLarge(answer.get("size"))
        case "failed":
            raise failure_from(answer["failure"])
        case "away":
            raise BackendUnreachable(backend, answer.get("reason", ""))
