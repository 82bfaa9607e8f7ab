"""The page's stream of events: whatever a person would see change, as it changes."""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from aiohttp import web

from .message import Message
from .page_views import message_view, state_view
from .people import Person
from .server import DiscordServer
from .wire import Payload
from .world import Channel, permissions

PING_SECONDS = 15.0
STREAMS: web.AppKey[set[asyncio.Task[None]]] = web.AppKey("streams")


class Sent(Protocol):
    """What events are put into."""

    def put_nowait(self, item: Payload, /) -> None: ...


async def stream(request: web.Request, discord: DiscordServer, person: Person) -> web.StreamResponse:
    """Server-sent events until the browser leaves; the first one is the whole state."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    queue: asyncio.Queue[Payload] = asyncio.Queue()
    observer = Watcher(discord, person, queue)
    discord.world.observers.append(observer)
    task = asyncio.current_task()
    streams = request.app[STREAMS]
    if task:
        streams.add(task)
    try:
        observer(None)
        await _send(response, queue)
    except (ConnectionError, asyncio.CancelledError):
        pass  # the page is gone, or this server is closing
    finally:
        discord.world.observers.remove(observer)
        streams.discard(task) if task else None
    return response


class Watcher:
    """Puts what changes for one person into their queue."""

    def __init__(self, discord: DiscordServer, person: Person, queue: Sent) -> None:
        self.discord = discord
        self.person = person
        self.queue = queue

    def __call__(self, thing: Message | Channel | None) -> None:
        if not isinstance(thing, Message):
            self.queue.put_nowait({"kind": "state", "state": state_view(self.discord, self.person)})
        elif thing.only_for in (None, self.person.user) and permissions(self.person.user, thing.channel).view_channel:
            self.queue.put_nowait({"kind": "message", "message": message_view(thing)})


async def _send(response: web.StreamResponse, queue: asyncio.Queue[Payload]) -> None:
    while True:
        try:
            async with asyncio.timeout(PING_SECONDS):
                event = await queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        await response.write(f"data: {json.dumps(event)}\n\n".encode())


async def close_streams(app: web.Application) -> None:
    streams: set[asyncio.Task[None]] = app[STREAMS]
    for task in list(streams):
        task.cancel()
