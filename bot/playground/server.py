"""A Discord on loopback: one server process-wide object that bots connect to and people are played on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web
from discord import Permissions

from . import rest_channels, rest_commands, rest_interactions, rest_users
from .backstage import Backstage
from .cdn import add_cdn
from .commands import Commands
from .gateway import Gateway
from .interactions import Interactions
from .message import Message
from .messages import Messages
from .people import Person
from .ratelimits import Buckets, RateLimits
from .rest import Discord, Hook, Refused, Request, Rest
from .uploads import Files
from .world import MODERATOR, Channel, Guild, Role, World

ROUTES = rest_users.ROUTES + rest_commands.ROUTES + rest_channels.ROUTES + rest_interactions.ROUTES
BODY_LIMIT = 600 * 2**20


class DiscordServer:
    """REST under `/api/v10`, the gateway at `/gateway`, files under `/cdn`; a small world is there from the start.

    `latency` is in seconds, added before each REST answer; `upload_limit` in bytes per file; `answer_window` is
    how long an app may take for its first answer. `clock` is wall time and can be moved on with `advance`.
    """

    def __init__(
        self,
        *,
        token: str = "playground-token",  # noqa: S107 (a stand-in's, good for nothing else)
        latency: float = 0.0,
        rate_limits: RateLimits | None = None,
        upload_limit: int = 10 * 2**20,
        host: str = "127.0.0.1",
        port: int = 0,
        application_id: int | None = None,
        answer_window: float = 3.0,
        clock: Callable[[], float] = time.time,
        banner: str = "",
    ) -> None:
        self.token = token
        self.banner = banner
        #: set before `start` where something draws behind it: the page tells of it and turns its knobs
        self.backstage: Backstage | None = None
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self.world = World(clock, application_id)
        files = Files(self.world, upload_limit)
        messages = Messages(self.world, files)
        self.gateway = Gateway(self.world, token)
        interactions = Interactions(self.world, messages, self.gateway, answer_window=answer_window)
        buckets = Buckets(rate_limits, self.world.now)
        commands = Commands(self.world, self.gateway)
        self.parts = Discord(self.world, files, self.gateway, commands, messages, interactions, token, buckets, latency)
        self.rest = Rest(self.parts)
        self.people: dict[str, Person] = {}
        self.guild = self._furnish()

    @property
    def url(self) -> str:
        """What DISCORD_API_URL is set to; known once it listens."""
        return self.parts.base

    @property
    def guilds(self) -> list[Guild]:
        return list(self.world.guilds.values())

    @property
    def channels(self) -> dict[str, Channel]:
        """The channels of the first server, by name."""
        return {channel.name: channel for channel in self.guild.channels}

    @property
    def requests(self) -> deque[Request]:
        return self.rest.requests

    @property
    def refused(self) -> deque[Refused]:
        return self.rest.refused

    @property
    def command_puts(self) -> int:
        """How many times all commands were overwritten."""
        return self.parts.commands.puts

    async def start(self) -> None:
        # imported here: the page is made of this class
        from .page_api import PageApi

        app = web.Application(client_max_size=BODY_LIMIT)
        PageApi(self).add_to(app)
        app.router.add_get("/gateway", self.gateway.handle)
        self.rest.add_routes(app, ROUTES)
        add_cdn(app, self.parts.files)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.parts.base = self.parts.files.base = f"http://{host}:{port}"

    async def close(self) -> None:
        self.gateway.cut(resumable=False)
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def on(self, callback: Hook) -> None:
        """Await `callback(moment, request)` before each REST request is carried out ("request") and before it is
        answered ("answer"). Raising ConnectionError there cuts the connection; raising a Refusal answers with it.
        """
        self.rest.hooks.append(callback)

    async def wait_ready(self, timeout: float = 30) -> None:
        """Until a bot is identified and there are commands."""
        async with asyncio.timeout(timeout):
            while not (self.gateway.online and self.parts.commands.any()):
                await self.gateway.changed.wait()

    def advance(self, seconds: float) -> None:
        """Move the clock on: tokens and links grow older, rate limits are over."""
        self.world.advance(seconds)
        self.parts.interactions.expire()

    def person(self, name: str) -> Person:
        return self.people[name]

    def channel(self, name: str) -> Channel:
        return self.channels[name.removeprefix("#")]

    def messages(self, channel: Channel | str) -> list[Message]:
        """Every message in a channel, ephemeral ones too, oldest first."""
        return list((self.channel(channel) if isinstance(channel, str) else channel).messages.values())

    def add_person(self, name: str, *roles: Role, guild: Guild | None = None) -> Person:
        """A new member of the first server, or of that one."""
        user = self.world.add_user(name)
        home = guild or self.guild
        self.world.add_member(home, user, *roles)
        self.people[name] = Person(user, self.parts, home.channels[0])
        return self.people[name]

    def add_guild(self, name: str, *, has_bot: bool = True, channels: tuple[str, ...] = ("general",)) -> Guild:
        """A new server with everybody in it."""
        guild = self.world.add_guild(name, self.guild.owner, has_bot=has_bot)
        for channel in channels:
            self.world.add_channel(guild, channel)
        for person in self.people.values():
            self.world.add_member(guild, person.user)
        self.gateway.guild_created(guild)
        return guild

    def add_channel(self, name: str, *, guild: Guild | None = None) -> Channel:
        channel = self.world.add_channel(guild or self.guild, name)
        self.gateway.channel_event("CHANNEL_CREATE", channel)
        self.world.notify(channel)
        return channel

    def add_thread(self, parent: Channel | str, name: str) -> Channel:
        thread = self.world.add_thread(self.channel(parent) if isinstance(parent, str) else parent, name)
        self.gateway.channel_event("THREAD_CREATE", thread)
        self.world.notify(thread)
        return thread

    def add_role(self, name: str, **allowed: bool) -> Role:
        return self.world.add_role(self.guild, name, Permissions(**allowed))

    def deny(self, channel: Channel, whom: Role | Person, **denied: bool) -> None:
        """Take permissions away in one channel."""
        channel.overwrites[whom.id] = (Permissions.none(), Permissions(**denied))
        self.gateway.channel_event("CHANNEL_UPDATE", channel)

    def delete_message(self, message: Message) -> None:
        self.parts.messages.delete(message)

    def delete_channel(self, channel: Channel) -> None:
        for message in list(channel.messages.values()):
            self.parts.messages.delete(message)
        self.world.remove_channel(channel)
        self.gateway.channel_event("THREAD_DELETE" if channel.parent else "CHANNEL_DELETE", channel)
        self.world.notify(channel)

    def kick_bot(self, guild: Guild | None = None) -> None:
        self.gateway.leave(guild or self.guild)

    def archive_thread(self, thread: Channel, *, locked: bool = False) -> None:
        thread.archived, thread.locked = True, locked
        self.gateway.channel_event("THREAD_UPDATE", thread)
        self.world.notify(thread)

    async def disconnect_gateway(self, *, resumable: bool = True) -> None:
        """Close the bot's gateway sockets; without `resumable` it has to identify anew."""
        self.gateway.cut(resumable=resumable)

    def _furnish(self) -> Guild:
        owner = self.world.add_user("olivia")
        guild = self.world.add_guild("Easel Playground", owner)
        home = self.world.add_channel(guild, "general")
        self.world.add_channel(guild, "art")
        self.people["olivia"] = Person(owner, self.parts, home)
        self.guild = guild
        for name in ("alice", "bob"):
            self.add_person(name)
        moderators = self.world.add_role(guild, "Moderators", MODERATOR)
        moderators.colour = 0xE67E22
        self.add_person("mona", moderators)
        return guild
