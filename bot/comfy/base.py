"""What all backends have in common: how they stand, and what is so where one says nothing else."""

from __future__ import annotations

import asyncio

from bot.comfy.standing import BackendState, Standing
from bot.errors import BackendError


class BackendBase:
    """`_standing` is the subclass's to keep."""

    _standing: Standing

    @property
    def name(self) -> str:
        """The address without credentials; stored with jobs."""
        return self._standing.name

    @property
    def state(self) -> BackendState:
        return self._standing.state

    @property
    def problem(self) -> BackendError | None:
        """Why it is not UP, as soon as an attempt to connect said so."""
        return self._standing.problem

    @property
    def busy(self) -> BackendError | None:
        """Nothing: it says itself how long its queue is."""
        return None

    @property
    def queue_remaining(self) -> int:
        """Prompts there, waiting and running, as far as it says."""
        return self._standing.queue_remaining

    @property
    def lacks(self) -> frozenset[str]:
        """Nothing: its catalogue says it."""
        return frozenset()

    @property
    def loaded(self) -> frozenset[str]:
        """Nothing: whoever sends it jobs knows."""
        return frozenset()

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change of state, catalogue or queue, counted from this call."""
        return self._standing.changed()

    async def wait_up(self) -> None:
        """Until prompts can be sent."""
        await self._standing.wait_up()
