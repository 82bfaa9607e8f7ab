"""The page in a real browser: commands typed as in Discord, live edits, buttons, forms, files, other people."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from playwright.async_api import Request as BrowserRequest

from bot.playground import DiscordServer

from .discord_bot import picture, running
from .page_bot import PageBot

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests here; each gets a fresh profile."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("missing browser: none of " + ", ".join(BROWSERS))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(banner="Pictures come from nowhere.") as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def bot(server: DiscordServer) -> AsyncIterator[PageBot]:
    async with running(server, bot := PageBot()):
        yield bot


@pytest_asyncio.fixture(loop_scope="module")
async def page(server: DiscordServer, bot: PageBot, browser: Browser) -> AsyncIterator[Page]:
    errors: list[str] = []

    def asked(request: BrowserRequest) -> None:
        if not request.url.startswith((server.url, "blob:")):
            errors.append(f"fetched {request.url}")

    context = await browser.new_context(viewport={"width": 1100, "height": 760})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", asked)
    await opened(page, server.url)
    yield page
    await context.close()
    assert not errors


async def opened(page: Page, url: str) -> None:
    await page.goto(url)
    await page.wait_for_selector("#app[data-ready]")
    await page.click("#text")


async def begin(page: Page, command: str) -> None:
    """Choose a command by typing part of its name."""
    await page.click("#text")
    await page.keyboard.type(f"/{command[:3]}")
    await page.wait_for_selector(f'#list [data-value="{command}"]')
    await page.keyboard.press("Enter")


async def test_a_command_is_typed_watched_and_seen(page: Page, server: DiscordServer, bot: PageBot) -> None:
    await begin(page, "draw")
    await page.keyboard.press("Enter")
    await expect(page.locator("#hint .remark")).to_have_text("prompt is required. Specify a value.")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Tab")
    await page.keyboard.type("count:")
    await page.keyboard.type("11")
    await page.keyboard.press("Enter")
    await expect(page.locator("#hint .remark")).to_have_text("count has to be between 1 and 10.")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    message = page.locator(".message").last
    await expect(message).to_contain_text("Alice used /draw")
    await expect(message.locator("strong")).to_have_text("a fox")
    await expect(message.locator("img")).to_have_attribute("data-file", "preview.png")
    bot.finish.set()
    await expect(message).to_contain_text("Finished a fox")

    assert await message.locator("img").evaluate("image => [image.complete, image.naturalWidth]") == [True, 64]
    await page.reload()
    await expect(page.locator(".message")).to_have_count(1)
    await expect(page.locator(".message")).to_contain_text("Finished a fox")


async def test_choices_come_from_the_bot_while_typing(page: Page, bot: PageBot) -> None:
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Tab")
    await page.keyboard.type("sty")
    await page.keyboard.press("Enter")
    await page.keyboard.type("water")
    await page.wait_for_selector('#list [data-value="watercolour"]')
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message")).to_contain_text("in watercolour")


async def test_cancel_is_pressed(page: Page) -> None:
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Enter")
    await page.locator(".message").get_by_role("button", name="Cancel").click()

    await expect(page.locator(".message")).to_contain_text("Cancelled.")


async def test_a_picture_is_uploaded(page: Page, bot: PageBot, tmp_path: Path) -> None:
    photo = tmp_path / "my fox.png"
    photo.write_bytes(picture())
    bot.finish.set()
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Tab")
    await page.keyboard.type("sou")
    await page.keyboard.press("Enter")
    await page.set_input_files('[data-file-for="source"]', photo)
    await page.get_by_role("button", name="Send the command").click()

    await expect(page.locator(".message .subtext")).to_have_text("from my_fox.png")


async def test_a_form_is_answered_for_ones_own_eyes(page: Page) -> None:
    await begin(page, "note")
    await page.keyboard.press("Enter")
    form = page.locator("#modal")
    await expect(form.get_by_role("heading")).to_have_text("A note")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.locator(".field .failure")).to_have_text("This field is required.")
    await form.get_by_role("textbox").fill("a fox")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(page.locator(".message.ephemeral")).to_contain_text("Only you can see this")

    await page.click("[data-person=bob]")
    await page.wait_for_selector('#app[data-ready="bob general"]')
    await expect(page.locator(".message")).to_have_count(0)


async def test_only_moderators_are_offered_their_commands(page: Page) -> None:
    await page.keyboard.type("/cle")
    await expect(page.locator("#hint")).to_have_text("No command of that name is offered to you here.")
    await page.click("[data-person=mona]")
    await page.wait_for_selector('#app[data-ready="mona general"]')
    await page.click("#text")
    await page.keyboard.type("/cle")

    await expect(page.locator("#list li")).to_have_count(1)


async def test_a_bot_that_went_offline_is_said_to_be(page: Page, bot: PageBot) -> None:
    await bot.close()
    await expect(page.locator("#offline")).to_be_visible()
    await begin(page, "note")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.local")).to_contain_text("The application did not respond")
