"""What the bot does not do, and says why."""

from __future__ import annotations

import json
from typing import Any

from tests.whole.gallery import Gallery, Scene, broken
from tests.whole.making import entry


async def limits(studio: Gallery) -> None:
    """As much as one may ask for, in number, size and steps; words that are blocked; the wrong role and channel."""
    everyone = studio.discord.guild.everyone
    moderators = next(role for role in studio.discord.guild.roles if role is not everyone)
    with studio.held():
        await studio.set("limits", waiting=1, size="768x768", steps=30, count=2)
        await studio.waiting("alice", "a fox")
        await studio.use("alice", "imagine", prompt="an owl")
        await studio.use("bob", "imagine", prompt="an owl", size="1024x1024")
        await studio.use("bob", "imagine", prompt="an owl", steps=50)
        await studio.use("bob", "imagine", prompt="an owl", count=4)
        await studio.set("limits", hour=1, waiting=0)
        await studio.use("alice", "imagine", prompt="an owl")
        await studio.shot("refused-limits")
        await studio.shot("refused-size", "bob")
    await studio.go_on()
    await studio.set("reset", what="everything")
    studio.clear()
    await studio.set("words", add="grue")
    await studio.use("alice", "imagine", prompt="a Grue in the dark")
    await studio.set("strikes", count=2, minutes=10)
    await studio.use("alice", "imagine", prompt="another grue")
    await studio.set("reset", what="everything")
    await studio.set("role", role=moderators, allow=True)
    await studio.use("bob", "imagine", prompt="an owl")
    await studio.set("reset", what="everything")
    await studio.set("workflow", workflow="imagine", role=moderators)
    await studio.use("bob", "imagine", prompt="an owl")
    await studio.set("reset", what="everything")
    await studio.set("channel", channel=studio.discord.channel("art"), allow=True)
    await studio.use("bob", "imagine", prompt="an owl")
    await studio.set("reset", what="everything")
    await studio.use("mona", "jobs unblock", user=studio.discord.person("alice"))
    await studio.shot("refused-words")
    await studio.shot("refused-roles", "bob")


async def values(studio: Gallery) -> None:
    """Options that cannot be, files that cannot be used, and a double click that is too late."""
    sizes: tuple[dict[str, Any], ...] = ({"size": "huge"}, {"size": "64x64"})
    wrong = (*sizes, {"model": "nowhere.safetensors"}, {"lora": "nothing"})
    for given in wrong:
        await studio.use("alice", "imagine", prompt="a fox", **given)
    await studio.use("alice", "imagine", prompt="a __nothing__ in the snow")
    await studio.use("alice", "imagine", prompt="a fox", preset="none")
    await studio.use("alice", "describe", image=("notes.txt", b"not a picture"))
    await studio.use("alice", "describe", image=broken())
    await studio.use("alice", "show", job="nothing")
    await studio.use("alice", "preferences set")
    await studio.shot("refused-values")
    studio.clear()
    message = await studio.imagine("alice", "a fox")
    await studio.press("bob", message, "Delete")
    with studio.held():
        waits = await studio.waiting("alice", "an owl")
        await studio.press("bob", waits, "Cancel")
        await studio.shot("refused-presses", "bob")


async def adults(studio: Gallery) -> None:
    """A workflow that is for age-restricted channels only."""
    graph = {
        "1": entry("EmptyImage", "Paper", width=256, height=256, batch_size=1, color=0x884422),
        "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
    }
    (studio.workflows / "spicy.json").write_text(json.dumps(graph), "utf-8")
    await studio.rewrite("spicy", 'description = "For adults"\nnsfw = true\n')
    cellar = studio.discord.add_channel("cellar")
    cellar.nsfw = True  # of which the bot is not told
    await studio.offered("spicy", cellar)
    await studio.use("alice", "spicy", place=cellar)
    await studio.shot("refused-age", channel=cellar)
    studio.discord.delete_channel(cellar)


SCENES: tuple[Scene, ...] = (limits, values, adults)
