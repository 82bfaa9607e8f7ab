"""Results: of one file and of many, of words, of a video, covered, on a sheet, withheld; and what is said of them."""

from __future__ import annotations

import asyncio
import json

from bot.comfy.simulator.values import Call, Images, Inputs, Result
from tests.whole.conftest import finished
from tests.whole.gallery import Gallery, Scene, picture
from tests.whole.making import MANIFEST, entry, noise, pictures
from tests.whole.studio import NARROW, QUIET

CLASSIFY = """description = "Judge"
enabled = false
[[option]]
name = "image"
type = "image"
required = true
targets = ["Picture.image"]
"""


async def results(studio: Gallery) -> None:
    """One, two, four, ten, and twelve, which are two messages."""
    for count, prompt in (
        (1, "a fox in the snow"),
        (2, "a lighthouse on a cliff at night"),
        (4, "a robot reading in a garden"),
        (10, "a whale between islands"),
        (12, "an old train"),
    ):
        studio.clear()
        await studio.imagine("alice", prompt, count=count, size="512x512")
        await studio.shot(f"result-{count}")
        if count in (1, 4):
            await studio.shot(f"result-{count}-phone", size=NARROW)


async def words(studio: Gallery) -> None:
    """A long prompt with signs in it, words instead of a picture, and a video."""
    await studio.imagine(
        "alice",
        "**Portrait** of an old fisherman with a white beard, @everyone looks at him, weathered hands mending a net on "
        "a pier, grey sea and a low sun behind him, gulls, ropes, crates, 85mm, soft light, ||film grain||, muted "
        "colours, very detailed, in the manner of a documentary photograph from the nineteen-sixties, no text, calm",
        size="512x512",
    )
    await studio.shot("result-long-prompt")
    studio.clear()
    await studio.make("alice", "describe", image=picture(), question="What is in this picture?")
    await studio.shot("result-text")
    studio.clear()
    await studio.make("bob", "animate", image=picture(), steps=4, megapixels=0.2)
    await studio.shot("result-video", "bob")


async def remarks(studio: Gallery) -> None:
    """Too large for Discord; covered; seen by one person alone."""
    graph = pictures(studio.simulator, noise(2200))
    await studio.simulator.restart()  # so that the bot learns of the node
    (studio.workflows / "carpet.json").write_text(json.dumps(graph), "utf-8")
    await studio.rewrite("carpet", MANIFEST)
    await studio.offered("carpet", studio.discord.channel("general"))
    await studio.make("alice", "carpet")
    await studio.shot("result-made-smaller")
    studio.clear()
    await studio.set("results", visibility="spoiler")
    await studio.imagine("alice", "a dragon over a valley")
    await studio.shot("result-spoiler")
    studio.clear()
    await studio.set("results", visibility="ephemeral")
    await studio.imagine("alice", "a birthday card")
    await studio.shot("result-ephemeral")
    await studio.set("reset", what="results")


async def sheet(studio: Gallery) -> None:
    """Four pictures on one sheet, and what Download brings."""
    manifest = studio.workflows / "imagine.toml"
    plain = manifest.read_text("utf-8")
    await studio.rewrite("imagine", f"grid = true\n{plain}")
    message = await studio.imagine("alice", "a fox in the snow", count=4, size="512x512")
    await studio.press("alice", message, "Download")
    await studio.shot("result-grid")
    await studio.rewrite("imagine", plain)


async def withheld(studio: Gallery) -> None:
    """A workflow looks through the pictures; some are unsafe."""

    async def look(call: Call, inputs: Inputs) -> Result:
        images = inputs["images"]
        assert isinstance(images, Images)
        colours = images.frames[0].convert("L").resize((1, 1)).getpixel((0, 0))
        return Result((), {"text": ["this is NSFW" if not next(verdicts, False) and colours else "this is fine"]})

    verdicts = iter([True, False, True, True])
    info = {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": True}
    studio.simulator.add_node("Judge", info, look)
    await studio.simulator.restart()  # so that the bot learns of it
    graph = {
        "1": entry("LoadImage", "Picture", image="example.png"),
        "2": entry("Judge", "Judge", images=["1", 0]),
    }
    (studio.workflows / "classify.json").write_text(json.dumps(graph), "utf-8")
    (studio.workflows / "classify.toml").write_text(CLASSIFY, "utf-8")
    plain = (studio.workflows / "imagine.toml").read_text("utf-8")
    await studio.rewrite("imagine", f'{plain}\n[safety]\nworkflow = "classify"\n')
    await studio.imagine("alice", "a beach in summer", count=4, size="512x512")
    verdicts = iter([False])
    await studio.imagine("bob", "a beach at night")
    await studio.shot("result-withheld")
    await studio.rewrite("imagine", plain)


async def derived(studio: Gallery) -> None:
    """What a button makes of a result, with the way back; what has changed since; as several in one go."""
    first = await studio.imagine("alice", "a fox in the snow", model="dreamshaper_8.safetensors")
    varied = await (await studio.discord.person("bob").click(first, "Vary (strong)")).wait(finished, timeout=30)
    await studio.discord.person("alice").click(varied, "Upscale")
    await studio.go_on()
    await studio.shot("derived")
    studio.clear()
    four = await studio.imagine("alice", "a robot reading in a garden", count=4, size="512x512")
    plain = (studio.workflows / "imagine.toml").read_text("utf-8")
    await studio.rewrite("imagine", plain.replace("max = 16", "max = 2"))
    again = await studio.discord.person("alice").click(four, "Again")
    await again.wait(finished, timeout=30)
    await studio.rewrite("imagine", plain)
    await studio.shot("derived-changed")
    studio.clear()
    await studio.make("alice", "imagine", prompt="a {red|blue} __animal__ in the snow", repeat=3, size="512x512")
    await studio.go_on()
    await studio.shot("repeat")
    await asyncio.sleep(QUIET)


SCENES: tuple[Scene, ...] = (results, words, remarks, sheet, withheld, derived)
