"""The backends by name, and the one to give the next prompt to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.comfy.backend import Backend, BackendState
from bot.errors import BackendError
from bot.workflow.catalogue import Catalogue


class Pool:
    """One backend for now; written for several."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self.backends = tuple(backends)

    async def serve(self) -> None:
        """Keep all of them connected, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for backend in self.backends:
                group.create_task(backend.serve(), name=f"backend {backend.name}")

    @property
    def problem(self) -> BackendError | None:
        """Why nothing can run now; None as soon as one backend is up, or may be about to be."""
        problems = [backend.problem for backend in self.backends]
        return None if None in problems else problems[0]

    @property
    def catalogue(self) -> Catalogue | None:
        """The nodes and lists of the first backend that was ever seen."""
        return next((backend.catalogue for backend in self.backends if backend.catalogue is not None), None)

    @property
    def version(self) -> str:
        """Its version of ComfyUI; empty while that is not known."""
        known = next((backend for backend in self.backends if backend.catalogue is not None), None)
        return (known.version or "") if known is not None else ""

    def get(self, name: str | None) -> Backend | None:
        """The backend with that name, as stored with a job; None when it is no longer configured."""
        return next((backend for backend in self.backends if backend.name == name), None)

    def best(self) -> Backend | None:
        """The one with the shortest server queue among those that are up."""
        up = [backend for backend in self.backends if backend.state is BackendState.UP]
        return min(up, key=lambda backend: backend.queue_remaining, default=None)
