"""The page's side panel: what the bot asked and was refused, the clock, and knobs for what can go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bot.comfy.simulator import Knob, KnobKind, Simulator, knob_values, knobs, set_knob
from bot.text import _

from .discord_knobs import DiscordKnobs
from .traffic import Traffic
from .wire import Payload

if TYPE_CHECKING:
    from .server import DiscordServer


class Knobs(Protocol):
    """Whatever has knobs."""

    def knobs(self) -> Sequence[Knob]: ...

    def values(self) -> dict[str, object]: ...

    async def turn(self, name: str, value: object = None) -> None: ...


class SimulatorKnobs:
    """The simulator's, in the same shape as Discord's."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def knobs(self) -> Sequence[Knob]:
        return knobs()

    def values(self) -> dict[str, object]:
        return knob_values(self._simulator)

    async def turn(self, name: str, value: object = None) -> None:
        await set_knob(self._simulator, name, value)


class Panel:
    """Of one Discord, from the moment it is made: that is how everything stands that `reset` goes back to."""

    def __init__(self, discord: DiscordServer) -> None:
        self._discord = discord
        self.traffic = Traffic(discord)
        self.discord_knobs = DiscordKnobs(discord)
        self._boards: dict[str, Knobs] = {"discord": self.discord_knobs}
        if discord.backstage and discord.backstage.simulator:
            self._boards = {"simulator": SimulatorKnobs(discord.backstage.simulator), **self._boards}
        self._first = {name: board.values() for name, board in self._boards.items()}

    def requests_view(self, after: int) -> Payload:
        return self.traffic.view(after) | {"ahead": self._discord.world.ahead}

    def knobs_view(self) -> Payload:
        """The boards with their knobs in order, each knob with its value, and whether it is as at first."""
        boards = [self._board_view(name, board) for name, board in self._boards.items()]
        return {"boards": boards, "without": self._without(), "stopped": self._stopped() is not None}

    async def turn(self, board: str, name: str, value: object) -> None:
        """Raises ValueError with a sentence for people."""
        if board not in self._boards:
            raise ValueError(self._without() or _("There is no such knob."))
        await self._boards[board].turn(name, value)

    async def reset(self) -> None:
        """Everything as at first, but the clock: time does not run backwards."""
        for name, board in self._boards.items():
            for knob, value in self._first[name].items():
                if board.values()[knob] != value:
                    await board.turn(knob, value)
        if (stopped := self._stopped()) is not None:
            await stopped.start()

    def _stopped(self) -> Simulator | None:
        """The simulator, if it is switched off."""
        simulator = self._discord.backstage.simulator if self._discord.backstage else None
        return simulator if simulator and not simulator.running else None

    def _without(self) -> str:
        """Why there are no knobs of a simulator."""
        if "simulator" in self._boards:
            return ""
        if self._discord.backstage is None:
            return _("There is no ComfyUI behind this Discord.")
        return _(
            "The pictures come from a real ComfyUI, which has no such knobs. Leave COMFYUI_URLS out for the simulator."
        )

    def _board_view(self, name: str, board: Knobs) -> Payload:
        values, first = board.values(), self._first[name]
        title = _("The simulated ComfyUI") if name == "simulator" else _("This Discord")
        return {"name": name, "title": title, "knobs": [_knob_view(knob, values, first) for knob in board.knobs()]}


def _knob_view(knob: Knob, values: dict[str, object], first: dict[str, object]) -> Payload:
    view: Payload = {
        "name": knob.name,
        "kind": knob.kind,
        "group": knob.group,
        "label": knob.label,
        "help": knob.help,
    }
    if knob.kind is KnobKind.ACTION:
        return view
    view |= {"value": values[knob.name], "turned": values[knob.name] != first.get(knob.name, values[knob.name])}
    if knob.kind is KnobKind.CHOICE:
        return view | {"choices": list(knob.choices)}
    return view | ({"least": knob.least, "most": knob.most, "step": knob.step} if knob.kind is KnobKind.NUMBER else {})
