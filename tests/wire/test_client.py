"""One server's routes: behind a proxy with a prefix and a login, and when what answers is no ComfyUI."""

import asyncio
import base64
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from bot.comfy.client import ComfyClient, TooLarge
from bot.comfy.events import FeatureFlags, Output, Status
from bot.comfy.http import NotConnected, Uncertain
from bot.comfy.lookup import Sighting, look_up
from bot.comfy.simulator import Simulator
from bot.errors import BackendUnreachable
from bot.failures import PromptRefused, ServerLost
from tests.wire.comfy import PATIENCE, Follower, plain
from tests.wire.conftest import Connect

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Host = Callable[[Answer], Awaitable[str]]

LOGIN = "Basic " + base64.b64encode("björn:p@ss:word".encode()).decode()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """Serves every path with one handler; gives its address."""
    runners = []

    async def host(answer: Answer) -> str:
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield host
    for runner in runners:
        await runner.cleanup()


async def test_the_socket_greets_with_the_queue_and_its_features(client: ComfyClient) -> None:
    async with asyncio.timeout(PATIENCE), client.connect(uuid4().hex) as events:
        first, second = await anext(events), await anext(events)

    assert isinstance(first, Status)
    assert isinstance(second, FeatureFlags)
    assert second.flags["supports_preview_metadata"] is True


async def test_the_server_says_its_version_and_its_nodes(client: ComfyClient) -> None:
    assert (await client.version()).takes_our_ids
    assert b'"SaveImage"' in await client.object_info()


async def test_unknown_prompts_are_nowhere(client: ComfyClient) -> None:
    prompt_id = str(uuid4())

    assert await client.history(prompt_id) is None
    assert await look_up(client, await client.version(), prompt_id) is Sighting.UNKNOWN
    assert (await client.queue()).ahead_of(prompt_id) is None


async def test_a_file_of_many_pieces_arrives_whole(client: ComfyClient) -> None:
    sent = b"GIF89a" + bytes(index % 251 for index in range(1_000_000))
    folder, filename = (await client.upload(sent, f"{uuid4()}.gif", "easel")).split("/")

    assert await client.fetch(Output("1", "file", filename, folder, "input"), ceiling=len(sent)) == sent


async def test_the_server_queue_is_in_the_order_of_running(client: ComfyClient, simulator: Simulator) -> None:
    simulator.hold()
    ids = [str(uuid4()) for _ in range(12)]
    for prompt_id in ids:
        answer = await client.submit(plain(), prompt_id=prompt_id, client_id="x")
        assert answer.status == 200
    await simulator.wait_for("start", prompt_id=ids[0])

    queue = await client.queue()
    assert queue.running == (ids[0],)
    assert list(queue.pending) == ids[1:]


@pytest.fixture
async def proxy(host: Host, simulator: Simulator, session: aiohttp.ClientSession) -> str:
    """The simulator under `/gpu/0`, for who knows the login and the token."""

    async def forward(request: web.Request) -> web.StreamResponse:
        known = request.headers.get("Authorization") == LOGIN and request.headers.get("X-Token") == "t"
        if not known or not request.path.startswith("/gpu/0/"):
            return web.Response(status=401)
        url = simulator.url + request.raw_path.removeprefix("/gpu/0")
        if request.headers.get("Upgrade") == "websocket":
            return await _splice(request, url, session)
        kept = {"Content-Type": request.headers.get("Content-Type", "")}
        async with session.request(request.method, url, data=await request.read(), headers=kept) as response:
            return web.Response(status=response.status, body=await response.read(), content_type=response.content_type)

    return (await host(forward)).replace("://", "://bj%C3%B6rn:p%40ss%3Aword@") + "/gpu/0/"


async def _splice(request: web.Request, url: str, session: aiohttp.ClientSession) -> web.StreamResponse:
    front = web.WebSocketResponse()
    await front.prepare(request)
    async with session.ws_connect(url) as back, asyncio.TaskGroup() as group:
        group.create_task(_copy(front, back))
        await _copy(back, front)
    return front


