"""A node that raised while running -> the failure in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.comfy.paths import base_name, first_line
from bot.comfy.refusals import title_of
from bot.failures import BadPicture, JobFailed, MissingModel, NodeFailed, OutOfMemory

_MEMORY_TYPES = ("OutOfMemoryError", "MemoryError")
_MEMORY = re.compile(
    r"out of memory|would exceed allowed memory|can't allocate memory|not enough memory|CUBLAS_STATUS_ALLOC_FAILED",
    re.IGNORECASE,
)
_PICTURE_TYPES = ("UnidentifiedImageError", "DecompressionBombError")
_PICTURE = re.compile(
    r"cannot identify image file|image file is truncated|broken data stream when reading image|broken PNG file",
    re.IGNORECASE,
)
# folder_paths.get_full_path_or_raise: "Model in folder 'loras' with filename 'x.safetensors' not found."
_MODEL = re.compile(r"Model in folder '[^']*' with filename '(?P<name>[^']+)' not found")
_MODEL_FILE = re.compile(
    r"(?P<name>[^'\"\s]+\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx|engine|pkl))\b(?=['\"\s.:]|$)", re.IGNORECASE
)


def node_failure(error: Mapping[str, Any], graph: Mapping[str, Any]) -> JobFailed:
    """`error` is ComfyUI's `execution_error`, from an event or from history."""
    kind, message = _word(error, "exception_type"), _word(error, "exception_message")
    class_type = _word(error, "node_type")
    title = title_of(graph, _word(error, "node_id"), class_type)
    if kind.endswith(_MEMORY_TYPES) or _MEMORY.search(message):
        return OutOfMemory(title, class_type, first_line(message))
    if kind.endswith(_PICTURE_TYPES) or _PICTURE.search(message):
        return BadPicture(title, class_type, first_line(message))
    missing = _missing_file(kind, message)
    if missing:
        return MissingModel("file_not_found", first_line(message), title=title, class_type=class_type, value=missing)
    return NodeFailed(title, class_type, first_line(message) or kind or "unknown error")


def _missing_file(kind: str, message: str) -> str | None:
    found = _MODEL.search(message)
    if found is None and kind.endswith("FileNotFoundError"):
        found = _MODEL_FILE.search(message)
    return base_name(found["name"]) if found else None


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
