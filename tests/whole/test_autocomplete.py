"""What is offered while a person types."""

from __future__ import annotations

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import SD15, Easel, finished, listed
from tests.whole.test_imagine import SMALL

MODELS = list(SD15["checkpoints"])
TURBO = "sd_xl_turbo_1.0_fp16.safetensors"


async def offered(server: DiscordServer, option: str, typed: str) -> list[str]:
    choices = await server.person("alice").autocomplete("imagine", option, typed, prompt="a fox")
    return [str(choice["value"]) for choice in choices]


async def test_the_server_s_own_lists_are_offered(discord_server: DiscordServer, easel: Easel) -> None:
    async with easel.running() as bot:
        await listed(bot)

        assert await offered(discord_server, "model", "") == MODELS
        assert await offered(discord_server, "model", "XL") == [TURBO]
        assert "v1-5-pruned-emaonly-fp16.safetensors" in await offered(discord_server, "model", "1")
        assert await offered(discord_server, "lora", "water") == ["styles/watercolour.safetensors"]
        assert "euler" in await offered(discord_server, "sampler", "eul")
        assert await offered(discord_server, "model", "nothing like it") == []
        assert len(await offered(discord_server, "sampler", "")) == 25


async def test_sizes_are_offered_by_name(discord_server: DiscordServer, easel: Easel) -> None:
    async with easel.running():
        assert await offered(discord_server, "size", "large") == [
            *("large square", "large portrait", "large landscape", "large wide")
        ]


async def test_names_too_long_for_discord_are_left_out_and_can_still_be_typed(
    discord_server: DiscordServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    long = "x" * 120 + ".safetensors"
    async with Simulator(models={"checkpoints": ["short.safetensors", long]}) as comfyui:
        easel = Easel(discord_server, (comfyui.url,), tmp_path_factory.mktemp("easel"))
        async with easel.running() as bot:
            await listed(bot)
            names = await offered(discord_server, "model", "")
            answer = await discord_server.person("alice").slash("imagine", prompt="a fox", model=long, **SMALL)
            message = await answer.wait(finished)

    assert names == ["short.safetensors"]
    assert message.images


async def test_before_the_server_was_ever_seen_nothing_is_offered_and_nothing_breaks(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    comfyui.faults.down = True
    async with easel.running():
        assert await offered(discord_server, "model", "") == []
