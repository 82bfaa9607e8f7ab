"""A ComfyUI to test against, its graphs, and a prompt followed in a task of its own."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

from bot.comfy.backend import Backend
from bot.comfy.events import Event, Settled
from bot.comfy.intervals import Intervals
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState

Graph = dict[str, Any]
E = TypeVar("E", bound=Event)

LIVE = os.environ.get("LIVE_COMFYUI_URL")
PATIENCE = 120.0 if LIVE else 20.0
CHECKPOINT = "tiny-sd15-random.safetensors"

#: short enough that no test waits, long enough that nothing is given up on a busy machine
QUICK = Intervals(
    poll=0.05,
    lost=0.1,
    marker=0.2,
    history=1.0,
    queue=0.02,
    cancel=0.05,
    stuck=0.3,
    reconnect=0.01,
    reconnect_most=0.05,
    too_old=0.02,
)
#: the same without looking: what a test sees then came over the socket
NO_POLL = replace(QUICK, poll=3600.0)
#: and without giving up on the end marker
NO_MARKER = replace(NO_POLL, marker=3600.0)


@dataclass(frozen=True)
class Comfy:
    """The server a test runs against; `simulator` is None when it is a real one."""

    url: str
    simulator: Simulator | None = None


class Follower:
    """Runs a prompt in a task and remembers its events."""

    def __init__(
        self,
        backend: Backend,
        graph: Graph,
        prompt_id: str | None = None,
        *,
        known: bool = False,
        remote_id: str | None = None,
    ) -> None:
        self.prompt_id = prompt_id or str(uuid4())
        self.events: list[Event] = []
        self._heard = asyncio.Event()
        self._task = asyncio.create_task(self._follow(backend, graph, known, remote_id))
        self._task.add_done_callback(lambda _task: self._heard.set())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[E], **match: object) -> E:
        """The first such event; raises what the run raised when it ended before."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in self.all(kind):
                    if all(getattr(event, name) == value for name, value in match.items()):
                        return event
                if self._task.done():
                    self._task.result()
                    raise AssertionError(f"ended without {kind.__name__}: {self.events}")
                self._heard.clear()
                await self._heard.wait()

    async def settled(self) -> Settled:
        """The end, after which nothing came."""
        async with asyncio.timeout(PATIENCE):
            await self._task
        assert [type(event) for event in self.events].count(Settled) == 1
        last = self.events[-1]
        assert isinstance(last, Settled)
        return last

    async def _follow(self, backend: Backend, graph: Graph, known: bool, remote_id: str | None) -> None:
        async with aclosing(backend.run(graph, self.prompt_id, known=known, remote_id=remote_id)) as events:
            async for event in events:
                self.events.append(event)
                self._heard.set()


async def reach(backend: Backend, state: BackendState) -> None:
    """Wait until the backend is in that state."""
    async with asyncio.timeout(PATIENCE):
        while backend.state is not state:
            await backend.changed()


async def run(backend: Backend, graph: Graph) -> Settled:
    """How a prompt ends."""
    async with Follower(backend, graph) as follower:
        return await follower.settled()


def sampling(*, steps: int = 4, seed: int = 0, batch: int = 1, size: int = 64, checkpoint: str = CHECKPOINT) -> Graph:
    """Text to image, with file names and a seed of its own unless one is given."""
    sampler = {"seed": seed or uuid4().int % 2**53, "steps": steps, "cfg": 7.0, "denoise": 1.0}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    return {
        "4": node("CheckpointLoaderSimple", "Checkpoint", ckpt_name=checkpoint),
        "5": node("EmptyLatentImage", "Size", width=size, height=size, batch_size=batch),
        "6": node("CLIPTextEncode", "Prompt", text="a fox in the snow", clip=["4", 1]),
        "7": node("CLIPTextEncode", "Negative", text="", clip=["4", 1]),
        "3": node("KSampler", "Sampler", sampler_name="euler", scheduler="normal", **sampler, **links),
        "8": node("VAEDecode", "Decode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", "Save", images=["8", 0], filename_prefix=f"easel/{uuid4()}"),
    }


def plain(*, color: int | None = None, prefix: str | None = None) -> Graph:
    """One small picture of one colour, without a model."""
    chosen = uuid4().int % 2**24 if color is None else color
    return {
        "1": node("EmptyImage", "Colour", width=64, height=64, batch_size=1, color=chosen),
        "2": node("SaveImage", "Save", images=["1", 0], filename_prefix=prefix or f"easel/{uuid4()}"),
    }


def node(class_type: str, title: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}
