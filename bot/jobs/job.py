"""One request and its life: what was asked, where it stands, what came of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.comfy.events import Output
from bot.failures import JobFailed
from bot.workflow.needs import Needs
from bot.workflow.recipe import Recipe

Graph = dict[str, Any]


class JobState(StrEnum):
    #: in our queue; nothing was sent anywhere
    WAITING = "waiting"
    #: given to a backend, whether or not its answer was seen
    SUBMITTED = "submitted"
    #: the backend said it began
    RUNNING = "running"
    #: it has outputs
    DONE = "done"
    #: it ended without; `outcome.failure` says why
    FAILED = "failed"
    #: somebody stopped it; `cancelled_by` says who
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether the state is final."""
        return self in ENDED


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class Verdict(StrEnum):
    #: it may be shown
    SAFE = "safe"
    #: the workflow that judges said so
    UNSAFE = "unsafe"
    #: nothing could be said of it, so it is not shown
    FAILED = "failed"
    #: it is of a kind that is not judged, and then not shown
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Outcome:
    """What came of a job: outputs of a DONE one, failure of a FAILED one; sentences about parts left out.

    `verdicts` are those on the outputs, in their order; none while nothing was judged.
    """

    outputs: tuple[Output, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    failure: JobFailed | None = None
    warnings: tuple[JobFailed, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a job came from and where its message is. Ids are Discord's.

    `interaction_id`, `token` and `token_expires` belong to the command; `message_id` is known after the first answer.
    `visible` is false where the bot's own token cannot reach the message: it is ephemeral, or, `by_token`, others see
    it and the bot is not there.
    """

    application_id: int
    channel_id: int
    guild_id: int | None
    user_id: int
    user_name: str
    interaction_id: int
    token: str
    token_expires: datetime
    locale: str = "en-US"
    roles: tuple[int, ...] = ()
    filesize_limit: int = 10 * 2**20
    visible: bool = True
    message_id: int | None = None
    by_token: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether only who asked sees the message."""
        return not (self.visible or self.by_token)


@dataclass(frozen=True)
class Job:
    """One request. Changed only through the store, which hands out the next value.

    `id` is a UUID and ComfyUI's `prompt_id`; `remote_id` the id under which a backend took it, mostly the same;
    `tag` orders the queue, `cost` is the virtual seconds it takes of its person's share, and `first` says that they
    had nothing open before; `values` are the options as given, by name; `seed` the one used; `recipe` what the
    graph needs besides itself; `used` what the backend filled in (the model, say); `files` uploads by key, paths
    inside the data folder; `parts` the message of each file sent in a follow-up, by its number (below 0: directly);
    `fence` goes up with every change of hands; `spoiler` hides the pictures until somebody clicks; `reason` is what
    a moderator said who stopped it; `upload_slot` is which names its files have on its server, no other job's there
    until it is delivered; `origin` the address of the message it goes on from, and `notes` what differs from there;
    `expanded` what was made of texts with wildcards, by option; `removed_by` who took its messages away; `needs`
    what its graph asks of a server; `moved` that it was taken from one that stayed away.
    """

    id: str
    workflow: str
    values: Mapping[str, Any]
    seed: int
    graph: Graph
    place: Place
    created_at: datetime
    tag: float
    state: JobState = JobState.WAITING
    fence: int = 0
    parent: str | None = None
    recipe: Recipe = field(default_factory=Recipe)
    files: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, Any] = field(default_factory=dict)
    backend: str | None = None
    remote_id: str | None = None
    submits: int = 0
    cancelled_by: int | None = None
    outcome: Outcome = field(default_factory=Outcome)
    parts: Mapping[int, int] = field(default_factory=dict)
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    delivered_at: datetime | None = None
    seconds: float | None = None
    spoiler: bool = False
    reason: str | None = None
    upload_slot: int | None = None
    origin: str | None = None
    notes: tuple[str, ...] = ()
    expanded: Mapping[str, str] = field(default_factory=dict)
    removed_by: int | None = None
    cost: float = 0.0
    first: bool = False
    needs: Needs = field(default_factory=Needs)
    moved: bool = False

    @property
    def shown(self) -> tuple[Output, ...]:
        """The outputs that people may see: all, or those that were judged and found safe."""
        if self.recipe.safety is None:
            return self.outcome.outputs
        pairs = zip(self.outcome.outputs, self.outcome.verdicts, strict=False)
        return tuple(output for output, verdict in pairs if verdict is Verdict.SAFE)

    @property
    def prompt(self) -> str:
        """What was asked for in words, as it became; empty where there is no such option."""
        return str(self.expanded.get("prompt", self.values.get("prompt", "")))

    @property
    def seeded(self) -> bool:
        """Whether the seed went anywhere: not every workflow rolls dice. It did where the graph is forgotten."""
        inputs = (node.get("inputs", {}).values() for node in self.graph.values())
        return not self.graph or any(value == self.seed for values in inputs for value in values)

    @property
    def delivered(self) -> bool:
        """Whether the person has seen the outcome."""
        return self.delivered_at is not None
