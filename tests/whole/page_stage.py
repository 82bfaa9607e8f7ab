"""What the page's tests stand on: one browser, a bot that shows everything, a channel of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Locator, Page

from bot.playground import DiscordServer

from .chromium import find_browser, launched, showing
from .discord_bot import running
from .page_bot import PageBot

#: Chromium reports every answer with an error's status like this; the page tells people itself
REFUSED = "Failed to load resource"


class Stage:
    """A Discord with the page's bot on it, seen through one browser."""

    def __init__(self, discord: DiscordServer, bot: PageBot, browser: Browser) -> None:
        self.discord = discord
        self.bot = bot
        self.browser = browser
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def visit(self, person: str = "alice", **context: Any) -> AsyncIterator[Page]:
        """The page in a fresh profile, open at a new channel; AssertionError where the console reports an error."""
        channel = self.discord.add_channel(f"room-{next(self._numbers)}")
        kept = {"person": person, "channel": str(channel.id)}
        state = [{"name": name, "value": value} for name, value in kept.items()]
        profile = {"cookies": [], "origins": [{"origin": self.discord.url, "localStorage": state}]}
        problems: list[str] = []
        async with showing(self.browser, self.discord.url, storage_state=profile, **context) as page:
            page.on("console", lambda message: problems.extend(complaint(message)))
            yield page
        assert not problems


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("missing browser: no Chromium")
    async with launched(program) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage(chromium: Browser) -> AsyncIterator[Stage]:
    async with DiscordServer(banner="Pictures come from nowhere.") as server, running(server, bot := PageBot()):
        yield Stage(server, bot, chromium)


@pytest_asyncio.fixture(loop_scope="session")
async def page(stage: Stage) -> AsyncIterator[Page]:
    stage.bot.finish.clear()
    async with stage.visit() as page:
        yield page


def complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type == "error" and not message.text.startswith(REFUSED) else []


def messages(page: Page) -> Locator:
    return page.locator("[data-message]")


async def begin(page: Page, command: str) -> None:
    """Choose a command by typing part of its name."""
    await page.locator("#text").focus()
    await page.keyboard.type(f"/{command[:3]}")
    await page.wait_for_selector(f'#list [data-value="{command}"]')
    await page.keyboard.press("Enter")


async def use(page: Page, command: str, *typed: str) -> None:
    """Send a command with its required options typed in order."""
    await begin(page, command)
    for text in typed:
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


async def become(page: Page, person: str) -> None:
    await page.click(f"[data-person={person}]")
    await page.wait_for_selector(f'#app[data-ready^="{person} "]')


async def paste(page: Page, name: str, data: bytes) -> None:
    """A file from the clipboard, into whatever has the focus."""
    await page.evaluate(
        """([name, bytes]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
          const event = new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true});
          document.activeElement.dispatchEvent(event);
        }""",
        [name, list(data)],
    )


async def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    measured = await page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    return int(measured)
