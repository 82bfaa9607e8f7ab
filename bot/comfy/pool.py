"""The backends by name; they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.comfy.backend import Backend, BackendState
from bot.errors import BackendAsleep, BackendError, BackendUnreachable
from bot.workflow.catalogue import Catalogue
from bot.workflow.hosts import Host, all_nodes, same_hosts


class Pool:
    """`paused` are names of backends that get nothing new, as do those that are `leaving` to be no longer ours; `lost`
    of those that have been away too long to wait for.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        self.backends = tuple(backends)
        self.paused: set[str] = set()
        self.lost: set[str] = set()
        self.leaving: set[str] = set()
        #: those that slept, and were told to start
        self.waking: set[str] = set()
        self._joined: tuple[tuple[Host, ...], Catalogue | None] = ((), None)
        self._moved: list[asyncio.Future[None]] = []
        self._group: asyncio.TaskGroup | None = None
        self._serving: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Keep all of them connected, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for backend in self.backends:
                self._serve(backend)
            await asyncio.get_running_loop().create_future()

    def add(self, backend: Backend) -> None:
        """One more, from now on."""
        self.backends = (*self.backends, backend)
        self._serve(backend)
        self.touch()

    async def remove(self, name: str) -> None:
        """It is not ours any more; what runs there must have been taken care of."""
        self.backends = tuple(backend for backend in self.backends if backend.name != name)
        self.lost.discard(name)
        self.leaving.discard(name)
        self.touch()
        task = self._serving.pop(name, None)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change of any backend, or of which there are, counted from this call; the caller's own."""
        moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waits = [backend.changed() for backend in self.backends]
        for wait in waits:
            wait.add_done_callback(lambda _wait: None if moved.done() else moved.set_result(None))
        moved.add_done_callback(lambda _moved: [wait.cancel() for wait in waits])
        self._moved = [other for other in self._moved if not other.done()]
        self._moved.append(moved)
        return moved

    def touch(self) -> None:
        """Wake whoever waits for a change."""
        moved, self._moved = self._moved, []
        for future in moved:
            if not future.done():
                future.set_result(None)

    @property
    def present(self) -> list[Backend]:
        """Those that are there, or may be back in a moment, and stay."""
        return [backend for backend in self.backends if backend.name not in self.lost | self.leaving]

    @property
    def staying(self) -> list[Backend]:
        """All but those that are to go, however long they have been away."""
        return [backend for backend in self.backends if backend.name not in self.leaving]

    def takes(self, backend: Backend) -> bool:
        """Whether it gets anything new: it is up, and nobody paused it or took it away."""
        return backend.state is BackendState.UP and backend.name not in self.paused | self.leaving

    def problem_of(self, backend: Backend) -> BackendError | None:
        """The backend's own, unless it only slept and is being woken, and not for too long by now."""
        if backend.name in self.waking - self.lost and isinstance(backend.problem, BackendUnreachable):
            return BackendAsleep(backend.name)
        return backend.problem

    @property
    def problem(self) -> BackendError | None:
        """Why nothing can run now; None as soon as one backend is up, or may be about to be."""
        problems = [self.problem_of(backend) for backend in self.backends]
        if None in problems:
            return None
        return min(problems, key=lambda problem: not isinstance(problem, BackendAsleep), default=None)

    @property
    def catalogue(self) -> Catalogue | None:
        """The nodes and lists of all backends together: to read a workflow, not to say that one can run it."""
        hosts = self.hosts
        if not same_hosts(hosts, self._joined[0]):
            self._joined = hosts, all_nodes(hosts)
        return self._joined[1]

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Those that were ever seen, for choosing what to run."""
        return tuple(
            Host(backend.catalogue, backend.version or "", there=backend.name not in self.lost)
            for backend in self.backends
            if backend.catalogue is not None and backend.name not in self.leaving
        )

    def get(self, name: str | None) -> Backend | None:
        """The backend with that name, as stored with a job; None when it is no longer configured."""
        return next((backend for backend in self.backends if backend.name == name), None)

    def best(self) -> Backend | None:
        """The one with the shortest server queue among those that are up."""
        up = [backend for backend in self.backends if backend.state is BackendState.UP]
        return min(up, key=lambda backend: backend.queue_remaining, default=None)

    def _serve(self, backend: Backend) -> None:
        if self._group is not None:
            task = self._group.create_task(backend.serve(), name=f"backend {backend.name}")
            self._serving[backend.name] = task
