"""The configured ComfyUI servers asked once, for the command line: which answer, and what nodes they have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bot.backends_file import Listed, listed_backends
from bot.comfy.client import ComfyClient
from bot.comfy.inquiry import Inquiry, Machine
from bot.comfy.shelf import CatalogueShelf
from bot.errors import BackendUnreachable, SettingsError
from bot.settings import Settings
from bot.workflow.catalogue import Catalogue

#: seconds for a server's answers, all in all: one that is busy loading a model may be slow
PATIENCE = 20.0


@dataclass(frozen=True)
class Nodes:
    """What a server has: read, in the file `info` as it came, and its version if it just answered."""

    catalogue: Catalogue
    info: Path
    version: str


@dataclass(frozen=True)
class Asked:
    """A server. `machine` is None where it did not answer, for the reason `problem`; then `catalogue` is as it was
    when the server was last there, if ever."""

    inquiry: Inquiry
    client: ComfyClient
    #: where its list of nodes lies, as it came
    info: Path
    machine: Machine | None = None
    catalogue: Catalogue | None = None
    problem: str = ""
    #: the list of nodes is today's
    fresh: bool = False

    @property
    def name(self) -> str:
        """The address without credentials."""
        return self.inquiry.name

    @property
    def version(self) -> str:
        """Empty where it did not answer."""
        return self.machine.version.text if self.machine is not None else ""


@asynccontextmanager
async def asked(settings: Settings, *, patience: float = PATIENCE) -> AsyncIterator[tuple[Asked, ...]]:
    """Every configured server, all asked at the same time; inside they can be asked for more."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield tuple(await asyncio.gather(*(_ask(session, each, settings, patience) for each in _listed(settings))))


def known_nodes(servers: Sequence[Asked]) -> Nodes | None:
    """Those of the first server that answered, else of the first that ever did."""
    found = [
        (not server.fresh, at, Nodes(server.catalogue, server.info, server.version))
        for at, server in enumerate(servers)
        if server.catalogue is not None
    ]
    return min(found, key=lambda each: each[:2])[2] if found else None


def _listed(settings: Settings) -> Collection[Listed]:
    """A file with a mistake is left out, as when the bot begins."""
    try:
        return listed_backends(settings).values()
    except SettingsError:
        return [Listed(url, settings.comfyui_header_map()) for url in settings.comfyui_urls]


async def _ask(session: aiohttp.ClientSession, listed: Listed, settings: Settings, patience: float) -> Asked:
    url, headers = listed.url, listed.headers
    client = ComfyClient(session, url, headers=headers, timeout=patience)
    shelf = CatalogueShelf(client, settings.data_dir / "catalogues")
    found = Asked(Inquiry(session, url, headers=headers, timeout=patience), client, shelf.path)
    try:
        async with asyncio.timeout(patience):
            found = replace(found, machine=await found.inquiry.machine())
            await shelf.refresh()
            found = replace(found, fresh=True)
    except BackendUnreachable as error:
        found = replace(found, problem=error.reason)
    except TimeoutError:
        found = replace(found, problem=f"no answer within {patience:.0f} s")
    return replace(found, catalogue=shelf.catalogue)
