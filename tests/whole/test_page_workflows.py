"""A workflow becomes a command in the browser: dropped into the folder, or handed to `/workflows add`, then run."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer

from .chromium import showing
from .conftest import SD15, Easel, listed
from .making import MANIFEST
from .page_stage import become, messages
from .test_library import BLANK, commands

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

#: the graph of ComfyUI's first page, as it is exported
POSTER = Path(__file__).parents[1] / "data" / "poster.json"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def easel(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Easel]:
    """Easel with a folder that holds `/first` alone."""
    folder = tmp_path_factory.mktemp("easel")
    async with (
        Simulator(data_dir=folder / "comfyui", models=SD15) as simulator,
        DiscordServer(answer_window=15.0) as server,
    ):
        easel = Easel(server, (simulator.url,), folder / "data")
        easel.add_workflow("first", BLANK, MANIFEST)
        async with easel.running() as bot:
            await listed(bot)
            yield easel


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, easel: Easel) -> AsyncIterator[Page]:
    async with showing(chromium, easel.server.url) as page:
        yield page


async def test_a_file_dropped_into_the_folder_appears_as_a_command_and_runs(page: Page, easel: Easel) -> None:
    folder: Path = easel.changes["workflows_dir"]
    await page.keyboard.type("/post")
    await expect(page.locator("#hint")).to_have_text("No command of that name is offered to you here.")
    shutil.copy(POSTER, folder / "poster.json")
    await commands(easel.server, lambda names: "poster" in names)
    await expect(page.locator('#list [data-value="poster"]')).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("a whale")
    await page.keyboard.press("Tab")
    await page.keyboard.type("steps:2")
    await page.keyboard.press("Enter")
    message = messages(page).last
    await expect(message).to_contain_text("Alice used /poster")
    await expect(message.get_by_role("button", name="Cancel")).to_have_count(0)

    await expect(message.locator("img")).to_have_js_property("naturalWidth", 512)
    await expect(message).to_contain_text("a whale")
    (folder / "poster.json").unlink()
    await commands(easel.server, lambda names: "poster" not in names)
    await page.keyboard.type("/post")
    await expect(page.locator("#hint")).to_have_text("No command of that name is offered to you here.")


async def test_a_file_handed_to_the_bot_is_shown_kept_and_run(page: Page, easel: Easel) -> None:
    await become(page, "olivia")
    await page.keyboard.type("/workflows a")
    await page.keyboard.press("Enter")
    await page.locator('[data-file-for="file"]').set_input_files(POSTER)
    await page.keyboard.type("name:mine")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.ephemeral")
    await expect(answer).to_contain_text("/mine · ready")
    await expect(answer).to_contain_text("prompt (text")
    await answer.get_by_role("button", name="Keep it").click()
    await expect(answer).to_contain_text("Kept: /mine is there in a moment.")
    await commands(easel.server, lambda names: "mine" in names)
    await page.keyboard.type("/mine")
    await expect(page.locator('#list [data-value="mine"]')).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Enter")

    await expect(messages(page).last.locator("img")).to_have_js_property("naturalHeight", 768)
