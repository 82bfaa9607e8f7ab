"""The jobs of ours in a cloud that somebody follows, and what is wished for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.cloud.troubles import Graph
from bot.comfy.events import Event, ExecutionStart, ProgressState
from bot.comfy.inbox import Inbox


class Asset(str):
    """The name of an upload, in a placed graph: it takes its reference along, which the cloud gets in its place."""

    __slots__ = ("reference",)
    reference: dict[str, object]

    def __new__(cls, name: str, reference: dict[str, object]) -> Asset:
        asset = super().__new__(cls, name)
        asset.reference = reference
        return asset

    def __deepcopy__(self, memo: dict[int, Any]) -> Asset:
        return self


@dataclass(frozen=True)
class Ask(Event):
    """Within this package only: its state is to be asked for."""


@dataclass
class Run:
    """One job. `remote_id` is the cloud's for it, once it is there; `began` is when it was seen to run."""

    prompt_id: str
    graph: Graph
    remote_id: str | None = None
    stopping: bool = False
    began: float | None = None
    inbox: Inbox = field(default_factory=Inbox)

    def hear(self, event: Event, now: float) -> None:
        """One more event for whoever follows it."""
        if isinstance(event, ExecutionStart | ProgressState) and self.began is None:
            self.began = now
        self.inbox.put(event)


class Runs:
    """By prompt id."""

    def __init__(self) -> None:
        self._open: dict[str, Run] = {}
        self._stopping: set[str] = set()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def open(self, prompt_id: str, graph: Graph) -> Iterator[Run]:
        """From before it is sent."""
        run = self._open[prompt_id] = Run(prompt_id, graph, stopping=prompt_id in self._stopping)
        try:
            yield run
        finally:
            if self._open.get(prompt_id) is run:
                del self._open[prompt_id]
            self._stopping.discard(prompt_id)

    def stop(self, prompt_id: str) -> Run | None:
        """Remember the wish, also for a run that is opened later."""
        run = self._open.get(prompt_id)
        if run is None:
            self._stopping.add(prompt_id)
        else:
            run.stopping = True
        return run


def with_references(value: Any) -> Any:
    """A graph as the cloud wants it: what stands for an upload in place of its name."""
    match value:
        case Asset():
            return value.reference
        case dict():
            return {key: with_references(item) for key, item in value.items()}
        case list():
            return [with_references(item) for item in value]
    return value
