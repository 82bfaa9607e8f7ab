"""``/api/assets*`` and ``/api/tags``: without twins, and all 503 where the server did not enable them."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web
from pydantic import ValidationError

from bot.comfy.simulator.assets.answers import bad_query, body_of, missing, query_of, refuse
from bot.comfy.simulator.assets.asset import Asset, now
from bot.comfy.simulator.assets.library import ROOTS, Library
from bot.comfy.simulator.assets.queries import (
    BadCursor,
    BadFilter,
    Filter,
    FromHash,
    PageQuery,
    TagChange,
    TagCountQuery,
    TagQuery,
    Update,
    check_hash,
)
from bot.comfy.simulator.assets.uploads import Refused, receive
from bot.comfy.simulator.content_types import is_dangerous
from bot.comfy.simulator.routing import Handler, Route
from bot.comfy.simulator.wire import Payload

_ID = "{id:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}}"
_DISABLED = "Assets system is disabled. Start the server with --enable-assets to use this feature."


class AssetRoutes:
    def __init__(self, library: Library) -> None:
        self._library = library

    def routes(self) -> list[Route]:
        return [
            ("HEAD", "/api/assets/hash/{hash}", self._has_hash),
            ("GET", "/api/assets", self._list),
            ("GET", f"/api/assets/{_ID}", self._get),
            ("GET", f"/api/assets/{_ID}/content", self._content),
            ("POST", "/api/assets/from-hash", self._from_hash),
            ("POST", "/api/assets", self._upload),
            ("PUT", f"/api/assets/{_ID}", self._update),
            ("DELETE", f"/api/assets/{_ID}", self._delete),
            ("GET", "/api/tags", self._tags),
            ("POST", f"/api/assets/{_ID}/tags", self._add_tags),
            ("DELETE", f"/api/assets/{_ID}/tags", self._remove_tags),
            ("GET", "/api/assets/tags/refine", self._count_tags),
            ("POST", "/api/assets/seed", self._seed),
            ("GET", "/api/assets/seed/status", self._seed_status),
            ("POST", "/api/assets/seed/cancel", self._seed_cancel),
            ("POST", "/api/assets/prune", self._prune),
        ]

    async def _has_hash(self, request: web.Request) -> web.StreamResponse:
        try:
            wanted = check_hash(request.match_info["hash"])
        except ValueError:
            return refuse(400, "INVALID_HASH", "hash must be like 'blake3:<hex>'")
        return web.Response(status=200 if self._library.by_hash(wanted) else 404)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        try:
            query = PageQuery.model_validate(query_of(request))
            query.check()
            page, total, cursor = query.page(self._library)
        except (ValidationError, BadFilter) as ex:
            return bad_query(ex)
        except BadCursor as ex:
            return refuse(400, "INVALID_CURSOR", str(ex))
        more = query.offset + len(page) < total if query.after is None else cursor is not None
        answer = {"assets": [self._library.describe(asset) for asset in page], "total": total, "has_more": more}
        return web.json_response(answer | ({"next_cursor": cursor} if cursor else {}))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        asset = self._library.get(request.match_info["id"].lower())
        return web.json_response(self._library.describe(asset)) if asset else missing(request)

    async def _content(self, request: web.Request) -> web.StreamResponse:
        """The real server streams it: no ranges, no ETag."""
        asset = self._library.get(request.match_info["id"].lower())
        if asset is None:
            return missing(request, details=False)
        path = self._library.path_of(asset)
        if path is None or not await asyncio.to_thread(path.is_file):
            return refuse(404, "FILE_NOT_FOUND", "Underlying file not found on disk.")
        kind = asset.mime_type or "application/octet-stream"
        shown = "inline" if request.query.get("disposition", "").strip().lower() == "inline" else "attachment"
        headers = {"X-Content-Type-Options": "nosniff"}
        if is_dangerous(kind):
            kind, shown = "application/octet-stream", "attachment"
            headers |= {"Vary": "Sec-Fetch-Dest", "Cache-Control": "no-store"}
        headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(asset.name)}"
        return web.Response(body=await asyncio.to_thread(path.read_bytes), content_type=kind, headers=headers)

    async def _from_hash(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request, FromHash)
        if isinstance(body, web.Response):
            return body
        known = self._library.by_hash(body.hash)
        if known is None:
            return refuse(404, "ASSET_NOT_FOUND", f"Asset content {body.hash} does not exist")
        asset = self._library.add(_copy(known, body))
        return web.json_response({**self._library.describe(asset), "created_new": False}, status=201)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        try:
            asset, new = await receive(request, self._library, _copy)
        except Refused as ex:
            return refuse(ex.status, ex.code, str(ex))
        return web.json_response({**self._library.describe(asset), "created_new": new}, status=201 if new else 200)

    async def _update(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request, Update)
        if isinstance(body, web.Response):
            return body
        asset = self._library.get(request.match_info["id"].lower())
        if asset is None:
            return missing(request)
        asset.name = body.name or asset.name
        asset.preview_id = body.preview_id or asset.preview_id
        if body.user_metadata is not None:
            kept = {"filename": asset.loader_path} if asset.loader_path else {}
            asset.user_metadata = {**body.user_metadata, **kept}
        asset.updated_at = now()
        return web.json_response(self._library.describe(asset))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        asset_id = request.match_info["id"].lower()
        if self._library.remove(asset_id):
            return web.Response(status=204)
        return refuse(404, "ASSET_NOT_FOUND", f"AssetReference {asset_id} not found.")

    async def _tags(self, request: web.Request) -> web.StreamResponse:
        try:
            query = TagQuery.model_validate(dict(request.query))
        except ValidationError as ex:
            return refuse(400, "INVALID_QUERY", "Invalid query parameters", errors=json.loads(ex.json()))
        counts = self._library.tag_counts()
        found = [
            (tag, count)
            for tag, count in (sorted(counts) if query.order == "name_asc" else counts)
            if tag.startswith((query.prefix or "").strip()) and (count or query.include_zero)
        ]
        page = found[query.offset : query.offset + query.limit]
        tags = [{"name": tag, "count": count} for tag, count in page]
        more = query.offset + len(page) < len(found)
        return web.json_response({"tags": tags, "total": len(found), "has_more": more})

    async def _add_tags(self, request: web.Request) -> web.StreamResponse:
        def add(asset: Asset, tags: list[str]) -> Payload:
            new = [tag for tag in tags if tag not in asset.tags]
            asset.tags |= set(new)
            return {"added": new, "already_present": [tag for tag in tags if tag not in new]}

        return await self._change_tags(request, "add", add)

    async def _remove_tags(self, request: web.Request) -> web.StreamResponse:
        def remove(asset: Asset, tags: list[str]) -> Payload:
            gone = [tag for tag in tags if tag in asset.tags]
            asset.tags -= set(gone)
            return {"removed": gone, "not_present": [tag for tag in tags if tag not in gone]}

        return await self._change_tags(request, "remove", remove)

    async def _change_tags(
        self, request: web.Request, verb: str, change: Callable[[Asset, list[str]], Payload]
    ) -> web.StreamResponse:
        body = await body_of(request, TagChange, f"Invalid JSON body for tags {verb}.")
        if isinstance(body, web.Response):
            return body
        asset = self._library.get(request.match_info["id"].lower())
        if asset is None:
            return missing(request)
        return web.json_response({**change(asset, body.names()), "total_tags": sorted(asset.tags)})

    async def _count_tags(self, request: web.Request) -> web.StreamResponse:
        try:
            query = TagCountQuery.model_validate(query_of(request))
            query.check()
        except (ValidationError, BadFilter) as ex:
            return bad_query(ex)
        counts = self._library.tag_counts(Filter.pick(query, self._library))
        return web.json_response({"tag_counts": dict(counts[: query.limit])})

    async def _seed(self, request: web.Request) -> web.StreamResponse:
        try:
            roots = (await request.json()).get("roots", ROOTS)
        except (ValueError, AttributeError):
            roots = ROOTS
        known = [root for root in roots if root in ROOTS]
        if not known:
            return refuse(400, "INVALID_BODY", "No valid roots specified")
        await asyncio.to_thread(self._library.scan, known)
        if request.query.get("wait", "").lower() not in ("true", "1", "yes"):
            return web.json_response({"status": "started"}, status=202)
        return web.json_response({"status": "completed", "progress": self._library.progress, "errors": []})

    async def _seed_status(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"state": "IDLE", "progress": self._library.progress, "errors": []})

    async def _seed_cancel(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "idle"})

    async def _prune(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "completed", "marked": 0})


def refuse_all(routes: list[Route]) -> list[Route]:
    """The same paths on a server without ``--enable-assets``."""

    async def disabled(request: web.Request) -> web.StreamResponse:
        return refuse(503, "SERVICE_DISABLED", _DISABLED)

    handler: Handler = disabled
    return [(method, path, handler) for method, path, _ in routes]


def _copy(known: Asset, body: FromHash) -> Asset:
    """Another reference to the same content."""
    name = body.name or str(known.hash).partition(":")[2]
    kind = body.mime_type or known.mime_type
    asset = Asset(name, "", "", known.size, set(body.tags), kind, hash=known.hash, preview_id=body.preview_id)
    asset.user_metadata = body.user_metadata or {}
    return asset
