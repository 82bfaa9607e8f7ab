"""One HTTP request that can be written down, sent to any server, and sent again."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid5

import aiohttp
from PIL import Image
from yarl import URL


def _make_picture() -> str:
    """A small PNG with transparency, its bytes as characters."""
    buffer = io.BytesIO()
    picture = Image.linear_gradient("L").resize((24, 16)).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((24, 16)).rotate(180))
    picture.save(buffer, "PNG")
    return buffer.getvalue().decode("latin-1")


_PICTURE = _make_picture()
_NAMES = UUID("7a0c2d52-6f0e-4f53-9d0a-6d2d35d8b1c4")


@dataclass(frozen=True)
class Request:
    """``$RUN`` in path, body and form stands for a folder of one's own, ``$ID1`` and so on for prompt ids, new for each
    send, ``$SCENE1`` and so on for those of the scene, ``$PICTURE`` for the bytes of a PNG."""

    method: str
    path: str
    body: str | None = None
    #: ``(name, value, filename or None)`` for each field of a multipart body.
    form: tuple[tuple[str, str, str | None], ...] = ()

    @property
    def json(self) -> Any:
        """The body parsed; None where it is no JSON."""
        try:
            return json.loads(self.body or "")
        except ValueError:
            return None

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        form = tuple((name, value, filename) for name, value, filename in written.get("form", ()))
        return cls(written["method"], written["path"], written.get("body"), form)

    def written(self) -> dict[str, Any]:
        optional = {"body": self.body, "form": [list(field) for field in self.form] or None}
        return {"method": self.method, "path": self.path} | {k: v for k, v in optional.items() if v is not None}


@dataclass(frozen=True)
class Names:
    """What the placeholders stand for in one run, and back."""

    run: str
    #: Counts the sends of one run, so that no prompt id is used twice.
    turn: int = 0

    def fill(self, text: str) -> str:
        for number in range(1, 10):
            text = text.replace(f"$ID{number}", self.id_of(number))
        for number in range(1, 10):
            text = text.replace(f"$SCENE{number}", str(uuid5(_NAMES, f"{self.run} scene {number}")))
        return text.replace("$RUN", self.run)

    def clear(self, text: str) -> str:
        """The placeholders again."""
        for number in range(1, 10):
            text = text.replace(self.id_of(number), f"$ID{number}")
            text = text.replace(str(uuid5(_NAMES, f"{self.run} scene {number}")), f"$SCENE{number}")
        return text.replace(self.run, "$RUN")

    def id_of(self, number: int) -> str:
        return str(uuid5(_NAMES, f"{self.run} {self.turn} {number}"))


@dataclass(frozen=True)
class Raw:
    """An answer as it came, its text with the placeholders in it."""

    status: int
    kind: str
    headers: dict[str, str]
    content: bytes
    text: str


async def send(session: aiohttp.ClientSession, url: str, request: Request, names: Names) -> Raw:
    """Send it once; any status is an answer."""
    target = URL(url + names.fill(request.path), encoded=True)
    async with session.request(request.method, target, data=_data(request, names)) as response:
        content = await response.read()
        headers = {name: names.clear(value) for name, value in response.headers.items()}
        text = names.clear(content.decode("utf-8", "replace"))
        return Raw(response.status, response.content_type, headers, content, text)


def _data(request: Request, names: Names) -> aiohttp.FormData | bytes | None:
    if request.form:
        form = aiohttp.FormData(quote_fields=False)
        for name, value, filename in request.form:
            content = names.fill(value)
            if filename is None:
                form.add_field(name, content)
            else:
                content = content.replace("$PICTURE", _PICTURE)
                form.add_field(name, content.encode("latin-1"), filename=names.fill(filename))
        return form
    return names.fill(request.body).encode() if request.body is not None else None
