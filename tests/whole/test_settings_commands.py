"""/settings: what those who manage a server say holds on it."""

from __future__ import annotations

import pytest

from bot.app import EaselBot
from bot.playground import DiscordServer, Guild, Person

FIRST = ["show", "limits", "channel", "role", "workflow", "budget"]
COMMANDS = [*FIRST, "results", "audit", "language", "words", "strikes", "reset"]


@pytest.fixture
def olivia(discord_server: DiscordServer) -> Person:
    return discord_server.person("olivia")


async def told(person: Person, command: str, guild: Guild | None = None, **options: object) -> str:
    """The answer, which only that person sees."""
    answer = await person.slash(f"settings {command}", guild=guild, values=options)
    assert answer.ephemeral
    return answer.message.text


async def shown(person: Person, guild: Guild | None = None) -> list[str]:
    return (await told(person, "show", guild)).splitlines()


@pytest.mark.parametrize("name", ["alice", "mona"])
async def test_it_is_for_those_who_manage_the_server(discord_server: DiscordServer, bot: EaselBot, name: str) -> None:
    person = discord_server.person(name)

    for command in COMMANDS:
        with pytest.raises(PermissionError, match="do not have permission"):
            await person.slash(f"settings {command}")
    assert "settings" not in {command["name"] for command in person.commands()}


async def test_there_is_none_in_direct_messages(olivia: Person, bot: EaselBot) -> None:
    assert "settings" not in {command["name"] for command in olivia.commands(olivia.dm)}


async def test_a_role_that_an_admin_let_in_is_not_refused(discord_server: DiscordServer, bot: EaselBot) -> None:
    helpers = discord_server.add_role("Helpers")
    alice = discord_server.person("alice")
    discord_server.give_role(alice, helpers)
    discord_server.permit("settings", helpers, allowed=True)

    assert "20" in await told(alice, "limits", hour=20)


async def test_a_server_that_has_set_nothing_shows_what_the_bot_s_owner_did(olivia: Person, bot: EaselBot) -> None:
    assert await shown(olivia) == [
        "Jobs may be asked for in every channel.",
        "Everybody may ask for jobs.",
        "Limits for everybody: none set here (whoever runs the bot set: `waiting` 10)",
        "What paid workflows cost within 24 hours has no limit. (not set here)",
        "Everybody in the channel sees results. (not set here)",
        "What moderators do is written into no channel.",
        "Public messages are in the language of this server's own settings.",
        "No terms are blocked here.",
        "Nobody is blocked by itself for blocked terms. (not set here)",
    ]
