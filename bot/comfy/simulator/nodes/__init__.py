"""The node classes the simulator runs; any other class gets placeholders."""

from collections.abc import Mapping

from bot.comfy.simulator.nodes import (
    compositing,
    filters,
    images,
    masks,
    models,
    moving,
    numbers,
    sampling,
    saving,
    special,
    strings,
    texts,
    transforms,
)
from bot.comfy.simulator.values import Runner

_MODULES = (
    *(models, sampling, images, transforms, filters, compositing, masks),
    *(saving, moving, texts, strings, numbers, special),
)
RUNNERS: Mapping[str, Runner] = {
    class_type: runner for module in _MODULES for class_type, runner in module.RUNNERS.items()
}
