"""One person's fifty jobs keep nobody waiting: in the order, on one backend or several, warm models or not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.jobs.dispatcher import PATIENCE, Dispatcher
from bot.jobs.holds import Holds
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting, waiting
from bot.workflow.catalogue import Catalogue
from bot.workflow.needs import ModelNeed, Needs
from tests.pure.jobs import NOON, make_job
from tests.pure.servers import Server

MANY, NEW = 1, 99
NEEDS = {name: Needs(files=(ModelNeed("CheckpointLoaderSimple", "ckpt_name", name),)) for name in ("a", "b", "c")}


class Machine(Server):
    """A server of which nobody knows what it has."""

    @property
    def catalogue(self) -> Catalogue | None:
        return None

    @property
    def lacks(self) -> frozenset[str]:
        return frozenset()


@dataclass
class Floor:
    """Backends that each work on one prompt at a time and have one more; `log` is who begins, and where."""

    count: int
    limit: int = 0
    machines: list[Backend] = field(default_factory=list)
    work: dict[str, list[Waiting]] = field(default_factory=dict)
    log: list[tuple[int, str]] = field(default_factory=list)
    now: float = 0.0
    made: int = 0

    def __post_init__(self) -> None:
        self.machines = [Machine(f"http://{number}") for number in range(self.count)]
        self.work = {machine.name: [] for machine in self.machines}
        self.queue = JobQueue(Holds(running_limit=lambda job: self.limit).of)
        pool = Pool(self.machines)
        self.dispatcher = Dispatcher(self.queue, pool, self.begin, clock=lambda: self.now)

    def ask(self, who: int, seconds: float = 10.0, model: str = "a") -> None:
        self.made += 1
        name, at = f"{self.made:04}", NOON + timedelta(seconds=self.made)
        turn = self.queue.turn(name, who, seconds, at)
        job = replace(waiting(make_job()), id=name, user_id=who, tag=turn.tag, first=turn.first, cost=seconds)
        self.queue.put(replace(job, created_at=at, needs=NEEDS[model]))
        self.dispatcher.assign()

    def begin(self, job: Waiting, backend: Backend) -> None:
        self.dispatcher.hold(backend, job.needs)
        self.work[backend.name].append(job)
        if len(self.work[backend.name]) == 1:
            self.log.append((job.user_id, backend.name))

    def finish(self, number: int) -> None:
        """What that backend works on ends, and it goes on with what it has."""
        machine = self.machines[number % self.count]
        work = self.work[machine.name]
        if work:
            self.queue.end(work.pop(0).id)
            if work:
                self.log.append((work[0].user_id, machine.name))
            self.dispatcher.release(machine)
            self.dispatcher.assign()
        self.now += 1.0

    def until_begun(self, who: int, ends: list[int]) -> None:
        """Backends finish one after the other, in the order of `ends`, until that person's job begins."""
        numbers = iter(ends * 1000)
        while not any(user == who for user, _where in self.log):
            self.finish(next(numbers))


models = st.sampled_from(sorted(NEEDS))
asked = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0.5, 10.0, 300.0]), models), max_size=25)
#: how many backends, and jobs that one person may have on them: 0 is any
floors = st.tuples(st.sampled_from([1, 3]), st.sampled_from([0, 1, 2]))
ends = st.lists(st.integers(0, 2), min_size=3, max_size=9).map(lambda some: [*some, 0, 1, 2])


@given(asked, floors, ends, st.integers(0, 12), asked)
def test_fifty_jobs_delay_anothers_first_by_one_on_each_backend_at_most(
    before: list[tuple[int, float, str]],
    size: tuple[int, int],
    ends: list[int],
    finished: int,
    later: list[tuple[int, float, str]],
) -> None:
    """Counted on the backend where it began, from when it was asked for; with warm models and limits on."""
    floor = Floor(*size)
    for who, seconds, needs in [*before, *[(MANY, 10.0, "a")] * 50]:
        floor.ask(who, seconds, needs)
    for number in range(finished):
        floor.finish(ends[number % len(ends)])
    floor.log.clear()
    floor.ask(NEW, model="b")
    for who, seconds, needs in later:
        floor.ask(who, seconds, needs)

    floor.until_begun(NEW, ends)
    where = next(name for user, name in floor.log if user == NEW)
    ahead = [user for user, name in floor.log[: floor.log.index((NEW, where))] if name == where]
    assert ahead.count(MANY) <= 1


def test_warm_models_pass_nobody_twice() -> None:
    """Of those who all have something already: two of one person's, and each of another's only once."""
    floor = Floor(1)
    for model in "aab":
        floor.ask(1, model=model)
    for model in "bbba":
        floor.ask(2, model=model)
    for _ in range(7):
        floor.finish(0)

    assert [user for user, _where in floor.log].count(1) == 3
    assert len(floor.log) == 7


def test_warm_models_let_no_further_job_pass_somebodys_first() -> None:
    floor = Floor(1)
    for _ in range(4):
        floor.ask(MANY, model="a")
    floor.ask(NEW, model="b")
    for _ in range(5):
        floor.finish(0)

    assert [user for user, _where in floor.log] == [MANY, MANY, NEW, MANY, MANY]


def test_who_was_passed_long_enough_is_next() -> None:
    floor = Floor(1)
    for who in (2, 3, 4, 5):
        floor.ask(who, model="a")
    floor.ask(2, 0.5, "b")
    for who in (3, 4, 5):
        floor.ask(who, model="a")
    for _ in range(3):
        floor.finish(0)
    passed = [job.needs for job in floor.queue.startable()]
    floor.now += PATIENCE
    floor.finish(0)

    assert passed == [NEEDS["b"], NEEDS["a"], NEEDS["a"]]
    assert [job.needs for job in floor.queue.startable()] == [NEEDS["a"], NEEDS["a"]]


def test_warm_models_let_nobody_pass_a_job_of_their_own() -> None:
    """It would be before whoever comes next, beside the one that passed it."""
    floor = Floor(1)
    floor.ask(2, 0.5, "a")
    floor.ask(2, 0.5, "a")
    floor.ask(MANY, 0.5, "b")
    for _ in range(3):
        floor.ask(MANY, model="a")
    floor.finish(0)
    floor.ask(NEW, model="b")
    for _ in range(3):
        floor.finish(0)

    assert [user for user, _where in floor.log][:4] == [2, 2, MANY, NEW]
