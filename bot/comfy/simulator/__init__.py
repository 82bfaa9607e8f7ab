"""A ComfyUI that draws, for the playground and the tests: real HTTP and WebSocket, nothing to install."""

from bot.comfy.simulator.faults import Faults, Lie, Pace
from bot.comfy.simulator.gate import Request
from bot.comfy.simulator.knobs import Knob, KnobKind, knob_values, knobs, set_knob
from bot.comfy.simulator.simulator import Simulator

__all__ = ["Faults", "Knob", "KnobKind", "Lie", "Pace", "Request", "Simulator", "knob_values", "knobs", "set_knob"]
