"""Values that cannot be used: one sentence that only its person sees, and nothing else happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, graphs, listed, visible

FORGED: list[tuple[Mapping[str, Any], str]] = [
    ({"model": "../../secret.safetensors"}, "`model`: “../../secret.safetensors” is not among the choices."),
    ({"model": "dreamshaper.safetensors"}, "The closest are: `dreamshaper_8.safetensors`"),
    ({"vae": "none"}, "`vae`: “none” is not among the choices."),
    ({"lora": "x"}, "`lora`: “x” is not among the choices."),
    ({"sampler": "fastest"}, "`sampler`: “fastest” is not among the choices."),
    ({"scheduler": "x" * 6000}, "`scheduler`: “" + "x" * 99 + "…” is not among the choices. The closest are: `"),
    ({"size": "huge"}, "“huge” is no size. Write width x height, such as `768x512`"),
    ({"size": "64x64"}, "each side goes from 256 to 2048 pixels"),
    ({"size": "4096x512"}, "each side goes from 256 to 2048 pixels"),
    ({"size": "513x512"}, "Both sides must be multiples of 8, such as 512x512."),
    ({"lora_strength": 0.5}, "`lora_strength`: It does nothing without `lora`."),
]


async def test_a_value_that_cannot_be_used_is_refused_to_its_person_alone(
    discord_server: DiscordServer, easel: Easel, comfyui: Simulator
) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        answers = [await alice.slash("imagine", prompt="a fox", values=values) for values, _sentence in FORGED]

    assert all(answer.ephemeral for answer in answers)
    for answer, (_values, sentence) in zip(answers, FORGED, strict=True):
        assert sentence in visible(answer.message)
        assert len(answer.message.text) <= 2000
    assert not discord_server.person("bob").sees("general")
    assert not graphs(comfyui)
    assert not await easel.jobs()


async def test_a_prompt_of_the_greatest_length_is_drawn(discord_server: DiscordServer, bot: EaselBot) -> None:
    answer = await discord_server.person("alice").slash(
        "imagine", prompt="x " * 750, negative="y" * 1500, size="256x256", steps=1
    )

    assert (await answer.wait(finished)).images


async def test_discord_s_client_already_refuses_what_is_out_of_range(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")

    for values in ({"prompt": "x" * 1501}, {"count": 0}, {"count": 17}, {"steps": 101}, {"seed": -1}, {"seed": 2**53}):
        with pytest.raises(ValueError, match=r"has to be between|too large"):
            await alice.slash("imagine", values={"prompt": "a fox", **values})
