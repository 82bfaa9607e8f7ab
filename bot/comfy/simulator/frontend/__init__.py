"""What ComfyUI serves to its own front end: its page, people and their files, model lists, the log."""

from bot.comfy.simulator.frontend.logs import Log
from bot.comfy.simulator.frontend.site import FrontEnd

__all__ = ["FrontEnd", "Log"]
