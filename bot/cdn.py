"""What people attach, fetched from Discord's own file servers and from nowhere else."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp

from bot.errors import AttachmentRefused
from bot.text import _

#: where Discord keeps attachments (Discord's reference, "CDN endpoints", and its media proxy), and where it keeps
#: copies of what links in messages show
HOSTS = frozenset(
    {"cdn.discordapp.com", "media.discordapp.net", "images-ext-1.discordapp.net", "images-ext-2.discordapp.net"}
)
#: at the same time, so that memory is bounded by this times the size one file may have
AT_ONCE = 4
SECONDS = 60.0
CHUNK = 1 << 16


class Cdn:
    """Fetches over the shared session. `base` is a Discord's on this machine, in place of the real one."""

    def __init__(self, session: aiohttp.ClientSession, base: str | None = None) -> None:
        self._session = session
        self._base = urlsplit(base) if base is not None else None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str, *, ceiling: int) -> bytes:
        """The file, of at most `ceiling` bytes whatever its sender says; raises AttachmentRefused, and NETWORK_ERRORS.

        No redirects are followed, so that no address of somebody else's choosing is ever asked.
        """
        if not self._is_discords(url):
            raise AttachmentRefused(_("It does not lie on Discord's servers. Attach it here."))
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with self._turns, self._session.get(url, allow_redirects=False, timeout=timeout) as answer:
            if answer.status != 200:
                raise AttachmentRefused(_("Discord did not hand over the file. Attach it again."))
            data = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK):
                data += chunk
                if len(data) > ceiling:
                    raise AttachmentRefused(_("It is larger than {limit} MB.").format(limit=ceiling // 2**20))
            return bytes(data)

    def _is_discords(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        if self._base is not None:
            return (parts.scheme, parts.hostname, port) == (self._base.scheme, self._base.hostname, self._base.port)
        return parts.scheme == "https" and parts.hostname in HOSTS and port in {None, 443}
