"""A ComfyUI server that draws instead of sampling."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.comfy.simulator import about
from bot.comfy.simulator.assets import Library
from bot.comfy.simulator.catalogue import MODELS, Catalogue
from bot.comfy.simulator.faults import Faults, Pace
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.frontend import FrontEnd, Log
from bot.comfy.simulator.gate import Gate, Request
from bot.comfy.simulator.machine import Machine, keep_order
from bot.comfy.simulator.moments import Moments, Watcher
from bot.comfy.simulator.nodes import RUNNERS
from bot.comfy.simulator.nodes.placeholders import run_placeholder
from bot.comfy.simulator.nodes.special import WEBSOCKET_INFO
from bot.comfy.simulator.port import Port
from bot.comfy.simulator.queue import PromptQueue
from bot.comfy.simulator.routes import Routes
from bot.comfy.simulator.routing import cache_control
from bot.comfy.simulator.sockets import Sent, Sockets
from bot.comfy.simulator.submission import Submissions
from bot.comfy.simulator.values import Runner
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload
from bot.comfy.simulator.worker import Worker

log = logging.getLogger(__name__)


class Simulator:
    """Start it, give ``url`` to a client; turn ``faults`` while it runs.

    Moments, as they come for one prompt: ``http``, ``queued``, ``answer``, ``start``, ``node``, ``step``, then
    ``success``, ``error`` or ``interrupted``, then ``history`` and ``finished``; besides ``socket`` for each
    connection, ``restarted``, ``died`` and ``worker_died``.
    Each is told before the server sends or does what it names. All but ``http``, ``answer`` and ``socket`` carry
    ``prompt_id``; ``node`` also ``node`` and ``class_type``; ``step`` also ``node``, ``value`` and ``max``.
    Watchers alone also see each ``turn`` of the worker, ``at`` the ``take`` of a prompt, its ``begin`` (which clears
    the flag of interrupts), every ``check`` of that flag, every ``event`` (with ``kind``, ``data()`` and
    ``client_id``), and the ``finish``.
    ``arrange_outputs`` is given a prompt's id and outputs; the real server leaves their order to chance.
    """

    def __init__(
        self,
        *,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        version: str = "0.33.0",
        models: Mapping[str, Sequence[str]] | None = None,
        data_dir: Path | None = None,
        preview_method: str = "none",
        multi_user: bool = False,
        assets: bool = False,
        max_upload: int = about.MAX_UPLOAD,
        arrange_outputs: Callable[[str, list[str]], list[str]] = keep_order,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.pace = pace
        self.faults = Faults()
        self.faults._cut = self.drop_sockets
        self.faults._die = self._crash
        #: Prompt ids in the order they ran, one entry per run.
        self.executed: list[str] = []
        self.version = Version(version)
        self._host, self._port = host, port
        self._held: Port | None = None
        self._preview_method = preview_method
        self._arrange = arrange_outputs
        self._moments = Moments()
        self.folders = Folders(data_dir)
        self.catalogue = Catalogue(MODELS if models is None else models, self.folders.uploads)
        self._runners: dict[str, Runner] = dict(RUNNERS)
        self.add_node(WEBSOCKET_INFO["name"], WEBSOCKET_INFO)
        self._gate = Gate(self.faults, self.version, self._moments)
        self._multi_user = multi_user
        self._max_upload = max_upload
        self._features = about.features(self.version, assets=assets, max_upload=max_upload)
        self._sockets = Sockets(self.faults, self.version, self._features)
        self._log = Log(self.send, lambda: self.client_ids, version)
        self._moments.on(self._log.watch)
        self._library = Library(self.folders, self.catalogue, self.send, enabled=assets)
        self._moments.on(self._library.watch)
        self._routes = self._boot()
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._chores: set[asyncio.Task[None]] = set()
        self._forgetful = False

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def running(self) -> bool:
        return self._runner is not None

    @property
    def requests(self) -> "deque[Request]":
        """The last HTTP requests, oldest first."""
        return self._gate.requests

    @property
    def sent(self) -> deque[Sent]:
        """The last events that were queued for sockets, oldest first."""
        return self._sockets.sent

    @property
    def client_ids(self) -> list[str]:
        """The ids of the sockets the server would send to."""
        return self._sockets.client_ids

    async def start(self) -> None:
        """Listen; from the second time on at the same port, with nothing in memory."""
        if self._forgetful:
            self._sockets = Sockets(self.faults, self.version, self._features)
            self._routes = self._boot()
        self._forgetful = True
        self.folders.wipe_temp()
        self._library.start()
        app = web.Application(client_max_size=self._max_upload, middlewares=[cache_control, self._gate.middleware])
        self._routes.register(app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        if self._held is None:
            self._held = Port(self._host, self._port)
            self._port = self._held.number
        await web.TCPSite(self._runner, self._host, self._port, reuse_address=True).start()
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._routes.worker.run())]

    async def close(self) -> None:
        await self.stop()
        for chore in self._chores:
            chore.cancel()
        if self._held is not None:
            self._held.close()
        self.folders.remove()

    async def stop(self) -> None:
        """As when the process is killed: sockets end with 1006, connections are refused; ``start`` brings it back."""
        await self._apart(self._stop())

    async def restart(self) -> None:
        """Die and come back at the same port, without queue, history, cache, numbers and temporary files."""
        await self._apart(self._restart())

    async def _apart(self, work: Coroutine[None, None, None]) -> None:
        """In a task of its own: who asks may be a watcher inside the worker or a handler, which this ends."""
        task = asyncio.create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        await asyncio.shield(task)

    async def _stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        runner, self._runner = self._runner, None
        if runner is not None:
            self._sockets.cut()
            for connection in runner.server.connections if runner.server is not None else ():
                connection.force_close()
            await runner.cleanup()

    async def _crash(self) -> None:
        await self._apart(self._come_back())

    async def _come_back(self) -> None:
        """Die, and be started again after a while, unless somebody did it before."""
        await self._die()
        await asyncio.sleep(self.faults.crash_seconds)
        if not self.running:
            await self.start()
            await self._moments.tell("restarted")

    async def _restart(self) -> None:
        await self._stop()
        await self.start()
        await self._moments.tell("restarted")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def on(self, callback: Watcher) -> None:
        """Call (and await) ``callback(moment, facts)`` at every moment, before the server goes on."""
        self._moments.on(callback)

    async def wait_for(self, moment: str, **match: object) -> Payload:
        """The first such moment not waited for before, past ones included; give ``prompt_id`` to be sure whose."""
        return await self._moments.wait_for(moment, **match)

    def hold(self) -> None:
        """The worker stops before the next node or step; an interrupt still gets through."""
        self._routes.worker.hold()

    def release(self) -> None:
        self._routes.worker.release()

    def drop_sockets(self) -> None:
        """Cut every WebSocket without a close frame."""
        self._sockets.cut()

    def add_node(self, class_type: str, info: Payload, runner: Runner | None = None) -> None:
        """A custom node: its ``object_info`` entry, and what it does (placeholders, if nothing is given)."""
        defaults: Payload = {
            "is_input_list": False,
            "output_node": False,
            "output": [],
            "python_module": "custom_nodes",
        }
        entry = {**defaults, **info}
        entry.setdefault("output_is_list", [False] * len(entry["output"]))
        entry.setdefault("output_name", entry["output"])
        self.catalogue.add(class_type, entry)
        if runner is not None:
            self._runners[class_type] = runner

    def send(self, kind: str, data: Payload, client_id: str | None = None) -> None:
        """An event of one's own, to one client or all."""
        self._sockets.send(kind, data, client_id)

    def _boot(self) -> Routes:
        queue = PromptQueue(self._announce)
        self._log.restart()
        machine = Machine(
            catalogue=self.catalogue,
            folders=self.folders,
            faults=self.faults,
            version=self.version,
            sockets=self._sockets,
            moments=self._moments,
            find_runner=lambda class_type: self._runners.get(class_type, run_placeholder),
            pace=lambda: self.pace,
            preview_method=self._preview_method,
            identify=self._library.enrich,
            arrange=self._arrange,
        )
        return Routes(
            version=self.version,
            faults=self.faults,
            catalogue=self.catalogue,
            folders=self.folders,
            sockets=self._sockets,
            moments=self._moments,
            queue=queue,
            worker=Worker(machine, queue, self.executed),
            submissions=Submissions(self.catalogue, self.folders, self.version, lambda: self.faults.missing_model),
            front=FrontEnd(
                self.catalogue, self.folders, self.faults, self.version, self._log, multi_user=self._multi_user
            ),
            features=self._features,
            library=self._library,
        )

    def _announce(self) -> None:
        self._sockets.send("status", {"status": self._routes.status()})

    async def _publish(self) -> None:
        """An event that cannot be sent, such as to a client id that is no string, kills the real process."""
        try:
            await self._sockets.publish()
        except TypeError as ex:
            log.warning("the simulated server died: %s", ex)
            died = asyncio.create_task(self._die())
            self._chores.add(died)
            died.add_done_callback(self._chores.discard)

    async def _die(self) -> None:
        await self._stop()
        await self._moments.tell("died")
