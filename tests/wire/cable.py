"""A cable to a database that breaks where a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum


class Break(Enum):
    #: the commit never arrives, so that it does not happen
    BEFORE = "before"
    #: it arrives, and its answer does not
    AFTER = "after"
    #: it is held up until `go_on` is set, and arrives then
    HANG = "hang"


class Cable:
    """Everything goes through, until `at_commit` is set: then the next commit breaks its connection, once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.at_commit: Break | None = None
        #: of those connections alone that have said this
        self.among = b""
        self.go_on = asyncio.Event()
        self._through = asyncio.Event()
        self._through.set()
        #: commits that were broken off
        self.broken = 0
        #: where to connect
        self.port = 0

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Cable]:
        """Until the end of the block."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def hold(self) -> None:
        """Nothing arrives there any more, until `let_go()`."""
        self._through.clear()

    def let_go(self) -> None:
        """What was held up arrives."""
        self._through.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        answers = asyncio.create_task(_pour(there, writer))
        among = False
        try:
            while data := await reader.read(65536):
                among = among or (self.among != b"" and self.among in data)
                if b"COMMIT\0" in data and among is (self.among != b"") and self.at_commit is not None:
                    if self.at_commit is not Break.HANG:
                        await self._break(data, back, answers, there)
                        return
                    self.at_commit, self.broken = None, self.broken + 1
                    await self.go_on.wait()
                await self._through.wait()
                back.write(data)
                await back.drain()
        except OSError:
            return
        finally:
            answers.cancel()
            back.close()
            writer.close()

    async def _break(
        self, data: bytes, back: asyncio.StreamWriter, answers: asyncio.Task[None], there: asyncio.StreamReader
    ) -> None:
        where, self.at_commit = self.at_commit, None
        self.broken += 1
        answers.cancel()
        await asyncio.wait([answers])
        if where is Break.AFTER:
            back.write(data)
            await there.read(65536)  # the answer: it has happened


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()
