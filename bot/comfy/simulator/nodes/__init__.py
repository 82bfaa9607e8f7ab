"""The node classes the simulator runs; any other class gets placeholders."""

from collections.abc import Mapping

from bot.comfy.simulator.nodes import images, models, moving, sampling, saving, special, texts
from bot.comfy.simulator.values import Runner

RUNNERS: Mapping[str, Runner] = {
    **models.RUNNERS,
    **sampling.RUNNERS,
    **images.RUNNERS,
    **saving.RUNNERS,
    **moving.RUNNERS,
    **texts.RUNNERS,
    **special.RUNNERS,
}