async def _copy(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    target: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(message.data)
    await target.close()


async def test_login_headers_and_prefix_go_with_http_and_socket(
    proxy: str, serve: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    backend = await serve(proxy, headers={"X-Token": "t"})
    async with asyncio.timeout(PATIENCE):
        await backend.wait_up()
    await backend.upload(b"x", "x.png")
    async with Follower(backend, plain()) as follower:
        settled = await follower.settled()
    data = await backend.fetch(settled.outputs[0], ceiling=2**20)

    assert data.startswith(b"\x89PNG")
    assert len(follower.events) > 3
    assert backend.name.endswith("/gpu/0")
    assert "@" not in backend.name
    assert "ss:word" not in caplog.text
    assert "p%40ss" not in caplog.text


async def test_a_wrong_login_is_a_server_out_of_reach(proxy: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(BackendUnreachable, match="ComfyUI does not answer") as error:
        await ComfyClient(session, proxy).version()

    assert error.value.reason == "HTTP 401"


async def test_an_explicit_authorization_wins_over_the_address(host: Host, session: aiohttp.ClientSession) -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.getall("Authorization"))
        return web.json_response({"system": {"comfyui_version": "0.33.0"}})

    url = (await host(answer)).replace("://", "://user:password@")
    await ComfyClient(session, url, headers={"authorization": "Bearer t"}).version()

    assert seen == [["Bearer t"]]


async def test_nobody_at_the_address_is_certain(session: aiohttp.ClientSession) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        client = ComfyClient(session, f"http://127.0.0.1:{taken.getsockname()[1]}")

        with pytest.raises(NotConnected):
            await client.submit(plain(), prompt_id=str(uuid4()), client_id="x")
        with pytest.raises(NotConnected):
            async with client.connect("x"):
                pass


async def test_an_answer_that_does_not_come_is_uncertain(host: Host, session: aiohttp.ClientSession) -> None:
    gone = asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        try:
            await gone.wait()
        finally:
            gone.set()
        return web.Response()

    client = ComfyClient(session, await host(answer), timeout=0.05)
    with pytest.raises(Uncertain):
        await client.submit(plain(), prompt_id=str(uuid4()), client_id="x")
    gone.set()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, "<html>Sign in</html>", "text/html"),
        (200, "[]", "application/json"),
        (302, "", "text/plain"),
        (404, "<html>no tunnel</html>", "text/html"),
        (502, "Bad gateway", "text/plain"),
    ],
)
async def test_what_answers_but_is_no_comfyui_is_out_of_reach(
    host: Host, session: aiohttp.ClientSession, status: int, body: str, kind: str
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind, headers={"Location": "/login"})

    client = ComfyClient(session, await host(answer))
    for ask in (client.version, client.queue, lambda: client.history("x"), lambda: client.job("x")):
        with pytest.raises(BackendUnreachable):
            await ask()


async def test_a_server_that_does_not_say_its_version_is_too_old(host: Host, session: aiohttp.ClientSession) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"system": {"comfyui_version": None}})

    assert not (await ComfyClient(session, await host(answer)).version()).takes_our_ids


async def test_a_proxys_page_is_no_lost_file(host: Host, session: aiohttp.ClientSession) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="<html>no tunnel</html>", content_type="text/html")

    with pytest.raises(BackendUnreachable):
        await ComfyClient(session, await host(answer)).fetch(Output("1", "file", "a.png"), ceiling=9)


async def test_a_missing_file_is_lost(client: ComfyClient) -> None:
    with pytest.raises(ServerLost):
        await client.fetch(Output("1", "file", f"{uuid4()}.png"), ceiling=9)


async def test_an_endless_file_is_left_at_the_ceiling(host: Host, session: aiohttp.ClientSession) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(65536))
        except ConnectionError:
            return response

    client = ComfyClient(session, await host(answer))
    with pytest.raises(TooLarge) as refusal:
        await client.fetch(Output("1", "file", "a.png"), ceiling=200_000)

    assert refusal.value.size is None


async def test_an_upload_the_server_finds_too_large_is_refused(host: Host, session: aiohttp.ClientSession) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=413, text="Maximum request body size exceeded.")

    with pytest.raises(PromptRefused):
        await ComfyClient(session, await host(answer)).upload(b"x" * 9, "x.png", "easel")
