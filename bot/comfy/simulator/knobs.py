"""The simulator's pace and faults as knobs: how they stand, and turning one by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.comfy.simulator.faults import Lie
from bot.comfy.simulator.panel import Knob, KnobKind, knobs
from bot.text import _

if TYPE_CHECKING:
    from bot.comfy.simulator.simulator import Simulator

__all__ = ["Knob", "KnobKind", "knob_values", "knobs", "set_knob"]


def knob_values(simulator: Simulator) -> dict[str, object]:
    """How all knobs but the actions stand."""
    return {name: read(simulator) for name, (read, _write) in _ACCESS.items()}


async def set_knob(simulator: Simulator, name: str, value: object = None) -> None:
    """Turn a knob, or do what an action says. Raises ``ValueError`` with a sentence for people."""
    knob = next((knob for knob in knobs() if knob.name == name), None)
    if knob is None:
        raise ValueError(_("The simulator has no knob named {name}.").format(name=name))
    if knob.kind is KnobKind.ACTION:
        await _act(simulator, name)
    else:
        _ACCESS[name][1](simulator, _check(knob, value))


async def _act(simulator: Simulator, name: str) -> None:
    if name == "drop_sockets":
        simulator.drop_sockets()
    elif name == "restart":
        await simulator.restart()
    elif name == "stop":
        await simulator.stop()
    elif not simulator.running:
        await simulator.start()


def _check(knob: Knob, value: object) -> object:
    if knob.kind is KnobKind.SWITCH and not isinstance(value, bool):
        raise ValueError(_("{label} is either on or off.").format(label=knob.label))
    if knob.kind is KnobKind.CHOICE and value not in knob.choices:
        raise ValueError(_("{label} cannot be {value}.").format(label=knob.label, value=value))
    if knob.kind is not KnobKind.NUMBER:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(_("{label} wants a number.").format(label=knob.label))
    if not knob.least <= value <= knob.most:
        sentence = _("{label} goes from {least} to {most}.")
        raise ValueError(sentence.format(label=knob.label, least=knob.least, most=knob.most))
    return int(value) if isinstance(knob.step, int) else float(value)


_Access = tuple[Callable[["Simulator"], object], Callable[["Simulator", object], None]]


def _fault(name: str) -> _Access:
    return lambda on: getattr(on.faults, name), lambda on, value: setattr(on.faults, name, value)


def _named(name: str) -> _Access:
    """A fault that is None or a text."""
    return lambda on: getattr(on.faults, name) or "", lambda on, value: setattr(on.faults, name, value or None)


def _pace(name: str) -> _Access:
    def write(on: Simulator, value: object) -> None:
        seconds = {name: float(str(value))}
        on.pace = replace(on.pace, **seconds)  # type: ignore[arg-type]  # both names are of seconds

    return lambda on: getattr(on.pace, name), write


def _failing(status: int) -> _Access:
    """How many of the next submissions get this status."""

    def write(on: Simulator, value: object) -> None:
        others = [one for one in on.faults.fail_next if one != status]
        on.faults.fail_next = [*[status] * int(str(value)), *others]

    return lambda on: on.faults.fail_next.count(status), write


def _lie(lie: Lie) -> _Access:
    def write(on: Simulator, value: object) -> None:
        on.faults.lies = on.faults.lies | {lie} if value else on.faults.lies - {lie}

    return lambda on: lie in on.faults.lies, write


def _status() -> _Access:
    return lambda on: str(on.faults.broken_status), lambda on, value: setattr(
        on.faults, "broken_status", int(str(value))
    )


_PLAIN = (
    *("slow_answers", "slow_view", "history_lag", "down", "deaf", "stall", "lose_answers", "torn_views"),
    *("empty_histories", "lost_interrupts", "out_of_memory", "crash", "crash_seconds", "dead_worker", "huge_frame"),
)
_ACCESS: dict[str, _Access] = {
    "pace_step": _pace("step"),
    "pace_load": _pace("load"),
    "fail_500": _failing(500),
    "fail_413": _failing(413),
    "broken_route": _named("broken_route"),
    "broken_status": _status(),
    "missing_model": _named("missing_model"),
    **{name: _fault(name) for name in _PLAIN},
    **{f"lie_{lie}": _lie(lie) for lie in Lie},
}
