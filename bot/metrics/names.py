"""Every metric: its name, its labels, what it says. Labels are few by nature: workflows, backends, shards, states.

Those beginning with `easel_database_` are of the whole database: in a fleet each process says the same, so take the
maximum of them. All others are of one process, and add up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """`name` as it is exposed; a counter's ends in `_total`."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


INFO = Metric("easel_info", "Always 1; which Easel this is, and what it does.", ("version", "role"))
HEALTHY = Metric("easel_healthy", "Whether /healthz answers 200: 1 or 0.")
LOOP_LAG = Metric("easel_event_loop_lag_seconds", "How much later than asked for the process came to its work.")

DATABASE_UP = Metric("easel_database_up", "Whether the database answered this scrape in time: 1 or 0.")
DATABASE_SECONDS = Metric("easel_database_seconds", "How long the database took to answer this scrape.")
OPEN_JOBS = Metric("easel_database_jobs", "Jobs that have not ended, in the whole database.", ("state", "workflow"))
OLDEST_WAITING = Metric(
    "easel_database_oldest_waiting_seconds", "How long ago the oldest waiting job was asked for; 0 where none waits."
)
DELIVERIES_WAITING = Metric(
    "easel_database_deliveries_waiting",
    "Jobs that have ended and whose outcome has not arrived, in the whole database.",
)
OLDEST_DELIVERY = Metric(
    "easel_database_oldest_delivery_seconds", "How long ago the first of these ended; 0 where there is none."
)

ANY_BACKEND_UP = Metric(
    "easel_database_backend_up", "Whether the backend takes jobs, whichever process holds it: 1 or 0.", ("backend",)
)

ENDED = Metric("easel_jobs_ended_total", "Jobs that this process wrote the end of.", ("state", "workflow"))
JOB_SECONDS = Metric("easel_job_seconds", "How long done jobs ran on their backend.", ("workflow",))
WAIT_SECONDS = Metric("easel_job_wait_seconds", "From a job's command to its start on a backend.")
DELIVERY_LAG = Metric("easel_delivery_lag_seconds", "From a job's end to its outcome being delivered.")

BACKEND_UP = Metric("easel_backend_up", "Whether the backend takes jobs: 1 or 0.", ("backend",))
BACKEND_STATE = Metric("easel_backend_state", "1 for the state that the backend is in.", ("backend", "state"))
BACKEND_QUEUE = Metric("easel_backend_queue", "Prompts on the backend, waiting and running, everybody's.", ("backend",))
BACKEND_SLOTS = Metric("easel_backend_slots", "How many of our jobs it may have at once.", ("backend",))
BACKEND_USED = Metric("easel_backend_slots_used", "How many of our jobs it has.", ("backend",))
BACKEND_PAUSED = Metric("easel_backend_paused", "Whether its owner paused it: 1 or 0.", ("backend",))
BACKEND_LOST = Metric("easel_backend_lost", "Whether it is away for so long that its jobs were moved.", ("backend",))

SHARD_UP = Metric("easel_discord_shard_up", "Whether the shard is connected to Discord's gateway: 1 or 0.", ("shard",))
LATENCY = Metric("easel_discord_latency_seconds", "From a heartbeat to Discord's answer.", ("shard",))
SERVERS = Metric("easel_discord_servers", "Discord servers this process hears of.")
REQUESTS = Metric(
    "easel_discord_requests_total", "Requests to Discord, by kind of route and of answer.", ("route", "status")
)
RATE_LIMITED = Metric(
    "easel_discord_rate_limited_total",
    "Requests that Discord answered with 429, by whose limit it was.",
    ("route", "scope"),
)

#: exposed as several: `_bucket`, `_sum` and `_count`
HISTOGRAMS = frozenset({LOOP_LAG, JOB_SECONDS, WAIT_SECONDS, DELIVERY_LAG})
ALL = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
