"""What the bot asked of Discord lately: numbered, timed, and with the refusal where there was one."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .ratelimits import INVALID_STATUSES
from .refusals import mistakes, why
from .rest import Moment, Refused, Request
from .wire import Payload

if TYPE_CHECKING:
    from .server import DiscordServer

KEPT = 500


@dataclass
class Entry:
    """One request; `ms` is how long it took, once it is answered."""

    number: int
    #: of the traffic as a whole when this last changed
    version: int
    request: Request
    #: this Discord's time, seconds since 1970
    at: float
    ms: float | None = None
    refused: Refused | None = None


class Traffic:
    """Notes every request of one Discord from now on."""

    def __init__(self, discord: DiscordServer) -> None:
        self._discord = discord
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._invalid: deque[float] = deque(maxlen=discord.parts.buckets.shutout.limit)
        self._number = 0
        self._version = 0
        discord.on(self._note)

    def clear(self) -> None:
        """Forget what was asked; the count of invalid requests stays, as it would at Discord."""
        self._entries.clear()

    def view(self, after: int = 0) -> Payload:
        """What changed since that version, oldest first; `first` is the oldest number that is still kept."""
        shutout = self._discord.parts.buckets.shutout
        since = self._discord.world.now() - shutout.per
        return {
            "version": self._version,
            "first": self._entries[0].number if self._entries else self._number + 1,
            "requests": [_row(entry) for entry in self._entries if entry.version > after],
            "refused": sum(entry.refused is not None for entry in self._entries),
            "invalid": sum(at > since for at in self._invalid),
            "invalid_limit": shutout.limit,
        }

    def detail(self, number: int) -> Payload:
        """Body, files and answer of one request. Raises LookupError when it is forgotten."""
        entry = next((entry for entry in self._entries if entry.number == number), None)
        if entry is None:
            raise LookupError("This request is not kept any more.")
        request = entry.request
        return {
            "query": request.query,
            "body": request.payload,
            "files": [{"name": name, "size": size} for name, size in request.files],
            "answer": request.answer,
        }

    async def _note(self, moment: Moment, request: Request) -> None:
        self._version += 1
        entry = next((entry for entry in reversed(self._entries) if entry.request is request), None)
        if entry is None:  # an unknown route is told of only when it is answered
            self._number += 1
            entry = Entry(self._number, self._version, request, self._discord.world.now())
            self._entries.append(entry)
        if moment == "answer":
            self._answered(entry)

    def _answered(self, entry: Entry) -> None:
        now, request = asyncio.get_running_loop().time(), entry.request
        last = self._discord.refused[-1] if self._discord.refused else None
        entry.version = self._version
        entry.ms = round((now - request.at + self._discord.parts.latency) * 1000, 1)
        entry.refused = last if last and last.request is request else None
        if request.status in INVALID_STATUSES:
            self._invalid.append(self._discord.world.now())


def _row(entry: Entry) -> Payload:
    request, refused = entry.request, entry.refused
    row: Payload = {
        "number": entry.number,
        "at": entry.at,
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "ms": entry.ms,
        "files": len(request.files),
    }
    if refused is None:
        return row
    told = {"code": refused.code, "message": refused.message, "why": why(refused), "mistakes": mistakes(refused.errors)}
    return row | {"refused": told}
