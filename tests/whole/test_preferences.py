"""/preferences and /preset: a person's own, in every place, over restarts."""

from __future__ import annotations

from typing import Any

from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.playground import DiscordServer, Message
from bot.playground.answers import Answer
from tests.whole.conftest import Easel, finished, graphs, listed, node, visible

TURBO = "sd_xl_turbo_1.0_fp16.safetensors"
SD15 = "v1-5-pruned-emaonly-fp16.safetensors"
USUAL = "blurry, low quality, watermark"  # in the graph itself


async def said(server: DiscordServer, command: str, who: str = "alice", **values: Any) -> str:
    answer = await server.person(who).slash(command, values=values)
    assert answer.ephemeral
    return visible(answer.message)


async def asked(server: DiscordServer, who: str = "alice", **values: Any) -> Answer:
    values = {"prompt": "a fox", "steps": 2, **values}
    return await server.person(who).slash("imagine", values=values)


async def imagine(server: DiscordServer, who: str = "alice", **values: Any) -> Message:
    return await (await asked(server, who, **values)).wait(finished)


def last(comfyui: Simulator) -> dict[str, Any]:
    graph = graphs(comfyui)[-1]
    canvas = node(graph, "Canvas")
    return {
        "prompt": node(graph, "Prompt")["text"],
        "negative": node(graph, "Negative prompt")["text"],
        "size": (canvas["width"], canvas["height"]),
        "model": node(graph, "Checkpoint")["ckpt_name"],
    }


