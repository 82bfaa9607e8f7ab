"""The front end itself: its page, scripts, translations, templates, blueprints and node replacements."""

import asyncio
import hashlib
import json
from pathlib import Path

from aiohttp import web

from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload

_WEB = Path(__file__).parent / "web"
_FRESH = {"Cache-Control": "no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}
#: A subgraph of our own, in the front end's format.
_BLUEPRINT = {
    "revision": 0,
    "last_node_id": 1,
    "last_link_id": 0,
    "nodes": [],
    "links": [],
    "groups": [],
    "definitions": {"subgraphs": []},
    "version": 0.4,
}
_BLUEPRINTS = {hashlib.sha256(b"templates/Empty").hexdigest(): "Empty"}


class Pages:
    def __init__(self, version: Version) -> None:
        self._version = version

    def routes(self) -> list[Route]:
        table: list[Route] = [
            ("GET", "/", self._index),
            ("GET", "/extensions", self._extensions),
            ("GET", "/i18n", self._nothing),
            ("GET", "/workflow_templates", self._nothing),
        ]
        if self._version.since(0, 6):
            table.append(("GET", "/global_subgraphs", self._blueprints))
            table.append(("GET", "/global_subgraphs/{id}", self._blueprint))
        if self._version.since(0, 12):
            table.append(("GET", "/node_replacements", self._replacements))
        return table

    def mount_files(self, app: web.Application) -> None:
        """Every path that no route takes; unknown ones are 404, other methods than GET 405."""
        app.add_routes([web.static("/", _WEB)])

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_WEB / "index.html", headers=_FRESH)

    async def _extensions(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(await asyncio.to_thread(_scripts))

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        """No custom nodes, so none that brought any."""
        return web.json_response({})

    async def _blueprints(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({key: _describe(name) for key, name in _BLUEPRINTS.items()})

    async def _blueprint(self, request: web.Request) -> web.StreamResponse:
        name = _BLUEPRINTS.get(request.match_info["id"])
        return web.json_response(None if name is None else {**_describe(name), "data": json.dumps(_BLUEPRINT)})

    async def _replacements(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(_REPLACEMENTS)


def _scripts() -> list[str]:
    return sorted(f"/{path.relative_to(_WEB).as_posix()}" for path in (_WEB / "extensions").rglob("*.js"))


def _describe(name: str) -> Payload:
    return {"source": "templates", "name": name, "info": {"node_pack": "comfyui"}}


def _replacement(old: str, new: str, *mapping: Payload, **more: object) -> list[Payload]:
    facts = {"new_node_id": new, "old_node_id": old, "old_widget_ids": None, "input_mapping": list(mapping) or None}
    return [{**facts, "output_mapping": None, **more}]


def _moved(name: str, before: str) -> Payload:
    return {"new_id": name, "old_id": before}


def _fixed(name: str, value: str) -> Payload:
    return {"new_id": name, "set_value": value}


#: Old node classes and what takes their place (recorded on 0.33).
_REPLACEMENTS = {
    entry[0]["old_node_id"]: entry
    for entry in (
        _replacement(
            "ResizeImagesByLongerEdge",
            "ImageScaleToMaxDimension",
            _moved("image", "images"),
            _moved("largest_size", "longer_edge"),
            _fixed("upscale_method", "lanczos"),
            old_widget_ids=["longer_edge"],
            output_mapping=[{"new_idx": 0, "old_idx": 0}],
        ),
        _replacement(
            "ImageBatch", "BatchImagesNode", _moved("images.image0", "image1"), _moved("images.image1", "image2")
        ),
        _replacement(
            "ImageScaleBy",
            "ResizeImageMaskNode",
            _moved("input", "image"),
            _fixed("resize_type", "scale by multiplier"),
            _moved("resize_type.multiplier", "scale_by"),
            _moved("scale_method", "upscale_method"),
            old_widget_ids=["upscale_method", "scale_by"],
        ),
        _replacement("T2IAdapterLoader", "ControlNetLoader", _moved("control_net_name", "t2i_adapter_name")),
        _replacement("Load3DAnimation", "Load3D"),
        _replacement("Preview3DAnimation", "Preview3D"),
        _replacement("SDV_img2vid_Conditioning", "SVD_img2vid_Conditioning"),
        _replacement("ConditioningAverage ", "ConditioningAverage"),
    )
}
