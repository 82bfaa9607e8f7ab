"""``POST /api/assets``: a form with a file, or with the hash of content that is there already."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from bot.comfy.simulator.assets.asset import Asset, hash_of
from bot.comfy.simulator.assets.library import ROOTS, Library
from bot.comfy.simulator.assets.queries import FromHash, check_hash


class Refused(Exception):
    """An upload that is not taken; the message is for the answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


async def receive(
    request: web.Request, library: Library, copy: Callable[[Asset, FromHash], Asset]
) -> tuple[Asset, bool]:
    """The asset, and whether its content was new. Raises Refused."""
    if not request.content_type.startswith("multipart/"):
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Use multipart/form-data for uploads.")
    form = await request.post()
    if "id" in form:
        message = "Client-provided 'id' is not supported. Asset IDs are assigned by the server."
        raise Refused(400, "UNSUPPORTED_FIELD", message)
    file = form.get("file")
    content = await asyncio.to_thread(file.file.read) if isinstance(file, web.FileField) else None
    given = _check_hash(str(form.get("hash", "")))
    known = library.by_hash(given) if given else None
    if known is None and content is None:
        raise Refused(400, "MISSING_FILE", "Form must include a 'file' part or a known 'hash'.")
    if known is None and not content:
        raise Refused(400, "EMPTY_UPLOAD", "Uploaded file is empty.")
    actual = hash_of(content or b"")
    body = _check_fields(form, given or actual)
    known = known or library.by_hash(actual)
    if known is not None:
        return library.add(copy(known, body)), False
    if given and given != actual:
        raise Refused(400, "HASH_MISMATCH", "Uploaded file hash does not match provided hash.")
    name = file.filename if isinstance(file, web.FileField) else ""
    return await asyncio.to_thread(_store, library, content or b"", name, body), True


def _store(library: Library, content: bytes, filename: str, body: FromHash) -> Asset:
    """Below the folder its tags name, called by its hash."""
    folder = library.folder_for(_destination(body.tags), body.tags)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hash_of(content).partition(':')[2]}{Path(filename).suffix}"
    path.write_bytes(content)
    asset = library.register(path, body.tags, hashed=True)
    asset.name = body.name or filename
    asset.user_metadata = {**(body.user_metadata or {}), "filename": asset.loader_path}
    asset.mime_type, asset.preview_id = body.mime_type or asset.mime_type, body.preview_id
    return asset


def _destination(tags: list[str]) -> str:
    roles = [tag for tag in tags if tag in ROOTS]
    if not tags:
        raise Refused(400, "INVALID_BODY", "tags are required for new asset uploads")
    if len(roles) != 1:
        message = "uploads require exactly one destination role: input, models, or output"
        raise Refused(400, "INVALID_BODY", message)
    if roles == ["models"] and sum(tag.startswith("model_type:") for tag in tags) != 1:
        raise Refused(400, "INVALID_BODY", "models uploads require exactly one model_type:<folder_name> tag")
    return roles[0]


def _check_hash(given: str) -> str | None:
    try:
        return check_hash(given) if given.strip() else None
    except ValueError:
        raise Refused(400, "INVALID_HASH", "hash must be like 'blake3:<hex>'") from None


def _check_fields(form: object, digest: str) -> FromHash:
    fields = {name: value for name, value in dict(form).items() if isinstance(value, str)}  # type: ignore[call-overload]  # a multidict
    tags = fields.get("tags", "")
    try:
        parsed = json.loads(tags) if tags.startswith("[") else tags
        return FromHash.model_validate({**fields, "hash": digest, "tags": parsed})
    except ValidationError as ex:
        raise Refused(400, "INVALID_BODY", f"Validation failed: {ex.json()}") from ex
