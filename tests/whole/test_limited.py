"""Discord's limit for a token is used up while a job ends: its result comes when the limit has ended."""

from __future__ import annotations

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, RateLimits
from tests.whole.conftest import Easel, finished, listed
from tests.whole.restarts import running


async def test_a_result_comes_though_an_edit_was_broken_off_that_waited_for_the_end_of_the_limit(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """The limit lasts longer than the last edit waits for the one under way."""
    async with easel.running() as bot:
        await listed(bot)
        discord_server.parts.buckets.limits = RateLimits(1, 2.0)
        message = await running(discord_server, comfyui)
        comfyui.release()
        await message.wait(finished)

    assert message.images
