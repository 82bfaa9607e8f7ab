"""The monitor of a process: what it counts all the time, what it reads when it is asked, and where it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from discord.ext import commands
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.jobs.store import utc_now
from bot.jobs.tally import Tally
from bot.metrics import names, readings
from bot.metrics.calls import Calls
from bot.metrics.counters import Counters
from bot.metrics.health import STARTING, Health, Status, judge
from bot.metrics.labels import Labels
from bot.metrics.server import Site
from bot.metrics.shards import Shards
from bot.metrics.watched import Process, Watched
from bot.settings import Settings
from bot.tasks import end

#: seconds that the database has for an answer: whoever waits for that waits no longer than two
PATIENCE = 1.5
TICK = 1.0  # seconds between two looks at how late the event loop is


class Monitor:
    """One per process, from before the login until the end; `watching` says of whom. `port` is where it answers."""

    def __init__(self, role: str, *, clock: Callable[[], datetime] = utc_now, patience: float = PATIENCE) -> None:
        self.role = role
        self.port = 0
        self.calls = Calls()
        self._clock = clock
        self._patience = patience
        self._workflows = Labels()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._counters = Counters(self._registry, self._workflows)
        self._watched: Watched | None = None

    @contextmanager
    def watching(self, process: Process, gateway: commands.AutoShardedBot | None) -> Generator[None, None, None]:
        """Until the block ends; `gateway` is None in a process that has no connection to Discord's."""
        self._watched = Watched(process, gateway if gateway is None else Shards(gateway))
        process.store.on_written = self._counters.written
        try:
            yield
        finally:
            self._watched.close()
            self._watched = None

    async def health(self) -> Health:
        """Within two seconds."""
        if self._watched is None:
            return Health(self.role, Status.STARTING, (STARTING,))
        return self._judge(self._watched, await self._watched.tally(self._patience))

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        """All of them, in the format that `accept` asks for, and that format's name."""
        tally = None if self._watched is None else await self._watched.tally(self._patience)
        encode, content_type = choose_encoder(accept)
        return encode(_Said([*map(_plain, self._registry.collect()), *self._read(tally)])), content_type

    async def tick(self) -> None:
        """Look how late the event loop is, now and then; until cancelled. What is late cannot be asked for later."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self._counters.late(max(0.0, loop.time() - due))

    def _judge(self, watched: Watched, tally: Tally | None) -> Health:
        shards = None if watched.shards is None or self.role == "worker" else watched.shards.connected()
        backends = None if self.role == "gateway" else watched.reached
        return judge(self.role, database=tally is not None, shards=shards, backends=backends)

    def _read(self, tally: Tally | None) -> Iterator[Family]:
        yield readings.gauge(names.INFO, [((_version(), self.role), 1)])
        healthy = self._watched is not None and self._judge(self._watched, tally).status is Status.OK
        yield readings.gauge(names.HEALTHY, [((), healthy)])
        yield from readings.of_calls(self.calls)
        if self._watched is None:
            return
        process = self._watched.process
        yield from readings.of_database(tally, process.pool, self._workflows, self._clock())
        yield from readings.of_backends(process)
        if self._watched.shards is not None:
            yield from readings.of_gateway(self._watched.shards)


@asynccontextmanager
async def answering(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncGenerator[Monitor, None]:
    """A monitor that answers on METRICS_PORT, which must be set, until the block ends. Raises SettingsError."""
    monitor = Monitor(settings.role, clock=clock)
    site = Site(monitor.health, monitor.metrics)
    async with site.open(settings.metrics_host, settings.metrics_port or 0) as monitor.port:
        ticking = asyncio.create_task(monitor.tick(), name="event loop lag")
        try:
            yield monitor
        finally:
            await end(ticking)


class _Said(Collector):
    """What one scrape says."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def _plain(family: Family) -> Family:
    """Without the times at which counters were made, one for each label: nobody draws them."""
    family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
    return family


def _version() -> str:
    try:
        return version("easel")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"
