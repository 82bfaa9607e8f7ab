"""The page while the bot or the playground goes and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from playwright.async_api import Browser, Page, expect

from bot.comfy.simulator.port import Port
from bot.playground import DiscordServer

from .chromium import showing
from .discord_bot import running
from .page_bot import PageBot
from .page_stage import begin, messages, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def playground(port: int = 0) -> AsyncIterator[tuple[DiscordServer, PageBot]]:
    async with DiscordServer(port=port) as server, running(server, bot := PageBot()):
        yield server, bot


async def test_a_bot_that_went_offline_is_said_to_be(chromium: Browser) -> None:
    async with playground() as (server, bot), showing(chromium, server.url) as page:
        await expect(page.locator("#offline")).to_be_hidden()
        await bot.close()
        await expect(page.get_by_role("status")).to_contain_text("The bot is offline")
        await use(page, "note")

        await expect(page.locator(".message.local")).to_contain_text("The application did not respond")
        await expect(page.locator(".message.local")).to_contain_text("You used /note.")


async def test_a_playground_that_was_started_again_finds_its_page_where_it_was(chromium: Browser) -> None:
    with closing(Port("127.0.0.1")) as port:
        async with playground(port.number) as (server, bot), showing(chromium, server.url) as page:
            await page.click("[data-channel=art]")
            await page.wait_for_selector('#app[data-ready="alice art"]')
            await page.keyboard.type("hello")
            await page.keyboard.press("Enter")
            await expect(messages(page)).to_have_count(1)
            await bot.close()
            await server.close()
            await is_told_of_the_loss(page)
            async with playground(port.number):
                await expect(page.locator("#offline")).to_be_hidden()
                await expect(page.locator("#title")).to_have_text("art")
                await expect(messages(page)).to_have_count(0)
                await expect(page.get_by_role("log")).to_contain_text("Connected again")
                await use(page, "note")

                await expect(page.get_by_role("dialog", name="A note")).to_be_visible()


async def is_told_of_the_loss(page: Page) -> None:
    await expect(page.locator("#offline")).to_contain_text("The playground does not answer.")
    await begin(page, "note")
    await page.keyboard.press("Enter")
    await expect(page.locator("#problem")).to_contain_text("The playground does not answer.")
    await page.get_by_role("button", name="Discard the command").click()
