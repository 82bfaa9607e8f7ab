"""What one scrape says, as metric families: read from what the process has anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family

from bot.comfy.backend import BackendState
from bot.comfy.pool import Pool
from bot.jobs.job import JobState
from bot.jobs.tally import Tally
from bot.metrics import names
from bot.metrics.calls import Calls
from bot.metrics.labels import Labels
from bot.metrics.names import Metric
from bot.metrics.shards import Shards
from bot.metrics.watched import Process

OPEN = (JobState.WAITING, JobState.SUBMITTED, JobState.RUNNING)

Samples = Iterable[tuple[tuple[str, ...], float]]


def of_database(tally: Tally | None, pool: Pool, workflows: Labels, now: datetime) -> Iterator[Family]:
    """Of the whole database, with what it says of backends; without an answer from it, only that."""
    yield gauge(names.DATABASE_UP, [((), tally is not None)])
    if tally is None:
        return
    yield gauge(names.DATABASE_SECONDS, [((), tally.answered)])
    yield gauge(names.OPEN_JOBS, _open_jobs(tally, workflows).items())
    yield gauge(names.OLDEST_WAITING, [((), _age(tally.oldest_waiting, now))])
    yield gauge(names.DELIVERIES_WAITING, [((), tally.undelivered)])
    yield gauge(names.OLDEST_DELIVERY, [((), _age(tally.oldest_undelivered, now))])
    yield gauge(names.ANY_BACKEND_UP, [((each.name,), each.state is BackendState.UP) for each in pool.backends])


def of_backends(process: Process) -> Iterator[Family]:
    """Of those that this process looks after: each is counted once, whoever else could have it."""
    mine = process.runner.absence.mine
    backends = [each for each in process.pool.backends if mine(each)]
    runs = list(process.runner.board.runs.values())
    yield gauge(names.BACKEND_UP, [((each.name,), each.state is BackendState.UP) for each in backends])
    states = [((each.name, str(state)), each.state is state) for each in backends for state in BackendState]
    yield gauge(names.BACKEND_STATE, states)
    yield gauge(names.BACKEND_QUEUE, [((each.name,), each.queue_remaining) for each in backends])
    yield gauge(names.BACKEND_SLOTS, [((each.name,), each.slots) for each in backends])
    used = [((each.name,), sum(run.backend is each for run in runs)) for each in backends]
    yield gauge(names.BACKEND_USED, used)
    yield gauge(names.BACKEND_PAUSED, [((each.name,), each.name in process.pool.paused) for each in backends])
    yield gauge(names.BACKEND_LOST, [((each.name,), each.name in process.pool.lost) for each in backends])


def of_gateway(shards: Shards) -> Iterator[Family]:
    """Of this process's connections to Discord."""
    yield gauge(names.SHARD_UP, [((str(shard),), up) for shard, up in shards.connected().items()])
    yield gauge(names.LATENCY, [((str(shard),), seconds) for shard, seconds in shards.latencies().items()])
    yield gauge(names.SERVERS, [((), shards.servers)])


def of_calls(calls: Calls) -> Iterator[Family]:
    """Of this process's requests to Discord."""
    yield _counter(names.REQUESTS, calls.requests.items())
    yield _counter(names.RATE_LIMITED, calls.limited.items())


def gauge(metric: Metric, samples: Samples) -> Family:
    """With these label values and numbers."""
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family


def _counter(metric: Metric, samples: Samples) -> Family:
    family = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family


def _open_jobs(tally: Tally, workflows: Labels) -> dict[tuple[str, str], int]:
    """With a 0 for each state of a workflow that has any."""
    labelled = [((state, workflows.of(workflow)), count) for (state, workflow), count in sorted(tally.open.items())]
    found = {(str(state), workflow): 0 for (_state, workflow), _count in labelled for state in OPEN}
    for (state, workflow), count in labelled:
        found[str(state), workflow] += count
    return found


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
