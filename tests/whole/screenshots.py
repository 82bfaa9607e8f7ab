"""`python -m tests.whole.screenshots [SCENE ...]`: what README and docs show of the page, into docs/images; and that
and every message of the bot's, in light and dark, into screenshots/.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from bot.comfy.simulator import Pace
from bot.jobs.past import newest
from bot.playground.play import opened
from bot.settings import Settings
from tests.whole import (
    scenes_elsewhere,
    scenes_going_on,
    scenes_moderation,
    scenes_own,
    scenes_refused,
    scenes_results,
    scenes_settings,
    scenes_waiting,
)
from tests.whole.chromium import find_browser, launched
from tests.whole.conftest import WORKFLOWS, finished
from tests.whole.gallery import exhibit, picture
from tests.whole.studio import BEGINNING, NARROW, QUIET, WIDE, Studio

FOLDER = Path(__file__).parents[2] / "docs" / "images"
#: git does not keep it: it is there to be looked through
ALBUM = Path(__file__).parents[2] / "screenshots"
#: the graph of ComfyUI's first page, as it is exported
POSTER = Path(__file__).parents[1] / "data" / "poster.json"

PARTS = (
    scenes_elsewhere,
    scenes_waiting,
    scenes_results,
    scenes_going_on,
    scenes_own,
    scenes_moderation,
    scenes_settings,
    scenes_refused,
)
EXHIBITION = (*(scene for part in PARTS for scene in part.SCENES), *scenes_elsewhere.LAST)

Scene = Callable[[Studio], Awaitable[None]]


async def channel(studio: Studio) -> None:
    """People, a finished picture, and one that is on its way."""
    studio.say("mona", "Easel is here: type `/` and pick **/imagine**. Everybody gets a turn.")
    await studio.imagine("bob", "a lighthouse on a cliff at night")
    studio.say("alice", "that sky! my turn")
    await studio.imagine_halfway("alice", "a fox in the snow")
    async with studio.page("dark", WIDE) as page:
        await studio.take(page, "running")
    await studio.go_on()
    async with studio.page("dark", WIDE) as page:
        await studio.take(page, "playground")
    async with studio.page("light", NARROW) as page:
        await studio.take(page, "phone")


async def typing(studio: Studio) -> None:
    """The command box with an option's hint and its choices."""
    async with studio.page("light", WIDE) as page:
        await page.click("#text")
        await page.keyboard.type("/imag")
        await page.wait_for_selector('#list [data-value="imagine"]')
        await page.keyboard.press("Enter")
        await page.keyboard.type("a castle in the clouds")
        await page.keyboard.press("Tab")
        await page.keyboard.type("sampler:")
        await page.keyboard.type("dpm")
        await page.wait_for_selector("#list li >> text=dpmpp_2m")
        await studio.take(page, "typing")


async def moderation(studio: Studio) -> None:
    """What only a moderator sees."""
    studio.simulator.hold()
    for person, prompt in (("bob", "a robot reading in a garden"), ("alice", "an owl"), ("bob", "an old train")):
        await studio.imagine(person, prompt, until=lambda message: bool(message.buttons))
    await asyncio.sleep(QUIET)
    async with studio.page("dark", WIDE, "mona") as page:
        await studio.discord.person("mona").slash("jobs list")
        await page.wait_for_selector(".message.ephemeral button")
        await studio.take(page, "ephemeral")
    await studio.go_on()


async def refusal(studio: Studio) -> None:
    """A message is deleted under a job: Discord refuses the next edit, and says why."""
    message = await studio.imagine_halfway("alice", "a whale between islands")
    async with studio.page("dark", WIDE) as page:
        await page.click("#inspect")
        await page.click("#clear-requests")
        studio.discord.delete_message(message)
        studio.halt += 1
        studio.simulator.release()
        refused = page.locator("#traffic .refused")
        await refused.nth(1).locator("summary").click()
        await refused.nth(1).locator("pre").first.wait_for()
        await studio.take(page, "refusal")
    await studio.go_on()


