"""The real bot on the page: /imagine by keyboard alone, its bar, preview and picture; cancelled by whom it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer

from .chromium import showing
from .conftest import SD15, Easel, hold_at, listed
from .page_stage import become, begin, messages

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def simulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulator]:
    """Stops in the middle of each picture, until it is released."""
    async with Simulator(data_dir=tmp_path_factory.mktemp("comfyui"), models=SD15) as simulator:
        hold_at(simulator, 5)
        yield simulator


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordServer]:
    """A Discord with Easel on it."""
    folder = tmp_path_factory.mktemp("easel") / "data"
    async with DiscordServer(answer_window=15.0) as server, Easel(server, (simulator.url,), folder).running() as bot:
        await listed(bot)
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, server: DiscordServer) -> AsyncIterator[Page]:
    async with showing(chromium, server.url) as page:
        yield page


async def test_imagine_by_keyboard_alone_shows_bar_preview_and_picture(page: Page, simulator: Simulator) -> None:
    keys = page.keyboard
    await keys.type("/ima")
    await expect(page.locator("#list [aria-selected=true]")).to_contain_text("/imagine")
    await keys.press("Enter")
    await keys.type("a fox in the snow")
    await keys.press("Tab")
    await keys.type("model:")
    await expect(page.locator("#list li")).not_to_have_count(0)
    await keys.type("xl_t")
    await expect(page.locator("#list li")).to_have_text(["sd_xl_turbo_1.0_fp16.safetensors"])
    await keys.press("Enter")
    await expect(page.locator('.chip[data-option="model"] textarea')).to_have_value("sd_xl_turbo_1.0_fp16.safetensors")
    await keys.press("Enter")
    message = messages(page).last
    await expect(message).to_contain_text("Alice used /imagine")
    await expect(message).to_contain_text("step 5 of 25")
    await expect(message).to_contain_text("▰▰")
    preview = await message.locator("img").get_attribute("src")
    simulator.release()
    await expect(message.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(message.locator("img")).not_to_have_attribute("src", preview or "")
    await expect(message).to_contain_text("sd_xl_turbo_1.0_fp16.safetensors")
    size = await message.locator("img").evaluate("image => [image.complete, image.naturalWidth]")
    await page.reload()

    assert size == [True, 512]
    await expect(messages(page).last.locator("img")).to_have_js_property("naturalWidth", 512)
    await expect(messages(page).last).to_contain_text("a fox in the snow")


async def test_only_who_asked_or_a_moderator_cancels(page: Page, simulator: Simulator) -> None:
    await begin(page, "imagine")
    await page.keyboard.type("a castle")
    await page.keyboard.press("Enter")
    message = page.locator("[data-message]", has_text="a castle")
    cancel = message.get_by_role("button", name="Cancel")
    await expect(cancel).to_be_visible()
    await become(page, "bob")
    await cancel.click()
    refusal = page.locator(".message.ephemeral")
    await expect(refusal).to_contain_text("Only you can see this")
    await expect(refusal.locator(".quoted")).to_contain_text("a castle")
    await expect(cancel).to_be_visible()
    await become(page, "alice")
    await expect(refusal).to_have_count(0)
    await cancel.click()
    simulator.release()

    await expect(message).to_contain_text("Cancelled")
    await expect(cancel).to_have_count(0)


async def test_a_member_is_not_offered_what_moderators_are(page: Page) -> None:
    await page.keyboard.type("/jobs")
    await expect(page.locator("#hint")).to_have_text("No command of that name is offered to you here.")
    await become(page, "mona")
    await page.keyboard.type("/jobs l")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.ephemeral")).to_contain_text("Mona used /jobs list")


async def test_a_copied_command_is_pasted_whole(page: Page) -> None:
    await page.locator("#text").focus()
    await page.evaluate(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.setData("text/plain", text);
          const event = new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true});
          document.activeElement.dispatchEvent(event);
        }""",
        "/imagine prompt:an owl: in the snow size:256x256 steps:4 seed:5",
    )
    await expect(page.locator('.chip[data-option="prompt"] textarea')).to_have_value("an owl: in the snow")
    await page.keyboard.press("Enter")

    message = page.locator("[data-message]", has_text="an owl: in the snow").last
    await expect(message).to_contain_text("seed 5 ·")
    await expect(message).to_contain_text("size 256x256 · steps 4")
