"""Attachments are fetched from Discord's own servers, no further than they may be large, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.cdn import Cdn
from bot.errors import AttachmentRefused


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def asked() -> list[str]:
    return []


@pytest.fixture
async def server(asked: list[str]) -> AsyncIterator[BaseTestServer]:
    """A file, a file that goes on and on, and a redirect to another address of this machine."""

    async def file(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"hello")

    async def endless(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        response = web.StreamResponse()
        await response.prepare(request)
        for _turn in range(64):
            await response.write(bytes(1 << 16))
        return response

    async def away(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/file")

    app = web.Application()
    app.add_routes([web.get("/file", file), web.get("/endless", endless), web.get("/away", away)])
    async with TestServer(app) as server:
        yield server


async def test_a_file_of_the_named_discord_is_fetched(server: BaseTestServer, session: aiohttp.ClientSession) -> None:
    cdn = Cdn(session, str(server.make_url("")))

    assert await cdn.fetch(str(server.make_url("/file")), ceiling=5) == b"hello"


async def test_no_redirect_is_followed(
    server: BaseTestServer, session: aiohttp.ClientSession, asked: list[str]
) -> None:
    cdn = Cdn(session, str(server.make_url("")))

    with pytest.raises(AttachmentRefused, match="did not hand over"):
        await cdn.fetch(str(server.make_url("/away")), ceiling=100)

    assert asked == ["/away"]


async def test_more_than_may_be_is_not_read(server: BaseTestServer, session: aiohttp.ClientSession) -> None:
    cdn = Cdn(session, str(server.make_url("")))

    with pytest.raises(AttachmentRefused, match="larger than 1 MB"):
        await cdn.fetch(str(server.make_url("/endless")), ceiling=2**20)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/file",
        "http://localhost/file",
        "https://cdn.discordapp.com.example.org/file",
        "https://example.org/cdn.discordapp.com",
        "http://cdn.discordapp.com/file",
        "https://cdn.discordapp.com@example.org/file",
        "https://user:word@cdn.discordapp.com/file",
        "https://cdn.discordapp.com:8443/file",
        "https://cdn.discordapp.com:no/file",
        "file:///etc/passwd",
        "",
    ],
)
@pytest.mark.parametrize("base", [None, "http://127.0.0.1:2"])
async def test_other_addresses_are_never_asked(session: aiohttp.ClientSession, url: str, base: str | None) -> None:
    with pytest.raises(AttachmentRefused, match="does not lie on Discord's servers"):
        await Cdn(session, base).fetch(url, ceiling=100)
