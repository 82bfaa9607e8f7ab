"""What moderators see and do, and what is written down of it."""

from __future__ import annotations

from playwright.async_api import Page

from tests.whole.conftest import finished
from tests.whole.gallery import Gallery, Scene


async def jobs(studio: Gallery) -> None:
    """The list, the questions before jobs are stopped, and their answers."""
    bob = studio.discord.person("bob")
    with studio.held():
        for person, prompt in (("alice", "a fox"), ("bob", "an owl"), ("bob", "a tree"), ("alice", "a castle")):
            await studio.waiting(person, f"{prompt} in the snow")
        studio.clear()
        await studio.use("mona", "jobs list")
        await studio.use("mona", "jobs list", user=bob)
        await studio.shot("jobs-list", "mona")
        studio.clear()
        running = await studio.use("mona", "jobs interrupt", reason="Too large for today.")
        await studio.use("mona", "jobs clear")
        clear = await studio.use("mona", "jobs clear", user=bob)
        await studio.use("mona", "jobs cancel", user=bob, reason="One at a time, please.")
        await studio.shot("jobs-questions", "mona")
        studio.simulator.release()
        await studio.discord.person("mona").click(clear, clear.buttons[0].label)
        await studio.discord.person("mona").click(running, running.buttons[1].label)
        await clear.wait(lambda message: not message.buttons, timeout=20)
    await studio.go_on()
    await studio.use("mona", "jobs list", state="done")
    await studio.shot("jobs-answers", "mona")


async def server(studio: Gallery) -> None:
    """Pausing, blocking, and what somebody has left."""
    alice, bob = studio.discord.person("alice"), studio.discord.person("bob")
    for path in ("pause", "pause", "resume", "resume"):
        await studio.use("mona", f"jobs {path}")
    await studio.shot("pause", "mona")
    studio.clear()
    with studio.held():
        await studio.waiting("mona", "a harbour")
        await studio.waiting("bob", "an owl")
        await studio.use("mona", "jobs block", user=bob, minutes=60, reason="Please read the rules.")
        await studio.use("mona", "jobs block", user=alice)
        await studio.use("mona", "jobs limits", user=bob)
        await studio.shot("block", "mona")
    await studio.go_on()
    studio.clear()
    await studio.use("bob", "imagine", prompt="an owl")
    await studio.shot("blocked", "bob")
    await studio.use("mona", "jobs unblock", user=bob)
    await studio.use("mona", "jobs unblock", user=alice)
    await studio.set("limits", hour=5, size="1024x1024", steps=30)
    await studio.use("mona", "jobs limits")
    await studio.use("mona", "jobs limits", user=alice)
    await studio.set("reset", what="limits")
    await studio.shot("limits", "mona")


async def reports(studio: Gallery) -> None:
    """A report with what can be done about it, the lines of the audit channel, and what who is warned reads."""
    room, bob = studio.discord.channel("moderators"), studio.discord.person("bob")
    first = await studio.imagine("alice", "a rude word on a wall")
    await studio.report("bob", first, "That is about me.")
    await studio.shot("report-nobody", "bob")
    studio.clear()
    await studio.set("audit", channel=room)
    first = await studio.imagine("alice", "a rude word on a wall")
    await studio.shot("form-report", "bob", act=reporting)
    await studio.report("bob", first, "That is about me.")
    await studio.shot("reported", "bob")
    second = await studio.imagine("alice", "another rude word")
    await studio.report("bob", second, "Again.")
    await studio.shot("reports", "mona", room)
    reports = [message for message in room.messages.values() if message.buttons]
    await studio.discord.person("mona").click(reports[0], "Dismiss")
    form = (await studio.discord.person("mona").click(reports[1], "Remove")).modal
    assert form is not None
    await form.submit(reason="Nobody is named in pictures here.")
    await studio.use("mona", "jobs pause")
    await studio.use("mona", "jobs resume")
    await studio.use("mona", "jobs block", user=bob, minutes=10)
    await studio.use("mona", "jobs unblock", user=bob)
    await studio.set("words", add="grue, zorkmid*")
    await studio.set("limits", hour=20)
    await studio.shot("audit", "mona", room)
    await studio.shot("warned", "alice", studio.discord.person("alice").dm)
    await studio.set("reset", what="everything")


async def menus(studio: Gallery) -> None:
    """A message's own menu: Stop this job, Remove and warn."""
    mona = studio.discord.person("mona")
    message = await studio.imagine_halfway("alice", "a city of glass")
    await mona.menu("Stop this job", message)
    studio.halt = 0
    studio.simulator.release()
    await message.wait(finished, timeout=20)
    await studio.shot("menu-stop", "mona")
    form = (await mona.menu("Remove and warn", message)).modal
    assert form is not None
    await form.submit(reason="Not in this channel.")
    await studio.shot("menu-remove", "mona")


async def reporting(page: Page) -> None:
    """The form behind a message's menu."""
    await page.locator(".message").last.click(button="right")
    await page.locator("text=Report to moderators").last.click()
    await page.wait_for_selector("dialog[open]")


SCENES: tuple[Scene, ...] = (jobs, server, reports, menus)
