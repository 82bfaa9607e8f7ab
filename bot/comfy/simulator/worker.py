"""The one worker: takes prompts off the queue, runs them, writes history; can be held and interrupted."""

import asyncio
import logging
from dataclasses import replace

from bot.comfy.simulator.execution import Execution
from bot.comfy.simulator.lies import tell_lies
from bot.comfy.simulator.machine import Machine
from bot.comfy.simulator.queue import PromptQueue
from bot.comfy.simulator.values import Interrupted
from bot.comfy.simulator.wire import Item

log = logging.getLogger(__name__)


class Worker:
    """``executed`` lists the prompt ids in the order they ran, one entry per run."""

    def __init__(self, machine: Machine, queue: PromptQueue, executed: list[str]) -> None:
        self._machine = replace(machine, checkpoint=self._checkpoint)
        self._queue = queue
        self._executed = executed
        self._held = False
        self._interrupted = False
        self._go = asyncio.Event()
        self._free = False
        self.current: Execution | None = None

    async def run(self) -> None:
        """Forever; ends, as the real thread dies, on any error outside of a node."""
        try:
            await self._run_all()
        except Exception as ex:  # noqa: BLE001 - whatever it is, HTTP goes on answering and nothing runs any more
            log.warning("the simulated worker died: %r", ex)
            await self._machine.moments.tell("worker_died")

    async def _run_all(self) -> None:
        while True:
            await self._queue.wait_filled()
            await self._wait_while_dead()
            await self._machine.moments.turn("take")
            if not self._queue.pending:
                continue
            await self._run_item(self._queue.take())
            if self._free:
                self._machine.cache.clear()
                self._free = False

    def hold(self) -> None:
        """Stop before the next node or step, until released or interrupted."""
        self._held = True
        self._go.clear()

    def release(self) -> None:
        self._held = False
        self._go.set()

    def interrupt(self, prompt_id: str | None = None) -> bool:
        """Whether something that runs (that prompt, if named) was told to stop. Some of these can be lost."""
        running = self._queue.running
        if running is None or (prompt_id is not None and running[1] != prompt_id):
            return False
        faults = self._machine.faults
        if faults.lost_interrupts > 0:
            faults.lost_interrupts -= 1
            return True
        self._interrupted = True
        self._go.set()
        return True

    def free_memory(self) -> None:
        """Forget all cached results, after the running prompt."""
        if self.current is None:
            self._machine.cache.clear()
        else:
            self._free = True

    async def _run_item(self, item: Item) -> None:
        await self._machine.moments.turn("begin", prompt_id=item[1])
        self._interrupted = False
        self._executed.append(item[1])
        self.current = execution = Execution(self._machine, item)
        tell_lies(self._machine.sockets, self._machine.faults, execution.prompt_id, execution.client_id)
        await execution.run()
        self.current = None
        if self._machine.faults.history_lag:
            await asyncio.sleep(self._machine.faults.history_lag)
        await self._machine.moments.tell("history", prompt_id=execution.prompt_id)
        await self._machine.moments.turn("finish", prompt_id=execution.prompt_id)
        self._queue.finish(execution.entry)
        await execution.reporter.ended()
        await self._machine.moments.tell("finished", prompt_id=execution.prompt_id)

    async def _checkpoint(self) -> None:
        await self._machine.moments.turn("check")
        while self._held and not self._interrupted:
            self._go.clear()
            await self._go.wait()
        if self._interrupted:
            self._interrupted = False
            raise Interrupted

    async def _wait_while_dead(self) -> None:
        while self._machine.faults.dead_worker:  # noqa: ASYNC110 - a plain attribute, turned by tests
            await asyncio.sleep(0.02)
