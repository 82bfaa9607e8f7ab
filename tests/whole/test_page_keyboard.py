"""The page by keyboard alone, and what a screen reader is told."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .page_stage import Stage, messages, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROUND = 60


async def test_every_part_is_reached_with_tab_and_shows_the_focus(page: Page) -> None:
    await use(page, "parts")
    await expect(messages(page)).to_have_count(1)
    seen, hidden = set(), []
    for _step in range(ROUND):
        await page.keyboard.press("Tab")
        spot = await page.evaluate(
            """() => {
              const element = document.activeElement;
              const place = element.closest("#rail, #channels, #persons, #topbar, #messages, #box, #members");
              const style = getComputedStyle(element.closest("#box") ?? element);
              const visible = style.outlineStyle !== "none" || style.boxShadow !== "none";
              return [place?.id ?? "", visible || element === document.body, element.outerHTML.slice(0, 80)];
            }"""
        )
        seen.add(spot[0])
        if not spot[1]:
            hidden.append(spot[2])
        if {"rail", "channels", "persons", "topbar", "messages", "box", "members"} <= seen:
            break

    assert {"rail", "channels", "persons", "topbar", "messages", "box", "members"} <= seen
    assert hidden == []


async def test_arrows_go_from_message_to_message_and_button_to_button(page: Page) -> None:
    for text in ("one", "two"):
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        await expect(messages(page).last).to_contain_text(text)
    await use(page, "parts")
    parts = messages(page).nth(2)
    await parts.focus()
    for key, place in (("ArrowUp", 1), ("Home", 0), ("ArrowDown", 1), ("End", 2)):
        await page.keyboard.press(key)
        await expect(messages(page).nth(place)).to_be_focused()
    row = parts.get_by_role("toolbar")
    await expect(row.locator('[tabindex="0"]')).to_have_count(1)
    await row.get_by_role("button", name="Primary").focus()
    await page.keyboard.press("ArrowRight")
    await expect(row.get_by_role("button", name="Success")).to_be_focused()
    await page.keyboard.press("End")
    await expect(row.get_by_role("link")).to_be_focused()
    await parts.focus()
    await page.keyboard.type("hello")

    await expect(page.locator("#text")).to_have_value("hello")


async def test_arrows_choose_server_channel_and_person(page: Page, stage: Stage) -> None:
    room = await page.locator("#title").inner_text()
    channels = page.get_by_role("navigation", name="Channels")
    await channels.get_by_role("button", name=room).focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("general")
    await page.locator("[data-person=alice]").focus()
    await page.keyboard.press("ArrowDown")
    await page.wait_for_selector('#app[data-ready="bob general"]')

    await expect(page.locator("[data-person=bob]")).to_be_focused()


async def test_the_focus_stays_on_a_button_through_live_edits(page: Page, stage: Stage) -> None:
    await use(page, "draw", "a fox")
    cancel = messages(page).get_by_role("button", name="Cancel")
    await cancel.focus()
    await messages(page).evaluate("item => { item.dataset.old = ''; }")
    (shown,) = stage.discord.channel(await page.locator("#title").inner_text()).messages.values()
    stage.discord.world.notify(shown)
    await expect(page.locator("[data-old]")).to_have_count(0)
    await expect(cancel).to_be_focused()
    stage.bot.finish.set()
    await expect(messages(page)).to_contain_text("Finished a fox")

    await expect(messages(page)).to_be_focused()


async def test_a_list_tells_which_entry_is_marked(page: Page) -> None:
    await page.keyboard.type("/")
    marked = page.locator('#list [aria-selected="true"]')
    first = await marked.get_attribute("id")
    await expect(page.locator("#text")).to_have_attribute("aria-activedescendant", first or "")
    await page.keyboard.press("ArrowDown")
    second = await marked.get_attribute("id")
    assert second != first
    await expect(page.locator("#text")).to_have_attribute("aria-activedescendant", second or "")
    await page.keyboard.press("Escape")

    await expect(page.locator("#text")).not_to_have_attribute("aria-activedescendant", second or "")


async def test_what_others_say_is_announced_and_one_s_own_words_are_not(page: Page, stage: Stage) -> None:
    log = page.get_by_role("log")
    stage.discord.person("bob").say("hello", channel=await page.locator("#title").inner_text())
    await expect(log).to_have_text("Bob: hello")
    await page.keyboard.type("hi")
    await page.keyboard.press("Enter")
    await use(page, "draw", "a fox")
    await expect(log.locator("p")).to_have_count(3)

    told = ["Bob: hello", "Easel is thinking…", "Easel: Drawing a fox in oil 1 picture"]
    assert await log.locator("p").all_inner_texts() == told


NAMELESS = """() => {
  const words = (element) => [element.getAttribute("aria-label"), element.textContent, element.title, element.alt,
    ...(element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map((label) => label.textContent)].some((text) => text?.trim());
  const silent = ["presentation", "status", "alert", "log"].map((role) => `[role=${role}]`);
  const parts = `button, select, input, textarea, a, img, video, audio, dialog[open], [role]:not(${silent})`;
  return [...document.querySelectorAll(parts)].filter((element) => element.checkVisibility() && !words(element))
    .map((element) => element.outerHTML.slice(0, 200));
}"""


async def test_everything_has_a_name(page: Page) -> None:
    """Buttons, fields, selects and pictures, in the channel and in the panel."""
    await use(page, "parts")
    await expect(messages(page)).to_have_count(1)
    await page.click("#inspect")
    await page.click("#tab-faults")
    for summary in await page.locator(".board summary").all():
        if not await summary.evaluate("summary => summary.parentElement.open"):
            await summary.click()

    assert await page.locator("#boards input").count() > 5
    assert await page.evaluate(NAMELESS) == []
