"""``/view`` and the uploads."""

import asyncio
import io
import json
import os
from pathlib import Path
from typing import cast

from aiohttp import web
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.comfy.simulator.assets.library import Library
from bot.comfy.simulator.content_types import is_dangerous, type_of, was_dangerous
from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.folders import Folders, split_annotation
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload


async def view(
    request: web.Request, folders: Folders, faults: Faults, library: Library, version: Version
) -> web.StreamResponse:
    """A file, as it is, re-encoded (``preview``) or without some channels (``channel``)."""
    if faults.slow_view:
        await asyncio.sleep(faults.slow_view)
    query = request.query
    if "filename" not in query:
        return web.Response(status=404)
    if query["filename"].startswith("blake3:"):
        return await _view_asset(request, library, version)
    name, kind = split_annotation(query["filename"])
    if not name or name[0] == "/" or ".." in name:
        return web.Response(status=400)
    folder = folders.get(kind or query.get("type", "output"))
    if folder is None:
        return web.Response(status=400)
    if "subfolder" in query:
        target = _join(folder, query["subfolder"])
        if not target.is_relative_to(folder.absolute()):
            return web.Response(status=403)
        folder = target
    path = folder / Path(name).name
    if not await asyncio.to_thread(_is_file, path):
        return web.Response(status=404)
    if faults.torn_views > 0:
        faults.torn_views -= 1
        return await _tear(request, path)
    return await _answer(request, path, version)


async def upload(request: web.Request, folders: Folders, library: Library) -> web.Response:
    """``POST /upload/image``: same name and bytes keep the name, other bytes get ``name (1).png``.

    Where there are assets it becomes one, and the answer describes it.
    """
    return await _store(await request.post(), folders, library, mask=False)


async def upload_mask(request: web.Request, folders: Folders, library: Library) -> web.Response:
    """``POST /upload/mask``: the original (``original_ref``) with this picture's alpha."""
    return await _store(await request.post(), folders, library, mask=True)


async def _answer(
    request: web.Request, path: Path, version: Version, name: str | None = None, known: str | None = None
) -> web.StreamResponse:
    """By that name and content type, where they are not the file's own."""
    name = name or path.name
    disposition = {"Content-Disposition": f'filename="{name}"'}
    channel = request.query.get("channel", "rgba")
    if "preview" in request.query:
        form, _, quality = request.query["preview"].partition(";")
        form = form if form == "jpeg" and "a" not in request.query.get("channel", "") else "webp"
        quality = quality.rpartition(";")[2]
        number = int(quality) if quality.isdigit() else 90
        body = await asyncio.to_thread(_reencode, path, form, number, opaque=form == "jpeg" or channel == "rgb")
        return web.Response(body=body, content_type=f"image/{form}", headers=disposition)
    if channel in ("rgb", "a"):
        body = await asyncio.to_thread(_without, path, channel)
        return web.Response(body=body, content_type="image/png", headers=disposition)
    kind = known or type_of(name) or "application/octet-stream"
    if not version.since(0, 8):
        shown = "application/octet-stream" if was_dangerous(kind) else kind
        return web.FileResponse(path, headers={**disposition, "Content-Type": shown})
    return web.FileResponse(path, headers={"X-Content-Type-Options": "nosniff", **_shown_as(request, name, kind)})


async def _view_asset(request: web.Request, library: Library, version: Version) -> web.StreamResponse:
    asset = library.by_hash(request.query["filename"])
    path = library.path_of(asset) if asset else None
    if asset is None or path is None or not await asyncio.to_thread(path.is_file):
        return web.Response(status=404)
    return await _answer(request, path, version, asset.name, asset.mime_type)


