"""`python -m bot check`: one line for each thing, and what to do about it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.comfy.simulator import Simulator
from bot.doctor import Mark, examine, lines
from bot.playground import DiscordServer
from tests.clouds import KEY, Cloud
from tests.whole.conftest import Easel, listed
from tests.whole.making import MANIFEST, entry

BLANK = {
    "1": entry("EmptyImage", "Canvas", width=64, height=64, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}


def drawing(**changes: Any) -> dict[str, Any]:
    """A graph that draws; `changes` are inputs of the sampler, or `ckpt_name`."""
    model = changes.pop("ckpt_name", "v1-5-pruned-emaonly-fp16.safetensors")
    sampler = {"seed": 1, "steps": 2, "cfg": 1.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    return {
        "1": entry("CheckpointLoaderSimple", "Model", ckpt_name=model),
        "2": entry("CLIPTextEncode", "Prompt", text="a fox", clip=["1", 1]),
        "3": entry("EmptyLatentImage", "Canvas", width=64, height=64, batch_size=1),
        "4": entry(
            "KSampler",
            "Sampler",
            model=["1", 0],
            positive=["2", 0],
            negative=["2", 0],
            latent_image=["3", 0],
            **{**sampler, **changes},
        ),
        "5": entry("VAEDecode", "Decode", samples=["4", 0], vae=["1", 2]),
        "6": entry("SaveImage", "Save", images=["5", 0], filename_prefix="a"),
    }


async def found(easel: Easel, mark: Mark | None = None) -> list[str]:
    """The lines, those with that mark if one is given."""
    said = [finding async for finding in examine(easel.settings(), patience=5.0) if mark in {None, finding.mark}]
    every = list(lines(said))
    assert not [line for line in every if "\n" in line]
    return every


def about(said: list[str], subject: str) -> list[str]:
    return [line for line in said if f" {subject}" in line.partition(": ")[0] + " "]


def option(**keys: object) -> str:
    return MANIFEST + "[[option]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


async def test_where_all_is_well_nothing_is_bad_and_the_bot_and_its_link_are_named(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("first", BLANK, MANIFEST)

    said = await found(easel)

    assert {line[0] for line in said} == {Mark.GOOD}
    assert any("it is the one of easel." in line for line in said)
    assert any("https://discord.com/oauth2/authorize?client_id=" in line for line in said)
    assert any("ComfyUI 0.33.0 answers. cuda:0 Simulated GPU, 24 GB" in line for line in said)
    assert any("previews are asked for with each job." in line for line in said)
    assert about(said, "/first") == ["✓ /first: ready."]


async def test_it_says_whether_people_can_have_it_in_their_accounts(
    discord_server: DiscordServer, easel: Easel
) -> None:
    can = about(await found(easel), "Discord accounts")
    discord_server.world.user_install = False
    cannot = about(await found(easel), "Discord accounts")

    assert "&scope=applications.commands&integration_type=1" in can[0]
    assert "User Install off" in cannot[0]
    with pytest.raises(PermissionError, match="cannot be added"):
        discord_server.install(discord_server.person("alice"))


async def test_the_shipped_workflows_are_never_bad(easel: Easel) -> None:
    assert await found(easel, Mark.BAD) == []


async def test_without_a_token_it_says_how_to_get_one(easel: Easel) -> None:
    easel.changes["discord_token"] = None

    (line,) = about(await found(easel, Mark.BAD), "DISCORD_TOKEN")

    assert "it is not set." in line
    assert "https://discord.com/developers/applications" in line
    assert "python -m bot play" in line


async def test_a_token_that_discord_does_not_know_is_bad_and_not_shown(easel: Easel) -> None:
    easel.changes["discord_token"] = SecretStr("not-the-token")

    (line,) = about(await found(easel, Mark.BAD), "DISCORD_TOKEN")

    assert "Discord does not accept it." in line
    assert "not-the-token" not in line


async def test_where_nothing_answers_it_still_looks_at_all_that_is_here(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("first", BLANK, MANIFEST)
    easel.add_workflow("bad", BLANK, "descripton = 3")
    await discord_server.close()
    await comfyui.close()

    said = await found(easel)

    assert "! DISCORD_TOKEN: Discord does not answer" in "\n".join(said)
    assert f"✗ {comfyui.url}: ComfyUI does not answer" in "\n".join(said)
    assert about(said, "/first") == ["✓ /first: its files can be read."]
    assert about(said, "bad.toml")[0].startswith("✗")
    assert about(said, "DATA_DIR")[0].startswith("✓")


async def test_a_server_that_was_there_before_is_judged_by_what_it_had(comfyui: Simulator, easel: Easel) -> None:
    easel.add_workflow("first", BLANK, MANIFEST)
    await found(easel)
    await comfyui.close()

    said = await found(easel)

    assert "Its nodes are known from before." in about(said, comfyui.url)[0]
    assert about(said, "/first") == ["✓ /first: ready."]


async def test_a_server_where_the_bot_may_not_do_everything_is_named(
    discord_server: DiscordServer, easel: Easel
) -> None:
    guild = discord_server.guilds[0]
    discord_server.change_role(guild.everyone, guild=guild, attach_files=False)

    said = [line for line in await found(easel, Mark.DOUBTFUL) if guild.name in line]

    assert ["attach files" in line for line in said] == [True]
    assert "open this link: https://discord.com/oauth2/authorize" in said[0]


async def test_a_bot_that_is_on_no_server_gets_its_link(discord_server: DiscordServer, easel: Easel) -> None:
    for guild in discord_server.guilds:
        discord_server.kick_bot(guild)

    (line,) = [line for line in await found(easel, Mark.DOUBTFUL) if "on none yet" in line]

    assert "https://discord.com/oauth2/authorize?client_id=" in line


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("0.3.64", "! {url}: there are no previews while it runs. Start it with --preview-method auto."),
        ("0.3.40", "✗ {url}: ComfyUI 0.3.40 is too old for Easel, which needs 0.3.45 or newer. Update ComfyUI."),
    ],
)
async def test_an_old_server_is_told_what_it_lacks(easel: Easel, tmp_path: Path, *, version: str, says: str) -> None:
    async with Simulator(data_dir=tmp_path / "old", version=version) as old:
        easel.urls = (old.url,)
        said = await found(easel)

    assert says.format(url=old.url) in said


async def test_a_proxy_that_lets_no_websocket_through_is_found(
    comfyui: Simulator, easel: Easel, serve: Callable[[web.Application], Any]
) -> None:
    async def pass_on(request: web.Request) -> web.Response:
        if request.path == "/api/ws":
            return web.Response(status=403)
        async with ClientSession() as session, session.get(f"{comfyui.url}{request.path_qs}") as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    proxy = web.Application()
    proxy.router.add_get("/{tail:.*}", pass_on)
    easel.urls = (await serve(proxy),)

    said = await found(easel, Mark.BAD)

    assert [line for line in said if "must let WebSockets through" in line]


async def test_what_is_no_comfyui_is_said_to_be_none(easel: Easel, serve: Callable[[web.Application], Any]) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"hello": 1})

    other = web.Application()
    other.router.add_get("/{tail:.*}", hello)
    easel.urls = (await serve(other),)

    (line,) = about(await found(easel, Mark.BAD), easel.urls[0])

    assert "it does not answer as ComfyUI does" in line


@pytest.fixture
async def serve() -> Any:
    """Serves an application; its address."""
    runners: list[web.AppRunner] = []

    async def start(app: web.Application) -> str:
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_missing_nodes_models_and_values_are_named_with_what_to_do(easel: Easel) -> None:
    odd = {
        **BLANK,
        "3": entry("PackNode", "Odd"),
        "2": entry("SaveImage", "Save", images=["3", 0], filename_prefix="a"),
    }
    lora = drawing()
    lora["7"] = entry(
        "LoraLoaderModelOnly", "Style", model=["1", 0], lora_name="papercuts.safetensors", strength_model=1.0
    )
    lora["4"]["inputs"]["model"] = ["7", 0]
    easel.add_workflow("odd", odd, MANIFEST)
    easel.add_workflow("style", lora, MANIFEST)
    easel.add_workflow(
        "steps", drawing(), option(name="steps", type="integer", default=20000, targets=["Sampler.steps"])
    )
    easel.add_workflow("much", drawing(), option(name="steps", type="integer", max=20000, targets=["Sampler.steps"]))
    easel.add_workflow(
        "method",
        drawing(),
        option(name="sampler", type="choice", choices=["euler", "oiler"], targets=["Sampler.sampler_name"]),
    )
    easel.add_workflow("scheduled", drawing(scheduler="nightly"), MANIFEST)
    easel.add_workflow(
        "model",
        drawing(ckpt_name="mine.safetensors"),
        option(name="model", type="choice", choices_from="input", targets=["Model.ckpt_name"]),
    )

    said = await found(easel)

    assert about(said, "/odd") == [
        "! /odd: it is no command here. Its ComfyUI lacks nodes: PackNode. Install the packs they come from."
    ]
    assert about(said, "/style")[0].startswith("✗ /style: “Style” asks for “papercuts.safetensors”")
    assert "The closest it has: " in about(said, "/style")[0]
    assert about(said, "/steps")[0].startswith("✗ /steps: “steps” of “Sampler” is 20000")
    assert about(said, "/much")[0].startswith("! /much: `steps` takes")
    assert about(said, "/method") == ["! /method: `sampler` offers what this server does not have: oiler."]
    assert about(said, "/scheduled")[0].startswith("✗ /scheduled: “scheduler” of “Sampler” is “nightly”")
    assert about(said, "/model")[0].startswith("! /model: “Model” asks for “mine.safetensors”")
    assert "it uses “" in about(said, "/model")[0]


async def test_each_workflow_is_held_against_each_server(comfyui: Simulator, easel: Easel, tmp_path: Path) -> None:
    comfyui.add_node("PackNode", {"input": {"required": {}}, "output": ["IMAGE"]})
    odd = {
        **BLANK,
        "3": entry("PackNode", "Odd"),
        "2": entry("SaveImage", "Save", images=["3", 0], filename_prefix="a"),
    }
    easel.add_workflow("odd", odd, MANIFEST)
    async with Simulator(data_dir=tmp_path / "other") as other:
        easel.urls = (comfyui.url, other.url)
        said = await found(easel)

    assert f"✓ /odd @ {comfyui.url}: ready." in said
    assert [line for line in said if line.startswith(f"! /odd @ {other.url}: it is no command here.")]


async def test_what_the_owner_turned_off_is_known_while_the_bot_runs(
    discord_server: DiscordServer, easel: Easel
) -> None:
    easel.add_workflow("first", BLANK, MANIFEST)
    easel.add_workflow("second", BLANK, MANIFEST)

    async with easel.running() as bot:
        await listed(bot)
        await bot.keeper.switch("first", on=False)
        said = await found(easel)

    assert about(said, "/first") == ["✓ /first: It was turned off."]
    assert about(said, "/second") == ["✓ /second: ready."]


async def test_folders_that_cannot_be_used_are_bad(easel: Easel, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("", "utf-8")
    easel.changes |= {
        "data_dir": tmp_path / "a file" / "data",
        "workflows_dir": tmp_path / "nowhere",
        "database_url": "mysql://x",
    }

    said = await found(easel, Mark.BAD)

    assert f"✗ DATA_DIR: {tmp_path / 'a file'} is a file, and a folder is wanted there." in said
    assert about(said, "WORKFLOWS_DIR")[0].startswith("✗ WORKFLOWS_DIR: there is no folder")
    assert about(said, "DATABASE_URL")


async def test_it_says_of_each_paid_address_whether_its_key_is_taken(
    comfyui: Simulator, easel: Easel, tmp_path: Path
) -> None:
    async with (
        Cloud(comfyui.url, tmp_path / "one") as taken,
        Cloud(comfyui.url, tmp_path / "two") as refused,
        Cloud(comfyui.url, tmp_path / "three") as away,
    ):
        await away.stop()
        urls = (taken.url, refused.url, away.url, comfyui.url)
        keys = SecretStr(f"{KEY},wrong-{KEY},{KEY},{KEY}")
        easel.changes |= {"comfy_api_urls": urls, "comfy_api_keys": keys}
        good, bad = await found(easel, Mark.GOOD), await found(easel, Mark.BAD)

    assert "takes the key" in about(good, taken.url)[0]
    assert "COMFY_API_KEYS" in about(bad, refused.url)[0]
    assert "does not answer" in about(bad, away.url)[0]
    assert "No Comfy API v2" in about(bad, comfyui.url)[0]
    assert KEY not in "".join([*good, *bad])


async def test_it_says_which_part_of_a_fleet_this_is(comfyui: Simulator, easel: Easel) -> None:
    easel.add_workflow("first", BLANK, MANIFEST)
    alone = await found(easel)
    easel.changes |= {"database_url": "postgresql+psycopg://easel:sesame@127.0.0.1:9/easel"}
    easel.changes |= {"role": "gateway", "shard_count": 4, "shard_ids": (0, 1)}

    said = await found(easel)

    assert about(alone, "ROLE") == ["✓ ROLE: all: this process talks to people and runs their jobs."]
    assert about(alone, "DATABASE_URL")[0].startswith("✓ DATABASE_URL: a file, for one process: ")
    assert about(said, "ROLE") == [
        "✓ ROLE: gateway: this process talks to people, and workers run their jobs. It takes these of 4 shards: 0, 1."
    ]
    assert about(said, "DATABASE_URL") == [
        "✗ DATABASE_URL: easel (127.0.0.1:9) does not answer. Check that PostgreSQL runs there, and DATABASE_URL."
    ]
    assert about(said, "/first") == ["✓ /first: its files can be read."]
    assert not about(said, "Workflows")
    assert about(alone, comfyui.url)
    assert not about(said, comfyui.url)
    assert "sesame" not in "\n".join(said)


async def test_a_database_that_several_share_is_asked(easel: Easel, fleet_database: str) -> None:
    easel.changes |= {"database_url": fleet_database, "role": "worker"}

    said = await found(easel)

    assert about(said, "ROLE") == ["✓ ROLE: worker: this process runs jobs, and gateways talk to people."]
    assert about(said, "DATABASE_URL")[0].startswith(
        "✓ DATABASE_URL: PostgreSQL answers, and several processes can share it: "
    )


async def test_the_port_for_metrics_is_tried(easel: Easel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        easel.changes["metrics_port"] = port
        taken = about(await found(easel), "METRICS_PORT")
    free = about(await found(easel), "METRICS_PORT")
    easel.changes["metrics_host"] = "192.0.2.1"
    elsewhere = about(await found(easel), "METRICS_PORT")

    assert taken[0].startswith(f"! METRICS_PORT: another program has port {port} on 127.0.0.1.")
    assert free == [f"✓ METRICS_PORT: port {port} on 127.0.0.1 is free."]
    assert elsewhere[0].startswith("✗ METRICS_PORT: 192.0.2.1 is no address of this machine.")
