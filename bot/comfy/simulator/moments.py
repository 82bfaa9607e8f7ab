"""What happens inside the simulator, told to whoever watches and remembered for whoever asks later."""

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable

from bot.comfy.simulator.wire import Payload

Watcher = Callable[[str, Payload], Awaitable[None] | None]


class Moments:
    """Named moments in order. Each is told before the server acts on it, and can be waited for once."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []
        self._waiting: list[tuple[str, Payload, asyncio.Future[Payload]]] = []
        self._unseen: deque[tuple[str, Payload]] = deque(maxlen=4_000)

    def on(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    async def tell(self, name: str, **facts: object) -> None:
        """Wake who waits for this, then let every watcher finish."""
        moment: Payload = facts
        self._remember(name, moment)
        for watcher in self._watchers:
            answer = watcher(name, moment)
            if inspect.isawaitable(answer):
                await answer

    async def turn(self, at: str, **facts: object) -> None:
        """Let every watcher finish before the worker goes on: the real one is a thread, which all else may overtake.

        The moment is called ``turn`` and is not remembered.
        """
        for watcher in self._watchers:
            answer = watcher("turn", {"at": at, **facts})
            if inspect.isawaitable(answer):
                await answer

    async def wait_for(self, name: str, **match: object) -> Payload:
        """The first such moment that no earlier call has returned, be it past or still to come."""
        for entry in self._unseen:
            if _matches(entry, name, match):
                self._unseen.remove(entry)
                return entry[1]
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting.append((name, match, future))
        return await future

    def _remember(self, name: str, moment: Payload) -> None:
        hits = [waiting for waiting in self._waiting if _matches((name, moment), waiting[0], waiting[1])]
        self._waiting = [waiting for waiting in self._waiting if waiting not in hits]
        for _name, _match, future in hits:
            if not future.done():
                future.set_result(moment)
        if not hits:
            self._unseen.append((name, moment))


def _matches(entry: tuple[str, Payload], name: str, match: Payload) -> bool:
    return entry[0] == name and all(entry[1].get(key) == value for key, value in match.items())