def _shown_as(request: web.Request, name: str, kind: str) -> dict[str, str]:
    """SVG stays a picture for an ``<img>``."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    shown = {"Content-Disposition": f'filename="{quoted}"', "Content-Type": kind}
    if not is_dangerous(kind):
        return shown
    shown |= {"Vary": "Sec-Fetch-Dest", "Cache-Control": "no-store"}
    if kind != "image/svg+xml" or request.headers.get("Sec-Fetch-Dest") != "image":
        shown |= {
            "Content-Disposition": f'attachment; filename="{quoted}"',
            "Content-Type": "application/octet-stream",
        }
    return shown


async def _tear(request: web.Request, path: Path) -> web.StreamResponse:
    """Promise the whole file, send half of it and hang up."""
    content = await asyncio.to_thread(path.read_bytes)
    response = web.StreamResponse(headers={"Content-Length": str(len(content))})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _reencode(path: Path, form: str, quality: int, *, opaque: bool) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        shown = picture.convert("RGB") if opaque else picture
        shown.save(buffer, form, quality=quality)
    return buffer.getvalue()


def _without(path: Path, channel: str) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        if channel == "rgb":
            kept = picture.convert("RGB")
        else:
            alpha = picture.convert("RGBA").getchannel("A")
            kept = Image.new("RGBA", picture.size)
            kept.putalpha(alpha)
        kept.save(buffer, "PNG")
    return buffer.getvalue()


async def _store(post: object, folders: Folders, library: Library, *, mask: bool) -> web.Response:
    fields = cast("dict[str, str | web.FileField]", post)
    picture = fields.get("image")
    kind = str(fields.get("type", "input"))
    root = folders[kind] if folders.get(kind) else None
    if root is None:
        raise ValueError(kind)
    if not picture:
        return web.Response(status=400)
    if not isinstance(picture, web.FileField):
        raise TypeError("a field without a file name is no file")
    subfolder = fields.get("subfolder", "")
    if not isinstance(subfolder, str):
        raise TypeError("a file is no folder name")
    folder = _join(root, subfolder)
    wanted = _join(folder, picture.filename)
    if not wanted.is_relative_to(root.absolute()):
        return web.Response(status=400)
    content = await asyncio.to_thread(picture.file.read)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    overwrite = fields.get("overwrite") in ("true", "1")
    name = picture.filename if overwrite else await asyncio.to_thread(_free_name, folder, picture.filename, content)
    path = _join(folder, name)
    if overwrite or not await asyncio.to_thread(path.exists):
        if mask:
            await asyncio.to_thread(_write_masked, path, content, json.loads(str(fields["original_ref"])), folders)
        else:
            await asyncio.to_thread(path.write_bytes, content)
    answer: Payload = {"name": name, "subfolder": subfolder, "type": kind}
    if library.enabled and await asyncio.to_thread(path.is_file):
        tag = kind if kind in ("input", "output") else "input"
        answer["asset"] = await asyncio.to_thread(library.register_upload, path, tag)
    return web.json_response(answer)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file
        return False


def _join(folder: Path, inside: str) -> Path:
    """Normalised without following links, as the real server compares paths."""
    return Path(os.path.normpath(folder.absolute() / inside))


def _free_name(folder: Path, name: str, content: bytes) -> str:
    """The name as it was sent, folders and all, where nothing is there or the same; else with a number."""
    (start, ending), number = os.path.splitext(name), 1  # noqa: PTH122 - a name with folders keeps them
    while (path := _join(folder, name)).exists() and path.read_bytes() != content:
        name, number = f"{start} ({number}){ending}", number + 1
    return name


def _write_masked(path: Path, content: bytes, reference: dict[str, str], folders: Folders) -> None:
    name, kind = split_annotation(reference["filename"])
    original = folders[kind or reference.get("type", "output")] / reference.get("subfolder", "") / name
    if not original.is_file():
        return
    with Image.open(original) as picture, Image.open(io.BytesIO(content)) as mask:
        info = PngInfo()
        for key, text in getattr(picture, "text", {}).items():
            info.add_text(key, text)
        masked = picture.convert("RGBA")
        masked.putalpha(mask.convert("RGBA").getchannel("A"))
        masked.save(path, compress_level=4, pnginfo=info)