async def test_preferences_hold_where_nothing_is_said_over_a_restart_until_they_are_cleared(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    mine = {"model": TURBO, "size": "256x320", "negative": "fog", "style": "in ink"}
    async with easel.running() as bot:
        await listed(bot)
        choices = await discord_server.person("alice").autocomplete("preferences set", "model", "turbo")
        sizes = await discord_server.person("alice").autocomplete("preferences set", "size", "port")
        answer = await said(discord_server, "preferences set", **mine)
    async with easel.running() as bot:
        await listed(bot)
        shown = await said(discord_server, "preferences show")
        message = await imagine(discord_server)
        mine_made = last(comfyui)
        await imagine(discord_server, size="256x256", model=SD15, negative="rain")
        given = last(comfyui)
        await imagine(discord_server, "bob", size="256x256")
        bobs = last(comfyui)
        await (await discord_server.person("bob").click(message, "Again")).wait(finished)
        again = last(comfyui)
        await said(discord_server, "preferences clear", what="style")
        left = await said(discord_server, "preferences clear", what="all")
        await imagine(discord_server, size="256x256")
        jobs = await bot.store.select(states=(JobState.DONE,))

    first: Job = jobs[0]
    assert [choice["value"] for choice in choices] == [TURBO]
    assert [choice["value"] for choice in sizes] == ["portrait", "large portrait"]
    assert all(value in answer for value in mine.values())
    assert shown == answer
    assert mine_made == {"prompt": "a fox, in ink", "negative": "fog", "size": (256, 320), "model": TURBO}
    assert "a fox, in ink" in visible(message)
    assert first.values["prompt"] == "a fox"
    assert first.expanded == {"prompt": "a fox, in ink", "style suffix": "in ink"}
    assert given == {"prompt": "a fox, in ink", "negative": "rain", "size": (256, 256), "model": SD15}
    assert (bobs["prompt"], bobs["negative"]) == ("a fox", USUAL)
    assert again == mine_made
    assert left == "You have set nothing. Use /preferences set."
    assert last(comfyui)["prompt"] == "a fox"


async def test_a_preference_is_never_why_a_job_is_refused_and_is_looked_through(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes |= {"limit_size": "256x256", "limit_steps": 4}
    async with easel.running() as bot:
        await listed(bot)
        await said(discord_server, "preferences set", size="large square", negative="grue", style="a zorkmid")
        wrong = [
            await said(discord_server, "preferences set", model="nowhere.safetensors"),
            await said(discord_server, "preferences set", size="huge"),
            await said(discord_server, "preferences set"),
        ]
    easel.changes |= {"blocked_words": ("grue", "zorkmid")}
    async with easel.running() as bot:
        await listed(bot)
        blocked = await said(discord_server, "preferences set", style="a grue")
        message = await imagine(discord_server)
        kept = await bot.preferences.of(discord_server.person("alice").id)

    assert [text.partition(".")[0] for text in wrong] == [
        "`model`: No command here offers that model",
        "`size`: Choose a name from the list, or type width x height such as 768x512",
        "Say at least one thing to set",
    ]
    assert blocked.startswith("`style`: It holds a word that is blocked here")
    assert message.images
    assert last(comfyui) == {"prompt": "a fox", "negative": USUAL, "size": (256, 256), "model": SD15}
    assert (kept.style, kept.negative) == ("a zorkmid", "grue")


async def test_who_wants_to_see_results_alone_does_where_others_read_along(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running() as bot:
        await listed(bot)
        public = await imagine(discord_server, size="256x256")
        await said(discord_server, "preferences set", ephemeral=True)
        alone = await asked(discord_server, size="256x256")
        await alone.wait(finished)
        direct = await alice.slash("imagine", values={"prompt": "a fox", "size": "256x256"}, channel=alice.dm)
        await direct.wait(finished)
        again = await alice.click(public, "Again")
        await again.wait(finished)
        others = await bob.click(public, "Again")
        await others.wait(finished)

    assert not public.ephemeral
    assert alone.ephemeral
    assert not direct.ephemeral
    assert again.ephemeral
    assert not others.ephemeral


async def test_a_preset_of_ones_own_is_saved_offered_used_and_deleted(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")

    async def offered(who: str) -> list[str]:
        choices = await discord_server.person(who).autocomplete("imagine", "preset", "", prompt="a fox")
        return [str(choice["value"]) for choice in choices]

    async with easel.running() as bot:
        await listed(bot)
        nothing = await said(discord_server, "preset save", name="mine")
        await imagine(discord_server, size="320x256", negative="fog", seed=5)
        (job,) = await bot.store.select(states=(JobState.DONE,))
        saved = await said(discord_server, "preset save", name="my *own*")
        stolen = await said(discord_server, "preset save", "bob", name="his", job=job.id)
        jobs = await alice.autocomplete("preset save", "job", "fox", name="x")
    async with easel.running() as bot:
        await listed(bot)
        mine, his = await offered("alice"), await offered("bob")
        await imagine(discord_server, prompt="an owl", preset="my *own*", negative="rain")
        used = last(comfyui)
        unknown = await bob.slash("imagine", values={"prompt": "a fox", "preset": "my *own*"})
        listed_ones = await said(discord_server, "preset list")
        deleted = await said(discord_server, "preset delete", name="my *own*")
        after = await offered("alice")

    assert nothing == "You have not made anything yet, so there are no options to save."
    assert saved == "Saved `my *own*` for /imagine, with `negative`, `size`, `steps`. Choose it there as `preset`."
    assert stolen == "There is no such job of yours. Choose one from the list."
    assert [choice["value"] for choice in jobs] == [job.id]
    assert (mine, his) == (["my *own*"], [])
    assert (used["prompt"], used["negative"], used["size"]) == ("an owl", "rain", (320, 256))
    assert "There is no preset “my *own*”" in visible(unknown.message)
    assert unknown.ephemeral
    assert "my *own*" in listed_ones
    assert "/imagine" in listed_ones
    assert deleted == "Deleted `my *own*`."
    assert after == []


async def test_forgetting_takes_preferences_and_presets_along(discord_server: DiscordServer, easel: Easel) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        await said(discord_server, "preferences set", style="in ink")
        await said(discord_server, "preferences set", "bob", style="in oil")
        question = await alice.slash("forget me")
        await alice.click(question.message, "Forget them")
        message = await question.wait(lambda message: not message.buttons and "Forgot" in message.text)
        gone = await said(discord_server, "preferences show")
        others = await said(discord_server, "preferences show", "bob")
        nothing = await alice.slash("forget me")

    assert "Preferences and presets are deleted." in message.text
    assert gone == "You have set nothing. Use /preferences set."
    assert "in oil" in others
    assert nothing.message.text == "There is nothing to forget."
