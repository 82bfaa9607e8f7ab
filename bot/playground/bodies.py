"""What a request carries: JSON, or a form of JSON and files; what is neither is refused in Discord's words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from .uploads import Upload
from .wire import Payload, Refusal, refuse_field

JSON, FORM = "application/json", "multipart/form-data"
FILE_PART = re.compile(r"files\[(\d{1,3})\]")
MOST_NESTED = 100


@dataclass(frozen=True)
class Body:
    """A request's JSON and files by number; `refusal` where they could not be read."""

    json: object = None
    #: whether there was a body at all
    sent: bool = False
    uploads: dict[int, Upload] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def payload(self) -> Payload:
        """The JSON as an object; without a body an empty one."""
        if self.refusal:
            raise self.refusal
        if not self.sent:
            return {}
        if not isinstance(self.json, dict):
            raise refuse_field("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.json

    @property
    def items(self) -> object:
        """The JSON where it should be a list."""
        if self.refusal:
            raise self.refusal
        if not self.sent:
            raise refuse_field("", "BASE_TYPE_REQUIRED", "This field is required")
        return self.json


async def read_body(http: web.Request, *, takes_files: bool) -> Body:
    """Never raises: what is wrong is told when the body is used, after everything that Discord looks at before."""
    if not http.can_read_body:
        return Body()
    try:
        if http.content_type == FORM and takes_files:
            return await _read_form(http)
        raw = await http.read()
        if http.content_type != JSON:
            return Body(sent=bool(raw), refusal=_wrong_type(takes_files=takes_files))
        return Body(parse_json(raw), sent=True)
    except Refusal as refusal:
        return Body(sent=True, refusal=refusal)
    except web.HTTPRequestEntityTooLarge:
        return Body(sent=True, refusal=Refusal(413, 40005, "Request entity too large"))
    except (ValueError, LookupError, AssertionError, HttpProcessingError, web.RequestPayloadError):
        # how aiohttp's reader says that a form is none
        return Body(sent=True, refusal=Refusal(400, 0, "400: Bad Request"))


def parse_json(raw: bytes) -> object:
    """50109 for what is no JSON, which Python's NaN is not, nor what is nested too deep to be a form."""
    try:
        parsed = json.loads(raw, parse_constant=_no_constant)
        if _depth(parsed, MOST_NESTED) < 0:
            raise ValueError("nested too deep")
    except (ValueError, RecursionError):
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
    return parsed


async def _read_form(http: web.Request) -> Body:
    """`payload_json` and the files; parts of other names are not looked at."""
    body: object = {}
    uploads: dict[int, Upload] = {}
    async for part in await http.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        name = part.name or ""
        if name == "payload_json":
            body = parse_json(data)
        elif part.filename is not None:
            numbered = FILE_PART.fullmatch(name)
            number = int(numbered[1]) if numbered else len(uploads)
            uploads[number] = Upload(part.filename or "unknown", data)
    return Body(body, sent=True, uploads=uploads)


def _wrong_type(*, takes_files: bool) -> Refusal:
    wanted = f"{{'{JSON}', '{FORM}'}}" if takes_files else f"{{'{JSON}'}}"
    return refuse_field("", "CONTENT_TYPE_INVALID", f'Expected "Content-Type" header to be one of {wanted}.')


def _depth(value: object, left: int) -> int:
    """How many levels more there might be; below zero when there are too many."""
    if left < 0 or not isinstance(value, dict | list):
        return left
    inside = value.values() if isinstance(value, dict) else value
    return min((_depth(entry, left - 1) for entry in inside), default=left)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
