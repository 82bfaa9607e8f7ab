"""A real headless Chromium: found on this machine, started, and pages in it that report what they must not do."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
PATIENCE_MS = 10_000
#: Chromium reports every answer with an error's status like this; the page tells people itself
REFUSED = "Failed to load resource"


def find_browser() -> str | None:
    """The program, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def launched(program: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=SWITCHES)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def showing(browser: Browser, url: str, *, at: float | None = None, **context: Any) -> AsyncIterator[Page]:
    """The playground's page in a fresh profile; AssertionError at the end for a script error or a fetch elsewhere.

    `at` is what the page takes for the time, in seconds since 1970.
    """
    errors: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((url, "blob:")):
            errors.append(f"fetched {request.url}")

    profile = await browser.new_context(**{"viewport": {"width": 1100, "height": 760}, **context})
    try:
        page = await profile.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.extend(_complaint(message)))
        page.on("request", asked)
        if at is not None:
            await page.clock.set_fixed_time(at)
        await page.goto(url)
        await page.wait_for_selector("#app[data-ready]")
        yield page
    finally:
        await profile.close()
    assert not errors


def _complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type == "error" and not message.text.startswith(REFUSED) else []
