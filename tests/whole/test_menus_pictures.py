"""The menus for any picture in any message: what made it, and what it could become."""

from __future__ import annotations

import io
import json
from typing import Any

from PIL import Image, PngImagePlugin

from bot.comfy.simulator import Simulator
from bot.jobs.rules import Rules
from bot.playground import DiscordServer, Message
from bot.playground.uploads import Upload
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible
from tests.whole.making import noise, opened
from tests.whole.test_editing import imagined, told
from tests.whole.test_limits_uploads import encoded

REMIX, ORIGIN = "Remix this picture", "What made this"
SETTINGS = (
    "a castle of `glass` <@1>\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123, Model: dream"
)
GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "an owl", "clip": ["1", 1]}},
    "3": {"class_type": "KSampler", "inputs": {"seed": 5, "steps": 9, "positive": ["2", 0], "negative": ["2", 0]}},
}


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def shown_by_bot(server: DiscordServer, url: str, *, embed: bool) -> Message:
    """Somebody's picture in a gallery within a container, or in an embed, where it is no attachment."""
    media = {"url": url}
    gallery = {"type": 17, "components": [{"type": 12, "items": [{"media": media, "description": "a view"}]}]}
    payload: dict[str, Any] = {"embeds": [{"title": "a view", "image": media}]} if embed else {"flags": 1 << 15}
    if not embed:
        payload["components"] = [gallery]
    channel = server.person("alice").place("general")
    return server.parts.messages.create(channel, server.world.bot, payload, {})


