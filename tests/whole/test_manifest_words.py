"""What a manifest says reaches Discord: names in other languages, presets, and whether it is on."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel, finished, graphs, listed
from tests.whole.making import entry

BLANK = {
    "1": entry("EmptyImage", "Canvas", width=64, height=64, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
MANIFEST = """
names = { de = "leinwand", "es-ES" = "lienzo" }
description = "Make a canvas"
descriptions = { de = "Macht eine Leinwand" }

[[option]]
name = "width"
names = { de = "breite" }
type = "integer"
help = "How wide"
helps = { de = "Wie breit" }
targets = "Canvas.width"

[[option]]
name = "height"
type = "integer"
help = "How high"
targets = "Canvas.height"

[[preset]]
name = "tiny"
values = { width = 16, height = 24 }
"""


async def command(server: DiscordServer, name: str) -> dict[str, Any]:
    """What Discord was told of it last."""
    (found,) = [each for each in server.person("alice").commands() if each["name"] == name]
    return dict(found)


async def test_names_and_lines_in_other_languages_reach_discord(discord_server: DiscordServer, easel: Easel) -> None:
    easel.add_workflow("canvas", BLANK, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        told = await command(discord_server, "canvas")

    width = next(option for option in told["options"] if option["name"] == "width")
    assert told["name_localizations"] == {"de": "leinwand", "es-ES": "lienzo"}
    assert told["description_localizations"]["de"] == "Macht eine Leinwand"
    assert width["name_localizations"] == {"de": "breite"}
    assert width["description_localizations"]["de"] == "Wie breit"


async def test_a_line_that_changed_in_another_language_alone_reaches_discord(
    discord_server: DiscordServer, easel: Easel
) -> None:
    told = []
    for manifest in (MANIFEST, MANIFEST.replace("Wie breit", "Wie breit es ist")):
        easel.add_workflow("canvas", BLANK, manifest)
        async with easel.running() as bot:
            await listed(bot)
            options = (await command(discord_server, "canvas"))["options"]
        told += [option["description_localizations"]["de"] for option in options if option["name"] == "width"]

    assert told == ["Wie breit", "Wie breit es ist"]


async def test_a_command_used_by_its_other_name_runs(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("canvas", BLANK, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        answer = await discord_server.person("alice").slash("leinwand", locale="de", breite=32)
        await answer.wait(finished)

    assert graphs(comfyui)[-1]["1"]["inputs"]["width"] == 32


async def test_a_preset_fills_in_what_a_person_left_out(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("canvas", BLANK, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        answer = await discord_server.person("alice").slash("canvas", preset="tiny", width=32)
        await answer.wait(finished)

    inputs = graphs(comfyui)[-1]["1"]["inputs"]
    assert (inputs["width"], inputs["height"]) == (32, 24)


async def test_a_command_that_was_turned_off_is_refused_while_discord_still_offers_it(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("canvas", BLANK, MANIFEST)
    told, answered = asyncio.Event(), asyncio.Event()

    async def hold(moment: str, request: Request) -> None:
        if moment == "request" and request.method == "PUT" and request.path.endswith("/commands"):
            told.set()
            await answered.wait()

    async with easel.running() as bot, asyncio.timeout(20):
        await listed(bot)
        discord_server.on(hold)
        await discord_server.person("olivia").slash("workflows disable", workflow="canvas")
        await told.wait()
        refused = await discord_server.person("alice").slash("canvas")
        message = await refused.wait(lambda message: bool(message.text))
        answered.set()

    assert refused.ephemeral
    assert message.text == "/canvas cannot run at the moment. It was turned off."
    assert graphs(comfyui) == []
