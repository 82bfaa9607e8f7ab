"""Messages that everybody sees are in the server's language, those that one person sees in theirs."""

from __future__ import annotations

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, hold_at, shows
from tests.whole.test_commands import german  # noqa: F401 (a fixture)
from tests.whole.test_imagine import SMALL

pytestmark = pytest.mark.usefixtures("german")
GERMAN, ENGLISH = "Schritt 1 von 2", "step 1 of 2"


@pytest.mark.parametrize(
    "case",
    [
        (None, "en-US", "de", "public", ENGLISH),
        (None, "de", "en-US", "public", GERMAN),
        ("en-US", "de", "de", "public", ENGLISH),
        ("de", "en-US", "en-US", "spoiler", GERMAN),
        ("en-US", "en-US", "de", "ephemeral", GERMAN),
        ("de", "de", "en-US", "ephemeral", ENGLISH),
    ],
)
async def test_a_job_is_shown_in_the_language_of_who_sees_it(
    discord_server: DiscordServer,
    comfyui: Simulator,
    easel: Easel,
    case: tuple[str | None, str, str, str, str],
) -> None:
    """In that order: what the settings, the server and the person say, who sees it, and what they then read."""
    of_settings, of_server, of_person, results, said = case
    discord_server.guild.locale = of_server
    easel.changes["results"] = results
    hold_at(comfyui, 1)
    async with easel.running() as bot:
        change = {"language": of_settings}
        await bot.servers.change(discord_server.guild.id, lambda rules: rules.model_copy(update=change))
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", locale=of_person, **SMALL)
        message = await answer.wait(lambda message: any(word in message.text for word in (GERMAN, ENGLISH)))
        text = message.text
        comfyui.release()

    assert said in text


async def test_direct_messages_are_in_the_person_s_language(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", channel=alice.dm, locale="de", **SMALL)
        await answer.wait(shows(GERMAN))
        comfyui.release()


async def test_refusals_and_settings_are_in_the_person_s_language(discord_server: DiscordServer, easel: Easel) -> None:
    discord_server.guild.locale = "de"
    async with easel.running():
        olivia = discord_server.person("olivia")
        offered = await olivia.autocomplete("settings language", "language", "")
        set_to = await olivia.slash("settings language", language="de", locale="en-US")
        german = await olivia.slash("cancel", locale="de")
        english = await olivia.slash("cancel", locale="en-US")

    assert [choice["value"] for choice in offered] == ["de", "en-GB", "en-US"]
    assert set_to.message.text == "Public messages are in this language: `de`"
    assert german.message.text == "Du hast keinen offenen Auftrag."
    assert english.message.text == "You have no job that waits or runs."
