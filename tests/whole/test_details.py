"""Details and Use as input: what a result was made with, and where its picture can go from there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from bot.comfy.simulator import Simulator
from bot.jobs.rules import Rules, WorkflowRule
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible
from tests.whole.moderated import planted
from tests.whole.restarts import stored
from tests.whole.test_editing import imagined, told

NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_details_tell_everything_to_whom_it_belongs_and_less_to_others(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(
            discord_server, prompt="a fox ``` of `code` and <@1>\nat *dawn*", model="v1-5-pruned-emaonly-fp16"
        )
        parent = await imagined(discord_server)
        child = await (await discord_server.person("bob").click(parent, "Again")).wait(finished)

    async with easel.running() as bot:
        await listed(bot)
        people = [discord_server.person(name) for name in ("alice", "bob", "mona", "olivia")]
        alice, bob, mona, olivia = [await person.click(message, "Details") for person in people]
        again = await discord_server.person("bob").click(child, "Details")

    text = told(alice)
    for line in (
        "• prompt: a fox ``` of `code` and <@1> at *dawn*",
        "\n• size `256x256` · steps `2` · cfg `5.5` · seed `77` · model `v1-5-pruned-emaonly-fp16.safetensors`\n",
        "**Left as the workflow has it**\n• count `1` · ",
        f"• Graph: `any checkpoint` · Server: `{easel.urls[0].removeprefix('http://')}`\n",
        "• State: done, after ",
        "The command to copy:\n```\n/imagine prompt:a fox ˋˋˋ of `code` and <@1> at *dawn* negative:blurry "
        "size:256x256 steps:2 cfg:5.5 seed:77 model:v1-5-pruned-emaonly-fp16.safetensors\n```",
    ):
        assert line in visible(alice.message), text
    assert "<@1>" not in text.partition("The command")[0]
    assert told(mona) == told(olivia) == text
    assert told(bob) == text.replace(f" · Server: `{easel.urls[0].removeprefix('http://')}`", "")
    assert f"goes on from [this message](https://discord.com/channels/{discord_server.guild.id}/" in told(again)


async def test_details_of_a_long_prompt_come_with_the_command_as_a_file(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    long = ("a very long story of * and _ " * 60)[:1500]
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server, prompt=long, negative=long)
        job = await bot.store.by_message(message.channel.id, message.id)
        assert job is not None
        answer = await discord_server.person("alice").click(message, "Details")

    (file,) = answer.message.files
    assert (file.name, len(answer.message.text) <= 4000) == ("command.txt", True)
    assert file.data.decode().startswith(f"/imagine prompt:{long.strip()} negative:{long.strip()} size:256x256")


async def test_details_are_for_whom_the_result_is(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Forged buttons elsewhere, a result that only its owner sees, one that was removed, and what is not known."""
    other = discord_server.add_guild("Other")
    erik = discord_server.add_person("erik", guild=other)
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        await bot.servers.change(discord_server.guild.id, lambda _rules: Rules(results="ephemeral"))
        hidden = await imagined(discord_server, prompt="a secret")
        public, secret = [await bot.store.by_message(each.channel.id, each.id) for each in (message, hidden)]
        assert public is not None
        assert secret is not None
    async with stored(easel) as store:
        removed = await store.add(replace(public, id=NOBODY.replace("0-4", "1-4"), removed_by=1))

    async with easel.running() as bot:
        bob, alice = discord_server.person("bob"), discord_server.person("alice")
        refused = [
            await erik.click(planted(discord_server, erik.home, f"job:details:{public.id}"), "Press"),
            await bob.click(planted(discord_server, bob.dm, f"job:details:{public.id}"), "Press"),
            await bob.click(planted(discord_server, message.channel, f"job:details:{secret.id}"), "Press"),
            await bob.click(planted(discord_server, message.channel, f"job:details:{removed.id}"), "Press"),
        ]
        unknown = await bob.click(planted(discord_server, message.channel, f"job:details:{NOBODY}"), "Press")
        own = await alice.click(planted(discord_server, alice.dm, f"job:details:{secret.id}"), "Press")

    assert [told(answer) for answer in refused] == ["That job belongs to somebody else."] * 4
    assert told(unknown) == "Nothing is known of this job any more: it is too old, or it was forgotten."
    assert "a secret" in told(own)


