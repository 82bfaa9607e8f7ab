"""One prompt being run: its nodes in order, its events, its results (ComfyUI's PromptExecutor)."""

import asyncio
from typing import Any

from bot.comfy.simulator.calls import Calls
from bot.comfy.simulator.failures import describe_cycle, describe_failure
from bot.comfy.simulator.graph import GrowingGraph, Order
from bot.comfy.simulator.machine import Entry, Machine
from bot.comfy.simulator.reporter import Reporter
from bot.comfy.simulator.runs import Runs, merge_outputs, merge_ui, slice_inputs
from bot.comfy.simulator.values import Blocker, Interrupted, Node, Result
from bot.comfy.simulator.wire import Item, Payload, is_link


class Execution:
    """Run one queue item; ``entry`` is then its history entry's outputs, status and meta."""

    def __init__(self, machine: Machine, item: Item) -> None:
        self._on = machine
        _number, self.prompt_id, sent, self._extra, self._outputs = item[:5]
        self._graph = GrowingGraph(sent, machine.catalogue)
        self.reporter = Reporter(machine, self._graph.place, self.prompt_id, self._extra.get("client_id"))
        #: The node of the sent graph that runs; what a client that comes back is greeted with.
        self.node_id: str | None = None
        self._signatures = machine.sign(self._graph)
        self._calls = Calls(machine, self._graph, self._extra, self.reporter, self._known)
        self._order = Order(self._graph, self._is_cached, lambda one: self._node(one).parallel)
        self._results: dict[str, Entry] = {}
        self._shown: dict[str, Payload] = {}
        self._meta: dict[str, Payload] = {}
        self._executed: list[str] = []
        #: Async nodes under way, and nodes that wait for what they expanded into: per run, outputs and whether links.
        self._away: dict[str, Runs] = {}
        self._expanded: dict[str, list[tuple[bool, tuple[Any, ...]]]] = {}
        self._returned = asyncio.Event()

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
        await self.reporter.report("execution_start")
        self._forget_others()
        await self.reporter.report("execution_cached", nodes=[one for one in self._graph if self._is_cached(one)])
        for output in self._on.arrange(self.prompt_id, self._outputs):
            self._order.add(output)
        try:
            if await self._run_all():
                await self._show_cached_intermediates()
                await self._on.moments.tell("success", prompt_id=self.prompt_id)
                await self.reporter.report("execution_success")
        finally:
            for runs in self._away.values():
                runs.cancel()
            self.node_id = None

    async def _run_all(self) -> bool:
        """Whether none failed."""
        while self._order:
            while self._order.waits:
                await self._returned.wait()
                self._returned.clear()
            try:
                node_id = self._order.pick()
            except LookupError as ex:
                await self._fail(str(ex), describe_cycle(list(self._graph.sent)))
                return False
            if not await self._visit(node_id):
                return False
        return True

    async def _visit(self, node_id: str) -> bool:
        """Whether the prompt goes on."""
        if self._is_cached(node_id):
            await self._reuse(node_id)
            self._order.done(node_id)
            return True
        try:
            entry = await self._execute(node_id)
        except Interrupted:
            await self._on.moments.tell("interrupted", prompt_id=self.prompt_id, node=node_id)
            await self.reporter.report("execution_interrupted", **self._whereabouts(node_id))
            return False
        except Exception as ex:  # noqa: BLE001 - whatever a node raises is that prompt's execution_error
            await self._fail(node_id, describe_failure(ex, self._calls.shown_inputs(node_id), list(self._graph.sent)))
            return False
        if entry is not None:
            self._results[node_id] = entry
            self._on.cache.keep(self._signatures.home(node_id), self._signatures[node_id], entry)
            await self.reporter.finished(node_id)
            self._executed.append(node_id)
            self._order.done(node_id)
        return True

    async def _execute(self, node_id: str) -> Entry | None:
        """None while the node waits: for its lazy inputs, its own async work, or what it expanded into."""
        if node_id in self._expanded:
            return self._enter(node_id, [self._resolve(*one) for one in self._expanded.pop(node_id)])
        runs = self._away.pop(node_id, None)
        if runs is None:
            runs = await self._start(node_id)
            if runs is None:
                return None
            if runs.pending:
                self._leave(node_id, runs)
                return None
        results = runs.results
        ui = merge_ui(results)
        if ui:
            ui = self._on.identify(ui, self.prompt_id)
            self._show(node_id, ui, self._graph.place(node_id).meta)
            await self.reporter.executed(node_id, ui)
        if any(result.expand for result in results):
            self._expand(node_id, results)
            return None
        return self._enter(node_id, [result.outputs for result in results])

    async def _start(self, node_id: str) -> Runs | None:
        """None if the node first wants an input it was not given so far."""
        await self.reporter.started(node_id)
        if self.client_id is not None:
            self.node_id = self._graph.place(node_id).display
        await self.reporter.executing(node_id)
        lists = self._calls.lists(node_id)
        if await self._ask_for_more(node_id, lists):
            return None

        async def before(turn: int) -> None:
            await self._on.checkpoint()
            if turn == 0:
                facts = {"prompt_id": self.prompt_id, "node": node_id, "class_type": self._graph.class_type(node_id)}
                await self._on.moments.tell("node", **facts)

        async def blocked(blocker: Blocker) -> Blocker:
            if blocker.message is not None:
                await self.reporter.blocked(blocker.message, self._whereabouts(node_id))
            return Blocker()

        runs = Runs(self._node(node_id), self._calls.call(node_id), before=before, blocked=blocked)
        await runs.start(lists)
        return runs

    async def _ask_for_more(self, node_id: str, lists: dict[str, list[Any]]) -> bool:
        needs = self._node(node_id).needs
        if needs is None:
            return False
        inputs = self._graph[node_id]["inputs"]
        wanted: list[str] = []
        for one in slice_inputs(lists, bool(self._graph.info(node_id)["is_input_list"])):
            await self._on.checkpoint()
            wanted += needs(one)
        missing = [inputs[name][0] for name in wanted if is_link(inputs[name]) and not self._known(inputs[name][0])]
        for source in missing:
            self._order.need(source, node_id)
        return bool(missing)

    def _leave(self, node_id: str, runs: Runs) -> None:
        def returned(_task: asyncio.Task[Result]) -> None:
            if not runs.pending:
                self._order.come_back(node_id)
                self._returned.set()

        self._away[node_id] = runs
        self._order.leave(node_id)
        for task in runs.pending:
            task.add_done_callback(returned)

    def _expand(self, node_id: str, results: list[Result]) -> None:
        """The new nodes run before this one is visited again."""
        added = {key: node for result in results for key, node in result.expand.items()}
        self._graph.add(added, node_id)
        if added:
            home = self._signatures.home(next(iter(added)))
            self._on.cache.retain(home, [self._signatures[key] for key in added])
        for key in added:
            if self._graph.is_output(key):
                self._order.add(key)
        for result in results:
            for value in result.outputs if result.expand else ():
                if is_link(value):
                    self._order.need(value[0], node_id)
        self._expanded[node_id] = [(bool(result.expand), result.outputs) for result in results]

    def _resolve(self, linked: bool, outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        values: list[Any] = []
        for value in outputs:
            values += self._calls.values(value) if linked and is_link(value) else [value]
        return tuple(values)

    async def _reuse(self, node_id: str) -> None:
        """An output node's old files are shown again; nothing is written."""
        entry = self._known(node_id)
        if entry is not None:
            self._results[node_id] = entry
            self._show(node_id, entry.ui, entry.meta)
            await self.reporter.executed(node_id, entry.ui)
        await self.reporter.finished(node_id)

    async def _show_cached_intermediates(self) -> None:
        for node_id in self._graph:
            entry = self._known(node_id)
            flagged = self._graph.info(node_id).get("has_intermediate_output")
            if flagged and self._on.version.intermediate_outputs and node_id not in self._executed and entry:
                self._show(node_id, entry.ui, entry.meta)
                await self.reporter.executed(node_id, entry.ui)

    async def _fail(self, node_id: str, facts: Payload) -> None:
        await self._on.moments.tell("error", prompt_id=self.prompt_id, node=node_id, **facts)
        await self.reporter.report("execution_error", **self._whereabouts(node_id), **facts)

    def _enter(self, node_id: str, runs: list[tuple[Any, ...]]) -> Entry:
        outputs = merge_outputs(runs, self._graph.info(node_id)["output_is_list"])
        return Entry(outputs, self._shown.get(node_id), self._graph.place(node_id).meta)

    def _show(self, node_id: str, ui: Payload | None, meta: Payload) -> None:
        """In history's outputs."""
        if ui:
            self._shown[node_id] = ui
            self._meta[node_id] = meta

    def _whereabouts(self, node_id: str) -> Payload:
        real = self._graph.place(node_id).real
        return {"node_id": real, "node_type": self._graph.class_type(real), "executed": list(self._executed)}

    def _node(self, node_id: str) -> Node:
        return self._on.node(self._graph.class_type(node_id))

    def _known(self, node_id: str) -> Entry | None:
        home = self._signatures.home(node_id)
        return self._results.get(node_id) or self._on.cache.get(home, self._signatures[node_id])

    def _is_cached(self, node_id: str) -> bool:
        return self._known(node_id) is not None

    def _forget_others(self) -> None:
        """The cache survives only for the graph that runs now."""
        self._on.cache.retain(None, [self._signatures[node_id] for node_id in self._graph.sent])
        self._on.cache.retain_homes((one, self._graph.class_type(one)) for one in self._graph.sent)
