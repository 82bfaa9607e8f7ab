"""Guards of a fleet: one holder for each backend, one claim for each job, no older edit over a newer one."""

from __future__ import annotations

from tests.mutants.guard import Guard

LEASES = "tests/fleet/test_leases.py::test_"
TAKEOVER = "tests/fleet/test_takeover.py::test_"
ROLES = "tests/fleet/test_roles.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "lease-of-one",
        "bot/fleet/roster.py",
        '"OR backends.lease <= now() RETURNING name"',
        '"OR true RETURNING name"',
        (f"{LEASES}a_backend_has_one_holder_and_who_takes_it_over_fences_the_one_before",),
    ),
    Guard(
        "takeover-fences",
        "bot/fleet/roster.py",
        "raised = update(jobs).where(theirs).values(fence=jobs.c.fence + 1)",
        "raised = update(jobs).where(theirs).values(fence=jobs.c.fence)",
        (f"{LEASES}a_backend_has_one_holder_and_who_takes_it_over_fences_the_one_before",),
    ),
    Guard(
        "takeover-untold",
        "bot/fleet/roster.py",
        "theirs = and_(jobs.c.backend == name, or_(among(BEGUN), untold))",
        "theirs = and_(jobs.c.backend == name, or_(among(BEGUN)))",
        (f"{LEASES}a_backend_has_one_holder_and_who_takes_it_over_fences_the_one_before",),
    ),
    Guard(
        "lease-in-time",
        "bot/fleet/tenure.py",
        "self._timers[name] = asyncio.get_running_loop().call_at(until, self._lose, name)",
        "pass",
        (f"{LEASES}what_was_held_is_let_go_before_anybody_else_can_have_it",),
    ),
    Guard(
        "running-alone",
        "bot/fleet/ticketing.py",
        'await alone(connection, "running", place.guild_id, place.user_id)',
        "pass",
        (f"{LEASES}a_claim_counts_what_runs_in_all_processes",),
    ),
    Guard(
        "claim-held-back",
        "bot/fleet/slots.py",
        "await refuse_held(connection, job, limit)",
        "pass",
        (f"{LEASES}a_slot_claims_nothing_that_is_held_or_on_a_backend_of_somebody_else_s",),
    ),
    Guard(
        "claim-with-lease",
        "bot/fleet/slots.py",
        "await self._roster.require(connection, backend, job.id)",
        "pass",
        (f"{LEASES}a_slot_claims_nothing_that_is_held_or_on_a_backend_of_somebody_else_s",),
    ),
    Guard(
        "ticket-after-answer",
        "bot/jobs/changes.py",
        "waits = job.state is JobState.WAITING and job.place.message_id is not None",
        "waits = job.state is JobState.WAITING",
        (f"{LEASES}each_waiting_job_has_one_ticket_and_a_claimed_one_none",),
    ),
    Guard(
        "adopted-once",
        "bot/fleet/sweep.py",
        "same = (jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.delivered_at.is_(None))",
        "same = (jobs.c.id == job.id, jobs.c.delivered_at.is_(None))",
        (f"{LEASES}an_outcome_that_was_drawn_over_is_delivered_again",),
    ),
    Guard(
        "drawn-again",
        "bot/fleet/rights.py",
        'await write(connection, job, {"delivered_at": None})',
        "pass",
        (f"{LEASES}an_outcome_that_was_drawn_over_is_delivered_again",),
    ),
    Guard(
        "shards-of-one",
        "bot/fleet/shards.py",
        "if await cursor.fetchone() != (True,):",
        "if await cursor.fetchone() is None:",
        (f"{ROLES}gateways_with_shards_of_their_own_share_one_order_and_its_limits",),
    ),
    Guard(
        "followed-not-sent",
        "bot/fleet/member.py",
        "await self._runner.follow(job, backend)",
        "await self._store.claim(job, backend.name)",
        (f"{TAKEOVER}a_dead_worker_s_job_is_followed_by_another_and_delivered_once",),
    ),
)
