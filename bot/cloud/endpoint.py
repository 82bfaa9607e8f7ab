"""One address of the Comfy API v2 with its key, by the official SDK; what goes wrong there has our names."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import SecretStr, ValidationError

from bot.cloud.troubles import Graph, Unknown, is_envelope, refused, trouble
from bot.comfy.client import TooLarge
from bot.comfy.http import NotConnected, Uncertain
from bot.errors import BackendUnreachable, NotComfyApi, SettingsError
from bot.failures import PromptRefused, ServerLost
from bot.text import _

if TYPE_CHECKING:
    import httpx
    from comfy_low.models import Job
    from comfy_low.sse import RawEvent
    from comfy_sdk.events import Event as SdkEvent

log = logging.getLogger(__name__)

INSTALL = 'pip install "easel[cloud]"'
#: hosts whose keys also pay for partner nodes (APIs that a graph calls); no other address gets its key in a body
COMFY_HOSTS = (".comfy.org", ".comfy.app")
CHUNK = 2**16
TRIES = 3
#: what of the events people see; the files are read from the job once it has ended
SHOWN = frozenset({"status", "progress", "preview"})


class Endpoint:
    """The key goes to that address alone: no redirect is followed but for files, by a client that has no key.

    Everything raises BackendUnreachable and its kin: NotConnected where nobody listens, Uncertain where no usable
    answer came. SettingsError where the SDK is not installed.
    """

    def __init__(self, url: str, key: SecretStr, *, timeout: float = 30.0) -> None:
        try:
            import httpx
            from comfy_low import AsyncComfyLow
        except ImportError as error:
            problem = _("COMFY_API_URLS is set, but what speaks with a cloud is not installed. Install it: {command}")
            raise SettingsError(problem.format(command=INSTALL)) from error
        for chatty in ("httpx", "httpcore"):  # they log addresses, and a file's signed one is a key to it
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self.name = url
        self._key = key
        self._http = httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False)
        self._storage = httpx.AsyncClient(timeout=timeout, follow_redirects=True, trust_env=False)
        # the SDK's own client takes its address from the environment, and sends the key to the SDK's router as well
        self._low = AsyncComfyLow(
            url, key.get_secret_value(), client=self._http, client_info="easel", router_base_url=url
        )

    async def close(self) -> None:
        """Twice is once."""
        await self._http.aclose()
        await self._storage.aclose()

    async def probe(self) -> None:
        """Return when the Comfy API answers and takes the key: it then says that there is no such job."""
        try:
            await self.job(str(uuid4()))
        except Unknown:
            return
        except PromptRefused as odd:
            raise NotComfyApi(self.name, odd.message) from odd
        raise NotComfyApi(self.name, "it knows a job that never was")

    async def submit(self, graph: Graph, key: str) -> Job:
        """POST /jobs. `key` goes with every try to send the same: raises KeyReused when an earlier one got there.

        Raises PromptRefused and its kin when it is not taken.
        """
        from comfy_low import ApiError

        with self._speaking():
            try:
                return await self._low.post_jobs(dict(graph), idempotency_key=key, extra_data=self._partner_key())
            except ApiError as error:
                if error.code == "invalid_workflow":
                    raise refused(error, graph, lambda _class, _input: None) from error
                raise

    async def job(self, job_id: str) -> Job:
        """GET /jobs/{id}. Raises Unknown."""
        with self._speaking():
            return await self._low.get_job(job_id)

    async def cancel(self, job_id: str) -> Job:
        """POST /jobs/{id}/cancel: a wish, whose outcome the job's state says later. Raises Unknown."""
        with self._speaking():
            return await self._low.cancel_job(job_id)

    async def events(self, job_id: str) -> AsyncGenerator[SdkEvent, None]:
        """GET /jobs/{id}/events, until the server ends it; what was missed before is not told again."""
        from comfy_sdk.events import event_from_raw

        with self._speaking():
            # its annotation says less than it is
            async with aclosing(cast("AsyncGenerator[RawEvent, None]", self._low.get_job_events(job_id))) as frames:
                async for frame in frames:
                    if frame.event in SHOWN and (event := event_from_raw(frame, None)) is not None:
                        yield event

    async def upload(self, data: bytes, name: str) -> dict[str, object]:
        """Make it an asset, unless the cloud has these bytes; what stands for it in a graph."""
        from comfy_sdk.assets import AsyncAssetFactory

        with self._speaking():
            return await AsyncAssetFactory(self._low).from_bytes(data, filename=name).as_reference()

    async def download(self, asset_id: str, *, ceiling: int) -> bytes:
        """GET /assets/{id}/content, there or where it points to. TooLarge above `ceiling` bytes, ServerLost if gone."""
        for tries_left in reversed(range(TRIES)):
            try:
                with self._speaking():
                    async with self._content(asset_id) as response:
                        return await _read(response, ceiling)
            except Unknown as error:
                raise ServerLost from error
            except Uncertain:
                if not tries_left:
                    raise
                log.info("a file from %s arrived torn and is fetched again", self.name)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _content(self, asset_id: str) -> AsyncGenerator[httpx.Response, None]:
        async with self._low.open("GET", f"/assets/{asset_id}/content") as response:
            if response.is_success:
                yield response
                return
            if not response.has_redirect_location:
                await response.aread()
                self._raise_for(response)
            where = response.url.join(response.headers["Location"])
        async with self._storage.stream("GET", where) as stored:
            if stored.status_code in {403, 404, 410}:
                raise ServerLost  # the address was made for us just now: what it stands for is gone
            if not stored.is_success:
                raise BackendUnreachable(self.name, f"HTTP {stored.status_code} for a file")
            yield stored

    def _raise_for(self, response: httpx.Response) -> None:
        from comfy_low import error_from_envelope

        raise error_from_envelope(response.status_code, response.json() if is_envelope(response) else None)

    def _partner_key(self) -> dict[str, Any] | None:
        """With which partner nodes in the graph pay; whoever else's key it is, ComfyUI would send it on to Comfy."""
        host = f".{urlsplit(self.name).hostname or ''}"
        return {"api_key_comfy_org": self._key.get_secret_value()} if host.endswith(COMFY_HOSTS) else None

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        import httpx
        from comfy_low import ApiError

        try:
            yield
        except ApiError as error:
            error.message = error.message.replace(self._key.get_secret_value(), "***")
            raise trouble(self.name, error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotConnected(self.name, _reason(error)) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise Uncertain(self.name, _reason(error)) from error
        except ValidationError as error:
            raise NotComfyApi(self.name, "its answer is not what the Comfy API v2 says") from error


async def _read(response: httpx.Response, ceiling: int) -> bytes:
    size = int(response.headers.get("Content-Length") or 0)
    if size > ceiling:
        raise TooLarge(size)
    data = bytearray()
    async for chunk in response.aiter_bytes(CHUNK):
        data += chunk
        if len(data) > ceiling:
            raise TooLarge(len(data))
    return bytes(data)


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
