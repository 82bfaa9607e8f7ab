"""What comes of the buttons and menus of a result: answers for one person's eyes, forms, and what is sent to them."""

from __future__ import annotations

from playwright.async_api import Page

from tests.whole.gallery import Act, Gallery, Scene, picture


def pressing(button: str) -> Act:
    """A button of the newest message that has it, which opens a form."""

    async def act(page: Page) -> None:
        await page.locator("button", has_text=button).last.click()
        await page.wait_for_selector("dialog[open]")

    return act


async def choosing(page: Page) -> None:
    """What the newest select offers."""
    await page.locator(".message").last.locator(".select").last.click()


async def looking(studio: Gallery) -> None:
    """Details, of a plain job and of one with wildcards; what made a picture."""
    plain = await studio.imagine("alice", "a fox in the snow", negative="blurry, text", cfg=5.5, sampler="dpmpp_2m")
    await studio.press("alice", plain, "Details")
    await studio.shot("details-own")
    studio.clear()
    wild = await studio.make("alice", "imagine", prompt="a {red|blue} __animal__ in the snow", seed=7)
    await studio.press("bob", wild, "Details")
    await studio.shot("details-others", "bob")
    await studio.origin("bob", wild)
    await studio.shot("origin-own", "bob")
    studio.clear()
    await studio.origin("alice", studio.discord.person("bob").say("what is this drawn with?", picture()))
    await studio.origin("alice", studio.discord.person("bob").say("and this?", picture(said=False)))
    await studio.shot("origin-elsewhere")


async def asking(studio: Gallery) -> None:
    """Forms: Edit, Use as input and what it leads to, Remix this picture."""
    message = await studio.imagine("alice", "a fox in the snow", negative="blurry, text", cfg=5.5)
    await studio.shot("form-edit", act=pressing("Edit"))
    await studio.press("alice", message, "Use as input")
    await studio.shot("use-as-input", act=choosing)
    studio.clear()
    message = await studio.imagine("alice", "an owl in a forest")
    await studio.shot("form-remix", act=pressing("Remix"))


async def improving(studio: Gallery) -> None:
    """A better prompt, and what became of it."""
    message = await studio.imagine("alice", "a fox")
    suggestion = await studio.press("alice", message, "Improve prompt")
    await studio.shot("improve")
    await studio.shot("form-improve", act=pressing("Edit it first"))
    await studio.discord.person("alice").click(suggestion, "Leave it")
    await studio.shot("improve-left")


async def keeping(studio: Gallery) -> None:
    """Save to DMs, and Delete: for one's own, and for a moderator."""
    alice = studio.discord.person("alice")
    message = await studio.imagine("bob", "a lighthouse on a cliff at night", count=2)
    await studio.press("alice", message, "Save to DMs")
    await studio.shot("saved")
    await studio.shot("saved-dm", channel=alice.dm)
    await studio.press("mona", message, "Delete")
    await studio.shot("delete-moderator", "mona")
    studio.clear()
    message = await studio.imagine("alice", "an old train")
    question = await studio.press("alice", message, "Delete")
    await studio.shot("delete")
    await alice.click(question, "Delete it")
    await studio.shot("deleted")


SCENES: tuple[Scene, ...] = (looking, asking, improving, keeping)
