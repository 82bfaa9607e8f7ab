"""People and places on the page: who sees what, menus on messages and people, unread marks, servers."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.playground.world import MODERATOR

from .discord_bot import picture
from .page_stage import Stage, become, messages, paste, use

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_message_s_menu_offers_the_apps_and_works_by_mouse_and_key(page: Page) -> None:
    await page.keyboard.type("a **fox**")
    await page.keyboard.press("Enter")
    message = messages(page).first
    await message.click(button="right")
    menu = page.get_by_role("menu", name="Message")
    own = ["Quote", "Copy text", "Copy message ID", "Delete message"]
    await expect(menu.get_by_role("menuitem")).to_have_text(own)
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await message.focus()
    await page.keyboard.press("ContextMenu")
    await expect(menu.get_by_role("menuitem", name="Quote")).to_be_focused()
    await page.keyboard.press("Enter")

    answer = page.locator(".message.ephemeral")
    await expect(answer).to_contain_text("quoted: a **fox**".replace("**", ""))
    await expect(answer).to_contain_text("Alice used Quote")


async def test_a_message_is_deleted_by_its_author_or_a_moderator(page: Page) -> None:
    for text in ("one", "two"):
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        await expect(messages(page).last).to_contain_text(text)
    remove = page.get_by_role("menuitem", name="Delete message")
    await messages(page).last.click(button="right")
    await remove.click()
    await expect(messages(page)).to_have_count(1)
    await become(page, "bob")
    await messages(page).click(button="right")
    await expect(page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(remove).to_have_count(0)
    await page.keyboard.press("Escape")
    await become(page, "mona")
    await messages(page).click(button="right")
    await remove.click()

    await expect(messages(page)).to_have_count(0)


async def test_a_person_s_menu_greets_and_goes_on_as_them(page: Page) -> None:
    bob = page.get_by_role("complementary", name="Members").get_by_role("button", name="Bob")
    await bob.click()
    menu = page.get_by_role("menu", name="Bob")
    await menu.get_by_role("menuitem", name="Greet").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("hello, Bob")
    await bob.click(button="right")
    await menu.get_by_role("menuitem", name="Go on as Bob").click()

    await expect(page.locator("[data-person=bob]")).to_have_attribute("aria-checked", "true")
    await expect(messages(page)).to_have_count(0)


async def test_the_name_in_a_message_opens_the_same_menu_and_mentions(page: Page, stage: Stage) -> None:
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await become(page, "mona")
    await messages(page).locator(".author").click()
    await page.get_by_role("menuitem", name="Mention").click()
    await page.keyboard.press("Enter")

    await expect(messages(page).last.locator(".mention")).to_have_text("@Alice")
    assert await page.locator('[data-message] .author[style*="--name"]').count() == 1, "a moderator's name has a colour"


async def test_dismissed_is_dismissed_after_a_reload(page: Page) -> None:
    await use(page, "parts")
    await page.get_by_role("button", name="Primary").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("pressed")
    await page.get_by_role("button", name="Dismiss message").click()
    await expect(page.locator(".message.ephemeral")).to_have_count(0)
    await page.reload()

    await expect(messages(page)).to_have_count(1)


async def test_what_is_said_elsewhere_is_marked_unread_until_it_is_read(page: Page, stage: Stage) -> None:
    art = page.locator("[data-channel=art]")
    bob, room = stage.discord.person("bob"), await page.locator("#title").inner_text()
    for text in ("one", "two"):
        bob.say(text, channel="art")
    await expect(art).to_have_accessible_name("art, 2 unread messages")
    await expect(page).to_have_title(f"(2) #{room} · Easel's playground")
    await art.click()

    await expect(page.locator(".divider.new + .message")).to_contain_text("one")
    await expect(art).to_have_accessible_name("art")


async def test_a_link_to_a_message_says_in_which_channel_it_is(page: Page, stage: Stage) -> None:
    bob = stage.discord.person("bob")
    there = bob.say("look", channel="art")
    address = f"https://discord.com/channels/{stage.discord.guild.id}/{there.channel.id}/{there.id}"
    bob.say(f"{address} and [this one]({address})", channel=await page.locator("#title").inner_text())

    await expect(messages(page).get_by_role("link")).to_have_text(["#art › message", "this one"])


async def test_messages_out_of_sight_are_counted_and_one_click_away(page: Page, stage: Stage) -> None:
    bob = stage.discord.person("bob")
    room = stage.discord.channel(await page.locator("#title").inner_text())
    bob.say("\n".join(f"line {number}" for number in range(80)), channel=room)
    await expect(messages(page)).to_have_count(1)
    await page.locator("#scroll").evaluate("scroll => scroll.scrollTo(0, 0)")
    await expect(page.locator("#jump")).to_have_text("Jump to present")
    bob.say("at the end", channel=room)
    await expect(page.locator("#jump")).to_have_text("1 new message · Jump to present")
    await expect(messages(page).last).not_to_be_in_viewport()
    await page.locator("#jump").click()

    await expect(messages(page).last).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()


async def test_every_server_and_the_direct_messages_are_a_click_away(stage: Stage) -> None:
    stage.discord.add_guild("Second Studio", channels=("lobby", "sketches"))
    async with stage.visit() as page:
        servers, channels = (page.get_by_role("navigation", name=name) for name in ("Servers", "Channels"))
        await servers.get_by_role("button", name="Second Studio").click()
        await expect(channels.get_by_role("button")).to_have_text(["lobby", "sketches"])
        await page.click("[data-channel=sketches]")
        await expect(page.locator("#title")).to_have_text("sketches")
        await servers.get_by_role("button", name="Direct messages").click()
        await expect(page.locator("#title")).to_have_text("EEasel")
        await expect(channels).to_have_text("EEasel")
        await servers.get_by_role("button", name="Second Studio").click()

        await expect(page.locator("#title")).to_have_text("sketches")


async def test_people_write_to_each_other_and_have_the_app_in_their_accounts(stage: Stage) -> None:
    alice, bob = (stage.discord.person(name) for name in ("alice", "bob"))
    alice.chat(bob)
    async with stage.visit() as page:
        easel = page.get_by_role("complementary", name="Members").get_by_role("button", name="Easel")
        await easel.click()
        await page.get_by_role("menuitem", name="Add to my account").click()
        await easel.click()
        await expect(page.get_by_role("menuitem", name="Remove from my account")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.get_by_role("navigation", name="Servers").get_by_role("button", name="Direct messages").click()
        await page.get_by_role("navigation", name="Channels").get_by_role("button", name="Bob").click()
        await expect(page.locator("#title")).to_have_text("BBob")
        members = page.get_by_role("complementary", name="Members").get_by_role("button")
        await expect(members).to_have_count(2)
        await page.locator("#text").focus()
        await page.keyboard.type("hello")
        await page.keyboard.press("Enter")
        await expect(messages(page)).to_have_count(1)
        await become(page, "bob")
        await expect(page.locator("#title")).to_have_text("AAlice")
        await expect(messages(page)).to_contain_text("hello")
        await become(page, "mona")

        await expect(page.locator("#title")).not_to_have_text("AAlice")
    assert alice.user.installed
    stage.discord.install(alice, on=False)
    stage.discord.world.remove_channel(alice.chat(bob))


async def test_who_a_person_is_goes_by_the_open_server(stage: Stage) -> None:
    studio = stage.discord.add_guild("Third Studio", channels=("hall",))
    curators = stage.discord.world.add_role(studio, "Curators", MODERATOR)
    studio.members[stage.discord.person("bob").id].roles.append(curators)
    async with stage.visit() as page:
        standing = page.locator("#persons small")
        before = await standing.all_inner_texts()
        servers = page.get_by_role("navigation", name="Servers")
        await servers.get_by_role("button", name="Third Studio").click()
        await expect(standing).to_have_text(["Member", "Curators", "Member", "Owner"])
        await servers.get_by_role("button", name="Direct messages").click()
        await expect(standing).to_have_text(["alice", "bob", "mona", "olivia"])

    assert before == ["Member", "Member", "Moderators", "Owner"]


async def test_a_thread_is_not_named_as_a_channel_is(stage: Stage) -> None:
    stage.discord.add_thread("art", "Only owls")
    async with stage.visit() as page:
        await page.click('[data-channel="Only owls"]')
        await expect(page.locator("#text")).to_have_attribute("aria-label", "Message “Only owls”")

        await expect(page.locator(".welcome")).to_have_text(
            "Only owlsThis is the start of a thread. Type / to see what the bot can do."
        )
        await expect(page).to_have_title("“Only owls” · Easel's playground")


async def test_there_is_no_text_to_copy_of_a_picture_alone(page: Page) -> None:
    await page.locator("#text").focus()
    await paste(page, "red.png", picture("red"))
    await page.keyboard.press("Enter")
    await messages(page).first.click(button="right")

    own = page.get_by_role("menu", name="Message").get_by_role("menuitem")
    await expect(own).to_have_text(["Quote", "Copy message ID", "Delete message"])
