"""Who an admin let use /jobs moderates with buttons, menus and forms too; whom they shut out does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Message, Refusal, Request
from tests.whole.conftest import Easel, finished
from tests.whole.moderated import done, planted, running

Set = Callable[[DiscordServer], None]

REFUSED = "Only the person who asked for it and the moderators of its server can stop that job."


@pytest.fixture(autouse=True)
def _jobs_are_left(easel: Easel) -> None:
    """Nobody waits at the end for jobs that a test holds."""
    easel.changes["drain_seconds"] = 0.0


async def may_stop(server: DiscordServer, message: Message, who: str) -> bool:
    """Whether they stop it by its button."""
    answer = await server.person(who).click(message, "Cancel")
    if not answer.ephemeral:
        await message.wait(finished)
        return True
    assert answer.message.text == REFUSED
    return False


def helpers(server: DiscordServer, *whom: str, allowed: bool) -> None:
    """These people have a role, and an admin said of it whether it may use /jobs."""
    role = server.add_role(f"Helpers {allowed}")
    for name in whom:
        server.give_role(server.person(name), role)
    server.permit("jobs", role, allowed=allowed)


def everybody(server: DiscordServer, command: str, allowed: bool) -> None:
    server.permit(command, server.guild.everyone, allowed=allowed)


def two_roles(server: DiscordServer) -> None:
    first, second = server.add_role("First"), server.add_role("Second")
    for role in (first, second):
        server.give_role(server.person("bob"), role)
    jobs = next(entry for entry in server.parts.commands.all(None) if entry["name"] == "jobs")
    entries = [{"id": first.id, "type": 1, "permission": False}, {"id": second.id, "type": 1, "permission": True}]
    server.parts.commands.permit(server.guild, int(jobs["id"]), entries)


def administrators(server: DiscordServer) -> None:
    server.give_role(server.person("bob"), server.add_role("Admins", administrator=True))
    everybody(server, "jobs", False)


CASES: dict[str, tuple[Set, str, bool]] = {
    "nothing is set: a member": (lambda server: None, "bob", False),
    "nothing is set: a moderator": (lambda server: None, "mona", True),
    "a role is allowed": (lambda server: helpers(server, "bob", allowed=True), "bob", True),
    "a role is allowed: somebody without it": (lambda server: helpers(server, "mona", allowed=True), "bob", False),
    "a person is allowed": (lambda server: server.permit("jobs", server.person("bob"), allowed=True), "bob", True),
    "one of two roles is allowed": (two_roles, "bob", True),
    "a person is shut out": (lambda server: server.permit("jobs", server.person("mona"), allowed=False), "mona", False),
    "all roles are shut out": (lambda server: helpers(server, "mona", allowed=False), "mona", False),
    "everybody is shut out": (lambda server: everybody(server, "jobs", False), "mona", False),
    "everybody is allowed": (lambda server: everybody(server, "jobs", True), "bob", True),
    "the whole bot is allowed to everybody": (lambda server: everybody(server, "", True), "bob", False),
    "the whole bot is shut": (lambda server: everybody(server, "", False), "mona", False),
    "an administrator is shut out": (administrators, "bob", True),
    "another command is allowed": (lambda server: everybody(server, "queue", True), "bob", False),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_button_asks_for_what_discord_asks_for(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, case: str
) -> None:
    """The same person is offered /jobs exactly where the button is theirs to press."""
    decide, who, expected = CASES[case]
    message = await running(discord_server, comfyui)
    decide(discord_server)

    offered = {command["name"] for command in discord_server.person(who).commands()}

    assert ("jobs" in offered) is expected
    assert await may_stop(discord_server, message, who) is expected


async def test_a_change_holds_at_once(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    message = await running(discord_server, comfyui)
    bob = discord_server.person("bob")
    before = await may_stop(discord_server, message, "bob")
    discord_server.permit("jobs", bob, allowed=True)

    assert (before, await may_stop(discord_server, message, "bob")) == (False, True)


async def test_discord_is_asked_once_in_ten_minutes(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)
    asked = []
    for seconds in (0, 540, 61):
        discord_server.advance(seconds)
        await may_stop(discord_server, message, "bob")
        asked.append(sum(request.path.endswith("/commands/permissions") for request in discord_server.requests))

    assert asked == [1, 1, 2]


async def test_while_discord_does_not_say_moderators_are_those_who_manage_messages(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)
    helpers(discord_server, "bob", allowed=True)

    async def broken(moment: str, request: Request) -> None:
        if moment == "request" and request.path.endswith("/commands/permissions"):
            raise Refusal(403, 50001, "Missing Access")

    discord_server.on(broken)
    bob = await may_stop(discord_server, message, "bob")

    assert (bob, await may_stop(discord_server, message, "mona")) == (False, True)


async def test_a_role_allowed_on_another_server_is_worth_nothing_here(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)
    (job,) = await bot.store.select()
    elsewhere = discord_server.add_guild("Elsewhere")
    discord_server.permit("jobs", discord_server.person("bob"), allowed=True, guild=elsewhere)
    theirs = planted(discord_server, elsewhere.channels[0], f"job:cancel:{job.id}")

    answer = await discord_server.person("bob").click(theirs, "Press")

    assert (answer.ephemeral, answer.message.text) == (True, REFUSED)
    assert not await may_stop(discord_server, message, "bob")


async def test_a_menu_an_admin_allows_works_with_its_form(discord_server: DiscordServer, bot: EaselBot) -> None:
    message = await done(discord_server, bot)
    discord_server.permit("Remove and warn", discord_server.person("bob"), allowed=True)

    form = (await discord_server.person("bob").menu("Remove and warn", message)).modal
    assert form is not None
    answer = await form.submit(reason="rude")
    await answer.wait(lambda reply: not reply.loading)

    assert message.deleted
