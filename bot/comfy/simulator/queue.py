"""Waiting, running and finished prompts (ComfyUI's PromptQueue): a heap, one running, a history."""

import asyncio
import heapq
from collections.abc import Callable

from bot.comfy.simulator.wire import Item, Payload

HISTORY_SIZE = 10_000


class PromptQueue:
    """Items are ``(number, prompt_id, graph, extra_data, outputs, secrets)``.

    As in the real server, two items with equal number and id make the heap compare graphs and raise TypeError.
    """

    def __init__(self, updated: Callable[[], None]) -> None:
        self.pending: list[Item] = []
        self.running: Item | None = None
        self.history: dict[str, Payload] = {}
        self._updated = updated
        self._filled = asyncio.Event()

    @property
    def remaining(self) -> int:
        return len(self.pending) + (self.running is not None)

    def put(self, item: Item) -> None:
        heapq.heappush(self.pending, item)
        self._updated()
        self._filled.set()

    async def wait_filled(self) -> None:
        while not self.pending:
            self._filled.clear()
            await self._filled.wait()

    def take(self) -> Item:
        """Make the item with the lowest ``(number, prompt_id)`` the running one."""
        self.running = heapq.heappop(self.pending)
        self._updated()
        return self.running

    def finish(self, entry: Payload) -> None:
        """The running item is over; ``entry`` is its result and status in history."""
        item = self.running
        if item is None:
            raise RuntimeError("nothing is running")
        if len(self.history) > HISTORY_SIZE:
            self.history.pop(next(iter(self.history)))
        self.history[item[1]] = {"prompt": list(item[:5]), **entry}
        self.running = None
        self._updated()

    def delete(self, prompt_id: str) -> bool:
        """Take a pending prompt out, without a trace."""
        for index, item in enumerate(self.pending):
            if item[1] == prompt_id:
                if len(self.pending) == 1:
                    self.clear()
                else:
                    self.pending.pop(index)
                    heapq.heapify(self.pending)
                self._updated()
                return True
        return False

    def clear(self) -> None:
        self.pending = []
        self._updated()

    def page(self, max_items: int | None, offset: int) -> Payload:
        """``GET /history``: oldest first; without an offset the last ``max_items``."""
        if offset < 0 and max_items is not None:
            offset = len(self.history) - max_items
        found: Payload = {}
        for index, (prompt_id, entry) in enumerate(self.history.items()):
            if index >= offset:
                found[prompt_id] = entry
                if max_items is not None and len(found) >= max_items:
                    break
        return found