async def faults(studio: Studio) -> None:
    """A knob is turned, and what a member sees of it."""
    async with studio.page("light", WIDE) as page:
        await page.click("#inspect")
        await page.click("#tab-faults")
        for group in ("Pace", "Jobs"):
            await page.locator(".board").first.locator("summary", has_text=group).click()
        await page.fill("#knob-simulator-pace_step", "0.5")
        await page.check("#knob-simulator-out_of_memory")
        await studio.imagine("bob", "a city of glass")
        await page.check("#knob-simulator-crash")
        await page.evaluate("document.querySelector('#boards').scrollTop = 0")
        await studio.take(page, "faults")
        await page.click("#reset")
        await page.wait_for_selector("#reset:disabled")


async def workflow(studio: Studio) -> None:
    """A graph as it was exported from ComfyUI, dropped into the folder: the command it becomes, and what that draws."""
    shutil.copy(POSTER, studio.workflows / POSTER.name)
    async with asyncio.timeout(20):
        while not any(command["name"] == "poster" for command in studio.discord.person("alice").commands()):
            await studio.discord.gateway.changed.wait()
    async with studio.page("light", WIDE) as page:
        await page.click("#text")
        await page.keyboard.type("/poster")
        await page.wait_for_selector('#list [data-value="poster"]')
        await page.keyboard.press("Enter")
        await page.keyboard.type("a hot-air balloon over a lake")
        await page.keyboard.press("Tab")
        await page.wait_for_selector('#list [data-value="steps"]')
        await studio.take(page, "workflow")
        for typed in ("seed:77", "steps:20"):
            await page.keyboard.type(typed)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.locator(".message", has_text="a hot-air balloon").locator("img").last.wait_for()
        await studio.go_on()
        await studio.take(page, "workflow-made")


async def adding(studio: Studio) -> None:
    """The same from Discord: what a file would be, before it is kept."""
    await studio.discord.person("olivia").slash("workflows add", file=(POSTER.name, POSTER.read_bytes()), name="card")
    async with studio.page("light", WIDE, "olivia") as page:
        await page.wait_for_selector(".message.ephemeral button >> text=Keep it")
        await studio.take(page, "adding")


async def history(studio: Studio) -> None:
    """What somebody made, with small pictures, and one of it brought back."""
    for prompt in ("a castle in the clouds", "an owl in a forest at night", "a red bicycle by the sea"):
        await studio.imagine("alice", prompt)
    async with studio.page("dark", WIDE) as page:
        answer = await studio.discord.person("alice").slash("history")
        await page.wait_for_selector(".message.ephemeral .thumbnail img")
        await studio.take(page, "history")
        studio.discord.person("alice").dismiss(answer.message)
    job = (await newest(studio.playground.bot.runner.store, studio.discord.person("alice").id, 2))[1]
    async with studio.page("light", WIDE) as page:
        answer = await studio.discord.person("alice").slash("show", job=job.id)
        await answer.wait(lambda message: bool(message.images))
        await page.wait_for_selector(".message.ephemeral img")
        await studio.take(page, "show")
        studio.discord.person("alice").dismiss(answer.message)


async def details(studio: Studio) -> None:
    """What a result was made with, the form to change that, and what made a picture from elsewhere."""
    await studio.imagine("alice", "a fox in the snow", negative="blurry, text", cfg=5.5)
    async with studio.page("light", WIDE, "bob") as page:
        await page.locator("button", has_text="Details").last.click()
        await page.wait_for_selector(".message.ephemeral pre")
        await studio.take(page, "details")
        await page.locator("button", has_text="Edit").last.click()
        await page.wait_for_selector("dialog[open] textarea")
        await studio.take(page, "edit")
        await page.keyboard.press("Escape")
    posted = studio.discord.person("bob").say("what is this drawn with?", picture())
    async with studio.page("dark", WIDE) as page:
        await studio.discord.person("alice").menu("What made this", posted)
        await page.wait_for_selector(".message.ephemeral >> text=What made this")
        await studio.take(page, "origin")


