"""Small valid video, audio and 3D files, written without any codec library but Pillow's."""

from bot.comfy.simulator.media.audio import flac, mp3, opus
from bot.comfy.simulator.media.glb import glb
from bot.comfy.simulator.media.mp4 import mp4
from bot.comfy.simulator.media.webm import webm

__all__ = ["flac", "glb", "mp3", "mp4", "opus", "webm"]
