"""One asset: what is known of a file, and how the API describes it."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from PIL import Image, UnidentifiedImageError

from bot.comfy.simulator.wire import Payload

#: Folders that ``/view`` serves.
_VIEWABLE = ("input", "output", "temp")
_SHOWN = ("image/", "video/", "audio/", "text/")


def now() -> datetime:
    """UTC without saying so, as the API gives times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class Asset:
    """``kind`` and ``place`` say where the file is (``models`` and ``vae/x.safetensors``); both empty: content only."""

    name: str
    kind: str
    place: str
    size: int
    tags: set[str]
    mime_type: str | None
    #: ``blake3:<64 hex digits>``; only of files that were uploaded.
    hash: str | None = None
    user_metadata: Payload = field(default_factory=dict)
    metadata: Payload | None = None
    preview_id: str | None = None
    job_id: str | None = None
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def loader_path(self) -> str | None:
        """What a loader node takes: a model's name without its folder."""
        return (self.place.partition("/")[2] if self.kind == "models" else self.place) or None

    @property
    def view_url(self) -> str | None:
        if self.kind not in _VIEWABLE:
            return None
        subfolder, _, name = self.place.rpartition("/")
        url = f"/api/view?type={self.kind}&filename={quote(name, safe='')}"
        return f"{url}&subfolder={quote(subfolder, safe='')}" if subfolder else url

    def describe(self, preview: "Asset | None" = None) -> Payload:
        """As ``/api/assets`` gives it; what is not known is left out. ``preview`` is the asset ``preview_id`` names."""
        shown = self if (self.mime_type or "").startswith(_SHOWN) else None
        source = preview if self.preview_id else shown
        facts = {
            "id": self.id,
            "name": self.name,
            "hash": self.hash,
            "loader_path": self.loader_path,
            "display_name": self.place or None,
            "asset_hash": self.hash,
            "size": self.size,
            "mime_type": self.mime_type,
            "tags": sorted(self.tags),
            "preview_url": source.view_url if source else None,
            "preview_id": self.preview_id,
            "user_metadata": self.user_metadata,
            "is_immutable": False,
            "metadata": self.metadata,
            "job_id": self.job_id,
            "prompt_id": self.job_id,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "last_access_time": self.created_at.isoformat(),
        }
        return {key: value for key, value in facts.items() if value is not None}


def hash_of(content: bytes) -> str:
    """Looks like the real thing and is as good for telling contents apart, but is BLAKE2s."""
    return f"blake3:{hashlib.blake2s(content).hexdigest()}"


def measure(path: Path) -> Payload | None:
    """What is known of a picture at once; None for other files."""
    try:
        with Image.open(path) as picture:
            return {"kind": "image", "width": picture.width, "height": picture.height}
    except (UnidentifiedImageError, OSError):
        return None


def examine(asset: Asset, path: Path) -> Payload:
    """What a scan finds out later."""
    facts = {
        "filename": asset.loader_path,
        "content_length": asset.size,
        "format": Path(asset.place).suffix.lstrip("."),
        "file_path": str(path),
        "content_type": asset.mime_type,
    }
    return facts | (asset.metadata or {})
