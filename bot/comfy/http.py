"""Requests to one server over the shared HTTP session; what goes wrong on the way has one of three names."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from bot.errors import BackendUnreachable


class NotConnected(BackendUnreachable):
    """Nobody listens: the server certainly never saw the request."""


class Uncertain(BackendUnreachable):
    """No usable answer, but the server may have done what it was asked."""


class Http:
    """Paths below `base`, with the headers each request needs.

    `url` may hold a path prefix and `user:password@`, which go into a header; explicit `headers` win. Everything
    raises BackendUnreachable: NotConnected or Uncertain where the network failed.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], *, timeout: float = 60.0
    ) -> None:
        address = URL(url)
        self.session = session
        self.base = str(address.with_user(None).with_query(None).with_fragment(None)).rstrip("/")
        self.headers = _with_login(address, headers)
        self._timeout = timeout

    async def json(self, method: str, path: str) -> Any:
        async with self.request(method, path) as response:
            self.check(response)
            return await self.read_json(response)

    async def body(self, method: str, path: str, **options: Any) -> bytes:
        async with self.request(method, path, **options) as response:
            self.check(response)
            return await response.read()

    async def read_json(self, response: aiohttp.ClientResponse) -> Any:
        """None where the body is no JSON: ComfyUI's errors need not be."""
        try:
            return json.loads(await response.read())
        except (ValueError, RecursionError):
            return None

    def check(self, response: aiohttp.ClientResponse) -> None:
        if response.status != 200:
            raise BackendUnreachable(self.base, f"HTTP {response.status}")

    @asynccontextmanager
    async def request(
        self, method: str, path: str, *, timeout: float | None = None, **options: Any
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        limits = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=timeout or self._timeout)
        with self.reaching():
            async with self.session.request(
                method,
                f"{self.base}{path}",
                headers=self.headers,
                timeout=limits,
                allow_redirects=False,  # a login page is no ComfyUI, and our headers are for this server only
                **options,
            ) as response:
                yield response

    @contextmanager
    def reaching(self) -> Iterator[None]:
        try:
            yield
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(self.base, _reason(error)) from error
        except aiohttp.WSServerHandshakeError as error:
            raise BackendUnreachable(self.base, f"HTTP {error.status} for the WebSocket") from error
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise Uncertain(self.base, _reason(error)) from error


def _with_login(address: URL, headers: Mapping[str, str]) -> CIMultiDict[str]:
    found = CIMultiDict(headers)
    if address.user is not None and "Authorization" not in found:
        pair = f"{address.user}:{address.password or ''}".encode()
        found["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return found


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
