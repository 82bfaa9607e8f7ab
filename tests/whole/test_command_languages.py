"""What Discord is told of the commands is in every language, and it takes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.catalogue import MODELS
from bot.playground import DiscordServer
from bot.text import named, speaking
from bot.workflow.limits import check_name
from tests.catalogues.extracting import manifests
from tests.catalogues.merging import complete
from tests.whole.conftest import Easel, finished, graphs, listed
from tests.whole.moderated import audited, lines
from tests.whole.test_imagine import SMALL
from tests.whole.test_manifest_words import BLANK

#: option of the same name in another language
CLASHING = """
description = "Make a canvas"

[[option]]
name = "größe"
type = "integer"
targets = "Canvas.width"

[[option]]
name = "size"
type = "integer"
targets = "Canvas.height"
"""


#: so that every shipped workflow is a command
EVERYTHING = {
    **MODELS,
    "diffusion_models": (*MODELS["diffusion_models"], "wan2.2_ti2v_5B_fp16.safetensors"),
    "text_encoders": (*MODELS["text_encoders"], "qwen3vl_4b.safetensors", "umt5_xxl.safetensors"),
    "vae": (*MODELS["vae"], "wan2.2_vae.safetensors"),
}


async def test_every_command_is_in_every_language(discord_server: DiscordServer, tmp_path: Path) -> None:
    simulator = Simulator(data_dir=tmp_path / "comfyui", models=EVERYTHING)
    async with simulator, Easel(discord_server, (simulator.url,), tmp_path / "data").running() as bot:
        await listed(bot)
        await bot.keeper.wait_known()
        commands = discord_server.person("olivia").commands()
    names = {command["name"] for command in commands}

    assert names >= manifests().keys()
    for language in complete():
        for level in levels(commands):
            called = [entry["name_localizations"].get(language, entry["name"]) for entry in map(localized, level)]
            assert len({*called}) == len(called)
            for entry, name in zip(level, called, strict=True):
                assert entry.get("type") == 3 or check_name(name)
                assert "description" not in entry or not entry["description"] or described(entry, language), entry


async def test_a_name_that_another_has_stays_as_it_is(discord_server: DiscordServer, easel: Easel) -> None:
    """Discord would refuse all commands otherwise."""
    with speaking("de"):
        german = named("queue")
    easel.add_workflow(german, BLANK, CLASHING)

    async with easel.running() as bot:
        await listed(bot)
        commands = {command["name"]: localized(command) for command in discord_server.person("alice").commands()}
    options = {option["name"]: localized(option) for option in commands[german]["options"]}

    assert "de" not in commands["queue"]["name_localizations"]
    assert commands["cancel"]["name_localizations"]["de"] == "abbrechen"
    assert "de" not in options["size"]["name_localizations"]


async def test_a_name_stays_as_it_is_only_while_another_has_it(discord_server: DiscordServer, easel: Easel) -> None:
    """The command itself does not change; only what stands beside it does."""
    with speaking("de"):
        german = named("queue")
    easel.add_workflow("canvas", BLANK, CLASHING)
    called = []
    for manifest in (None, CLASHING, CLASHING.replace("description", "enabled = false\ndescription", 1)):
        if manifest is not None:
            easel.add_workflow(german, BLANK, manifest)
        async with easel.running() as bot:
            await listed(bot)
            commands = {command["name"]: localized(command) for command in discord_server.person("alice").commands()}
        called.append(commands["queue"]["name_localizations"].get("de"))

    assert called == [german, None, german]


async def test_a_german_types_german_names(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    """And reads them in the answer; option and choice reach the workflow as it knows them."""
    async with easel.running() as bot:
        await listed(bot)
        alice = discord_server.person("alice")
        discord_server.guild.locale = "de"
        small: dict[str, Any] = {german(name): value for name, value in SMALL.items()}
        answer = await alice.slash("zeichnen", prompt="ein Fuchs", locale="de", **small)
        message = await answer.wait(finished)
        offered = await alice.autocomplete("zeichnen", german("size"), "quer", locale="de")
        wide: dict[str, Any] = {german("size"): "Querformat", german("steps"): 1}
        other = await alice.slash("zeichnen", prompt="ein Fuchs", locale="de", **wide)
        await other.wait(finished)
        huge: dict[str, Any] = {german("size"): "riesig"}
        refused = await alice.slash("zeichnen", prompt="ein Fuchs", locale="de", **huge)

    assert next(choice["name"] for choice in offered) == "Querformat (768x512)"
    assert 768 in [node["inputs"].get("width") for node in graphs(comfyui)[-1].values()]
    assert "`/zeichnen`" in message.text
    assert german("steps") in message.text or german("seed") in message.text
    assert f"`{german('size')}`" in refused.message.text


def german(name: str) -> str:
    with speaking("de"):
        return named(name)


def levels(entries: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Entries that stand side by side: menus are a level of their own."""
    yield [entry for entry in entries if entry.get("type") != 3]
    yield [entry for entry in entries if entry.get("type") == 3]
    for entry in entries:
        if "options" in entry:
            yield from levels_of_options(entry["options"])


def levels_of_options(options: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    yield options
    for option in options:
        if "options" in option:
            yield from levels_of_options(option["options"])


def localized(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "name_localizations": entry.get("name_localizations") or {}}


def described(entry: dict[str, Any], language: str) -> bool:
    return language in (entry.get("description_localizations") or {})


async def test_moderators_read_their_server_s_language(discord_server: DiscordServer, easel: Easel) -> None:
    """In what is written into the audit channel, until they set another; the answer is in each one's own."""
    discord_server.guild.locale = "de"
    async with easel.running() as bot:
        channel = await audited(discord_server, bot)
        mona = discord_server.person("mona")
        answer = await mona.slash("jobs pause", locale="fr")
        (first,) = await lines(discord_server, channel, 1)
        await bot.servers.change(discord_server.guild.id, lambda rules: rules.model_copy(update={"language": "en-US"}))
        await mona.slash("jobs resume", locale="fr")
        second = (await lines(discord_server, channel, 2))[-1]

    assert "hat Easel auf diesem Server angehalten" in first.text
    assert "let jobs run again on this server" in second.text
    assert answer.message.text.startswith("⏸️ En pause.")
