"""Jobs counted as their ends are written: how many, how long they ran, waited, and took to arrive."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.jobs.job import Job, JobState
from bot.metrics.labels import Labels
from bot.metrics.names import DELIVERY_LAG, ENDED, JOB_SECONDS, LOOP_LAG, WAIT_SECONDS, Metric

LONG = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
SHORT = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
LAGS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Counters:
    """`written` is what a store calls for each job it wrote."""

    def __init__(self, registry: CollectorRegistry, workflows: Labels) -> None:
        self._workflows = workflows
        self._ended = Counter(ENDED.name, ENDED.help, ENDED.labels, registry=registry)
        self._ran = _histogram(JOB_SECONDS, LONG, registry)
        self._waited = _histogram(WAIT_SECONDS, LONG, registry)
        self._lag = _histogram(DELIVERY_LAG, SHORT, registry)
        self._loop = _histogram(LOOP_LAG, LAGS, registry)

    def written(self, before: Job, after: Job) -> None:
        """The job as it was and as it is."""
        if after.state.ended and not before.state.ended:
            self._count_end(after)
        if after.delivered_at is not None and before.delivered_at is None and after.finished_at is not None:
            self._lag.observe(_between(after.finished_at, after.delivered_at))

    def late(self, seconds: float) -> None:
        """The event loop came so much later than asked."""
        self._loop.observe(seconds)

    def _count_end(self, job: Job) -> None:
        workflow = self._workflows.of(job.workflow)
        self._ended.labels(str(job.state), workflow).inc()
        if job.submitted_at is not None:
            self._waited.observe(_between(job.created_at, job.submitted_at))
        if job.state is JobState.DONE and job.seconds is not None:
            self._ran.labels(workflow).observe(job.seconds)


def _histogram(metric: Metric, buckets: tuple[float, ...], registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.help, metric.labels, registry=registry, buckets=buckets)


def _between(early: datetime, late: datetime) -> float:
    """Seconds; clocks may have been set back meanwhile."""
    return max(0.0, (late - early).total_seconds())
