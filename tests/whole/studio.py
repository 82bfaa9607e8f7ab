"""A playground with a browser before it, which can be photographed: nothing in it is random."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageChops
from playwright.async_api import Browser, Page, ViewportSize

from bot.comfy.simulator import Simulator
from bot.playground import Channel, DiscordServer, Message
from bot.playground.play import Playground
from tests.whole.chromium import showing
from tests.whole.conftest import finished, shows

MOST_BYTES = 250_000
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=780)
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
BEGINNING = 1_768_069_200.0  # a Saturday evening, seconds since 1970
NOTICED = 0.001  # the share of a picture that has to change for it to be written anew
QUIET = 0.4  # seconds without an edit, after which a message that is held is as it stays
#: what differs from run to run, and is of no interest in a picture
STYLE = ".ms { visibility: hidden }"


@dataclass
class Studio:
    """A playground with nothing random in it: its clock moves when a scene says so, every seed is given."""

    playground: Playground
    browser: Browser
    #: what README and docs show, each in one theme
    folder: Path
    #: every picture, in `light` and in `dark`
    album: Path
    workflows: Path
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

    async def imagine(
        self, person: str, prompt: str, *, until: Callable[[Message], bool] = finished, **options: object
    ) -> Message:
        self.now[0] += 40
        values = {"prompt": prompt, "seed": next(self.seeds), "size": "768x512", "steps": 20, **options}
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
    async def page(
        self, scheme: str, size: ViewportSize, person: str = "alice", channel: Channel | None = None
    ) -> AsyncIterator[Page]:
        place = {"channel": str(channel.id)} if channel is not None else {}
        stored = _stored(person=person, **place)
        profile: dict[str, Any] = {
            "viewport": size,
            "color_scheme": scheme,
            "reduced_motion": "reduce",
            "bypass_csp": True,  # for a style of our own
            "timezone_id": "UTC",
            "locale": "en-US",
            "storage_state": {"origins": [{"origin": self.discord.url, "localStorage": stored}]},
        }
        async with showing(self.browser, self.discord.url, at=self.now[0], **profile) as page:
            yield page

    async def take(self, page: Page, name: str) -> None:
        """The page as it is, named for what it shows: for the docs, and in both themes for the album."""
        own = await self.keep(page, name)
        small = await asyncio.to_thread(_reduced, own)
        path = self.folder / f"{name}.png"
        if len(small) > MOST_BYTES:
            raise SystemExit(f"{path.name} has {len(small)} bytes; at most {MOST_BYTES} are wanted")
        if not path.exists() or not _same(path.read_bytes(), small):
            path.write_bytes(small)
            print(f"{path.name}: {len(small) // 1000} kB")  # noqa: T201 - what is new

    async def keep(self, page: Page, name: str) -> bytes:
        """The same in both themes for the album alone; returns that in the theme which the page has."""
        await page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
        dark = await page.evaluate(DARK)
        for scheme in THEMES if dark else THEMES[::-1]:  # its own comes last
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(STEADY)
            picture = await page.screenshot(style=STYLE, animations="disabled")
            path = self.album / scheme / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
        return picture


DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
#: Times that were really measured read the same in every run, and the newest message is in sight.
STEADY = r"""() => {
  const texts = document.createTreeWalker(document.querySelector("#messages"), NodeFilter.SHOW_TEXT);
  let jobs = 0;
  const ready = () => `in ${4 + 5 * (jobs++ % 3)} seconds`;
  const awaited = (node) => /ready $/.test(node.parentNode.previousSibling?.textContent);
  const told = (node) => awaited(node) ? node.nodeValue.replace(/^(in \d+ seconds?|now)$/, ready) : node.nodeValue;
  const steady = (text) => text.replace(/\d+\.\d\s(s\b)/, "4.6\u00a0$1");
  while (texts.nextNode()) texts.currentNode.nodeValue = steady(told(texts.currentNode));
  const scroll = document.querySelector("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
}"""


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
