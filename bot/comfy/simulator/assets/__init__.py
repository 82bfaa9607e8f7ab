"""The opt-in assets API (``--enable-assets``, ComfyUI 0.17): every file has an id, tags and metadata."""

from bot.comfy.simulator.assets.library import Library
from bot.comfy.simulator.assets.routes import AssetRoutes, refuse_all

__all__ = ["AssetRoutes", "Library", "refuse_all"]
