"""What operators are shown: each thing once, few labels, nothing secret, and never a wait."""

from __future__ import annotations

from tests.mutants.guard import Guard

METRICS = "tests/pure/test_metrics.py::test_"
WHOLE = "tests/whole/test_metrics.py::test_"
HANGS = f"{METRICS}a_database_that_hangs_is_said_to_and_asked_once"
ONCE = f"{METRICS}an_end_and_a_delivery_are_counted_once"
HEALTHY = f"{WHOLE}it_is_healthy_while_discord_and_comfyui_are_there"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "metrics-one-question",
        "bot/metrics/watched.py",
        "if self._counting is None or self._counting.done():",
        "if True:",
        (HANGS,),
    ),
    Guard(
        "metrics-patience",
        "bot/metrics/watched.py",
        "async with asyncio.timeout(within):",
        "async with asyncio.timeout(None):",
        (HANGS,),
    ),
    Guard(
        "metrics-labels",
        "bot/metrics/labels.py",
        "if len(self._known) >= self._most:",
        "if False:",
        (f"{METRICS}labels_stay_few_however_many_names_come",),
    ),
    Guard("metrics-ended-once", "bot/metrics/counters.py", " and not before.state.ended", "", (ONCE,)),
    Guard("metrics-delivered-once", "bot/metrics/counters.py", " and before.delivered_at is None", "", (ONCE,)),
    Guard(
        "metrics-held",
        "bot/metrics/readings.py",
        " if mine(each)]",
        "]",
        (f"{METRICS}a_backend_is_counted_by_whoever_looks_after_it_and_by_nobody_else",),
    ),
    Guard("health-cut", "bot/metrics/shards.py", "self._connected.discard(shard)", "pass", (HEALTHY,)),
    Guard(
        "health-before-login",
        "bot/metrics/health.py",
        "if shards is not None and not shards:",
        "if False:",
        (f"{METRICS}a_process_is_well_when_it_does_what_its_role_is",),
    ),
    Guard(
        "database-password",
        "bot/settings.py",
        ", self.database_url)",
        ")",
        ("tests/pure/test_settings.py::test_a_role_of_a_fleet_is_taken_with_postgresql",),
    ),
)
