"""What all prompts of one server share: its parts, its node classes and the results it keeps."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.faults import Faults, Pace
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.graph import GrowingGraph
from bot.comfy.simulator.moments import Moments
from bot.comfy.simulator.signatures import Signature, Signatures
from bot.comfy.simulator.sockets import Sockets
from bot.comfy.simulator.values import Node, Runner
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload


@dataclass(frozen=True)
class Entry:
    """A node's cached result: per output slot the list of values, and what its history entry shows."""

    outputs: list[list[Any]]
    ui: Payload | None
    #: The node's entry in ``meta``; with a cached result it still names the node that made it.
    meta: Payload


class Cache:
    """Results by signature; they survive only while the graph that runs has a use for them."""

    def __init__(self) -> None:
        #: By the signature's home (None for nodes of the sent graph), then by signature.
        self._homes: dict[Signature, dict[Signature, Entry]] = {}

    def get(self, home: Signature, signature: Signature) -> Entry | None:
        return self._homes.get(home, {}).get(signature)

    def keep(self, home: Signature, signature: Signature, entry: Entry) -> None:
        self._homes.setdefault(home, {})[signature] = entry

    def retain(self, home: Signature, signatures: Iterable[Signature]) -> None:
        """Of this home, only these."""
        wanted, known = set(signatures), self._homes.get(home, {})
        self._homes[home] = {signature: known[signature] for signature in known.keys() & wanted}

    def retain_homes(self, homes: Iterable[Signature]) -> None:
        wanted = {None, *homes}
        self._homes = {home: known for home, known in self._homes.items() if home in wanted}

    def clear(self) -> None:
        self._homes.clear()


def keep_order(_prompt_id: str, outputs: list[str]) -> list[str]:
    """As they stand in the graph."""
    return outputs


async def _pass() -> None:
    """A worker that is never held."""


@dataclass(frozen=True)
class Machine:
    """One server's parts."""

    catalogue: Catalogue
    folders: Folders
    faults: Faults
    version: Version
    sockets: Sockets
    moments: Moments
    find_runner: Callable[[str], Runner]
    pace: Callable[[], Pace]
    #: The server's ``--preview-method``.
    preview_method: str
    #: Puts the ids of assets into a node's output, given the prompt's id, where the server has assets.
    identify: Callable[[Payload, str], Payload]
    #: Waits while the worker is held; raises Interrupted when it was told to stop.
    checkpoint: Callable[[], Awaitable[None]] = _pass
    #: Puts a prompt's outputs in order. The real server keeps them in a set, whose order changes with each process.
    arrange: Callable[[str, list[str]], list[str]] = keep_order
    cache: Cache = field(default_factory=Cache)

    def node(self, class_type: str) -> Node:
        runner = self.find_runner(class_type)
        return runner if isinstance(runner, Node) else Node(runner)

    def sign(self, graph: GrowingGraph) -> Signatures:
        return Signatures(graph, self.folders, lambda class_type: self.node(class_type).changes)
