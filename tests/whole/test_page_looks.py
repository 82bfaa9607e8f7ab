"""How the page looks: readable in both themes, nothing beside the window on a phone, targets for fingers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from .discord_bot import picture
from .page_measures import faint_texts, overflowing, small_targets
from .page_stage import Stage, become, begin, messages, paste, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FINGER = 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(stage: Stage, scheme: str) -> None:
    async with stage.visit(color_scheme=scheme) as page:
        faint = await faint_texts(page)
        await use(page, "parts")
        await page.get_by_role("button", name="Primary").click()
        await expect(page.locator(".message.ephemeral")).to_be_visible()
        faint += await faint_texts(page)
        await page.get_by_role("combobox", name="One style").click()
        faint += await faint_texts(page)
        await page.keyboard.press("Escape")
        await begin(page, "draw")
        faint += await faint_texts(page)
        await page.keyboard.press("Enter")
        await expect(page.locator("#popover")).to_have_class("wrong")
        faint += await faint_texts(page)
        await page.get_by_role("button", name="Discard the command").click()
        await use(page, "form")
        await expect(page.get_by_role("textbox", name="Words")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(".field .failure").first).to_be_visible()

        assert "\n".join(faint + await faint_texts(page)) == ""


async def test_a_theme_that_was_chosen_is_kept(stage: Stage) -> None:
    async with stage.visit(color_scheme="dark") as page:
        back = "getComputedStyle(document.body).backgroundColor"
        dark = await page.evaluate(back)
        await page.get_by_role("button", name="Theme: as the system").click()
        light = await page.evaluate(back)
        await page.reload()
        await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
        again = await page.evaluate(back)
        await page.get_by_role("button", name="Theme: light").click()

        assert [dark, light, again, await page.evaluate(back)] == [
            "rgb(49, 51, 56)",
            "rgb(255, 255, 255)",
            "rgb(255, 255, 255)",
            "rgb(49, 51, 56)",
        ]


async def test_nothing_moves_for_those_who_want_it_still(stage: Stage) -> None:
    async with stage.visit(reduced_motion="reduce") as page:
        await use(page, "draw", "a fox")
        moving = await page.evaluate("document.getAnimations().length")

        assert moving == 0


async def test_on_a_phone_nothing_sticks_out_and_fingers_hit(stage: Stage) -> None:
    async with stage.visit(**PHONE) as page:
        problems: list[str] = []

        async def look() -> None:
            problems.extend(await overflowing(page) + await small_targets(page, FINGER))

        await look()
        await use(page, "parts")
        await page.get_by_role("button", name="Primary").tap()
        await expect(page.locator(".message.ephemeral")).to_be_visible()
        await look()
        await page.get_by_role("combobox", name="One style").tap()
        await look()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="More").last.tap()
        await look()
        await page.keyboard.press("Escape")
        await paste(page, "a picture with quite a long name for a phone.png", picture())
        await look()
        await begin(page, "draw")
        await page.keyboard.type("a very long prompt that takes more than the width of a small telephone " * 3)
        await page.locator("#tail").tap()
        await page.locator('#list [data-value="style"]').tap()
        await expect(page.locator("#list li")).to_have_count(3)
        await look()
        await page.get_by_role("button", name="Discard the command").tap()
        await use(page, "form")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await look()

        assert "\n".join(problems) == ""


async def test_on_a_phone_the_places_are_drawers(stage: Stage) -> None:
    async with stage.visit(**PHONE) as page:
        sidebar, members = page.locator("#sidebar"), page.locator("#members")
        await expect(sidebar).not_to_be_in_viewport()
        await expect(members).to_be_hidden()
        await page.get_by_role("button", name="Channels and people").tap()
        await expect(sidebar).to_be_in_viewport(ratio=1)
        assert await overflowing(page) + await small_targets(page, FINGER) == []
        await become(page, "bob")
        await expect(sidebar).not_to_be_in_viewport()
        await page.get_by_role("button", name="Members").tap()
        await expect(members).to_be_in_viewport()
        await page.keyboard.press("Escape")
        await expect(members).to_be_hidden()
        await page.get_by_role("button", name="Channels and people").tap()
        await page.touchscreen.tap(380, 400)

        await expect(sidebar).not_to_be_in_viewport()


async def test_a_long_prompt_and_a_wide_word_stay_in_the_channel(page: Page, stage: Stage) -> None:
    await page.set_viewport_size({"width": 780, "height": 600})
    await page.keyboard.type("w" * 600)
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_have_count(1)

    assert await overflowing(page) == []