async def test_the_menus_are_five(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    async with easel.running():
        names = [command["name"] for command in discord_server.person("mona").commands() if command["type"] == 3]

    assert names == sorted(["Stop this job", "Remove and warn", "Report to moderators", REMIX, ORIGIN])


async def test_what_made_a_picture_is_told_of_our_own_jobs_before_and_after_a_restart(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        message = await imagined(discord_server)
        before = await discord_server.person("bob").menu(ORIGIN, message)
        alice = discord_server.person("alice")
        await (await alice.click(message, "Save to DMs")).wait(lambda answer: not answer.loading)
        (copy,) = alice.sees(alice.dm)
        await bot.servers.change(discord_server.guild.id, lambda _rules: Rules(results="ephemeral"))

    async with easel.running() as bot:
        bob, mona = [await discord_server.person(name).menu(ORIGIN, message) for name in ("bob", "mona")]
        kept = await alice.menu(ORIGIN, copy)
        job = await bot.store.by_message(message.channel.id, message.id)
        assert job is not None

    assert told(kept).startswith(told(bob).partition("\n**How")[0])
    assert told(bob) == told(before)
    assert "/imagine prompt:a fox negative:blurry" in told(bob)
    assert "Asked for by" not in told(bob)
    assert job.id not in told(bob)
    assert f"Asked for by <@{job.place.user_id}> (Alice); the job is `{job.id}`." in told(mona)


async def test_what_made_a_picture_is_told_by_its_metadata(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running():
        alice, bob = discord_server.person("alice"), discord_server.person("bob")
        settings, graph = png(parameters=SETTINGS), png(prompt=json.dumps(GRAPH))
        posted = alice.say("look", Upload("a.png", settings))
        both = alice.say("", Upload("plain.png", png()), Upload("b.png", graph))
        here = alice.say("for me", Upload("a.png", settings), channel=alice.dm)
        nothing = alice.say("", Upload("plain.png", png()))
        bare = alice.say("only words")
        gallery = shown_by_bot(discord_server, posted.attachments[0].url, embed=False)
        embed = shown_by_bot(discord_server, posted.attachments[0].url, embed=True)

        first = await bob.menu(ORIGIN, posted)
        second = await bob.menu(ORIGIN, both)
        direct = await alice.menu(ORIGIN, here)
        shown = [await bob.menu(ORIGIN, message) for message in (gallery, embed)]
        unknown, none = [await bob.menu(ORIGIN, message) for message in (nothing, bare)]

    assert visible(first.message) == (
        "### What made this\n"
        "-# As the program that made it wrote it into the file\n"
        "• Prompt: a castle of `glass` <@1>\n• Negative prompt: fog\n"
        "• Seed: `123`\n• Model: `dream`\n• Steps: `20`\n• CFG: `7`\n• Sampler: `Euler a`"
    )
    assert "\\<\\@1\\>" in told(first)
    assert [told(answer) for answer in (direct, *shown)] == [told(first)] * 3
    assert "As ComfyUI wrote it into the file; 3 nodes\n• Prompt: an owl\n• Seed: `5`" in told(second)
    assert told(unknown).startswith("Nothing is known of this picture: there is nothing in the file")
    assert told(none) == "There is no picture in that message."


async def test_any_picture_is_remixed_by_who_asks(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        alice, bob = discord_server.person("alice"), discord_server.person("bob")
        posted = alice.say("look", Upload("a.png", png()))
        several = alice.say("", Upload("note.txt", b"x"), Upload("a.png", png()), Upload("b.png", encoded(noise(80))))
        direct = bob.say("", Upload("a.png", png()), channel=bob.dm)
        gallery = shown_by_bot(discord_server, posted.attachments[0].url, embed=False)
        result = await imagined(discord_server)
        made = []
        for message in (direct, gallery, result):
            answer = await bob.menu(REMIX, message)
            assert answer.modal is not None
            assert list(answer.modal.fields) == ["Prompt", "Change", "Negative"]
            made.append(await (await answer.modal.submit(prompt="a red fox", change="0.4")).wait(finished))
        choice = await bob.menu(REMIX, several)
        assert choice.modal is not None
        labels = [option["label"] for option in choice.modal.fields["Which picture?"]["options"]]
        await (await choice.modal.submit(prompt="b", **{"Which picture?": labels[1]})).wait(finished)

    *remixes, last = graphs(comfyui)[1:]
    assert [node(graph, "Sampler")["denoise"] for graph in remixes] == [0.4] * 3
    assert labels == ["Picture 1: a.png", "Picture 2: b.png"]
    for message, shown in zip((direct, gallery, result), made, strict=True):
        place = discord_server.guild.id if message.channel.guild else "@me"
        assert f"https://discord.com/channels/{place}/{message.channel.id}/{message.id}" in visible(shown)
    jobs = await easel.jobs()
    assert [job.parent for job in jobs if job.workflow == "remix"].count(None) == 3
    sizes = [opened((easel.folder / job.files["image"]).read_bytes()).size for job in jobs if job.files]
    assert sorted(sizes) == [(64, 64), (64, 64), (80, 80), (256, 256)]
    assert node(last, "Prompt")["text"] == "b"


async def test_what_cannot_be_remixed_says_why(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    async with easel.running() as bot:
        await listed(bot)
        alice, bob = discord_server.person("alice"), discord_server.person("bob")
        bare, posted = alice.say("only words"), alice.say("", Upload("a.png", b"no picture"))
        none = await bob.menu(REMIX, bare)
        broken = await bob.menu(REMIX, posted)
        assert broken.modal is not None
        refused = await broken.modal.submit(prompt="a castle")
        await bot.blocks.block(discord_server.guild.id, bob.id, by=1, reason="")
        blocked = await bob.menu(REMIX, posted)
        for name in ("remix", "inpaint"):
            await bot.keeper.switch(name, on=False)
        await bot.keeper.reload()
        off = await alice.menu(REMIX, posted)

    assert told(none) == "There is no picture in that message."
    assert "That file is not a picture. Attach a PNG, JPEG or WebP file.\nThis is what you typed:" in told(refused)
    assert "a castle" in told(refused)
    assert told(blocked).startswith("You are blocked")
    assert told(off) == "There is no command now that draws a picture anew. Ask whoever runs the bot for one."
    assert graphs(comfyui) == []
