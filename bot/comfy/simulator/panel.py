"""The knobs there are: names, kinds and bounds for a panel, labels for people."""

from dataclasses import dataclass
from enum import StrEnum

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.faults import Lie
from bot.text import _


class KnobKind(StrEnum):
    #: On or off: a bool.
    SWITCH = "switch"
    #: A number from ``least`` to ``most``; whole where ``step`` is.
    NUMBER = "number"
    #: One of ``choices``; the empty string is none.
    CHOICE = "choice"
    #: Does something once and has no value.
    ACTION = "action"


@dataclass(frozen=True)
class Knob:
    """``group``, ``label`` and ``help`` are for people, in the locale in which ``knobs()`` was called."""

    name: str
    kind: KnobKind
    group: str
    label: str
    help: str
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    step: float = 1


def knobs() -> tuple[Knob, ...]:
    """In the order a panel shows them; knobs of one group stand together."""
    return (*_paces(), *_connections(), *_requests(), *_runs(), *_lies())


def _paces() -> tuple[Knob, ...]:
    group = _("Pace")
    return (
        _number("pace_step", group, _("Seconds per step"), _("How long one sampler step takes."), 5, 0.05),
        _number(
            "pace_load",
            group,
            _("Seconds to load a model"),
            _("Before the first step with a checkpoint that is not loaded yet."),
            60,
            0.1,
        ),
        _number("slow_answers", group, _("Slow answers"), _("Seconds before every HTTP answer."), 60, 0.1),
        _number("slow_view", group, _("Slow downloads"), _("Seconds before each picture is sent."), 60, 0.1),
        _number("history_lag", group, _("Late history"), _("Seconds until a finished job is in the history."), 60, 0.1),
    )


def _connections() -> tuple[Knob, ...]:
    group = _("Connection")
    return (
        _action("drop_sockets", group, _("Drop the sockets"), _("Every WebSocket ends without a goodbye.")),
        _action("restart", group, _("Restart"), _("It dies and comes back, with its queue and history forgotten.")),
        _action("stop", group, _("Switch off"), _("Connections are refused until it is started.")),
        _action("start", group, _("Start again"), _("At the same address, with nothing remembered.")),
        _switch("down", group, _("Cable cut"), _("No request gets an answer; jobs on the server go on.")),
        _switch("deaf", group, _("Deaf sockets"), _("Sockets stay open, and no event is sent; jobs go on.")),
        _switch(
            "stall", group, _("Stalled events"), _("Nobody gets an event until this is off; then all come at once.")
        ),
    )


def _requests() -> tuple[Knob, ...]:
    group = _("Requests")
    routes = (
        "",
        "/prompt",
        "/queue",
        "/history",
        "/view",
        "/upload",
        "/interrupt",
        "/object_info",
        "/system_stats",
        "/ws",
    )
    return (
        _count(
            "fail_500", group, _("Submissions answered 500"), _("How many of the next ones fail; nothing is queued.")
        ),
        _count("fail_413", group, _("Submissions answered 413"), _("How many of the next ones count as too large.")),
        _choice("broken_route", group, _("Broken route"), _("Every request to it fails."), routes),
        _choice(
            "broken_status",
            group,
            _("Broken with"),
            _("The status it fails with."),
            ("500", "413", "502", "503", "404"),
        ),
        _count(
            "lose_answers",
            group,
            _("Lost answers"),
            _("How many of the next submissions are queued without an answer."),
        ),
        _count("torn_views", group, _("Torn downloads"), _("How many of the next files break off in the middle.")),
        _count(
            "empty_histories",
            group,
            _("Empty histories"),
            _("How many of the next questions about a job find nothing."),
        ),
        _count(
            "lost_interrupts", group, _("Lost interrupts"), _("How many of the next stops are accepted and do nothing.")
        ),
    )


def _runs() -> tuple[Knob, ...]:
    group = _("Jobs")
    names = ("", *sorted({name for names in MODELS.values() for name in names}))
    return (
        _switch("out_of_memory", group, _("Out of memory"), _("The next sampler fails; then it is off again.")),
        _switch("crash", group, _("Crash"), _("The server dies halfway through the next job and is started again.")),
        _number("crash_seconds", group, _("Seconds away"), _("How long it stays away after a crash."), 600, 1.0),
        _choice("missing_model", group, _("Missing model"), _("This file is gone from its folder."), names),
        _switch("dead_worker", group, _("Dead worker"), _("Jobs are queued, and none ever starts.")),
    )


def _lies() -> tuple[Knob, ...]:
    group = _("Lies with each job")
    helps = {
        Lie.EVENTS: (_("Unknown events"), _("Events of types nobody has heard of.")),
        Lie.KEYS: (_("Odd keys"), _("Known events with keys missing, added or of another type.")),
        Lie.NAN: (_("Not a number"), _("NaN and infinity where a number belongs.")),
        Lie.FRAMES: (_("No JSON"), _("Text frames that are no JSON or no object.")),
        Lie.BINARY: (_("Broken previews"), _("Binary frames that are cut off or of no known type.")),
        Lie.STRANGERS: (_("Strangers"), _("Events of jobs that are not yours.")),
    }
    switches = [_switch(f"lie_{lie}", group, label, text) for lie, (label, text) in helps.items()]
    return (
        *switches,
        _number("huge_frame", group, _("Huge frame"), _("Bytes of one binary frame; 0 for none."), 200_000_000, 1),
    )


def _switch(name: str, group: str, label: str, text: str) -> Knob:
    return Knob(name, KnobKind.SWITCH, group, label, text)


def _action(name: str, group: str, label: str, text: str) -> Knob:
    return Knob(name, KnobKind.ACTION, group, label, text)


def _choice(name: str, group: str, label: str, text: str, choices: tuple[str, ...]) -> Knob:
    return Knob(name, KnobKind.CHOICE, group, label, text, choices)


def _number(name: str, group: str, label: str, text: str, *bounds: float) -> Knob:
    """``bounds`` are the largest value and the step."""
    most, step = bounds
    return Knob(name, KnobKind.NUMBER, group, label, text, most=most, step=step)


def _count(name: str, group: str, label: str, text: str) -> Knob:
    return _number(name, group, label, text, 1000, 1)
