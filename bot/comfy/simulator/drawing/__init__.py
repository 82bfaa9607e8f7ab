"""Pictures in place of a diffusion model's: quick, seeded, and about the words of the prompt."""

from bot.comfy.simulator.drawing.clip import animate
from bot.comfy.simulator.drawing.focus import focus
from bot.comfy.simulator.drawing.redraw import inpaint, redraw
from bot.comfy.simulator.drawing.scene import draw
from bot.comfy.simulator.drawing.tune import compose

__all__ = ["animate", "compose", "draw", "focus", "inpaint", "redraw"]
