"""What a process has by its ROLE: which backends are its own, its part in a fleet, whether it talks to people."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import aiohttp

from bot.comfy.backend import Backend
from bot.comfy.client import ComfyClient
from bot.comfy.intervals import Intervals
from bot.comfy.server import ServerBackend
from bot.fleet.shards import ShardLocks, Shards
from bot.jobs.address import address_of
from bot.jobs.ledger import Ledger
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.jobs.waiting import Waiting
from bot.machines import Machines
from bot.settings import Settings
from bot.workflow.library import Library

if TYPE_CHECKING:
    from bot.fleet.member import Member, Shower


@dataclass(frozen=True)
class Role:
    """`works`: it runs jobs; `talks`: it has a connection to Discord's gateway, for `shards`."""

    works: bool
    talks: bool
    shards: Shards

    @property
    def syncs(self) -> bool:
        """Whether it sends the commands to Discord: one of a fleet does."""
        return self.talks and self.shards.first


def role_of(settings: Settings) -> Role:
    """What ROLE and SHARD_IDS say."""
    shards = Shards(settings.shard_ids, settings.shard_count)
    return Role(works=settings.role != "gateway", talks=settings.role != "worker", shards=shards)


class Backends:
    """Makes what a process reaches itself."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession, intervals: Intervals) -> None:
        self._settings = settings
        self._session = session
        self._intervals = intervals
        self.machines = Machines(settings, lambda listed: self._server(listed.url, listed.headers))

    def own(self) -> list[Backend]:
        """Those of the settings; none for a gateway. Raises SettingsError where what they need is not installed."""
        if not role_of(self._settings).works:
            return []
        return [*self.machines.begin(), *self._clouds()]

    def direct(self, url: str) -> Backend:
        """An address of somebody else's, for its files; it is given none of our headers."""
        return self._server(url, {})

    def _server(self, url: str, headers: Mapping[str, str]) -> ServerBackend:
        client = ComfyClient(self._session, url, headers=headers)
        return ServerBackend(client, data_dir=self._settings.data_dir, intervals=self._intervals)

    def _clouds(self) -> list[Backend]:
        named = self._settings.clouds()
        if not named:
            return []
        from bot.cloud.backend import CloudBackend  # a megabyte that few need
        from bot.cloud.endpoint import Endpoint

        data_dir, intervals = self._settings.data_dir, self._intervals
        return [CloudBackend(Endpoint(url, key), data_dir=data_dir, intervals=intervals) for url, key in named]


def ledger_of(settings: Settings, store: Store, library: Library, clock: Callable[[], datetime]) -> Ledger:
    """What the paid ones may cost."""
    budget, rate = settings.cloud_daily_budget, settings.cloud_cost_per_second
    return Ledger(store, budget=budget, rate=rate, named=library.cost_of, clock=clock)


def join(
    settings: Settings,
    runner: Runner,
    delivery: Shower,
    *,
    running_limit: Callable[[Waiting], int],
    direct: Callable[[str], Backend],
    clock: Callable[[], datetime],
) -> Member | None:
    """This process as one of several; None where it is alone, with a database of its own."""
    if not runner.store.shared:
        return None
    from bot.fleet.member import Member  # likewise

    role = role_of(settings)
    return Member(
        runner,
        delivery,
        address=address_of(settings.database_url).url,
        me=f"{socket.gethostname()[:40]}-{uuid4().hex[:12]}",
        works=role.works,
        shards=role.shards if role.talks else None,
        lease=settings.lease_seconds,
        lost=settings.backend_lost_seconds,
        folder=settings.data_dir / "catalogues",
        running_limit=running_limit,
        direct=direct,
        clock=clock,
    )


def locks_of(settings: Settings, store: Store) -> ShardLocks | None:
    """What keeps a second gateway with the same shards away; None where another lock does, or there is no gateway."""
    role = role_of(settings)
    if not (store.shared and role.talks):
        return None
    return ShardLocks(address_of(settings.database_url).url, role.shards)
