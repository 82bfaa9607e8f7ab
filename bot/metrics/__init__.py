"""What operators watch: /metrics for Prometheus and /healthz, on METRICS_PORT. Without it nothing of this is loaded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bot.jobs.store import utc_now
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.metrics.monitor import Monitor

__all__ = ["monitored"]


@asynccontextmanager
async def monitored(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Monitor | None, None]:
    """A monitor that answers until the block ends; None without METRICS_PORT. Raises SettingsError."""
    if settings.metrics_port is None:
        yield None
        return
    from bot.metrics.monitor import answering

    async with answering(settings, clock=clock) as monitor:
        yield monitor
