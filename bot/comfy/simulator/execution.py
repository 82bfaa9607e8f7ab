"""One prompt being run: its nodes in order, its events, its results (ComfyUI's PromptExecutor)."""

import hashlib
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.failures import describe_failure
from bot.comfy.simulator.faults import Faults, Pace
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.graph import Order, Signature, sign
from bot.comfy.simulator.moments import Moments
from bot.comfy.simulator.reporter import Reporter
from bot.comfy.simulator.sockets import Sockets
from bot.comfy.simulator.values import Call, Interrupted, Runner
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Graph, Item, Payload, is_link

#: Classes whose result depends on a file they name.
_FILE_INPUTS = {"LoadImage": "image", "LoadImageMask": "image", "LoadImageOutput": "image", "LoadAudio": "audio"}


@dataclass(frozen=True)
class Entry:
    """A node's cached result: per output slot the list of values, and what its history entry shows."""

    outputs: list[list[Any]]
    ui: Payload | None
    #: The node's entry in ``meta``; with a cached result it still names the node that made it.
    meta: Payload


async def _pass() -> None:
    """A worker that is never held."""


@dataclass(frozen=True)
class Machine:
    """What runs share."""

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
    #: Waits while the worker is held; raises Interrupted when it was told to stop.
    checkpoint: Callable[[], Awaitable[None]] = _pass
    cache: dict[Signature, Entry] = field(default_factory=dict)


