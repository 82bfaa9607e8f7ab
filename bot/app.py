"""EaselBot: builds everything, loads cogs, syncs commands, closes in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.ext import commands

from bot.cdn import Cdn
from bot.comfy.intervals import Intervals
from bot.comfy.pool import Pool
from bot.drafts import Drafts
from bot.helper import helper_of
from bot.invitation import install_url, invite_url
from bot.jobs.admission import running_limit
from bot.jobs.forget import Forgetting
from bot.jobs.holds import Holds
from bot.jobs.judging import Judge
from bot.jobs.pauses import Pauses
from bot.jobs.queue import JobQueue
from bot.jobs.runner import Runner
from bot.jobs.signals import Kind
from bot.jobs.store import Store, utc_now
from bot.jobs.thumbnails import Thumbnails
from bot.jobs.transactions import PATIENCE
from bot.keeper import CommandKeeper
from bot.network import NETWORK_ERRORS
from bot.roles import Backends, join, ledger_of, locks_of, role_of
from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.tasks import end, until
from bot.tree import EaselTree
from bot.ui.answering import answer_stray
from bot.ui.audit import AuditChannel
from bot.ui.clicks import Clicks
from bot.ui.commands import sync_commands
from bot.ui.confirm import Questions
from bot.ui.controls import job_rows
from bot.ui.deleting import Presses
from bot.ui.delivery import DiscordDelivery
from bot.ui.editor import PACE
from bot.ui.making import Maker
from bot.ui.message import JobMessages
from bot.ui.permissions import Permissions
from bot.ui.pressable import BUTTONS
from bot.workflow.conversion import Converter
from bot.workflow.library import Library

if TYPE_CHECKING:
    from bot.fleet.member import Member
    from bot.metrics.monitor import Monitor

log = logging.getLogger(__name__)

COGS = (
    "cogs.generate",
    "cogs.queue",
    "cogs.moderation",
    "cogs.menus",
    "cogs.settings",
    "cogs.forget",
    "cogs.admin",
    "cogs.backends",
    "cogs.history",
    "cogs.preferences",
)

#: Discord cannot be reached, or cannot answer: worth another try.
CONNECTION_ERRORS = (*NETWORK_ERRORS, discord.DiscordServerError, discord.GatewayNotFound)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice, so nothing to warn of


@runtime_checkable
class LibraryCog(Protocol):
    """A cog whose commands follow the library."""

    def refresh(self) -> None:
        """Add, change and remove commands in the tree, after the library was read."""


class EaselBot(commands.AutoShardedBot):
    """The whole program. `run()` returns when `stop()` was called and everything is closed."""

    runner: Runner
    keeper: CommandKeeper
    drafts: Drafts
    member: Member | None

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        pace: float = PACE,
        guild_ready_timeout: float = 2.0,
        intervals: Intervals = Intervals(),  # noqa: B008 - frozen
        monitor: Monitor | None = None,
    ) -> None:
        """`pace` is seconds between edits of a message; `guild_ready_timeout` how long discord.py waits for servers."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            tree_cls=EaselTree,
            guild_ready_timeout=guild_ready_timeout,
            shard_ids=list(settings.shard_ids) or None,  # type: ignore[arg-type]  # None is discord.py's default
            shard_count=settings.shard_count,
            http_trace=monitor and monitor.calls.trace(),  # type: ignore[arg-type]  # None is discord.py's default
        )
        self.settings = settings
        self.role = role_of(settings)
        self.clock = clock
        self._pace = pace
        self._monitor = monitor
        self._intervals = intervals
        self._converter = Converter(self._nodes_file, settings.data_dir / "converted")
        self.library = Library(settings.workflows_dir, self._converter, safety=settings.safety_workflow or "")
        self.permissions = Permissions(self.tree, clock)
        self.questions = Questions()
        self.presses = Presses()
        self.clicks = Clicks(clock)
        self.maker = Maker(self)
        #: the forms people have open, by custom_id
        self.forms: set[str] = set()
        self._open = AsyncExitStack()
        self._stopped = asyncio.Event()
        self._owners: frozenset[int] = frozenset()
        self._draining: asyncio.Task[None] | None = None
        self._holding: asyncio.Task[None] | None = None

    async def run_until_stopped(self, token: str) -> None:
        """Log in, serve, and on `stop()` drain and close. Raises `LoginFailure`, and `CONNECTION_ERRORS`."""
        async with self._open:
            opening = asyncio.create_task(self._open_store(), name="database")
            self._open.push_async_callback(_close, opening)
            await until(self._stopped, opening)
            if not opening.done():
                return
            self.store = opening.result()
            await self._build()
            await self._own_shards()
            await self.runner.prepare()
            if self._monitor is not None:
                self._open.enter_context(self._monitor.watching(self, self if self.role.talks else None))
            self._open.push_async_callback(self.close)
            login = asyncio.create_task(self.login(token), name="login")
            self._open.push_async_callback(end, login)
            await until(self._stopped, login)
            if not self._stopped.is_set():
                await self._run()

    def stop(self) -> None:
        """Ask for the end: the first time running jobs may finish, the second time it is at once."""
        if self._stopped.is_set() and self._draining is not None:
            self._draining.cancel()
        self._stopped.set()

    async def stopped_within(self, seconds: float) -> bool:
        """Wait so long; whether `stop()` was called."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        return self._stopped.is_set()

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot (owns the application, or is in its team)."""
        return user_id in self._owners

    async def setup_hook(self) -> None:
        """After the login, before the gateway."""
        log.info("invite: %s", invite_url(self.application_id or 0))
        log.info("for one's own account: %s", install_url(self.application_id or 0))
        info = self.application
        if info is not None:
            team = [member.id for member in info.team.members] if info.team else []
            self._owners = frozenset([info.owner.id, *team])
        await self.keeper.read()
        if not self.role.talks:
            return
        for name in COGS:
            await import_module(name).setup(self)
        self.add_dynamic_items(*BUTTONS)
        await self._show_at_first()

    async def on_interaction(self, interaction: discord.Interaction[EaselBot]) -> None:
        """discord.py passes over what nothing waits for."""
        await answer_stray(interaction, BUTTONS, self.forms)

    async def on_raw_app_command_permissions_update(self, change: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        self.permissions.forget(change.guild.id)

    async def on_ready(self) -> None:
        log.info("ready as %s; servers: %d", self.user, len(self.guilds))

    async def _open_store(self) -> Store:
        return await Store.open(self.settings.database_url, clock=self.clock, at_first=PATIENCE)

    async def _build(self) -> None:
        settings = self.settings
        book = await Rulebook.open(self.store, settings, self.library, self.clock, self._own_id)
        self.servers, self.blocks, self.limits, self.admitting = book.servers, book.blocks, book.limits, book.admitting
        self.audit, self.reports, self.strikes, self.screening = book.audit, book.reports, book.strikes, book.screening
        self.preferences, self.wording = book.preferences, book.wording
        self.audit_channel = AuditChannel(self, self.servers)
        self.audit.listener = self.audit_channel.post
        self.audit.hands_on = not self.role.talks
        self._open.callback(self._converter.stop)
        session = await self._open.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        self.cdn = Cdn(session, settings.discord_api_url)
        self.helper = helper_of(settings, session)
        backends = Backends(settings, session, self._intervals)
        self.pool = Pool(backends.own())
        self._machines = backends.machines
        self.pauses = Pauses(self.store, self.pool, self.clock)
        await self.pauses.load()
        self._build_runner(backends)
        self._follow_machines()
        self.forgetting = Forgetting(self.store, self.pool, self.runner, settings.data_dir, self.clock)
        await self.forgetting.load()
        self.drafts = Drafts(settings.data_dir / "drafts", settings.workflows_dir, self.library)
        self.keeper = CommandKeeper(
            self.library, self.pool, self.store, settings.workflows_dir, show=self._show_commands
        )
        self._listen()

    async def _keep_machines(self) -> None:
        """The servers follow `backends.toml`."""
        if not self.role.works:
            await asyncio.get_running_loop().create_future()
        house = self.runner.absence if self.member is None else self.member.holding
        await self._machines.serve(self.pool, house, self._follow_machines)

    def _follow_machines(self) -> None:
        self.runner.waking.macs = self._machines.macs

    def _listen(self) -> None:
        """What is kept in memory follows what other processes change."""
        when = self.store.signals.when
        when(Kind.RULES, self.servers.reload)
        when(Kind.BLOCKS, self.blocks.reload)
        when(Kind.FORGET, self.forgetting.reload)
        when(Kind.SWITCHES, self.keeper.ask)
        when(Kind.BACKENDS, self.pauses.load)
        if self.role.talks:
            when(Kind.AUDIT, self._post_entry)

    async def _post_entry(self, number: str | None) -> None:
        """Something that a worker noted."""
        entry = await self.audit.entry(number) if number is not None else None
        if entry is not None and self.role.shards.has(entry.guild_id):
            self.audit_channel.post(entry)

    async def _own_shards(self) -> None:
        """Raises AlreadyRunning where another gateway has one of them, now or later."""
        held = asyncio.Event()
        locks = locks_of(self.settings, self.store)
        if locks is None:
            return
        self._holding = asyncio.create_task(locks.hold(held), name="shards")
        self._open.push_async_callback(end, self._holding)
        await until(held, self._holding)

    def _build_runner(self, backends: Backends) -> None:
        settings = self.settings
        self.ledger = ledger_of(settings, self.store, self.library, self.clock)
        self.thumbnails = Thumbnails(settings.data_dir)
        self.delivery = DiscordDelivery(
            JobMessages(self, self.clock),
            self.store,
            clock=self.clock,
            keep_metadata=settings.keep_metadata,
            pace=self._pace,
            rows=partial(job_rows, self),
        )
        running = partial(running_limit, self.servers, self.limits)
        holds = Holds(paused=lambda: self.servers.paused, running_limit=running)
        queue = JobQueue(holds.of)

        def look_again() -> None:
            holds.forget()
            queue.release()

        self.servers.on_change = look_again
        self.runner = Runner(
            store=self.store,
            queue=queue,
            judge=Judge(self.store, self.pool, self.library.judges, self.audit, self.strikes, me=self._own_id),
            pool=self.pool,
            delivery=self.delivery,
            data_dir=settings.data_dir,
            clock=self.clock,
            keep_days=settings.keep_jobs_days,
            ledger=self.ledger if settings.comfy_api_urls else None,
            overflow_seconds=settings.cloud_overflow_seconds,
            lost_seconds=settings.backend_lost_seconds,
        )
        self.delivery.on_gone = self.runner.message_gone
        self.member = join(
            settings,
            self.runner,
            self.delivery,
            running_limit=running,
            direct=backends.direct,
            clock=self.clock,
        )

    def _own_id(self) -> int:
        return self.user.id if self.user is not None else 0

    def _nodes_file(self, classes: Collection[str]) -> Path | None:
        """What the server said of its nodes that has most of these."""
        known = [(backend, backend.catalogue) for backend in self.pool.backends if backend.catalogue is not None]
        best = max(known, key=lambda pair: sum(map(pair[1].has, classes)), default=None)
        return None if best is None else best[0].nodes_file

    async def _show_commands(self) -> None:
        """Bring Discord's commands in line with the library."""
        for cog in self.cogs.values():
            if isinstance(cog, LibraryCog):
                cog.refresh()
        if self.role.syncs and await sync_commands(self.tree, self.runner.store, self.application_id or 0):
            log.info("commands sent to Discord")

    async def _show_at_first(self) -> None:
        """The commands there were are better than no bot."""
        try:
            await self.keeper.show()
        except app_commands.CommandSyncFailure as refusal:
            log.error("Discord refuses the commands: %s", refusal)

    async def _run(self) -> None:
        """Until stopped; raises what runner or gateway fail of."""
        serving = asyncio.create_task(self.runner.serve(), name="runner")
        connecting = asyncio.create_task(self._connect(), name="gateway")
        keeping = asyncio.create_task(self.keeper.run(), name="commands")
        telling = asyncio.create_task(self.audit_channel.run(), name="audit")
        following = asyncio.create_task(self._keep_machines(), name="machines")
        holding = [] if self._holding is None else [self._holding]
        try:
            await until(self._stopped, serving, connecting, keeping, telling, following, *holding)
            if not self._stopped.is_set():
                log.error("the connection to Discord has ended")
            self._draining = asyncio.create_task(self.runner.drain(self.settings.drain_seconds), name="drain")
            await asyncio.wait([self._draining])
        finally:
            await self.maker.close()
            await end(keeping)
            await end(following)
            await end(serving)
            await self.delivery.close()
            if self.member is not None:
                await self.member.leave()
            await self.audit_channel.close(telling)
            await self.close()
            await end(connecting)

    async def _connect(self) -> None:
        """To Discord's gateway, as long as it lasts; a worker has none."""
        if self.role.talks:
            await self.connect()
        else:
            log.info("ready as %s, without a gateway", self.user)
            await asyncio.get_running_loop().create_future()


async def _close(opening: asyncio.Task[Store]) -> None:
    await end(opening)
    if opening.done() and not opening.cancelled() and opening.exception() is None:
        await opening.result().close()


def use_loopback_discord(url: str) -> None:
    """Point discord.py at a Discord on this machine: REST, gateway and files (its documented class attributes)."""
    import discord.gateway
    import discord.http

    discord.http.Route.BASE = f"{url}/api/v10"
    discord.Asset.BASE = f"{url}/cdn"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{url.replace('http', 'ws', 1)}/gateway")
