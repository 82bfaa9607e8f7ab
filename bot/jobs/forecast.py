"""Where waiting jobs stand, and when they should be ready: the order dealt out to the backends, ahead of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from bot.errors import BackendError
from bot.jobs.holds import Hold
from bot.jobs.waiting import Waiting
from bot.workflow.needs import Needs


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiting job: how many may come before it, ours and everybody's on the servers; seconds to its end.

    What is held comes before nobody, and when it begins is unknown, as of one that `trouble` keeps whatever comes
    before it.
    """

    job: Waiting
    position: int | None
    eta: float | None
    hold: Hold | None = None
    trouble: BackendError | None = None


class Lane:
    """A backend that takes what waits: how many `prompts` are there, and when it is done with what is ours there.

    `ends` are the seconds until then, for each that it works on at a time; those of which nobody knows are left out.
    `strangers` are others' prompts behind that, each taken to last as long as the first job of ours after them.
    """

    def __init__(self, prompts: int, ends: Iterable[float | None], strangers: int = 0) -> None:
        self.prompts = prompts
        self._ends = sorted(end for end in ends if end is not None)
        self._strangers = strangers
        #: seconds until it can begin with another; infinite where nobody knows
        self.free = self._ends[0] if self._ends else math.inf

    def deal(self, seconds: float | None) -> float | None:
        """One more job; the seconds until it has ended."""
        if not self._ends:
            return None
        begins = heappop(self._ends)
        end = None
        if seconds is not None:
            end = begins + seconds * (1 + self._strangers)
            heappush(self._ends, end)
        self._strangers = 0
        self.free = self._ends[0] if self._ends else math.inf
        return end


class Kind:
    """Jobs that may go to the same backends: how many there are so far, and which other kinds get in their way."""

    def __init__(self, numbers: tuple[int, ...], lanes: Sequence[Lane]) -> None:
        self.numbers = frozenset(numbers)
        self.lanes = [lanes[number] for number in numbers]
        self.prompts = sum(lane.prompts for lane in self.lanes)
        self.count = 0
        self.rivals: list[Kind] = []

    def before(self) -> int:
        """How many come before one more of this kind."""
        before = self.prompts
        for rival in self.rivals:
            before += rival.count
        return before

    def deal(self, seconds: float | None) -> float | None:
        """One of them goes to the backend that should be free first; the seconds until it has ended."""
        if not self.lanes:
            return None
        soonest = self.lanes[0]
        for lane in self.lanes:
            if lane.free < soonest.free:
                soonest = lane
        return soonest.deal(seconds)


class Forecast:
    """`where` says which of the `lanes` a job with such needs may go to; `seconds` how long a workflow takes;
    `keeps` what keeps a job from all of them.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        where: Callable[[Needs], tuple[int, ...]],
        seconds: Callable[[str], float | None],
        keeps: Callable[[Waiting], BackendError | None],
    ) -> None:
        self._lanes = lanes
        self._where = where
        self._seconds = seconds
        self._keeps = keeps
        self._kinds: dict[tuple[int, ...], Kind] = {}
        self._kind_of: dict[int, Kind] = {}
        self._lasting: dict[str, float | None] = {}

    def standings(self, jobs: Iterable[Waiting], hold: Callable[[Waiting], Hold | None]) -> Iterator[Standing]:
        """Of waiting jobs, all from the next one on, in order.

        Each goes to the backend that should be free first among those which may take it; one that lasts nobody knows
        how long leaves no end to promise behind it there. Those before it that may go to none of its backends are not
        in its way, and do not count.
        """
        for job in jobs:
            held = hold(job)
            if held is not None:
                yield Standing(job, None, None, held)
                continue
            kind = self._kind_of.get(id(job.needs)) or self._find(job.needs)
            position, trouble = kind.before(), self._keeps(job)
            kind.count += 1
            end = kind.deal(self._usual(job.workflow)) if trouble is None else None
            yield Standing(job, position, end, trouble=trouble)

    def _find(self, needs: Needs) -> Kind:
        """Equal needs are mostly the same object, which is quicker to find."""
        numbers = self._where(needs)
        kind = self._kinds.get(numbers)
        if kind is None:
            kind = self._kinds[numbers] = Kind(numbers, self._lanes)
            for other in self._kinds.values():
                if other is kind or not other.numbers.isdisjoint(kind.numbers):
                    kind.rivals.append(other)
                    if other is not kind:
                        other.rivals.append(kind)
        self._kind_of[id(needs)] = kind
        return kind

    def _usual(self, workflow: str) -> float | None:
        if workflow not in self._lasting:
            self._lasting[workflow] = self._seconds(workflow)
        return self._lasting[workflow]
