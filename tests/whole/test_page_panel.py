"""The page's side panel in a real browser: requests and refusals, the clock, knobs, and which ComfyUI draws."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from bot.comfy.simulator import Simulator
from bot.playground import Answer, DiscordServer, Request
from bot.playground.backstage import Backstage
from bot.playground.rest import Moment
from tests.whole.chromium import find_browser, launched, showing
from tests.whole.discord_bot import running
from tests.whole.page_bot import PageBot

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests here; each gets a fresh profile."""
    program = find_browser()
    if program is None:
        pytest.skip("missing browser: no Chromium")
    async with launched(program) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(data_dir=tmp_path) as simulator:
        yield simulator


@pytest_asyncio.fixture(loop_scope="module")
async def server(simulator: Simulator) -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    server.backstage = Backstage(simulator, lambda: ())
    async with server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def bot(server: DiscordServer) -> AsyncIterator[PageBot]:
    async with running(server, bot := PageBot()):
        yield bot


@pytest_asyncio.fixture(loop_scope="module")
async def page(server: DiscordServer, bot: PageBot, browser: Browser) -> AsyncIterator[Page]:
    async with showing(browser, server.url) as page:
        yield page


async def inspect(page: Page, tab: str = "Requests") -> None:
    await page.get_by_role("button", name="Inspect").click()
    await page.get_by_role("tab", name=tab).click()


async def draw(server: DiscordServer) -> Answer:
    """A command that waits in the middle."""
    answer = await server.person("alice").slash("draw", prompt="a fox")
    await answer.wait(lambda message: "Drawing" in message.text)
    return answer


def rows(page: Page) -> Locator:
    return page.locator("#traffic > li:visible")


async def open_group(page: Page, board: str, group: str) -> None:
    await page.get_by_role("region", name=board).locator("summary", has_text=group).click()


async def test_a_refusal_at_minute_sixteen_has_its_code_and_its_reason(
    page: Page, server: DiscordServer, bot: PageBot
) -> None:
    await draw(server)
    await inspect(page)
    await page.get_by_role("button", name="16 minutes on").click()
    await expect(page.locator("#ahead")).to_have_text("16 minutes ahead")
    await expect(page.locator("#leapt")).to_contain_text("the bot's own token")
    bot.finish.set()
    await page.get_by_label("Only what Discord refused").check()

    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text("401")
    await expect(rows(page)).to_contain_text("Invalid Webhook Token (50027)")
    await expect(rows(page)).to_contain_text("dies after 15 minutes")
    await expect(page.get_by_role("tab", name="Requests").locator(".count")).to_have_text("1")
    await expect(page.locator("#invalid")).to_contain_text("1 of 10,000 invalid requests")


async def test_times_on_the_page_follow_the_clock(page: Page, server: DiscordServer) -> None:
    server.person("alice").say(f"ready <t:{int(server.world.now()) + 3600 * 5}:R>")
    await expect(page.locator("time[data-relative]")).to_have_text("in 5 hours")
    await inspect(page)
    await page.get_by_role("button", name="1 day on").click()

    await expect(page.locator("time[data-relative]")).to_have_text("19 hours ago")


async def test_a_mistake_in_a_form_is_shown_with_the_path_of_its_field(
    page: Page, server: DiscordServer, bot: PageBot
) -> None:
    await inspect(page)
    with pytest.raises(discord.HTTPException, match="50035"):
        await bot.get_partial_messageable(server.channel("general").id).send("x" * 2001)

    await expect(rows(page).locator(".failure code")).to_have_text("content")
    await expect(rows(page).locator(".failure")).to_contain_text("Must be 2000 or fewer in length.")


async def test_a_request_opens_to_its_body_files_and_answer(page: Page, server: DiscordServer, bot: PageBot) -> None:
    await draw(server)
    await inspect(page)
    row = rows(page).filter(has_text="PATCH").first
    await expect(row).to_contain_text("1 file")
    await row.locator("summary").click()

    await expect(row.locator(".body")).to_contain_text('"content": "Drawing **a fox** in oil"')
    await expect(row.locator(".body li")).to_contain_text("preview.png")
    await expect(row.locator("h4")).to_have_text(["Body", "Files", "Answer"])


async def test_an_open_request_stays_open_when_its_answer_comes(
    page: Page, server: DiscordServer, bot: PageBot
) -> None:
    answer_it = asyncio.Event()

    async def hold(moment: Moment, request: Request) -> None:
        if moment == "request" and request.method == "PATCH":
            await answer_it.wait()

    server.on(hold)
    await server.person("alice").slash("draw", prompt="a fox")
    await inspect(page)
    row = rows(page).filter(has_text="PATCH")
    await row.locator("summary").click()
    await expect(row.locator(".body")).to_contain_text("Drawing **a fox** in oil")
    answer_it.set()

    await expect(row.locator(".ms")).to_be_visible()
    await expect(row.locator(".body")).to_contain_text("Drawing **a fox** in oil")


