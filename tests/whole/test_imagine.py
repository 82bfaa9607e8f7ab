"""/imagine, as a member sees it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, StoredFile
from tests.whole.conftest import finished, graphs, node, visible

SMALL: dict[str, Any] = {"size": "256x256", "steps": 2}


def size_of(picture: StoredFile) -> tuple[int, int]:
    with Image.open(BytesIO(picture.data)) as opened:
        return opened.size


async def test_a_prompt_becomes_a_picture(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")

    answer = await alice.slash("imagine", prompt="a fox in the snow", seed=7)
    message = await answer.wait(finished)

    assert "a fox in the snow" in message.text
    assert "seed `7`" in message.text
    assert [image.content_type for image in message.images] == ["image/png"]


async def test_the_result_says_who_asked_for_what_and_how_it_was_made(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")

    message = await (await alice.slash("imagine", prompt="a fox", size="256x320", steps=2)).wait(finished)

    assert message.is_v2
    assert f"<@{alice.id}> · `/imagine`" in message.text
    assert "model `v1-5-pruned-emaonly-fp16.safetensors`" in message.text
    assert "size `256x320`" in message.text
    assert re.search(r"\d\.\d\ss$", message.text)
    assert [file.name for file in message.files] == [file.name for file in message.images]
    assert message.images[0].description == "a fox"


async def test_every_option_reaches_its_node(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    options: dict[str, Any] = {
        "negative": "fog",
        "size": "320x256",
        "count": 2,
        "steps": 3,
        "cfg": 4.5,
        "seed": 11,
        "sampler": "euler",
        "scheduler": "simple",
        "model": "dreamshaper_8.safetensors",
        "vae": "sdxl_vae.safetensors",
        "lora": "styles/watercolour.safetensors",
        "lora_strength": 0.5,
        "clip_skip": 2,
    }

    message = await (await discord_server.person("alice").slash("imagine", prompt="a hill", **options)).wait(finished)

    graph = graphs(comfyui)[0]
    sampler = node(graph, "Sampler")
    assert node(graph, "Prompt")["text"] == "a hill"
    assert node(graph, "Negative prompt")["text"] == "fog"
    assert node(graph, "Canvas") == {"width": 320, "height": 256, "batch_size": 2}
    assert [sampler[name] for name in ("steps", "cfg", "seed", "sampler_name", "scheduler")] == [
        *(3, 4.5, 11, "euler", "simple")
    ]
    assert node(graph, "Checkpoint")["ckpt_name"] == "dreamshaper_8.safetensors"
    assert node(graph, "VAE")["vae_name"] == "sdxl_vae.safetensors"
    lora = node(graph, "LoRA")
    assert [lora[name] for name in ("lora_name", "strength_model", "strength_clip")] == [
        *("styles/watercolour.safetensors", 0.5, 0.5)
    ]
    assert node(graph, "Clip skip")["stop_at_clip_layer"] == -2
    assert len(message.images) == 2
    for fact in ("seed `11`", "steps `3`", "cfg `4.5`", "sampler `euler`", "vae `sdxl_vae.safetensors`"):
        assert fact in message.text


async def test_nodes_whose_option_is_left_out_are_left_out(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    titles = {entry["_meta"]["title"] for entry in graphs(comfyui)[0].values()}
    assert titles == {"Checkpoint", "Prompt", "Negative prompt", "Canvas", "Sampler", "Decode", "Save"}


async def test_seed_zero_is_zero(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    message = await (await discord_server.person("alice").slash("imagine", prompt="a", seed=0, **SMALL)).wait(finished)

    assert node(graphs(comfyui)[0], "Sampler")["seed"] == 0
    assert "seed `0`" in message.text


async def test_a_rolled_seed_is_shown_and_gives_the_same_picture_again(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    first = await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(finished)
    found = re.search(r"seed `(\d+)`", first.text)
    assert found is not None
    seed = int(found[1])

    again = await (await alice.slash("imagine", prompt="a fox", seed=seed, **SMALL)).wait(finished)

    assert node(graphs(comfyui)[0], "Sampler")["seed"] == seed < 2**53
    assert again.images[0].data == first.images[0].data


async def test_two_rolled_seeds_differ(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    alice = discord_server.person("alice")

    for _turn in range(2):
        await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    assert len({node(graph, "Sampler")["seed"] for graph in graphs(comfyui)}) == 2


@pytest.mark.parametrize(
    ("typed", "size"),
    [("portrait", (512, 768)), ("Square", (512, 512)), ("264x256", (264, 256)), ("256 × 264", (256, 264))],
)
async def test_a_size_is_a_name_or_width_x_height(
    discord_server: DiscordServer, bot: EaselBot, typed: str, size: tuple[int, int]
) -> None:
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", size=typed, steps=1)
    message = await answer.wait(finished)

    assert size_of(message.images[0]) == size
    assert f"size `{size[0]}x{size[1]}`" in message.text


async def test_every_picture_of_a_batch_is_shown_in_one_message(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")

    message = await (await alice.slash("imagine", prompt="a fox", count=4, **SMALL)).wait(finished)

    assert len({image.data for image in message.images}) == 4
    assert [image.name[-6:] for image in message.images] == ["-1.png", "-2.png", "-3.png", "-4.png"]
    assert discord_server.messages("general") == [message]


async def test_a_prompt_is_shown_as_typed_and_pings_nobody(discord_server: DiscordServer, bot: EaselBot) -> None:
    prompt = "@everyone **a** `b` [c](https://d.example) <@123456789012345678> {e} \\ " + "f" * 1400

    message = await (await discord_server.person("alice").slash("imagine", prompt=prompt, **SMALL)).wait(finished)

    assert visible(message).startswith(f"**{prompt[:299]}…**\n-# <@")
    posts = [request.payload for request in discord_server.requests if "/webhooks/" in request.path]
    assert all(isinstance(sent, dict) and sent["allowed_mentions"] == {"parse": []} for sent in posts)


async def test_marks_that_turn_or_hide_text_do_not_reach_the_message(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    prompt = "a\u202efox\u2066 in\n\n# the\r\n\u200bsnow\x07"

    message = await (await discord_server.person("alice").slash("imagine", prompt=prompt, **SMALL)).wait(finished)

    assert visible(message).startswith("**afox in # the snow**\n-# <@")


async def test_a_prompt_of_nothing_visible_leaves_the_layout_intact(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    message = await (await discord_server.person("alice").slash("imagine", prompt="\u200b \u200b", **SMALL)).wait(
        finished
    )

    assert message.text.startswith("-# <@")
