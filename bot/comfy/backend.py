"""What jobs need of one place that runs graphs: a ComfyUI server of one's own, or a paid service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from bot.comfy.events import Event, Output
from bot.comfy.runs import Graph
from bot.comfy.standing import BackendState
from bot.errors import BackendError
from bot.workflow.catalogue import Catalogue

__all__ = ["Backend", "BackendState", "Measured"]


class Backend(Protocol):
    """`serve()` must run; all else may be called from anywhere in the same loop."""

    @property
    def name(self) -> str:
        """The address without credentials; stored with jobs."""

    @property
    def cost(self) -> float:
        """What it takes to run there beside one's own: 0 is one's own, the higher the later it is used."""

    @property
    def slots(self) -> int:
        """How many prompts of ours it may have at once."""

    @property
    def state(self) -> BackendState:
        """Whether prompts can be sent."""

    @property
    def problem(self) -> BackendError | None:
        """Why it is not UP, as soon as an attempt to connect said so."""

    @property
    def busy(self) -> BackendError | None:
        """Why it takes nothing new for a while, though it is UP."""

    @property
    def version(self) -> str | None:
        """Its ComfyUI release, once it answered."""

    @property
    def queue_remaining(self) -> int:
        """Prompts there, waiting and running: everybody's, where that can be known."""

    @property
    def catalogue(self) -> Catalogue | None:
        """Its nodes, as last seen; None where they never were."""

    @property
    def lacks(self) -> frozenset[str]:
        """Nodes and models it was heard not to have, where it lists none."""

    @property
    def loaded(self) -> frozenset[str]:
        """Models that it loaded last, as others say that hold it; what is held here, the dispatcher knows."""

    @property
    def nodes_file(self) -> Path:
        """Where what it said of its nodes lies, as it came; there once there is a catalogue."""

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change of state, catalogue or queue, counted from this call."""

    async def wait_up(self) -> None:
        """Until prompts can be sent."""

    async def serve(self) -> None:
        """Keep it connected; until cancelled."""

    def run(
        self, graph: Graph, prompt_id: str, *, known: bool = False, remote_id: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of one prompt, the last one Settled; wrap it in `aclosing`.

        `known` prompts were sent earlier and are only followed, under `remote_id` where the backend minted one. Others
        are sent: raises PromptRefused and its kin when they are not taken, BackendUnreachable when they certainly never
        got there.
        """

    async def cancel(self, prompt_id: str, *, remote_id: str | None = None) -> None:
        """Stop that prompt, whatever its state; the wish repeats until it ended. Where nobody follows it, its
        `remote_id` is needed if it has one.

        Raises BackendUnreachable when it could not be sent now; it will be when the backend is back.
        """

    async def upload(self, data: bytes, name: str) -> str:
        """Give it a file; what a node's input must say to use it. Raises PromptRefused, BackendUnreachable."""

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        """A file a prompt made. Raises TooLarge above `ceiling` bytes, ServerLost when it is gone."""

    async def forget(self, prompt_ids: Sequence[str]) -> None:
        """Take finished prompts out of its history. Raises BackendUnreachable."""

    async def free(self) -> None:
        """Unload its models from memory. Raises BackendUnreachable, and PromptRefused where that cannot be done."""


@runtime_checkable
class Measured(Protocol):
    """A backend that says how much memory it has."""

    async def memory(self) -> tuple[int, int] | None:
        """Bytes that are free and that there are, of its graphics cards; None where it has none. Raises
        BackendUnreachable."""
