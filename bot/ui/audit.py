"""What moderators did, written into the channel a server chose for it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord

from bot.errors import EaselError
from bot.jobs.audit import Deed, Entry
from bot.jobs.servers import Servers
from bot.network import NETWORK_ERRORS
from bot.tasks import end
from bot.text import _, speaking
from bot.ui.words import code, plain

log = logging.getLogger(__name__)

WAITING = 200  # entries that may wait to be written; the store has all of them
FAREWELL_SECONDS = 3.0  # for those that wait when the bot stops
REASON = 500  # characters of a reason in a line
#: deeds whose `reason` says what was done, not only why
TELLING = frozenset({Deed.CANCEL, Deed.CLEAR, Deed.SETTINGS, Deed.STRIKE, Deed.WITHHOLD})


class NoAuditChannel(EaselError):
    """The server has none, or it cannot be written to."""


class AuditChannel:
    """Its `post` is the listener of `Audit`. Lines are written one after the other, by one task."""

    def __init__(self, client: discord.Client, servers: Servers) -> None:
        self._client = client
        self._servers = servers
        self._waiting: asyncio.Queue[Entry] = asyncio.Queue(WAITING)
        #: guild id -> the channel that could not be written to, which is logged once
        self._closed: dict[int, int] = {}

    def post(self, entry: Entry) -> None:
        """Write it in a moment, where the server wants it."""
        if self._servers.get(entry.guild_id).rules.audit_channel is None:
            return
        try:
            self._waiting.put_nowait(entry)
        except asyncio.QueueFull:
            log.warning("the audit channel of %s is behind: an entry is not shown there", entry.guild_id)

    def language(self, guild_id: int) -> str | None:
        """Of what everybody there reads: the one that was set, else the server's own."""
        guild = self._client.get_guild(guild_id)
        own = guild.preferred_locale.value if guild is not None else None
        return self._servers.get(guild_id).rules.language or own

    def problem(self, guild_id: int) -> str:
        """Why lines do not arrive, in a sentence; empty where they do, or none are wanted."""
        wanted = self._servers.get(guild_id).rules.audit_channel
        if wanted is None or self._writable(guild_id):
            return ""
        return _("I cannot write in <#{channel}>. Let me see it and send messages there, or choose another.").format(
            channel=wanted
        )

    async def send(self, guild_id: int, **content: Any) -> discord.Message:
        """A message there, at once. Raises `NoAuditChannel`, and what a broken connection raises."""
        channel = self._channel(guild_id)
        if channel is None:
            self._missed(guild_id, "it is gone")
            raise NoAuditChannel
        try:
            message = await channel.send(allowed_mentions=discord.AllowedMentions.none(), **content)
        except (discord.Forbidden, discord.NotFound) as error:
            self._missed(guild_id, error.text)
            raise NoAuditChannel from error
        self._closed.pop(guild_id, None)
        return message

    async def run(self) -> None:
        """Write what waits, until cancelled."""
        while True:
            entry = await self._waiting.get()
            try:
                await self._write(entry)
            finally:
                self._waiting.task_done()

    async def close(self, running: asyncio.Task[None]) -> None:
        """Let what waits be written for a moment, and end the task of `run`."""
        behind = asyncio.create_task(self._waiting.join())
        await asyncio.wait([behind, running], timeout=FAREWELL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        behind.cancel()
        await end(running)

    async def _write(self, entry: Entry) -> None:
        try:
            with speaking(self.language(entry.guild_id)):
                await self.send(entry.guild_id, content=audit_line(entry))
        except NoAuditChannel:
            log.debug("an entry of %s is only in the store", entry.guild_id)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("the audit channel of %s did not take a line: %s", entry.guild_id, error)
        except Exception:  # a line that cannot be written is no reason to stop the bot
            log.exception("an entry of %s cannot be written", entry.guild_id)

    def _channel(self, guild_id: int) -> discord.TextChannel | discord.Thread | discord.VoiceChannel | None:
        """Only ever one of the server's own."""
        wanted = self._servers.get(guild_id).rules.audit_channel
        guild = self._client.get_guild(guild_id)
        found = guild.get_channel_or_thread(wanted) if guild is not None and wanted is not None else None
        return found if isinstance(found, discord.TextChannel | discord.Thread | discord.VoiceChannel) else None

    def _writable(self, guild_id: int) -> bool:
        channel = self._channel(guild_id)
        if channel is None:
            return False
        mine = channel.permissions_for(channel.guild.me)
        sends = mine.send_messages_in_threads if isinstance(channel, discord.Thread) else mine.send_messages
        return mine.view_channel and sends

    def _missed(self, guild_id: int, why: str) -> None:
        wanted = self._servers.get(guild_id).rules.audit_channel
        if wanted is not None and self._closed.get(guild_id) != wanted:
            self._closed[guild_id] = wanted
            log.warning("the audit channel %s of %s cannot be written to: %s", wanted, guild_id, why)


def audit_line(entry: Entry) -> str:
    """`<t:…> · @mona stopped a job of @alice · job … · reason`: mentions ring nobody, reasons are shown as typed."""
    words = _deeds().get(entry.action) or _("did {deed}").format(deed=code(entry.action))
    facts = [f"<t:{int(entry.at.timestamp())}:f>", f"<@{entry.actor_id}> {words}"]
    if entry.user_id is not None:
        facts.append(f"<@{entry.user_id}>")
    if entry.job_id is not None:
        facts.append(_("job {job}").format(job=code(entry.job_id)))
    if entry.reason:
        shown = plain(entry.reason, REASON)
        facts.append(shown if entry.action in TELLING else _("reason: {reason}").format(reason=shown))
    return " · ".join(facts)


def _deeds() -> dict[str, str]:
    return {
        Deed.STOP: _("⏹️ stopped a job"),
        Deed.CANCEL: _("⏹️ cancelled a person's jobs"),
        Deed.CLEAR: _("🧹 cleared the queue"),
        Deed.PAUSE: _("⏸️ paused Easel on this server"),
        Deed.RESUME: _("▶️ let jobs run again on this server"),
        Deed.BLOCK: _("🚫 blocked a person"),
        Deed.UNBLOCK: _("✅ unblocked a person"),
        Deed.WARN: _("⚠️ removed a message and warned"),
        Deed.DELETE: _("🗑️ deleted a result"),
        Deed.REPORT: _("🚩 reported a message"),
        Deed.DISMISS: _("✅ dismissed a report"),
        Deed.SETTINGS: _("⚙️ changed the settings"),
        Deed.FORGET: _("🗑️ had jobs and files forgotten"),
        Deed.STRIKE: _("🔤 refused a text with blocked terms"),
        Deed.WITHHOLD: _("🙈 withheld a result"),
    }
