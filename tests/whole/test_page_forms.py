"""Forms and select menus on the page in a real browser: every kind of field, its mistakes, and what the bot is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from .discord_bot import picture
from .page_stage import Stage, become, messages, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_form_explains_its_mistakes_and_sends_every_field(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "my fox.png"
    photo.write_bytes(picture())
    await use(page, "form")
    form = page.get_by_role("dialog", name="A form of every kind")
    words = form.get_by_role("textbox", name="Words")
    await expect(words).to_be_focused()
    await expect(form).to_contain_text("This form will be submitted to Easel.")
    await page.keyboard.type("fo")
    await expect(form.locator(".counter")).to_have_text("2/40")
    await page.keyboard.press("Enter")
    await expect(form.locator(".field .failure:visible")).to_have_text(
        ["Write at least 3 characters.", "This field is required."]
    )
    await expect(words).to_be_focused()
    await page.keyboard.type("x")
    await form.get_by_role("radio", name="Wild").check()
    await expect(form.locator(".failure:visible")).to_have_count(0)
    async with page.expect_file_chooser() as chooser:  # early: Chromium is told of it in the background
        for extra in ("Snow", "Moon", "Birds"):
            await form.get_by_role("checkbox", name=extra).check()
        await form.get_by_role("button", name="browse").click()
    await (await chooser.value).set_files(photo)
    await form.get_by_role("button", name="Submit").click()
    await expect(form.locator(".failure:visible")).to_have_text("Choose at most 2.")
    await form.get_by_role("checkbox", name="Birds").uncheck()
    await form.get_by_role("button", name="Submit").click()

    await expect(form).to_be_hidden()
    told = ["words fox", "mood wild", "extras snow, moon", "files my_fox.png"]
    await expect(messages(page).locator(".markdown p")).to_have_text(told)
    await expect(page.locator("#text")).to_be_focused()


async def test_the_other_fields_choose_and_a_form_closes_with_escape(page: Page) -> None:
    await use(page, "more")
    form = page.get_by_role("dialog", name="The other fields")
    style = form.get_by_role("combobox", name="Style")
    await style.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(style).to_have_text("Ink")
    await form.get_by_role("combobox", name="Friend").click()
    await page.keyboard.type("bo")
    await expect(form.get_by_role("option")).to_have_text(["BBobbob"])
    await page.keyboard.press("Escape")
    await expect(form).to_be_visible()
    await form.get_by_role("button", name="Submit").click()
    await expect(form.locator(".field .failure:visible")).to_have_text("This field is required.")
    await page.keyboard.press("Escape")

    await expect(form).to_be_hidden()
    await expect(page.locator("#text")).to_be_focused()


async def test_a_form_s_answer_is_for_one_s_own_eyes(page: Page) -> None:
    await use(page, "note")
    await expect(page.get_by_role("dialog", name="A note").get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("a fox")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral")).to_contain_text("noted: a fox")
    await expect(page.locator(".message.ephemeral")).to_contain_text("Only you can see this")
    await become(page, "bob")

    await expect(messages(page)).to_have_count(0)


async def test_select_menus_in_messages_send_what_was_chosen(page: Page) -> None:
    await use(page, "parts")
    told = page.locator(".message.ephemeral .markdown").last
    await page.get_by_role("combobox", name="One style").click()
    await page.get_by_role("option", name="Chalk").click()
    await expect(told).to_have_text("chosen: chalk")
    await page.get_by_role("combobox", name="Two styles").press("Enter")
    for key in ("Enter", "ArrowDown", " ", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("option", name="Chalk").last).to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("Escape")
    await expect(told).to_have_text("chosen: oil, ink")
    await page.get_by_role("combobox", name="A person").click()
    await page.keyboard.type("mon")
    await page.keyboard.press("Enter")
    await expect(told).to_have_text("chosen: mona")
    await page.get_by_role("combobox", name="A channel").click()
    await page.get_by_role("option", name="art").click()
    await expect(told).to_have_text("chosen: art")

    assert (
        await page.locator(".message.ephemeral .quoted").all_inner_texts()
        == ["A section with two texts and a button with a thumbnail and a secret"] * 4
    )


async def test_only_moderators_are_offered_their_commands(page: Page, stage: Stage) -> None:
    await page.keyboard.type("/cle")
    await expect(page.locator("#hint")).to_have_text("No command of that name is offered to you here.")
    await become(page, "mona")
    await expect(page.locator("#text")).to_have_value("")
    await page.keyboard.type("/cle")

    await expect(page.locator("#list li")).to_have_count(1)
