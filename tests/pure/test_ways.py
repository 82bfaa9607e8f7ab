"""What keeps a waiting job: said of those whose servers cannot run it, whatever other servers do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.comfy.pool import Pool
from bot.errors import BackendAsleep, BackendError, BackendPaused, BackendUnreachable, BudgetGone, CloudBusy
from bot.jobs.board import Board
from bot.jobs.delivery import Note
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.estimates import Estimates
from bot.jobs.job import Job
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import waiting
from bot.workflow.needs import Needs
from tests.pure.jobs import make_job
from tests.pure.servers import Machine, Screen
from tests.pure.test_dispatcher import has, wants


class Cloud(Machine):
    """A paid one, which can be full."""

    full: CloudBusy | None = None

    @property
    def cost(self) -> float:
        return 1.0

    @property
    def busy(self) -> CloudBusy | None:
        return self.full


class Nothing:
    async def durations(self, workflow: str, limit: int = 20) -> list[float]:
        return []

    async def get(self, job_id: str) -> Job | None:
        return None


class Room:
    """A board whose jobs go where their models are: two servers of one's own, each with another one, and a cloud."""

    def __init__(self) -> None:
        self.one, self.two, self.cloud = Machine("one", has("a")), Machine("two", has("b")), Cloud("cloud")
        self.cloud.fail(BackendUnreachable("cloud"))
        self.queue = JobQueue()
        self.pool = Pool([self.one, self.two, self.cloud])
        self.dispatcher = Dispatcher(self.queue, self.pool, lambda job, backend: None)
        self.board = Board(self.queue, self.pool, Screen(), Estimates(Nothing()), Nothing())
        self.board.ways.fits = self.dispatcher.suits
        for name, needs in (("for one", wants("a")), ("for two", wants("b"))):
            self.ask(name, needs)

    def ask(self, name: str, needs: Needs) -> None:
        self.queue.put(waiting(make_job(id=name, tag=float(len(self.queue)), needs=needs)))

    async def learn(self, seconds: float) -> None:
        """Jobs have lasted so long."""
        name = make_job().workflow
        await self.board.estimates.load(name)
        self.board.estimates.learn(name, seconds)

    def told(self) -> dict[str, type[BackendError] | None]:
        """What keeps each job; the same by one look at all of them as by one at each."""
        found = {standing.job.id: kind(standing.trouble) for standing in self.board.standings()}
        assert found == {job_id: kind(self.board.trouble(job_id)) for job_id in found}
        return found


def kind(trouble: BackendError | None) -> type[BackendError] | None:
    return None if trouble is None else type(trouble)


@pytest.fixture
def room() -> Room:
    return Room()


def away(room: Room) -> None:
    room.two.fail(BackendUnreachable("two"))


def lost(room: Room) -> None:
    away(room)
    room.pool.lost.add("two")


def paused(room: Room) -> None:
    room.pool.paused.add("two")


def woken(room: Room) -> None:
    away(room)
    room.pool.waking.add("two")


def woken_in_vain(room: Room) -> None:
    woken(room)
    room.pool.lost.add("two")


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (away, BackendUnreachable),
        (lost, BackendUnreachable),
        (paused, BackendPaused),
        (woken, BackendAsleep),
        (woken_in_vain, BackendUnreachable),
    ],
)
def test_whoever_waits_for_the_only_server_that_can_run_their_job_is_told_how_that_one_is(
    room: Room, happens: Callable[[Room], None], expected: type[BackendError]
) -> None:
    before = room.told()
    happens(room)

    assert before == {"for one": None, "for two": None}
    assert room.told() == {"for one": None, "for two": expected}


def test_a_job_that_another_server_can_run_is_kept_by_nothing(room: Room) -> None:
    room.ask("for both", Needs())
    away(room)

    assert room.told()["for both"] is None


def test_a_cloud_that_is_up_takes_nothing_away_from_what_is_said_of_ones_own(room: Room) -> None:
    room.cloud.come_back()
    away(room)
    waited_for = room.told()["for two"]
    room.pool.lost.add("two")
    given_up = room.told()["for two"]

    assert (waited_for, given_up) == (BackendUnreachable, None)


@pytest.mark.parametrize("happens", [away, paused])
def test_a_job_that_a_cloud_may_have_by_now_is_kept_by_nothing(room: Room, happens: Callable[[Room], None]) -> None:
    room.board.ways.may_pay = lambda job: True
    happens(room)
    without = room.told()["for two"]
    room.cloud.come_back()

    assert without is not None
    assert room.told()["for two"] is None


def test_what_only_a_paid_server_can_run_is_kept_by_its_pause_and_by_the_budget(room: Room) -> None:
    room.cloud.come_back()
    room.ask("for the cloud", wants("c"))
    room.board.ways.dear = lambda job: BudgetGone() if room.cloud.full is None else None
    dear = room.told()
    room.cloud.full = CloudBusy("cloud", seconds=3.0)

    assert dear == {"for one": None, "for two": None, "for the cloud": BudgetGone}
    assert room.told() == {"for one": None, "for two": None, "for the cloud": CloudBusy}


async def test_no_end_is_promised_to_a_job_that_the_budget_keeps_nor_taken_from_those_behind_it(room: Room) -> None:
    await room.learn(7.0)
    room.cloud.come_back()
    for name in ("dear", "cheap"):
        room.ask(name, wants("c"))
    room.board.ways.dear = lambda job: BudgetGone() if job.id == "dear" else None

    assert room.board.etas(["dear", "cheap"]) == {"dear": None, "cheap": 7.0}
    assert (room.board.position("cheap") or 0) == (room.board.position("dear") or 0) + 1


def test_a_job_that_may_go_to_several_is_told_what_should_end_first(room: Room) -> None:
    room.ask("for both", Needs())
    paused(room)
    room.one.fail(BackendUnreachable("one"))

    assert room.told() == {"for one": BackendUnreachable, "for two": BackendPaused, "for both": BackendUnreachable}


def test_what_keeps_a_job_is_its_note(room: Room) -> None:
    away(room)
    standing = next(standing for standing in room.board.standings() if standing.job.id == "for two")

    assert room.board.note(standing) is Note.OFFLINE
    assert standing.eta is None


def test_what_keeps_a_thousand_jobs_is_asked_once_for_all_that_need_the_same(room: Room) -> None:
    asked: list[str] = []

    def fits(needs: Needs, backend: object) -> bool:
        asked.append("fits")
        return True

    room.board.ways.fits = fits
    for number in range(1000):
        room.ask(f"{number}", wants("a"))

    assert len(list(room.board.standings())) == 1002
    assert len(asked) < 20
