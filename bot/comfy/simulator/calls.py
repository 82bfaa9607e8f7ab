"""What a node is given when it runs: its inputs as lists, and ways to tell how far it is."""

from collections.abc import Callable
from typing import Any

from bot.comfy.simulator.graph import GrowingGraph
from bot.comfy.simulator.inputs import declared_inputs
from bot.comfy.simulator.machine import Entry, Machine
from bot.comfy.simulator.reporter import Reporter
from bot.comfy.simulator.values import Call
from bot.comfy.simulator.wire import NodeInfo, Payload, is_link

#: ``extra_data.preview_method`` that overrides the server's.
_METHODS = ("none", "latent2rgb", "taesd", "auto")


class Calls:
    """Of one prompt. ``known`` gives a node's results so far."""

    def __init__(
        self,
        machine: Machine,
        graph: GrowingGraph,
        extra: Payload,
        reporter: Reporter,
        known: Callable[[str], Entry | None],
    ) -> None:
        self._on = machine
        self._graph = graph
        self._extra = extra
        self._reporter = reporter
        self._known = known

    def lists(self, node_id: str) -> dict[str, list[Any]]:
        """Per input its values; ``[None]`` where a link's source has not run. Undeclared literals are left out."""
        inputs = self._graph[node_id]["inputs"]
        declared = declared_inputs(self._graph.info(node_id), inputs)
        return {name: self.values(value) for name, value in inputs.items() if name in declared or is_link(value)}

    def shown_inputs(self, node_id: str) -> dict[str, list[Any]]:
        """What an error shows of them: the hidden ones too, which V1 nodes take as any other."""
        hidden = {
            "PROMPT": self._graph.sent,
            "EXTRA_PNGINFO": self._extra.get("extra_pnginfo"),
            "UNIQUE_ID": node_id,
        }
        kinds = _hidden_inputs(self._graph.info(node_id))
        return self.lists(node_id) | {name: [hidden[kind]] for name, kind in kinds.items() if kind in hidden}

    def values(self, value: Any) -> list[Any]:
        if not is_link(value):
            return [value]
        source, slot = self._known(value[0]), int(value[1])
        return source.outputs[slot] if source is not None and slot < len(source.outputs) else [None]

    def call(self, node_id: str) -> Call:
        async def tick(value: int, most: int, preview: bytes | None, *, png: bool = False) -> None:
            await self._on.checkpoint()
            facts = {"prompt_id": self._reporter.prompt_id, "node": node_id, "value": value, "max": most}
            await self._on.moments.tell("step", **facts)
            await self._reporter.step(node_id, value, most, preview, png=png)

        async def progress(value: float, most: float) -> None:
            await self._reporter.progress(node_id, value, most)

        extra = self._extra.get("extra_pnginfo")
        return Call(
            node_id=node_id,
            info=self._graph.info(node_id),
            graph=self._graph.sent,
            extra_pnginfo=extra if isinstance(extra, dict) else {},
            folders=self._on.folders,
            faults=self._on.faults,
            pace=self._on.pace(),
            previews=self._wants_previews(),
            tick=tick,
            progress=progress,
            say=lambda text: self._reporter.say(node_id, text),
            old_flags=not self._on.version.since(0, 4),
        )

    def _wants_previews(self) -> bool:
        method = self._on.preview_method
        wanted = self._extra.get("preview_method")
        if self._on.version.preview_override and wanted in _METHODS:
            method = wanted
        return method != "none"


def _hidden_inputs(info: NodeInfo) -> dict[str, str]:
    """Name -> kind; none for V3 nodes, whose description carries a ``price_badge``."""
    if "price_badge" in info:
        return {}
    return {name: spec for name, spec in info["input"].get("hidden", {}).items() if isinstance(spec, str)}
