"""Nobody but this machine's own programs and the page itself gets through to the playground; asked byte by byte."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping

import pytest

from bot.playground import DiscordServer

EVENTS = "/playground/api/events?person=alice"
STATE = "/playground/api/state?person=alice"
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def status(
    server: DiscordServer, path: str, headers: Mapping[str, str], *, method: str = "GET", host: str = ""
) -> int:
    """What the server answers to exactly these lines; `host` is its own address unless given."""
    address, port = server.url.removeprefix("http://").split(":")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'{address}:{port}'}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    reader, writer = await asyncio.open_connection(address, int(port))
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(10):
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


@pytest.mark.parametrize("path", ["/", STATE, EVENTS, "/cdn/attachments/1/2/a.png", "/api/v10/gateway", "/nowhere"])
async def test_another_host_is_refused_everywhere(discord_server: DiscordServer, path: str) -> None:
    assert await status(discord_server, path, {}, host="evil.example") == 403


async def test_a_host_that_only_looks_like_this_machine_is_refused(discord_server: DiscordServer) -> None:
    hosts = ("127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80", "192.168.0.7", "[::", "localhost.")

    assert {host: await status(discord_server, "/", {}, host=host) for host in hosts} == dict.fromkeys(hosts, 403)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST", "[::1]"])
async def test_this_machine_s_own_names_are_taken(discord_server: DiscordServer, name: str) -> None:
    port = discord_server.url.rsplit(":", 1)[1]

    assert await status(discord_server, STATE, {}, host=f"{name}:{port}") == 200


@pytest.mark.parametrize("path", ["/", STATE, EVENTS, "/gateway", "/api/v10/gateway"])
async def test_a_page_from_elsewhere_is_refused(discord_server: DiscordServer, path: str) -> None:
    headers = SOCKET if path == "/gateway" else {}
    origins = ("http://evil.example", "null", "http://127.0.0.1:1", discord_server.url.replace("http", "https"))
    seen = {origin: await status(discord_server, path, {"Origin": origin, **headers}) for origin in origins}

    assert seen == dict.fromkeys(origins, 403)


async def test_a_form_sent_from_elsewhere_changes_nothing(discord_server: DiscordServer) -> None:
    headers = {"Origin": "http://evil.example", "Content-Type": "text/plain", "Content-Length": "0"}

    assert await status(discord_server, "/playground/api/advance", headers, method="POST") == 403
    assert discord_server.world.ahead == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_other_pages_load_without_an_origin_is_refused(discord_server: DiscordServer, site: str) -> None:
    assert await status(discord_server, STATE, {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}) == 403


async def test_a_link_to_the_page_can_be_followed_from_anywhere(discord_server: DiscordServer) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert await status(discord_server, "/", followed) == 200
    assert await status(discord_server, STATE, followed) == 403


@pytest.mark.parametrize("path", ["/", STATE, EVENTS])
async def test_the_page_itself_gets_through(discord_server: DiscordServer, path: str) -> None:
    own = {"Origin": discord_server.url, "Sec-Fetch-Site": "same-origin"}

    assert await status(discord_server, path, own) == 200


async def test_a_bot_s_socket_gets_through(discord_server: DiscordServer) -> None:
    assert await status(discord_server, "/gateway", SOCKET) == 101


async def test_it_listens_on_loopback_only(discord_server: DiscordServer) -> None:
    host = discord_server.url.removeprefix("http://").rsplit(":", 1)[0]

    assert ipaddress.ip_address(host).is_loopback
