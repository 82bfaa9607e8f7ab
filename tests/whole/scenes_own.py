"""What is a person's own: preferences, presets, their history, and having it all forgotten."""

from __future__ import annotations

from tests.whole.gallery import Gallery, Scene


async def preferences(studio: Gallery) -> None:
    """Set, shown, taken away; presets."""
    await studio.use("alice", "preferences show")
    await studio.use(
        "alice",
        "preferences set",
        model="dreamshaper_8.safetensors",
        size="landscape",
        negative="blurry, text",
        style="watercolour, soft light",
        ephemeral=False,
    )
    await studio.imagine("alice", "a fox in the snow", cfg=5.5)
    await studio.use("alice", "preset list")
    await studio.use("alice", "preset save", name="winter")
    await studio.use("alice", "preset list")
    await studio.use("alice", "preferences show")
    await studio.use("alice", "preferences clear", what="all")
    await studio.use("alice", "preset delete", name="winter")
    await studio.shot("preferences")


async def history(studio: Gallery) -> None:
    """Empty, full, its next page, one of it brought back; somebody else's."""
    carla = studio.discord.add_person("carla")
    art = studio.discord.channel("art")
    empty = await studio.use("carla", "history")
    await studio.shot("history-empty", "carla")
    carla.dismiss(empty)
    for number, prompt in enumerate(("a castle", "an owl", "a red bicycle", "a whale", "an old train", "a city")):
        given = {"prompt": f"{prompt} at dusk", "count": 1 + 3 * (number == 4), "size": "512x512", "seed": number}
        message = await studio.make("carla", "imagine", place=art, **given)
    studio.simulator.faults.out_of_memory = True
    await studio.make("carla", "imagine", place=art, prompt="a mountain of books", size="1344x768")
    job = await studio.job_id(message)
    page = await studio.use("carla", "history")
    await studio.shot("history-full", "carla")
    older = next(button.label for button in page.buttons if "lder" in button.label)
    await carla.click(page, older)
    await studio.shot("history-older", "carla")
    carla.dismiss(page)
    await studio.use("mona", "history", user=carla)
    await studio.shot("history-moderator", "mona")
    await studio.use("carla", "show", job=job)
    await studio.shot("show-own", "carla")


async def forgetting(studio: Gallery) -> None:
    """The question, and the answer."""
    await studio.imagine("bob", "a lighthouse", size="512x512")
    studio.clear()
    question = await studio.use("bob", "forget me")
    await studio.shot("forget", "bob")
    await studio.discord.person("bob").click(question, "Forget them")
    await question.wait(lambda message: "orgot" in message.text and not message.buttons, timeout=20)
    await studio.use("bob", "forget me")
    await studio.use("olivia", "forget user", user=studio.discord.person("mona"))
    await studio.shot("forgotten", "bob")
    await studio.shot("forget-owner", "olivia")


SCENES: tuple[Scene, ...] = (preferences, history, forgetting)
