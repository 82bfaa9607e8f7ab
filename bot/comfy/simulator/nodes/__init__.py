"""The node classes the simulator runs; any other class gets placeholders."""

from collections.abc import Mapping

from bot.comfy.simulator.nodes import (
    compositing,
    filters,
    images,
    latents,
    masks,
    models,
    moving,
    numbers,
    sampling,
    saving,
    solids,
    sounds,
    special,
    strings,
    texts,
    transforms,
)
from bot.comfy.simulator.values import Runner

_MODULES = (
    *(models, latents, sampling, images, transforms, filters, compositing, masks),
    *(saving, moving, sounds, solids, texts, strings, numbers, special),
)
RUNNERS: Mapping[str, Runner] = {
    class_type: runner for module in _MODULES for class_type, runner in module.RUNNERS.items()
}
