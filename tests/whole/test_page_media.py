"""Files on the page: uploads by chooser, paste and drop; galleries, large pictures, texts, spoilers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from .discord_bot import picture
from .page_stage import Stage, begin, messages, paste, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_picture_is_uploaded_with_a_command(page: Page, stage: Stage, tmp_path: Path) -> None:
    photo = tmp_path / "my fox.png"
    photo.write_bytes(picture())
    stage.bot.finish.set()
    async with page.expect_file_chooser() as chooser:  # from the beginning: Chromium is told of it in the background
        await begin(page, "draw")
        await page.keyboard.type("a fox")
        await page.keyboard.press("Tab")
        await page.keyboard.type("source:")
        await page.keyboard.press("Enter")
    await (await chooser.value).set_files(photo)
    await expect(page.locator(".chip .file-button")).to_contain_text("my fox.png")
    await expect(page.locator(".chip img")).to_be_visible()
    await page.get_by_role("button", name="Send the command").click()

    await expect(page.locator(".message .subtext")).to_have_text("from my_fox.png")


async def test_a_pasted_picture_goes_where_the_command_takes_one(page: Page, stage: Stage) -> None:
    stage.bot.finish.set()
    await begin(page, "draw")
    await page.keyboard.type("a fox")
    await paste(page, "pasted.png", picture())
    await expect(page.locator('.chip[data-option="source"]')).to_contain_text("pasted.png")
    await page.get_by_role("button", name="Send the command").click()
    await expect(page.locator(".message .subtext")).to_have_text("from pasted.png")
    await begin(page, "note")
    await paste(page, "pasted.png", picture())

    await expect(page.locator("#problem")).to_have_text("/note takes no file.")


async def test_files_wait_in_a_tray_until_the_message_is_sent(page: Page) -> None:
    cards = page.locator("#tray li")
    await paste(page, "one.png", picture())
    await paste(page, "two.png", picture("blue"))
    await expect(cards).to_have_count(2)
    await page.get_by_role("button", name="Remove one.png").click()
    await expect(cards).to_have_count(1)
    await page.locator("#text").focus()
    await page.keyboard.type("look")
    await page.keyboard.press("Enter")

    await expect(messages(page).locator("img")).to_have_attribute("data-file", "two.png")
    await expect(messages(page)).to_contain_text("look")
    await expect(cards).to_have_count(0)


async def test_a_file_over_the_limit_is_refused_before_it_is_sent(page: Page) -> None:
    await page.evaluate("import('/page/store.js').then(({store}) => { store.state.upload_limit = 10; })")
    await paste(page, "large.png", picture())

    await expect(page.locator("#problem")).to_have_text(
        "large.png is larger than this server's 10 bytes. Choose a smaller file."
    )
    await expect(page.locator("#tray")).to_be_hidden()


async def test_a_file_can_be_dropped_anywhere_in_the_channel(page: Page) -> None:
    await page.evaluate(
        """(bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], "dropped.png", {type: "image/png"}));
          const area = document.querySelector("#scroll");
          for (const type of ["dragover", "drop"])
            area.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        list(picture()),
    )

    await expect(page.locator("#tray li")).to_contain_text("dropped.png")
    await expect(page.locator("#drop")).to_be_hidden()


async def test_pictures_fill_their_gallery_from_one_to_ten(page: Page) -> None:
    filled = {}
    for count in range(1, 11):
        await use(page, "pictures", str(count))
        gallery = page.locator(".gallery").nth(count - 1)
        await expect(gallery.locator("img")).to_have_count(count)
        filled[count] = await gallery.evaluate(
            """(gallery) => {
              const area = (element) => element.getBoundingClientRect().width * element.getBoundingClientRect().height;
              return [...gallery.querySelectorAll("img")].reduce((sum, image) => sum + area(image), 0) / area(gallery);
            }"""
        )

    assert {count: share for count, share in filled.items() if share < 0.95} == {}


async def test_pictures_are_leafed_through_large_with_the_keyboard(page: Page) -> None:
    await use(page, "pictures", "3")
    pictures = page.locator(".gallery .picture")
    await pictures.nth(1).press("Enter")
    large = page.get_by_role("dialog", name="Picture")
    await expect(large.get_by_role("status")).to_contain_text("2 of 3 · 1.png")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(large.get_by_role("status")).to_contain_text("1 of 3 · 0.png")
    await large.get_by_role("button", name="Previous picture").click()
    await expect(large.get_by_role("status")).to_contain_text("3 of 3 · 2.png")
    await page.keyboard.press("Escape")

    await expect(large).to_be_hidden()
    await expect(pictures.nth(1)).to_be_focused()


async def test_texts_are_read_and_spoilers_uncovered_in_place(page: Page) -> None:
    await use(page, "parts")
    text = page.locator(".excerpt")
    await expect(text).to_contain_text("line 12")
    await expect(page.locator("#jump")).to_be_hidden()
    shut = await text.evaluate("element => element.scrollHeight > element.clientHeight")
    await page.get_by_role("button", name="Expand").click()
    await expect(page.get_by_role("button", name="Collapse")).to_have_attribute("aria-expanded", "true")
    assert [shut, await text.evaluate("element => element.scrollHeight > element.clientHeight")] == [True, False]
    hidden = page.locator(".spoiled img")
    await expect(hidden).to_be_hidden()
    await page.get_by_role("button", name="Spoiler: show").last.press("Enter")
    await expect(hidden).to_be_visible()
    secret = page.locator(".message .spoiler > span")
    await expect(secret).to_be_hidden()
    await expect(page.locator("#announcer")).to_contain_text("with a thumbnail")
    await expect(page.locator("#announcer")).not_to_contain_text("secret")
    await page.get_by_role("button", name="Spoiler: show").press("Enter")

    await expect(secret).to_have_text("and a secret")
    await expect(secret).to_be_visible()
