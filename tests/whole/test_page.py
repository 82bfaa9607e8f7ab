"""Commands typed on the page in a real browser: hints, choices, mistakes, live edits, and the box that keeps them."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .page_stage import Stage, become, begin, messages, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_command_is_typed_watched_and_seen(page: Page, stage: Stage) -> None:
    await use(page, "draw", "a fox")
    message = messages(page).last
    await expect(message.locator(".context")).to_have_text("AAlice used /draw")
    await expect(message.locator("strong")).to_have_text("a fox")
    await expect(message.locator("img")).to_have_attribute("data-file", "preview.png")
    stage.bot.finish.set()
    await expect(message).to_contain_text("Finished a fox")

    assert await message.locator("img").evaluate("image => [image.complete, image.naturalWidth]") == [True, 64]


async def test_a_reload_finds_person_and_channel_as_they_were(page: Page, stage: Stage) -> None:
    stage.bot.finish.set()
    await become(page, "bob")
    await use(page, "draw", "a fox")
    await expect(messages(page)).to_contain_text("Finished a fox")
    name = await page.locator("#title").inner_text()
    await page.reload()

    await expect(messages(page)).to_have_count(1)
    await expect(messages(page)).to_contain_text("Finished a fox")
    await expect(page.locator("#title")).to_have_text(name)
    await expect(page.locator("[data-person=bob]")).to_have_attribute("aria-checked", "true")


async def test_choices_come_from_the_bot_while_typing(page: Page) -> None:
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Tab")
    await page.keyboard.type("style:")
    await expect(page.locator("#list li")).to_have_text(["oil", "ink", "watercolour"])
    await page.keyboard.type("water")
    await expect(page.locator("#list li")).to_have_text(["watercolour"])
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(messages(page)).to_contain_text("in watercolour")


async def test_choices_that_are_on_their_way_and_none_at_all_are_said(page: Page) -> None:
    await page.route("**/playground/api/autocomplete", lambda route: route.abort())
    await begin(page, "draw")
    await page.keyboard.press("Tab")
    async with page.expect_request("**/playground/api/autocomplete"):
        await page.keyboard.type("style:")
        await expect(page.locator("#hint")).to_contain_text("Loading options…")
    await expect(page.locator("#hint")).to_contain_text("Loading options failed.")
    await page.unroute("**/playground/api/autocomplete")
    await page.keyboard.type("neon")

    await expect(page.locator("#hint")).to_contain_text("No options match your search.")


async def test_an_option_says_what_it_takes_and_what_is_wrong(page: Page) -> None:
    await begin(page, "draw")
    hint, chips = page.locator("#hint"), page.locator(".chip")
    await expect(hint).to_have_text("prompt What to draw required")
    await page.keyboard.press("Enter")
    await expect(hint.locator(".remark")).to_have_text("prompt is required. Specify a value.")
    await expect(chips.first).to_have_class("chip wrong")
    await page.keyboard.type("a fox")
    await expect(chips.first).to_have_class("chip")
    await page.keyboard.press("Tab")
    await expect(page.locator("#tail")).to_have_attribute("placeholder", "+3 more")
    await page.keyboard.type("count:11")
    await expect(hint).to_have_text("count How many between 1 and 10")
    await page.keyboard.press("Enter")

    await expect(hint.locator(".remark")).to_have_text("count has to be between 1 and 10.")
    await expect(messages(page)).to_have_count(0)


async def test_an_option_left_with_a_mistake_is_marked_and_can_be_taken_out(page: Page) -> None:
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Tab")
    await page.keyboard.type("count:many")
    await page.keyboard.press("Tab")
    await expect(page.locator('.chip[data-option="count"]')).to_have_class("chip wrong")
    await page.get_by_role("button", name="Remove count").click()
    await page.keyboard.press("Enter")

    await expect(messages(page)).to_contain_text("a fox")


async def test_escape_closes_a_hint_and_leaves_what_was_typed(page: Page) -> None:
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Escape")
    await expect(page.locator("#popover")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(page.locator(".chip textarea")).to_have_value("a fox")
    await page.locator(".chip textarea").fill("")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")

    await expect(page.locator("#text")).to_be_focused()


async def test_a_draft_waits_in_its_channel(page: Page) -> None:
    room = await page.locator("#title").inner_text()
    await page.keyboard.type("half a sentence")
    await page.click("[data-channel=art]")
    await expect(page.locator("#text")).to_have_value("")
    await page.click(f"[data-channel={room}]")

    await expect(page.locator("#text")).to_have_value("half a sentence")


async def test_a_picture_being_drawn_can_be_cancelled(page: Page) -> None:
    await use(page, "draw", "a fox")
    await messages(page).get_by_role("button", name="Cancel").click()

    await expect(messages(page)).to_contain_text("Cancelled.")


async def test_messages_close_together_go_under_one_name(page: Page) -> None:
    for text in ("one", "two"):
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        await expect(messages(page).last).to_contain_text(text)

    await expect(messages(page).first.locator(".author")).to_be_visible()
    await expect(messages(page).last.locator(".author")).to_be_hidden()
    assert await messages(page).last.evaluate("item => item.previousElementSibling.dataset.message") is not None
