"""What a route is: its path, who may ask and how often, and the function that gets the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from multidict import MultiMapping

from .bodies import Body
from .commands import Commands
from .forms import form, read_form, snowflake, whole
from .gateway import Gateway
from .interactions import Interactions
from .messages import Messages
from .ratelimits import Buckets
from .uploads import Files, Upload
from .wire import Payload
from .world import World

#: how Discord calls ids that have a shorter name in our paths
IDS = {"app": "application_id"}


@dataclass(frozen=True)
class Call:
    """One request as a route's function gets it."""

    ids: dict[str, str]
    query: MultiMapping[str]
    body: Body

    @property
    def payload(self) -> Payload:
        return self.body.payload

    @property
    def uploads(self) -> dict[int, Upload]:
        return self.body.uploads

    def id(self, name: str) -> int:
        field = IDS.get(name, f"{name}_id")
        return int(read_form(form({field: snowflake}), {field: self.ids[name]})[field])

    def asked(self, key: str) -> bool:
        """Whether a query parameter says yes."""
        return self.query.get(key, "").lower() in ("1", "true")

    def asked_id(self, key: str) -> int | None:
        if key not in self.query:
            return None
        return int(read_form(form({key: snowflake}), {key: self.query[key]})[key])

    def asked_number(self, key: str, default: int, low: int, high: int) -> int:
        written = self.query.get(key, str(default))
        plain = written.isascii() and written.isdecimal() and len(written) < 10
        number: int = read_form(form({key: whole(low, high)}), {key: int(written) if plain else written})[key]
        return number


@dataclass
class Discord:
    """The parts of the server that routes work on."""

    world: World
    files: Files
    gateway: Gateway
    commands: Commands
    messages: Messages
    interactions: Interactions
    token: str
    buckets: Buckets
    latency: float = 0.0
    base: str = ""


Result: TypeAlias = tuple[int, object]
Handler: TypeAlias = Callable[[Discord, Call], Result]


@dataclass(frozen=True)
class Route:
    """`bucket` names the path's ids that share one rate limit; none for routes without."""

    method: str
    path: str
    handler: Handler
    needs_token: bool = True
    bucket: tuple[str, ...] | None = None
    takes_files: bool = False

    def bucket_key(self, ids: Mapping[str, str]) -> str:
        # a webhook's routes share one bucket per token, others have one per route and channel
        names = self.bucket or ()
        kind = "webhook" if "token" in names else f"{self.method} {self.path}"
        return ":".join([kind, *(ids[name] for name in names)])

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path))
