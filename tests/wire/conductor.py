"""Stops a simulator's worker before everything it does, so that a test says when it goes on."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

#: What it may take until the worker is at its next stop; far more than it ever takes.
_PATIENCE = 10.0


@dataclass(eq=False)
class Turn:
    """A stop. ``at`` is ``take``, ``begin``, ``event``, ``check`` or ``finish``."""

    at: str
    facts: dict[str, Any]
    go: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Conductor:
    """Watches one simulator. Async nodes stop on their own, so there can be several turns at once."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        #: Let everything pass, as without a conductor.
        self.free = True
        self.idle = True
        self._changed = asyncio.Event()

    async def watch(self, moment: str, facts: dict[str, Any]) -> None:
        if moment in ("finished", "worker_died", "died"):
            self.idle = True
            self._changed.set()
        if moment != "turn":
            return
        self.idle = False
        turn = Turn(facts["at"], facts)
        if self.free:
            return
        self.turns.append(turn)
        self._changed.set()
        try:
            await turn.go.wait()
        finally:
            self.turns.remove(turn)
            turn.gone.set()

    async def permit(self, turn: Turn) -> None:
        """Returns when what the turn stands for has been done."""
        self.idle = False
        turn.go.set()
        await turn.gone.wait()

    def release(self) -> None:
        """Nothing stops from now on."""
        self.free = True
        for turn in self.turns:
            turn.go.set()

    async def settle(self, *, busy: bool) -> None:
        """Until the worker stops, or has nothing to do; ``busy`` says that prompts wait."""
        async with asyncio.timeout(_PATIENCE):
            while not self.turns and (busy or not self.idle):
                self._changed.clear()
                await self._changed.wait()

    async def breathe(self) -> None:
        """Let async nodes that are under way come to their stops."""
        for _ in range(3):
            await asyncio.sleep(0)