async def results(studio: Studio) -> None:
    """Four pictures and ten with what they can go on to, and what comes of a button."""
    four = await studio.imagine("bob", "a robot reading in a garden", count=4, size="512x512")
    async with studio.page("dark", WIDE) as page:
        await studio.take(page, "four")
    three = await studio.discord.person("alice").click(four, "U3")
    await three.wait(finished, timeout=60)
    async with studio.page("light", WIDE) as page:
        await studio.take(page, "upscaled")
    await studio.imagine("bob", "a whale between islands", count=10, size="512x512")
    async with studio.page("light", WIDE) as page:
        await page.locator(".message").last.locator(".select").first.click()
        await studio.take(page, "ten")


async def grid(studio: Studio) -> None:
    """Several pictures on one sheet."""
    manifest = studio.workflows / "imagine.toml"
    manifest.write_text(f"grid = true\n{manifest.read_text('utf-8')}", encoding="utf-8")
    async with asyncio.timeout(20):
        while not studio.playground.bot.library.variants("imagine")[0].manifest.grid:  # noqa: ASYNC110 - a tool
            await asyncio.sleep(QUIET)
    await studio.imagine("alice", "a fox in the snow", count=4, size="512x512")
    async with studio.page("light", WIDE) as page:
        await page.wait_for_selector("button >> text=Download")
        await studio.take(page, "grid")


async def german(studio: Studio) -> None:
    """A server and a member that speak German: the result, and the commands."""
    guild, alice = studio.discord.guild, studio.discord.person("alice").user
    before = guild.locale, alice.locale
    guild.locale = alice.locale = "de"
    await studio.imagine("alice", "eine Nacht in den Bergen, Vollmond")
    async with studio.page("dark", WIDE) as page:
        await page.click("#text")
        await page.keyboard.type("/z")
        await page.wait_for_selector('#list [data-value="zeichnen"]')
        await studio.take(page, "german")
    guild.locale, alice.locale = before


SCENES: tuple[Scene, ...] = (
    channel,
    typing,
    moderation,
    refusal,
    faults,
    workflow,
    adding,
    history,
    details,
    results,
    grid,
    german,
)


async def shoot(names: Sequence[str]) -> None:
    """Every scene in turn: those for the docs in one playground, then those of the gallery in another.

    With `names` only these of the gallery, beside the pictures that are there.
    """
    program = find_browser()
    if program is None:
        raise SystemExit("There is no Chromium here. Install it, then try again.")
    known = {scene.__name__: scene for scene in EXHIBITION}
    if unknown := set(names) - set(known):
        raise SystemExit(f"There is no scene {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    async with launched(program) as browser:
        if not names:
            await asyncio.to_thread(shutil.rmtree, ALBUM, ignore_errors=True)
            await document(browser)
        await exhibit(browser, ALBUM, [known[name] for name in names or known])


async def document(browser: Browser) -> None:
    """The pictures that README and docs show."""
    now = [BEGINNING]
    with TemporaryDirectory(prefix="easel-") as data:
        workflows = Path(shutil.copytree(WORKFLOWS, Path(data, "workflows")))
        settings = Settings(_env_file=None, workflows_dir=workflows, data_dir=Path(data))
        playground = opened(settings, pace=Pace(preview=448), edit_pace=0, rate_limits=None, clock=lambda: now[0])
        async with playground as running:
            await running.discord.wait_ready()
            await running.bot.pool.backends[0].wait_up()
            studio = Studio(running, browser, FOLDER, ALBUM, workflows, now)
            for scene in SCENES:
                await scene(studio)


if __name__ == "__main__":
    asyncio.run(shoot(sys.argv[1:]))
