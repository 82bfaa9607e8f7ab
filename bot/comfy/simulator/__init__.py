"""A ComfyUI that draws, for the playground and the tests: real HTTP and WebSocket, nothing to install."""

from bot.comfy.simulator.faults import Faults, Pace
from bot.comfy.simulator.gate import Request
from bot.comfy.simulator.simulator import Simulator

__all__ = ["Faults", "Pace", "Request", "Simulator"]
