"""Rate limits, counted by this Discord's clock and told in headers the way Discord tells them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import md5

from .wire import Payload, Refusal

DAY = 24 * 3600.0
HOUR = 3600.0
INVALID_STATUSES = (401, 403, 429)
#: what Discord's own proxy adds: without it discord.py takes a 429 for a ban
VIA = {"Via": "1.1 google"}


@dataclass(frozen=True)
class RateLimits:
    """So many requests in so many seconds, for every bucket."""

    limit: int = 5
    per: float = 5.0
    #: all requests with the bot's token, in so many seconds
    overall: int = 50
    overall_per: float = 1.0
    #: edits of messages older than an hour, per channel
    old_edits: int = 5
    old_edits_per: float = 60.0


@dataclass(frozen=True)
class Shutout:
    """After so many requests answered 401, 403 or 429 in so many seconds nothing is answered from that address."""

    limit: int = 10_000
    per: float = 600.0


@dataclass
class _Window:
    ends: float
    used: int = 0


class Limited(Refusal):
    """A 429: how many seconds to wait, and whose limit it is: `user` (the bot's), `global` or `shared`."""

    def __init__(
        self,
        wait: float,
        scope: str,
        code: int = 0,
        message: str = "You are being rate limited.",
        *,
        known: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(429, code, message)
        self.wait = wait
        self.scope = scope
        self.known = known or {}

    def payload(self) -> Payload:
        told: Payload = {"message": self.message, "retry_after": self.wait, "global": self.scope == "global"}
        return told | ({"code": self.code} if self.code else {})

    def headers(self) -> dict[str, str]:
        told = {**self.known, "Retry-After": str(math.ceil(self.wait)), "X-RateLimit-Scope": self.scope, **VIA}
        return told | ({"X-RateLimit-Global": "true"} if self.scope == "global" else {})


@dataclass
class Buckets:
    """Every limit there is; `limits` none leaves only those that count by days and thousands."""

    limits: RateLimits | None
    now: Callable[[], float]
    shutout: Shutout = field(default_factory=Shutout)
    creates_per_day: int = 200
    _windows: dict[Hashable, _Window] = field(default_factory=dict)
    _creates: dict[Hashable, deque[float]] = field(default_factory=dict)
    _invalid: deque[float] = field(default_factory=deque)

    def take_overall(self) -> None:
        """One of all requests with the token; those of interactions and webhooks do not count."""
        limits = self.limits
        if limits:
            window = self._take("overall", limits.overall_per)
            if window.used > limits.overall:
                raise Limited(window.ends - self.now(), "global")

    def take(self, bucket: str) -> dict[str, str]:
        """The headers to answer with."""
        limits = self.limits
        if limits is None:
            return {}
        window = self._take(bucket, limits.per)
        left = window.ends - self.now()
        told = {
            "X-RateLimit-Limit": str(limits.limit),
            "X-RateLimit-Remaining": str(max(0, limits.limit - window.used)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": md5(bucket.split(":", maxsplit=1)[0].encode(), usedforsecurity=False).hexdigest(),
        }
        if window.used > limits.limit:
            raise Limited(left, "user", known=told)
        return told

    def take_edit(self, channel: int, created: float) -> None:
        """One edit of a message made then: 30046 when too many of this channel's old ones were edited."""
        limits = self.limits
        if limits and self.now() - created > HOUR:
            window = self._take(("old edits", channel), limits.old_edits_per)
            if window.used > limits.old_edits:
                message = "Maximum number of edits to messages older than 1 hour reached. Try again later"
                raise Limited(window.ends - self.now(), "shared", 30046, message)

    def take_creates(self, scope: Hashable, count: int) -> None:
        """So many new commands in one server, or among the global ones: 30034 beyond 200 a day."""
        made = self._creates.setdefault(scope, deque())
        while made and made[0] <= self.now() - DAY:
            made.popleft()
        if count and len(made) + count > self.creates_per_day:
            wait = (made[0] if made else self.now()) + DAY - self.now()
            message = f"Max number of daily application command creates has been reached ({self.creates_per_day})"
            raise Limited(wait, "shared", 30034, message)
        made.extend([self.now()] * count)

    def note(self, status: int, scope: str) -> None:
        """An answer that was given: those that count as invalid, unless the limit is a shared one."""
        if status in INVALID_STATUSES and scope != "shared":
            self._invalid.append(self.now())

    def shut_out(self) -> float:
        """Seconds for which requests from this address get no answer from Discord at all; mostly 0."""
        while self._invalid and self._invalid[0] <= self.now() - self.shutout.per:
            self._invalid.popleft()
        if len(self._invalid) < self.shutout.limit:
            return 0.0
        return self._invalid[-self.shutout.limit] + self.shutout.per - self.now()

    def _take(self, key: Hashable, per: float) -> _Window:
        now = self.now()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            self._windows = {name: other for name, other in self._windows.items() if other.ends > now}
            window = self._windows[key] = _Window(now + per)
        window.used += 1
        return window
