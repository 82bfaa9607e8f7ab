"""How the assets API refuses, and how it reads what it is sent."""

import json
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.comfy.simulator.assets.queries import BadFilter
from bot.comfy.simulator.wire import Payload

_Body = TypeVar("_Body", bound=BaseModel)


def refuse(status: int, code: str, message: str, **details: object) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "details": details}}, status=status)


def missing(request: web.Request, *, details: bool = True) -> web.Response:
    asset_id = request.match_info["id"].lower()
    facts: dict[str, Any] = {"id": asset_id} if details else {}
    return refuse(404, "ASSET_NOT_FOUND", f"AssetReference {asset_id} not found", **facts)


def bad_query(ex: ValidationError | BadFilter) -> web.Response:
    if isinstance(ex, BadFilter):
        return refuse(400, "INVALID_TAG_FILTER", str(ex), **ex.details)
    return refuse(400, "INVALID_QUERY", "Validation failed.", errors=json.loads(ex.json()))


def query_of(request: web.Request) -> Payload:
    """A parameter given several times is a list."""
    found = {name: request.query.getall(name) for name in request.query}
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


async def body_of(request: web.Request, kind: type[_Body], message: str = "Validation failed.") -> _Body | web.Response:
    """The checked body, or the refusal."""
    try:
        return kind.model_validate(await request.json())
    except ValidationError as ex:
        return refuse(400, "INVALID_BODY", message, errors=json.loads(ex.json()))
    except ValueError:
        return refuse(400, "INVALID_JSON", "Request body must be valid JSON.")