async def test_a_turned_knob_is_not_turned_back_by_what_was_asked_before(page: Page, simulator: Simulator) -> None:
    await inspect(page, "Faults")
    await open_group(page, "The simulated ComfyUI", "Jobs")
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/api/knobs?*", asked.put_nowait)
    async with asyncio.timeout(10):
        late = await asked.get()
    stale = await late.fetch()
    await page.get_by_label("Dead worker").check()
    await expect(page.get_by_role("button", name="Reset all")).to_be_enabled()
    await late.fulfill(response=stale)
    async with asyncio.timeout(10):
        await asked.get()

    assert simulator.faults.dead_worker
    await expect(page.get_by_label("Dead worker")).to_be_checked()


async def test_on_a_phone_the_panel_covers_the_page_and_can_be_closed(
    browser: Browser, server: DiscordServer, bot: PageBot
) -> None:
    async with showing(browser, server.url, viewport={"width": 390, "height": 780}) as page:
        await inspect(page)
        panel = page.locator("#inspector")
        assert await panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        await panel.get_by_role("button", name="Close").click()

        await expect(panel).to_be_hidden()
        await expect(page.get_by_role("button", name="Inspect")).to_be_focused()


async def test_requests_are_filtered_and_cleared(page: Page, server: DiscordServer, bot: PageBot) -> None:
    await draw(server)
    await inspect(page)
    await expect(rows(page).filter(has_text="POST")).not_to_have_count(0)
    await page.get_by_label("Filter the requests").fill("patch messages")
    await expect(rows(page).filter(has_text="POST")).to_have_count(0)
    await expect(rows(page)).to_have_count(1)
    await page.get_by_label("Filter the requests").fill("")
    await page.get_by_role("button", name="Clear").click()

    await expect(rows(page)).to_have_count(0)
    await expect(page.locator("#no-traffic")).to_have_text("Nothing yet.")


async def test_a_fault_of_the_simulator_is_switched_on_shown_live_and_reset(page: Page, simulator: Simulator) -> None:
    await inspect(page, "Faults")
    await expect(page.locator("#comfyui")).to_contain_text("built-in simulator")
    await expect(page.get_by_role("button", name="Reset all")).to_be_disabled()
    await open_group(page, "The simulated ComfyUI", "Jobs")
    await page.get_by_label("Out of memory").check()
    await expect(page.get_by_role("tab", name="Faults").locator(".count")).to_have_text("1")
    assert simulator.faults.out_of_memory
    simulator.faults.out_of_memory = False  # as it does itself, once it has happened
    await expect(page.get_by_label("Out of memory")).not_to_be_checked()
    await page.get_by_label("Dead worker").check()
    await page.get_by_role("button", name="Reset all").click()

    await expect(page.get_by_label("Dead worker")).not_to_be_checked()
    assert not simulator.faults.dead_worker


async def test_a_simulator_that_was_switched_off_is_reset_to_running(page: Page, simulator: Simulator) -> None:
    await inspect(page, "Faults")
    await open_group(page, "The simulated ComfyUI", "Connection")
    await page.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_role("button", name="Reset all")).to_be_enabled()
    assert not simulator.running
    await page.get_by_role("button", name="Reset all").click()
    await expect(page.get_by_role("button", name="Reset all")).to_be_disabled()

    assert simulator.running


async def test_a_number_beyond_its_bounds_is_refused_in_a_sentence(page: Page, simulator: Simulator) -> None:
    await inspect(page, "Faults")
    await open_group(page, "The simulated ComfyUI", "Pace")
    await page.get_by_label("Seconds per step").fill("99")
    await page.keyboard.press("Enter")
    await expect(page.locator("#knob-problem")).to_contain_text("Seconds per step goes from 0 to 5.")
    await expect(page.get_by_label("Seconds per step")).to_have_value("0")
    await page.get_by_label("Seconds per step").fill("0.5")
    await page.keyboard.press("Enter")

    await expect(page.locator("#knob-problem")).to_be_hidden()
    assert simulator.pace.step == 0.5


async def test_discord_goes_offline_and_comes_back(page: Page, server: DiscordServer, bot: PageBot) -> None:
    await inspect(page, "Faults")
    await open_group(page, "This Discord", "Connection")
    await page.get_by_label("Discord is offline").check()
    await expect(page.locator("#offline")).to_be_visible()
    await page.get_by_label("Discord is offline").uncheck()

    await expect(page.locator("#offline")).to_be_hidden(timeout=30_000)  # discord.py takes its time between attempts
    await draw(server)


async def test_the_bot_is_thrown_out_of_a_server_and_asked_back(page: Page, server: DiscordServer) -> None:
    await inspect(page, "Faults")
    await open_group(page, "This Discord", "Servers")
    await page.get_by_label("Bot in Easel Playground").uncheck()
    await expect(page.get_by_role("button", name="Reset all")).to_be_enabled()
    assert not server.person("alice").commands("general")
    await page.get_by_role("button", name="Reset all").click()

    await expect(page.get_by_label("Bot in Easel Playground")).to_be_checked()
    assert server.person("alice").commands("general")


async def test_a_real_comfyui_has_no_knobs(browser: Browser) -> None:
    server = DiscordServer()
    server.backstage = Backstage(None, lambda: ())
    async with server, showing(browser, server.url) as page:
        await inspect(page, "Faults")

        await expect(page.locator("#comfyui")).to_contain_text("a real ComfyUI, which has no such knobs")
        await expect(page.get_by_role("region", name="This Discord")).to_be_visible()
        await expect(page.get_by_role("region", name="The simulated ComfyUI")).to_have_count(0)
