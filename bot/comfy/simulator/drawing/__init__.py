"""Pictures in place of a diffusion model's: quick, seeded, and about the words of the prompt."""

from bot.comfy.simulator.drawing.focus import focus, shrink
from bot.comfy.simulator.drawing.scene import draw

__all__ = ["draw", "focus", "shrink"]
