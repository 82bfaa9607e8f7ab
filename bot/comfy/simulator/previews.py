"""What the jobs API shows of a job's outputs: how many there are, and the one that stands for the job."""

from collections.abc import Iterator

from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload

_PREVIEWABLE = ("images", "video", "audio", "3d", "text")
_MODEL_FILES = (".obj", ".fbx", ".gltf", ".glb", ".usdz")
_TEXT_FILES = (".txt", ".md", ".json")
_LONGEST_TEXT = 1024


def shown_outputs(outputs: Payload, version: Version) -> Payload:
    """As in history, but names of 3D files become file entries and empty items go (after 0.7)."""
    if not version.since(0, 8):
        return outputs
    return {
        node_id: {
            kind: [_file_of(item) or item for item in items if item is not None]
            if isinstance(items, list) and kind != "animated"
            else items
            for kind, items in output.items()
        }
        for node_id, output in outputs.items()
    }


def count_files(outputs: Payload, version: Version) -> int:
    """Up to 0.7 only file entries count, not 3D files by their names."""
    newer = version.since(0, 8)
    return sum(isinstance(item, dict) or (newer and _file_of(item) is not None) for *_, item in _items(outputs))


def count_previewable(outputs: Payload) -> int:
    files = [(kind, _file_of(item)) for _, kind, item in _items(outputs)]
    return sum(file is not None and _is_previewable(kind, file) for kind, file in files)


def find_preview(outputs: Payload, version: Version) -> Payload | None:
    """Saved media first, then temporary ones, then text files, then plain text; up to 0.7 only the first two."""
    if not version.since(0, 8):
        return _find_media(outputs)
    ranked: dict[int, Payload] = {}
    for node_id, kind, item in _items(outputs):
        file = _file_of(item)
        if file is None and kind == "text" and item is not None:
            ranked.setdefault(3, {**_text_of(str(item)), "nodeId": node_id, "mediaType": kind})
        elif file is not None and _is_previewable(kind, file):
            rank = 2 if _is_text(kind, file) else int(file.get("type") != "output")
            ranked.setdefault(rank, {**file, "nodeId": node_id, **({} if "mediaType" in file else {"mediaType": kind})})
    return ranked[min(ranked)] if ranked else None


def _find_media(outputs: Payload) -> Payload | None:
    ranked: dict[int, Payload] = {}
    for node_id, kind, item in _items(outputs):
        if isinstance(item, dict) and _is_media(kind, item):
            ranked.setdefault(int(item.get("type") != "output"), {**item, "nodeId": node_id, "mediaType": kind})
    return ranked[min(ranked)] if ranked else None


def _items(outputs: Payload) -> Iterator[tuple[str, str, object]]:
    for node_id, output in outputs.items():
        for kind, items in output.items():
            if kind != "animated" and isinstance(items, list):
                yield from ((node_id, kind, item) for item in items)


def _file_of(item: object) -> Payload | None:
    if isinstance(item, dict):
        return item
    if isinstance(item, str) and item.lower().endswith(_MODEL_FILES):
        return {"filename": item, "type": "output", "subfolder": "", "mediaType": "3d"}
    return None


def _is_previewable(kind: str, file: Payload) -> bool:
    return kind in _PREVIEWABLE or _has_ending(file, (*_MODEL_FILES, *_TEXT_FILES)) or _has_media_format(file)


def _is_media(kind: str, file: Payload) -> bool:
    return kind in _PREVIEWABLE[:3] or _has_ending(file, _MODEL_FILES[:-1]) or _has_media_format(file)


def _is_text(kind: str, file: Payload) -> bool:
    return kind == "text" or _has_ending(file, _TEXT_FILES)


def _has_ending(file: Payload, endings: tuple[str, ...]) -> bool:
    return str(file.get("filename", "")).lower().endswith(endings)


def _has_media_format(file: Payload) -> bool:
    return str(file.get("format", "")).startswith(("video/", "audio/"))


def _text_of(text: str) -> Payload:
    return {"content": text} if len(text) <= _LONGEST_TEXT else {"content": text[:_LONGEST_TEXT], "truncated": True}
