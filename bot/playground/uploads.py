"""Files on the way in, and where they are read from afterwards."""

from __future__ import annotations

import hmac
import mimetypes
import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from urllib.parse import quote

from .message import StoredFile
from .places import Channel, User, upload_limit
from .wire import Refusal
from .world import World

LINK_LIFE = 24 * 3600
#: seconds that the link of a removed file still works
LINGERING = 20.0
TYPES = {".webp": "image/webp", ".flac": "audio/flac", ".opus": "audio/ogg", ".safetensors": "application/octet-stream"}


@dataclass(frozen=True)
class Upload:
    """A file as it is sent: its name and bytes."""

    name: str
    data: bytes


class Files:
    """The CDN's shelf: every stored file has a signed address that lasts a day."""

    def __init__(self, world: World, upload_limit: int) -> None:
        self.world = world
        self.upload_limit = upload_limit
        #: the server's own address, known once it listens
        self.base = ""
        self._gone: deque[tuple[float, int]] = deque()
        self._secret = secrets.token_bytes(16)

    def check_size(self, uploads: list[Upload], place: Channel, user: User | None = None) -> None:
        """40005 for a file over the limit of this channel's server, or of the person who asked for it."""
        limit = upload_limit(self.upload_limit, place, user)
        if any(len(upload.data) > limit for upload in uploads):
            raise Refusal(413, 40005, "Request entity too large")

    def store(
        self, upload: Upload, place: int, *, description: str | None = None, ephemeral: bool = False
    ) -> StoredFile:
        """Keep it under an id of its own; `place` is the channel's id (the application's for ephemeral ones)."""
        number = self.world.new_id()
        name = safe_name(upload.name)
        folder = "ephemeral-attachments" if ephemeral else "attachments"
        path = f"{folder}/{place}/{number}/{quote(name)}"
        width, height = picture_size(upload.data)
        url = f"{self.base}/cdn/{path}?{self._signature(path)}"
        stored = StoredFile(number, name, len(upload.data), content_type(name), upload.data, url, width, height)
        stored.description, stored.ephemeral = description, ephemeral
        self.world.files[number] = stored
        return stored

    def forget(self, files: list[StoredFile]) -> None:
        """These are gone; their links work a moment longer, for whoever is just loading them."""
        now = self.world.now()
        self._gone.extend((now + LINGERING, file.id) for file in files)
        while self._gone and self._gone[0][0] <= now:
            self.world.files.pop(self._gone.popleft()[1], None)

    def valid(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether a link is one that was given out (`ex`, `is`, `hm`) and has not run out."""
        expires, issued = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(self._seal(path, expires, issued).encode(), query.get("hm", "").encode()):
            return False
        return int(expires, 16) > self.world.now()

    def find(self, number: int) -> StoredFile | None:
        self.forget([])
        return self.world.files.get(number)

    def _signature(self, path: str) -> str:
        now = int(self.world.now())
        expires, issued = f"{now + LINK_LIFE:x}", f"{now:x}"
        return f"ex={expires}&is={issued}&hm={self._seal(path, expires, issued)}"

    def _seal(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self._secret, f"{path}?{expires}&{issued}".encode(), sha256).hexdigest()


def safe_name(name: str) -> str:
    """As Discord keeps it: spaces become underscores, what is neither ASCII letter, digit nor `_-.` is dropped."""
    return re.sub(r"[^A-Za-z0-9_.-]", "", name.replace(" ", "_")).lstrip(".") or "unknown"


def content_type(name: str) -> str:
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def picture_size(data: bytes) -> tuple[int, int] | tuple[None, None]:
    """Width and height in pixels, from the picture's header alone."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None, None
