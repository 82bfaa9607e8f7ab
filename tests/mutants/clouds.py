"""Paid backends: whose key goes where, what is spent, and what is never sent twice by itself."""

from __future__ import annotations

from tests.mutants.guard import Guard

WIRE = "tests/wire/cloud/test_cloud.py::test_"
FAULTS = "tests/wire/cloud/test_cloud_faults.py::test_"
PURE = "tests/pure/test_overflow.py::test_"
WHOLE = "tests/whole/test_cloud.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "cloud-key-elsewhere",
        "bot/cloud/endpoint.py",
        'self._storage.stream("GET", where)',
        'self._storage.stream("GET", where, headers={"Authorization": self._key.get_secret_value()})',
        (f"{WIRE}the_key_goes_to_its_address_alone_and_into_no_log",),
    ),
    Guard(
        "cloud-key-told",
        "bot/cloud/endpoint.py",
        'error.message = error.message.replace(self._key.get_secret_value(), "***")',
        "pass",
        (f"{WIRE}the_key_goes_to_its_address_alone_and_into_no_log",),
    ),
    Guard(
        "cloud-addresses-told",
        "bot/cloud/endpoint.py",
        "logging.getLogger(chatty).setLevel(logging.WARNING)",
        "pass",
        (f"{WIRE}the_key_goes_to_its_address_alone_and_into_no_log",),
    ),
    Guard(
        "cloud-redirects",
        "bot/cloud/endpoint.py",
        "httpx.AsyncClient(timeout=timeout, follow_redirects=False,",
        "httpx.AsyncClient(timeout=timeout, follow_redirects=True,",
        (f"{WIRE}no_other_redirect_is_followed",),
    ),
    Guard(
        "cloud-same-key-again",
        "bot/cloud/backend.py",
        "await self._endpoint.submit(with_references(run.graph), key)",
        "await self._endpoint.submit(with_references(run.graph), uuid4().hex)",
        (f"{FAULTS}a_post_whose_answer_was_lost_makes_no_second_job_by_itself",),
    ),
    Guard(
        "cloud-asked-to-wait",
        "bot/cloud/backend.py",
        "        return 0 if self.busy else SLOTS\n",
        "        return SLOTS\n",
        (f"{FAULTS}a_full_cloud_is_left_alone_as_long_as_it_wants",),
    ),
    Guard(
        "cloud-words",
        "bot/cloud/runs.py",
        "        case Asset():\n            return value.reference\n",
        "        case str() if value.endswith('.png'):\n            return getattr(value, 'reference', {})\n",
        (f"{WIRE}words_that_look_like_an_asset_stay_words",),
    ),
    Guard(
        "cloud-remote-id",
        "bot/jobs/follower.py",
        "remote_id=event.remote_id or run.job.id",
        "remote_id=run.job.id",
        (f"{WHOLE}a_job_in_the_cloud_is_followed_on_after_a_restart",),
    ),
    Guard(
        "cloud-budget-claimed",
        "bot/jobs/spending.py",
        "        raise BudgetSpent\n",
        "        pass\n",
        (f"{PURE}two_claims_at_once_never_both_get_the_last_of_the_budget",),
    ),
    Guard(
        "cloud-budget-alone",
        "bot/jobs/spending.py",
        '    await alone(connection, "spending")',
        "    pass",
        ("tests/wire/cloud/test_cloud_budget.py",),
    ),
    Guard(
        "cloud-budget-asked",
        "bot/jobs/overflow.py",
        "        if self.dear(job) is not None:\n            return False\n",
        "",
        (f"{PURE}the_budget_holds_even_where_nothing_else_can_run",),
    ),
    Guard(
        "cloud-last",
        "bot/jobs/overflow.py",
        "            return job.id not in self._begin_soon()\n",
        "            return True\n",
        (f"{PURE}the_cloud_takes_what_would_wait_too_long_and_no_more",),
    ),
    Guard(
        "cloud-lacks",
        "bot/jobs/dispatcher.py",
        "        if backend.lacks and not backend.lacks.isdisjoint(needs.nodes | needs.loaded):\n"
        "            return Fitness.UNFIT\n",
        "",
        (f"{PURE}what_the_cloud_was_heard_to_lack_waits_for_ones_own",),
    ),
    Guard(
        "cloud-judged",
        "bot/jobs/judging.py",
        "        judge = self._judge_for(backend)\n",
        "        judge = backend\n",
        ("tests/wire/test_judging.py::test_what_a_cloud_made_is_judged_by_ones_own",),
    ),
    Guard(
        "cloud-refund",
        "bot/jobs/changes.py",
        "        await correct(connection, job.id, more)\n",
        "        pass\n",
        (f"{PURE}a_job_that_was_sent_twice_costs_twice_and_what_never_got_there_nothing",),
    ),
)
