"""`python -m tests.whole.screenshots [FOLDER]`: the playground's page as README and docs show it, into docs/images."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageChops
from playwright.async_api import Browser, Page

from bot.comfy.simulator import Pace, Simulator
from bot.playground import DiscordServer, Message
from bot.playground.play import Playground, opened
from bot.settings import Settings
from tests.whole.chromium import find_browser, launched, showing
from tests.whole.conftest import WORKFLOWS, finished, shows

FOLDER = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 250_000
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
BEGINNING = 1_768_069_200.0  # a Saturday evening, seconds since 1970
NOTICED = 0.001  # the share of a picture that has to change for it to be written anew
QUIET = 0.4  # seconds without an edit, after which a message that is held is as it stays
#: what differs from run to run, and is of no interest in a picture
STYLE = ".ms { visibility: hidden }"

Scene = Callable[["Studio"], Awaitable[None]]


@dataclass
class Studio:
    """A playground with nothing random in it: its clock moves when a scene says so, every seed is given."""

    playground: Playground
    browser: Browser
    folder: Path
    now: list[float]
    seeds: Iterator[int] = field(default_factory=lambda: count(900))
    #: the step at which the sampler waits; 0 for none
    halt: int = 0

    def __post_init__(self) -> None:
        self.simulator.on(self._watch)

    @property
    def discord(self) -> DiscordServer:
        return self.playground.discord

    @property
    def simulator(self) -> Simulator:
        assert self.playground.simulator is not None
        return self.playground.simulator

    def say(self, person: str, text: str) -> None:
        self.now[0] += 50
        self.discord.person(person).say(text)

    async def imagine(self, person: str, prompt: str, *, until: Callable[[Message], bool] = finished) -> Message:
        self.now[0] += 40
        values = {"prompt": prompt, "seed": next(self.seeds), "size": "768x512", "steps": 20}
        answer = await self.discord.person(person).slash("imagine", values=values, timeout=20)
        return await answer.wait(until, timeout=60)

    async def imagine_halfway(self, person: str, prompt: str, step: int = 15) -> Message:
        """A job that is held at that step, shown with the preview of it."""
        self.halt = step
        message = await self.imagine(person, prompt, until=shows(f"step {step} of 20"))
        versions = -1
        while versions != len(message.versions):
            versions = len(message.versions)
            await asyncio.sleep(QUIET)
        return message

    async def go_on(self) -> None:
        """Until no job is on its way, and the last edit has arrived."""
        self.halt = 0
        self.simulator.release()
        store = self.playground.bot.runner.store
        async with asyncio.timeout(30):
            while await store.select():  # noqa: ASYNC110 - a tool looks now and then; no test does
                await asyncio.sleep(QUIET / 4)
            await asyncio.sleep(QUIET)

    def _watch(self, moment: str, facts: Mapping[str, Any]) -> None:
        if moment == "step" and facts["value"] == self.halt:
            self.simulator.hold()

    @asynccontextmanager
    async def page(self, scheme: str, size: dict[str, int], person: str = "alice") -> AsyncIterator[Page]:
        profile: dict[str, Any] = {
            "viewport": size,
            "color_scheme": scheme,
            "reduced_motion": "reduce",
            "bypass_csp": True,  # for a style of our own
            "timezone_id": "UTC",
            "locale": "en-US",
            "storage_state": {"origins": [{"origin": self.discord.url, "localStorage": _stored(person=person)}]},
        }
        async with showing(self.browser, self.discord.url, at=self.now[0], **profile) as page:
            yield page

    async def take(self, page: Page, name: str) -> None:
        """The page as it is once every picture is there, named for what it shows."""
        await page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
        await page.evaluate(STEADY)
        picture = await page.screenshot(style=STYLE, animations="disabled")
        small = await asyncio.to_thread(_reduced, picture)
        path = self.folder / f"{name}.png"
        if len(small) > MOST_BYTES:
            raise SystemExit(f"{path.name} has {len(small)} bytes; at most {MOST_BYTES} are wanted")
        if not path.exists() or not _same(path.read_bytes(), small):
            path.write_bytes(small)
            print(f"{path.name}: {len(small) // 1000} kB")  # noqa: T201 - what is new


#: Times that were really measured read the same in every run, and the newest message is in sight.
STEADY = r"""() => {
  const texts = document.createTreeWalker(document.querySelector("#messages"), NodeFilter.SHOW_TEXT);
  let jobs = 0;
  const ready = () => `in ${4 + 5 * (jobs++ % 3)} seconds`;
  const told = (text) => text.replace(/\d+\.\d s$/, "4.6 s").replace(/^(in \d+ seconds?|now)$/, ready);
  while (texts.nextNode()) texts.currentNode.nodeValue = told(texts.currentNode.nodeValue);
  const scroll = document.querySelector("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
}"""


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


SCENES: tuple[Scene, ...] = (channel, typing, moderation, refusal, faults)


async def shoot(folder: Path) -> None:
    """Every scene in turn, in one playground."""
    program = find_browser()
    if program is None:
        raise SystemExit("There is no Chromium here. Install it, then try again.")
    now = [BEGINNING]
    with TemporaryDirectory(prefix="easel-") as data:
        settings = Settings(_env_file=None, workflows_dir=WORKFLOWS, data_dir=Path(data))
        playground = opened(settings, pace=Pace(preview=448), edit_pace=0, rate_limits=None, clock=lambda: now[0])
        async with playground as running, launched(program) as browser:
            await running.discord.wait_ready()
            await running.bot.pool.backends[0].wait_up()
            studio = Studio(running, browser, folder, now)
            for scene in SCENES:
                await scene(studio)


def _stored(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _reduced(picture: bytes) -> bytes:
    """The same as a small PNG."""
    file = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").save(file, "PNG", optimize=True)
    return file.getvalue()


def _same(before: bytes, after: bytes) -> bool:
    """Whether two pictures show the same: a corner is not drawn alike twice, and an edit more or less is no news."""
    first, second = (Image.open(BytesIO(data)).convert("L") for data in (before, after))
    if first.size != second.size:
        return False
    unlike = ImageChops.difference(first, second).point(lambda value: 255 if value > 16 else 0)
    return unlike.histogram()[255] < NOTICED * unlike.width * unlike.height


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(target))
