"""What can be slow and what can go wrong, as knobs."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds, and how large previews are."""

    #: One sampler step.
    step: float = 0.0
    #: A checkpoint's first load.
    load: float = 0.0
    #: The longest side of a preview in pixels (the real server's ``--preview-size``).
    preview: int = 512


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
    #: The queue takes the next prompts, and the connection breaks before the answer, this many times.
    lose_answers: int = 0
    #: The next sampler raises ``torch.OutOfMemoryError``; switches itself off.
    out_of_memory: bool = False
    #: This model file is on no list any more: ``value_not_in_list`` for graphs that name it.
    missing_model: str | None = None
    #: Seconds between ``execution_success`` and the history entry.
    history_lag: float = 0.0
    #: This many ``GET /history/{id}`` are answered ``{}`` whatever is there.
    empty_histories: int = 0
    #: This many interrupts and cancels of running prompts are accepted and have no effect.
    lost_interrupts: int = 0
    #: Each prompt brings unknown events, unknown keys, NaN, non-object frames and malformed binary frames.
    lie: bool = False
    #: Each prompt sends one binary frame of this many bytes to its owner.
    huge_frame: int = 0
    #: Seconds before each ``/view`` answers.
    slow_view: float = 0.0
    #: Seconds before every HTTP answer.
    slow_answers: float = 0.0
    #: This many ``/view`` answers break off in the middle of the body.
    torn_views: int = 0
    _cut: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    def drop_sockets(self) -> None:
        """Cut every WebSocket now, without a close frame (clients see 1006)."""
        if self._cut is not None:
            self._cut()