async def test_a_picture_goes_into_any_command_that_its_person_may_use(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    role = discord_server.add_role("Artists")
    async with easel.running() as bot:
        await listed(bot)
        rule = {"upscale": WorkflowRule(roles=frozenset({role.id}))}
        await bot.servers.change(discord_server.guild.id, lambda _rules: Rules(workflows=rule))
        message = await imagined(discord_server)
        before = await discord_server.person("bob").click(message, "Use as input")

    async with easel.running() as bot:
        await listed(bot)
        bob = discord_server.person("bob")
        chosen = await bob.select(before.message, "Choose a command", "/remix")
        assert chosen.modal is not None
        fields = {label: part.get("value") for label, part in chosen.modal.fields.items()}
        made = await (await chosen.modal.submit(prompt="a red fox")).wait(finished)
        owner = await discord_server.person("olivia").click(message, "Use as input")
        plain = await discord_server.person("olivia").select(owner.message, "Choose a command", "/upscale")
        await plain.wait(finished)

    assert told(before) == "What should this picture go into?"
    assert [option["label"] for option in before.message.selects[0]["options"]] == ["/remix"]
    assert [option["label"] for option in owner.message.selects[0]["options"]] == ["/remix", "/upscale"]
    assert fields == {"Prompt": "a fox"}
    _first, remix, upscale = graphs(comfyui)
    assert node(remix, "Prompt")["text"] == "a red fox"
    assert all(node(graph, "Picture")["image"] for graph in (remix, upscale))
    assert visible(made).startswith("**a red fox**")
    assert f"/{message.channel.id}/{message.id})" in visible(made)
    assert f"<@{bob.id}>" in visible(made)


async def test_a_picture_is_used_by_whom_it_is_for(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        job = await bot.store.by_message(message.channel.id, message.id)
        assert job is not None
        bob = discord_server.person("bob")
        verbs = ("use", "into")
        ids = [f"job:{verb}:{job.id}:0{':1436a790' if verb == 'into' else ''}" for verb in verbs]
        refused = [await bob.click(planted(discord_server, bob.dm, name), "Press") for name in ids]
        other = await bob.click(planted(discord_server, message.channel, f"job:into:{job.id}:0:00000000"), "Press")
        await bot.blocks.block(discord_server.guild.id, bob.id, by=1, reason="")
        blocked = await bob.click(message, "Use as input")

    assert [told(answer) for answer in refused] == ["That job belongs to somebody else."] * 2
    assert told(other).startswith("What this button leads to was taken away")
    assert told(blocked).startswith("You are blocked")
    assert len(graphs(comfyui)) == 1


async def test_the_command_in_details_makes_the_same_graph_in_the_language_of_who_reads_it(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server, prompt=r"a {red|blue} \{fox|owl} \__animal__", negative="{a|b|c}")
        await (await alice.click(message, "Vary (strong)")).wait(finished)
        alice.user.locale = "de"
        details = await alice.click(message, "Details")
        used = await alice.click(message, "Use as input")
        preferred = await alice.slash("preferences set", size="Querformat")
        offered = await alice.autocomplete("preferences set", "size", "Quer")
        await alice.slash("preferences clear", values={"what": "all"})
        command = details.message.text.partition("```\n")[2].partition("\n```")[0]
        path, *parts = re.split(r" (?=[^ :]+:)", command)
        typed = dict(part.split(":", 1) for part in parts)
        given = {name: json.loads(text) if re.fullmatch(r"[\d.]+", text) else text for name, text in typed.items()}
        await (await alice.slash(path.removeprefix("/"), values=given)).wait(finished)

    first, varied, again = graphs(comfyui)
    assert path == "/zeichnen"
    assert {"größe", "schritte"} <= given.keys()
    assert "größe `256x256` · schritte `2`" in details.message.text
    assert [option["label"] for option in used.message.selects[0]["options"]] == ["/remix", "/vergrößern"]
    assert "Größe: `Querformat`" in preferred.message.text
    assert offered[0] == {"name": "Querformat", "value": "landscape"}
    assert unnamed(first) == unnamed(again)
    assert node(varied, "Prompt") == node(first, "Prompt")
    assert str(node(first, "Prompt")["text"]).endswith(" {fox|owl} __animal__")


def unnamed(graph: dict[str, Any]) -> str:
    """Without the folder that each job has of its own."""
    return re.sub(r"easel/[0-9a-f-]{36}", "easel/", json.dumps(graph))