class Execution:
    """Run one queue item; ``entry`` is then its history entry's outputs, status and meta."""

    def __init__(self, machine: Machine, item: Item) -> None:
        self._on = machine
        _number, self.prompt_id, graph, self._extra, self._outputs = item[:5]
        self._graph: Graph = graph
        self.reporter = Reporter(machine.sockets, machine.version, self.prompt_id, self._extra.get("client_id"))
        #: The node that runs, or ran last.
        self.node_id: str | None = None
        self._results: dict[str, Entry] = {}
        self._shown: dict[str, Payload] = {}
        self._meta: dict[str, Payload] = {}
        self._executed: list[str] = []
        self._signatures: dict[str, Signature] = {}

    @property
    def client_id(self) -> str | None:
        return self.reporter.client_id

    @property
    def entry(self) -> Payload:
        done = self.reporter.completed
        status = {"status_str": "success" if done else "error", "completed": done, "messages": self.reporter.messages}
        return {"outputs": dict(self._shown), "status": status, "meta": dict(self._meta)}

    async def run(self) -> None:
        await self._on.moments.tell("start", prompt_id=self.prompt_id)
        self.reporter.report("execution_start")
        self._signatures = sign(self._graph, self._on.catalogue, self._changed)
        self._forget_others()
        self.reporter.report("execution_cached", nodes=[node for node in self._graph if self._is_cached(node)])
        order = Order(self._graph, self._on.catalogue, self._is_cached)
        for output in self._outputs:
            order.add(output)
        while order:
            node_id = order.pick()
            if not await self._run_node(node_id):
                return
            order.done(node_id)
        self._show_cached_intermediates()
        await self._on.moments.tell("success", prompt_id=self.prompt_id)
        self.reporter.report("execution_success")

    async def _run_node(self, node_id: str) -> bool:
        """Whether the prompt goes on."""
        if self._is_cached(node_id):
            self._reuse(node_id)
            return True
        try:
            entry = await self._execute(node_id)
        except Interrupted:
            await self._on.moments.tell("interrupted", prompt_id=self.prompt_id, node=node_id)
            self.reporter.report("execution_interrupted", **self._whereabouts(node_id))
            return False
        except Exception as ex:  # noqa: BLE001 - whatever a node raises is that prompt's execution_error
            facts = describe_failure(ex, self._current_inputs(node_id), list(self._graph))
            await self._on.moments.tell("error", prompt_id=self.prompt_id, node=node_id, **facts)
            self.reporter.report("execution_error", **self._whereabouts(node_id), **facts)
            return False
        self._results[node_id] = self._on.cache[self._signatures[node_id]] = entry
        self.reporter.finished(node_id)
        self._executed.append(node_id)
        return True

    def _reuse(self, node_id: str) -> None:
        """An output node's old files are shown again; nothing is written."""
        entry = self._results[node_id] = self._on.cache[self._signatures[node_id]]
        self._show(node_id, entry)
        self.reporter.executed(node_id, entry.ui)
        self.reporter.finished(node_id)

    async def _execute(self, node_id: str) -> Entry:
        self.reporter.started(node_id)
        class_type = self._graph[node_id]["class_type"]
        self.node_id = node_id
        self.reporter.executing(node_id)
        await self._on.checkpoint()
        await self._on.moments.tell("node", prompt_id=self.prompt_id, node=node_id, class_type=class_type)
        call = self._call(node_id)
        runs = [await self._on.find_runner(class_type)(call, inputs) for inputs in self._each_inputs(call)]
        ui: Payload = {}
        for run in runs:
            for key, values in run.ui.items():
                ui[key] = [*ui.get(key, []), *values]
        meta = {"node_id": node_id, "display_node": node_id, "parent_node": None, "real_node_id": node_id}
        entry = Entry(_merge([run.outputs for run in runs], call.info["output_is_list"]), ui or None, meta)
        self._show(node_id, entry)
        if entry.ui:
            self.reporter.executed(node_id, entry.ui)
        return entry

    def _each_inputs(self, call: Call) -> list[dict[str, Any]]:
        """One dict of inputs per run: lists from above make a node run once per item, unless it wants lists."""
        lists = {name: self._value(value) for name, value in self._graph[call.node_id]["inputs"].items()}
        if call.info["is_input_list"]:
            return [dict(lists)]
        count = max((len(values) for values in lists.values()), default=1)
        return [
            {name: values[min(turn, len(values) - 1)] for name, values in lists.items() if values}
            for turn in range(count)
        ]

    def _value(self, value: Any) -> list[Any]:
        if not is_link(value):
            return [value]
        source = self._results.get(value[0]) or self._on.cache[self._signatures[value[0]]]
        return source.outputs[int(value[1])]

    def _call(self, node_id: str) -> Call:
        async def tick(value: int, most: int, preview: bytes | None) -> None:
            await self._on.checkpoint()
            facts = {"prompt_id": self.prompt_id, "node": node_id, "value": value, "max": most}
            await self._on.moments.tell("step", **facts)
            self.reporter.step(node_id, value, most, preview)

        extra = self._extra.get("extra_pnginfo")
        return Call(
            node_id=node_id,
            info=self._on.catalogue[self._graph[node_id]["class_type"]],
            graph=self._graph,
            extra_pnginfo=extra if isinstance(extra, dict) else {},
            folders=self._on.folders,
            faults=self._on.faults,
            pace=self._on.pace(),
            previews=self._wants_previews(),
            tick=tick,
            say=lambda text: self.reporter.say(node_id, text),
            old_flags=not self._on.version.since(0, 4),
        )

    def _wants_previews(self) -> bool:
        method = self._on.preview_method
        wanted = self._extra.get("preview_method")
        if self._on.version.preview_override and wanted in ("none", "latent2rgb", "taesd", "auto"):
            method = wanted
        return method != "none"

    def _show(self, node_id: str, entry: Entry) -> None:
        """In history's outputs."""
        if entry.ui:
            self._shown[node_id] = entry.ui
            self._meta[node_id] = entry.meta

    def _show_cached_intermediates(self) -> None:
        for node_id, node in self._graph.items():
            info = self._on.catalogue[node["class_type"]]
            if info.get("has_intermediate_output") and node_id not in self._results and self._is_cached(node_id):
                entry = self._on.cache[self._signatures[node_id]]
                self._show(node_id, entry)
                self.reporter.executed(node_id, entry.ui)

    def _whereabouts(self, node_id: str) -> Payload:
        return {"node_id": node_id, "node_type": self._graph[node_id]["class_type"], "executed": list(self._executed)}

    def _current_inputs(self, node_id: str) -> Payload:
        plain = (int, float, bool, str, type(None))
        inputs = self._graph[node_id]["inputs"]
        return {
            name: [one if isinstance(one, plain) else repr(one) for one in self._value(value)]
            for name, value in inputs.items()
        }

    def _is_cached(self, node_id: str) -> bool:
        return self._signatures[node_id] in self._on.cache

    def _forget_others(self) -> None:
        """The cache survives only for the graph that runs now."""
        wanted = set(self._signatures.values())
        for signature in [known for known in self._on.cache if known not in wanted]:
            del self._on.cache[signature]

    def _changed(self, node_id: str) -> Hashable:
        node = self._graph[node_id]
        name = node.get("inputs", {}).get(_FILE_INPUTS.get(node["class_type"], ""))
        path = self._on.folders.locate(name) if isinstance(name, str) else None
        return hashlib.sha256(path.read_bytes()).digest() if path is not None and path.is_file() else None


def _merge(runs: list[tuple[Any, ...]], is_list: list[bool]) -> list[list[Any]]:
    """Per output slot all runs' values; a slot that gives lists adds their items."""
    merged: list[list[Any]] = [[] for _ in range(max(map(len, runs), default=0))]
    for outputs in runs:
        for slot, value in enumerate(outputs):
            spread = slot < len(is_list) and is_list[slot] and isinstance(value, list)
            merged[slot] += value if spread else [value]
    return merged
