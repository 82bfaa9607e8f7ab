"""Guards of a fleet: one holder for each backend, one claim for each job, no older edit over a newer one."""

from __future__ import annotations

from tests.mutants.guard import Guard

LEASES = "tests/fleet/test_leases.py::test_"
TAKEOVER = "tests/fleet/test_takeover.py::test_"
ROLES = "tests/fleet/test_roles.py::test_"
SALVAGE = "tests/fleet/test_salvage.py::test_"
IN_HAND = "tests/pure/test_salvage.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "idle-one-first",
        "bot/jobs/dispatcher.py",
        "            and not other.queue_remaining\n",
        "",
        ("tests/pure/test_dispatcher.py::test_where_another_has_nothing_to_do_a_busy_one_is_not_the_freest",),
    ),
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
        "UNTENDED = or_(among(BEGUN), UNTOLD)",
        "UNTENDED = or_(among(BEGUN))",
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
        "bot/jobs/salvage.py",
        "same = (jobs.c.id == job_id, jobs.c.fence == fence, jobs.c.delivered_at.is_(None), *wanted)",
        "same = (jobs.c.id == job_id, jobs.c.delivered_at.is_(None), *wanted)",
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
        "bot/jobs/carrier.py",
        "await self._run(waiting(job), backend, off, known=job)",
        "await self._run(waiting(job), backend, off)",
        (f"{TAKEOVER}a_dead_worker_s_job_is_followed_by_another_and_delivered_once",),
    ),
    Guard(
        "claim-in-its-term",
        "bot/fleet/slots.py",
        "if self._left(backend) <= 0 or self._term(backend) != term:",
        "if self._left(backend) <= 0:",
        (f"{LEASES}a_claim_that_outlived_its_lease_does_not_happen",),
    ),
    Guard(
        "claim-of-a-waiting-one",
        "bot/jobs/store.py",
        "if job.state is not JobState.WAITING:",
        "if not job.id:",
        ("tests/pure/test_store.py::test_a_job_that_was_stopped_on_its_way_to_a_backend_is_not_claimed",),
    ),
    Guard(
        "stopped-on-its-way",
        "bot/jobs/runner.py",
        "while self.underway.has(job.id):",
        "while False:",
        (f"{IN_HAND}a_job_that_is_stopped_while_it_is_claimed_is_told_so",),
    ),
    Guard(
        "salvage-at-all",
        "bot/jobs/runner.py",
        'group.create_task(self.salvage.serve(), name="salvage")',
        "pass",
        (f"{SALVAGE}a_claim_that_nobody_followed_up_is_found_and_runs_without_a_restart",),
    ),
    Guard(
        "salvage-second-look",
        "bot/jobs/salvage.py",
        "if looks < 2 or looks.bit_count() > 1:",
        "if looks.bit_count() > 1:",
        (f"{IN_HAND}what_is_in_hand_or_was_when_one_looked_before_is_left_alone",),
    ),
    Guard(
        "salvage-not-in-hand",
        "bot/jobs/salvage.py",
        "if self._has(job_id):",
        "if not job_id:",
        (f"{SALVAGE}a_job_that_is_followed_is_not_taken_up_however_often_one_looks",),
    ),
    Guard(
        "salvage-of-one-s-own",
        "bot/fleet/roster.py",
        "return and_(jobs.c.backend.in_(held), UNTENDED)",
        "return UNTENDED",
        (f"{SALVAGE}only_jobs_on_what_a_process_holds_are_its_to_look_after",),
    ),
    Guard(
        "mirror-in-turn",
        "bot/fleet/mirror.py",
        "            async with self._turn:\n                rows = ",
        "            if True:\n                rows = ",
        ("tests/fleet/test_mirror.py",),
    ),
    Guard(
        "stopped-though-delivered",
        "bot/jobs/runner.py",
        "return self.carrier.is_on(job_id, backend)",
        "return self.underway.place_of(job_id) == backend.name",
        ("tests/pure/test_carrier.py",),
    ),
)
