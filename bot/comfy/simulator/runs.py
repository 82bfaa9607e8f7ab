"""A node's runs: one per item of its input lists, at once where its class is async, none where an input is blocked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.comfy.simulator.values import Blocker, Call, Inputs, Node, Result
from bot.comfy.simulator.wire import Payload

#: Per input, or per output slot, the values of all runs.
Lists = Mapping[str, Sequence[Any]]
Run = Result | asyncio.Task[Result]


class Runs:
    """The runs of one node in one prompt; ``before`` and ``blocked`` are what the prompt does about each."""

    def __init__(
        self,
        node: Node,
        call: Call,
        *,
        before: Callable[[int], Awaitable[None]],
        blocked: Callable[[Blocker], Awaitable[Blocker]],
    ) -> None:
        self._node = node
        self._call = call
        self._before = before
        self._blocked = blocked
        self._runs: list[Run] = []

    async def start(self, lists: Lists) -> None:
        """Done when this returns, but for async ones. Raises what the node raises, and Interrupted."""
        wants_lists = bool(self._call.info["is_input_list"])
        for turn, inputs in enumerate(slice_inputs(lists, wants_lists)):
            await self._before(turn)
            blocker = _find_blocker(inputs, wants_lists)
            if blocker is None:
                self._runs.append(await self._run(replace(self._call, turn=turn), inputs))
            else:
                self._runs.append(Result((await self._blocked(blocker),) * len(self._call.info["output"])))

    @property
    def pending(self) -> list[asyncio.Task[Result]]:
        return [run for run in self._runs if isinstance(run, asyncio.Task) and not run.done()]

    @property
    def results(self) -> list[Result]:
        """Raises what the first that failed raised."""
        return [run.result() if isinstance(run, asyncio.Task) else run for run in self._runs]

    def cancel(self) -> None:
        for task in self.pending:
            task.cancel()

    async def _run(self, call: Call, inputs: Inputs) -> Run:
        if not self._node.parallel:
            return await self._node.run(call, inputs)
        task = asyncio.ensure_future(self._node.run(call, inputs))
        await asyncio.sleep(0)
        return task


def slice_inputs(lists: Lists, wants_lists: bool) -> list[Inputs]:
    """One dict of inputs per run: lists make a node run once per item, unless it wants lists; the last item repeats."""
    if wants_lists:
        return [dict(lists)]
    count = max(map(len, lists.values()), default=1) or 1
    return [
        {name: values[min(turn, len(values) - 1)] for name, values in lists.items() if values} for turn in range(count)
    ]


def merge_outputs(runs: Sequence[tuple[Any, ...]], is_list: Sequence[bool]) -> list[list[Any]]:
    """Per output slot all runs' values; a slot that gives lists adds their items."""
    merged: list[list[Any]] = [[] for _ in range(max(map(len, runs), default=0))]
    for outputs in runs:
        for slot, value in enumerate(outputs):
            spread = slot < len(is_list) and is_list[slot] and isinstance(value, list)
            merged[slot] += value if spread else [value]
    return merged


def merge_ui(results: Sequence[Result]) -> Payload:
    """What the first that shows anything shows, of all of them."""
    shown = [result.ui for result in results if result.ui]
    return {key: [value for ui in shown for value in ui[key]] for key in shown[0]} if shown else {}


def _find_blocker(inputs: Inputs, wants_lists: bool) -> Blocker | None:
    for value in inputs.values():
        for one in value if wants_lists and isinstance(value, list | tuple) else (value,):
            if isinstance(one, Blocker):
                return one
    return None
