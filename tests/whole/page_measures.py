"""How well text stands out in the page, how large targets are, whether anything sticks out; measured by the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SOURCE = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


async def faint_texts(page: Page) -> list[str]:
    """Texts whose contrast with what is behind them is less than WCAG's AA asks for, with the ratio."""
    return await _measure(page, "faint")


async def small_targets(page: Page, least: int) -> list[str]:
    """Buttons, fields and entries that are lower or narrower than `least` px."""
    return await _measure(page, "small", least)


async def overflowing(page: Page) -> list[str]:
    """Places whose contents are wider than they are."""
    return await _measure(page, "outside")


async def _measure(page: Page, name: str, argument: Any = None) -> list[str]:
    found: list[str] = await page.evaluate(f"(argument) => {SOURCE.strip()}.{name}(argument)", argument)
    return found
