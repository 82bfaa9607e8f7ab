"""Rate limits per bucket, told in headers the way Discord tells them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5


@dataclass(frozen=True)
class RateLimits:
    """So many requests in so many seconds, for every bucket."""

    limit: int = 5
    per: float = 5.0


@dataclass
class _Window:
    ends: float
    used: int = 0


class Buckets:
    def __init__(self, limits: RateLimits | None, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._windows: dict[str, _Window] = {}

    def take(self, bucket: str) -> tuple[dict[str, str], float]:
        """The headers to answer with, and for a request too many the seconds to wait (else 0)."""
        limits, now = self.limits, self._now()
        if limits is None:
            return {}, 0.0
        window = self._windows.get(bucket)
        if window is None or window.ends <= now:
            self._forget(now)
            window = self._windows[bucket] = _Window(now + limits.per)
        window.used += 1
        left = window.ends - now
        headers = {
            "X-RateLimit-Limit": str(limits.limit),
            "X-RateLimit-Remaining": str(max(0, limits.limit - window.used)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": md5(bucket.split(":", maxsplit=1)[0].encode(), usedforsecurity=False).hexdigest(),
        }
        if window.used <= limits.limit:
            return headers, 0.0
        return headers | {"X-RateLimit-Scope": "user", "Retry-After": str(int(left) + 1), "Via": "1.1 google"}, left

    def _forget(self, now: float) -> None:
        for name in [name for name, window in self._windows.items() if window.ends <= now]:
            del self._windows[name]
