"""The HTTP routes, each also under ``/api``."""

import json
from dataclasses import dataclass

from aiohttp import web

from bot.comfy.simulator import about, files, jobs
from bot.comfy.simulator.assets import AssetRoutes, Library, refuse_all
from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.frontend import FrontEnd
from bot.comfy.simulator.moments import Moments
from bot.comfy.simulator.queue import PromptQueue
from bot.comfy.simulator.routing import Route, mount
from bot.comfy.simulator.sockets import Sockets
from bot.comfy.simulator.submission import Submissions
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Item, Payload
from bot.comfy.simulator.worker import Worker


@dataclass
class Routes:
    """The handlers over one server's parts; queue, worker and submissions change at a restart."""

    version: Version
    faults: Faults
    catalogue: Catalogue
    folders: Folders
    sockets: Sockets
    moments: Moments
    queue: PromptQueue
    worker: Worker
    submissions: Submissions
    front: FrontEnd
    features: Payload
    library: Library

    def register(self, app: web.Application) -> None:
        if self.version.since(0, 17):
            assets = AssetRoutes(self.library).routes()
            mount(app, assets if self.library.enabled else refuse_all(assets), prefixes=("",))
        self.front.mount_internal(app)
        mount(app, [*self._common(), *self._newer(), *self.front.routes()])
        self.front.mount_files(app)

    def _common(self) -> list[Route]:
        return [
            ("GET", "/ws", self._socket),
            ("GET", "/prompt", self._get_prompt),
            ("POST", "/prompt", self._post_prompt),
            ("GET", "/queue", self._get_queue),
            ("POST", "/queue", self._post_queue),
            ("POST", "/interrupt", self._interrupt),
            ("POST", "/free", self._free),
            ("GET", "/history", self._get_histories),
            ("POST", "/history", self._post_history),
            ("GET", "/history/{prompt_id}", self._get_history),
            ("GET", "/object_info", self._object_infos),
            ("GET", "/object_info/{class_type}", self._object_info),
            ("GET", "/system_stats", self._system_stats),
            ("GET", "/view", self._view),
            ("POST", "/upload/image", self._upload),
            ("POST", "/upload/mask", self._upload_mask),
        ]

    def _newer(self) -> list[Route]:
        """What not every version has."""
        table: list[Route] = []
        if self.version.client_ids:
            table.append(("GET", "/features", self._features))
        if self.version.jobs:
            table += [("GET", "/api/jobs", self._jobs), ("GET", "/api/jobs/{job_id}", self._job)]
        if self.version.job_cancel:
            table.append(("POST", "/api/jobs/cancel", self._cancel_many))
            table.append(("POST", "/api/jobs/{job_id}/cancel", self._cancel))
        return table

    def status(self) -> Payload:
        return {"exec_info": {"queue_remaining": self.queue.remaining}}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        return await self.sockets.serve(request, self._greetings, self.moments.tell)

    def _greetings(self, client_id: str) -> list[Payload]:
        greetings: list[Payload] = [{"type": "status", "data": {"status": self.status(), "sid": client_id}}]
        running = self.worker.current
        if running is not None and running.client_id == client_id and running.node_id is not None:
            greetings.append({"type": "executing", "data": {"node": running.node_id}})
        return greetings

    async def _get_prompt(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.status())

    async def _post_prompt(self, request: web.Request) -> web.StreamResponse:
        self.front.log.write("got prompt")
        queued: list[Item] = []

        def put(item: Item) -> None:
            self.queue.put(item)
            queued.append(item)

        status, answer = self.submissions.accept(await request.text(), put)
        if queued:
            await self.moments.tell(
                "queued", prompt_id=queued[0][1], number=queued[0][0], client_id=queued[0][3].get("client_id")
            )
        return web.json_response(answer, status=status)

    async def _get_queue(self, request: web.Request) -> web.StreamResponse:
        running = [self.queue.running] if self.queue.running is not None else []
        pending = list(self.queue.pending)
        return web.json_response(
            {"queue_running": [item[:5] for item in running], "queue_pending": [item[:5] for item in pending]}
        )

    async def _post_queue(self, request: web.Request) -> web.StreamResponse:
        orders = _orders_of(await request.json())
        if orders.get("clear"):
            self.queue.clear()
        for prompt_id in orders.get("delete", ()):
            self.queue.delete(prompt_id)
        return web.Response()

    async def _interrupt(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except json.JSONDecodeError:
            body = {}
        prompt_id = body.get("prompt_id") if self.version.targeted_interrupts else None
        self.worker.interrupt(prompt_id or None)
        return web.Response()

    async def _free(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body.get("free_memory", False):
            self.worker.free_memory()
        return web.Response()

    async def _get_histories(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        most = int(query["max_items"]) if "max_items" in query else None
        return web.json_response(self.queue.page(most, int(query.get("offset", -1))))

    async def _get_history(self, request: web.Request) -> web.StreamResponse:
        prompt_id = request.match_info["prompt_id"]
        if self.faults.empty_histories > 0:
            self.faults.empty_histories -= 1
            return web.json_response({})
        found = self.queue.history.get(prompt_id)
        return web.json_response({prompt_id: found} if found else {})

    async def _post_history(self, request: web.Request) -> web.StreamResponse:
        orders = _orders_of(await request.json())
        if orders.get("clear"):
            self.queue.history.clear()
        for prompt_id in orders.get("delete", ()):
            self.queue.history.pop(prompt_id, None)
        return web.Response()

    async def _object_infos(self, request: web.Request) -> web.StreamResponse:
        self.catalogue.refresh(self.faults.missing_model)
        self.library.start()
        return web.json_response(text=self.catalogue.text())

    async def _object_info(self, request: web.Request) -> web.StreamResponse:
        self.catalogue.refresh(self.faults.missing_model)
        class_type = request.match_info["class_type"]
        return web.json_response({class_type: self.catalogue[class_type]} if class_type in self.catalogue else {})

    async def _system_stats(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(about.system_stats(self.version))

    async def _features(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.features)

    async def _view(self, request: web.Request) -> web.StreamResponse:
        return await files.view(request, self.folders, self.faults, self.library, self.version)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await files.upload(request, self.folders, self.library)

    async def _upload_mask(self, request: web.Request) -> web.StreamResponse:
        return await files.upload_mask(request, self.folders, self.library)

    async def _jobs(self, request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(jobs.list_jobs(self.queue, request.query, self.version))
        except ValueError as ex:
            return web.json_response({"error": str(ex)}, status=400)

    async def _job(self, request: web.Request) -> web.StreamResponse:
        job = jobs.find_job(self.queue, request.match_info["job_id"], self.version)
        return web.json_response(job) if job else web.json_response({"error": "Job not found"}, status=404)

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"cancelled": self._cancel_job(request.match_info["job_id"])})

    async def _cancel_many(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except json.JSONDecodeError:
            return web.json_response({"error": "Request body must be valid JSON"}, status=400)
        job_ids = body.get("job_ids") if isinstance(body, dict) else None
        if not isinstance(job_ids, list):
            return web.json_response({"error": "job_ids must be a list"}, status=400)
        wrong = jobs.invalid_ids(job_ids)
        if wrong:
            return web.json_response({"error": "job_ids contains invalid id(s)", "invalid_ids": wrong}, status=400)
        return web.json_response({"cancelled": [self._cancel_job(job_id) for job_id in job_ids].count(True) > 0})

    def _cancel_job(self, job_id: str) -> bool:
        """Whether a cancel was sent on its way, which is not whether it will have an effect."""
        return self.queue.delete(job_id) or self.worker.interrupt(job_id)


def _orders_of(body: Payload) -> Payload:
    """Raises TypeError where the real server does; a list, or a string, without these words orders nothing."""
    return {order: body[order] for order in ("clear", "delete") if order in body}
