"""What can be slow and what can go wrong, as knobs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds, and how large previews are."""

    #: One sampler step.
    step: float = 0.0
    #: A checkpoint's first load.
    load: float = 0.0
    #: The longest side of a preview in pixels (the real server's ``--preview-size``).
    preview: int = 512


class Lie(StrEnum):
    """One kind of untruth that each prompt brings over the socket."""

    #: Event types nobody has heard of, as custom nodes send them.
    EVENTS = "events"
    #: Known events with keys too many, too few, or of another type.
    KEYS = "keys"
    #: ``NaN`` where a number belongs, which is not JSON.
    NAN = "nan"
    #: Text frames that are no JSON, or no object.
    FRAMES = "frames"
    #: Binary frames that are cut off or of no known type.
    BINARY = "binary"
    #: Events of prompts and nodes that are not the owner's.
    STRANGERS = "strangers"


@dataclass
class Faults:
    """Mutable while the simulator runs; everything is off at first."""

    #: Requests and new sockets are cut off without an answer while prompts go on running, as when the network is gone.
    #: Open sockets stay: ``drop_sockets``. (Refused connections: ``Simulator.stop``.)
    down: bool = False
    #: Sockets are accepted, pings answered, nothing is ever sent (the reused-client-id bug).
    deaf: bool = False
    #: One stuck reader: nobody gets any event until this is False again; then all come at once.
    stall: bool = False
    #: HTTP answers and prompts are queued, but none ever starts.
    dead_worker: bool = False
    #: Statuses for the next POSTs to ``/prompt``, first one first; nothing is queued for those.
    fail_next: list[int] = field(default_factory=list)
    #: Every request whose path starts like this (with or without ``/api``) answers ``broken_status``.
    broken_route: str | None = None
    broken_status: int = 500
    #: The queue takes the next prompts, and the connection breaks before the answer, this many times.
    lose_answers: int = 0
    #: The next sampler raises ``torch.OutOfMemoryError``; switches itself off.
    out_of_memory: bool = False
    #: The process dies halfway through the next sampler and is started again ``crash_seconds`` later; switches itself
    #: off. What it had in memory is gone, as after ``Simulator.restart``.
    crash: bool = False
    crash_seconds: float = 0.0
    #: This model file is on no list any more: ``value_not_in_list`` for graphs that name it.
    missing_model: str | None = None
    #: Seconds between ``execution_success`` and the history entry.
    history_lag: float = 0.0
    #: This many ``GET /history/{id}`` are answered ``{}`` whatever is there.
    empty_histories: int = 0
    #: This many interrupts and cancels of running prompts are accepted and have no effect.
    lost_interrupts: int = 0
    #: What each prompt brings besides the truth.
    lies: set[Lie] = field(default_factory=set)
    #: Each prompt sends one binary frame of this many bytes to its owner.
    huge_frame: int = 0
    #: Seconds before each ``/view`` answers.
    slow_view: float = 0.0
    #: Seconds before every HTTP answer.
    slow_answers: float = 0.0
    #: This many ``/view`` answers break off in the middle of the body.
    torn_views: int = 0
    _cut: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    _die: Callable[[], Awaitable[None]] | None = field(default=None, repr=False, compare=False)

    @property
    def lie(self) -> bool:
        """Whether there are any lies; setting it means all or none."""
        return bool(self.lies)

    @lie.setter
    def lie(self, wanted: bool) -> None:
        self.lies = set(Lie) if wanted else set()

    def drop_sockets(self) -> None:
        """Cut every WebSocket now, without a close frame (clients see 1006)."""
        if self._cut is not None:
            self._cut()

    def refusal(self, method: str, path: str) -> int | None:
        """The status this request fails with, if it has to; a submission's is used up."""
        path = path.removeprefix("/api")
        if self.broken_route and path.startswith(self.broken_route.removeprefix("/api")):
            return self.broken_status
        return self.fail_next.pop(0) if (method, path) == ("POST", "/prompt") and self.fail_next else None

    async def maybe_crash(self) -> None:
        """Ends the worker that calls this, if the process is to die now."""
        if self.crash and self._die is not None:
            self.crash = False
            await self._die()
