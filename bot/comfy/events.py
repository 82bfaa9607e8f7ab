"""What ComfyUI says on its socket, and what the backend adds, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.failures import JobFailed


@dataclass(frozen=True)
class Event:
    """One thing said. `prompt_id` is None for what concerns no prompt, or where the server does not say which."""

    prompt_id: str | None


@dataclass(frozen=True)
class NodeState:
    """A node in `progress_state`: `value` of `max`, and whether it is finished."""

    value: float
    max: float
    finished: bool


@dataclass(frozen=True)
class Status(Event):
    """Broadcast on every change of the server queue; pending and running prompts of everybody."""

    queue_remaining: int
    sid: str | None = None


@dataclass(frozen=True)
class FeatureFlags(Event):
    """The answer to ours; a server that sends none is one without preview metadata."""

    flags: Mapping[str, object]


@dataclass(frozen=True)
class ExecutionStart(Event):
    pass


@dataclass(frozen=True)
class ExecutionCached(Event):
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Executing(Event):
    """A node begins; `node` None is the end marker, sent after history is written."""

    node: str | None
    display_node: str | None


@dataclass(frozen=True)
class StepProgress(Event):
    """`progress`: a step of one node."""

    node: str | None
    value: float
    max: float


@dataclass(frozen=True)
class ProgressState(Event):
    """Cumulative: every node that has begun, by id."""

    nodes: Mapping[str, NodeState]


@dataclass(frozen=True)
class Executed(Event):
    """A node gave outputs to show."""

    node: str
    display_node: str
    output: Mapping[str, object]


@dataclass(frozen=True)
class ExecutionSuccess(Event):
    pass


@dataclass(frozen=True)
class ExecutionError(Event):
    """A node raised. `blocked` ones do not end the prompt."""

    node: str
    node_type: str
    exception_type: str
    message: str
    blocked: bool


@dataclass(frozen=True)
class ExecutionInterrupted(Event):
    node: str | None


@dataclass(frozen=True)
class Preview(Event):
    """A picture while sampling; `node` None on servers without preview metadata."""

    node: str | None
    content_type: str
    data: bytes


@dataclass(frozen=True)
class NodeText(Event):
    """Type-3 text; broadcast to all, without a prompt id."""

    node: str
    text: str


@dataclass(frozen=True)
class Output:
    """One thing a job made: a file on the server, or text.

    `kind` is `file` or `text`; `type` is ComfyUI's folder (`output` or `temp`) of a file, or `asset`: then it lies in a
    cloud, and `subfolder` is its id there.
    """

    node: str
    kind: str
    filename: str = ""
    subfolder: str = ""
    type: str = "output"
    text: str = ""


@dataclass(frozen=True)
class Accepted(Event):
    """Ours: the server took the prompt. `warnings` are sentences about parts of the graph it left out.

    `remote_id` is the id that it minted, where it does not go by ours.
    """

    warnings: tuple[JobFailed, ...] = ()
    remote_id: str | None = None


@dataclass(frozen=True)
class Ahead(Event):
    """Ours: how many prompts the server runs or has waiting before this one."""

    count: int


@dataclass(frozen=True)
class Detached(Event):
    """Ours: the socket this prompt reported to is gone; no more progress, the poll finishes it."""


@dataclass(frozen=True)
class Settled(Event):
    """Ours, always last: how the prompt ended, from the server's history.

    `result` is `done`, `failed`, `cancelled` or `lost` (the server has never heard of it, twice). `seconds` is the
    server's own execution time where it is known.
    """

    result: str
    outputs: tuple[Output, ...] = ()
    failure: JobFailed | None = None
    seconds: float | None = None
