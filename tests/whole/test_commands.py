"""The commands that Discord is told of, and the language people are answered in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import text
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import WORKFLOWS, Easel, finished, hold_at, shows
from tests.whole.making import MANIFEST, texts
from tests.whole.test_imagine import SMALL

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Stop one of your jobs"
msgstr "Einen eigenen Auftrag abbrechen"

msgid "Cancel"
msgstr "Abbrechen"

msgid "🎨 {title}: step {step} of {steps}"
msgstr "🎨 {title}: Schritt {step} von {steps}"

msgid "⏹️ Cancelled."
msgstr "⏹️ Abgebrochen."

msgid "You have no job that waits or runs."
msgstr "Du hast keinen offenen Auftrag."
"""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There is a German catalogue."""
    folder = tmp_path / "locale" / "de"
    folder.mkdir(parents=True)
    (folder / "easel.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(text, "LOCALE_DIR", folder.parent)
    text.catalogue.cache_clear()
    yield
    text.catalogue.cache_clear()


async def test_commands_are_sent_only_when_they_changed(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("first", texts("a"), MANIFEST)
    for _turn in range(2):
        async with easel.running():
            pass
    sent_at_first = discord_server.command_puts

    easel.add_workflow("make", texts("a"), MANIFEST)
    async with easel.running():
        names = {command["name"] for command in discord_server.person("alice").commands()}
    async with easel.running():
        pass
    shipped = {path.stem for path in WORKFLOWS.glob("*.toml")}

    assert (sent_at_first, discord_server.command_puts) == (1, 2)
    assert names >= {"first", "make", "queue", "cancel"}
    assert not names & shipped


async def test_every_description_is_a_sentence_for_people(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running():
        offered = discord_server.person("olivia").commands()
    commands = [command for command in offered if command["type"] == 1]  # menus have no descriptions
    described = [(command["name"], command["description"]) for command in commands]
    for command in commands:
        for option in command.get("options", []):
            described.append((option["name"], option["description"]))
            described += [(inner["name"], inner["description"]) for inner in option.get("options", [])]

    assert len(described) > 20
    for name, description in described:
        assert description[0].isupper(), name
        assert len(description) > len(name)
        assert not description.endswith("…"), name


@pytest.mark.usefixtures("german")
async def test_descriptions_are_there_in_each_language_there_is_a_catalogue_for(
    discord_server: DiscordServer, easel: Easel
) -> None:
    async with easel.running():
        (cancel,) = [known for known in discord_server.person("alice").commands() if known["name"] == "cancel"]

    assert cancel["description_localizations"] == {"de": "Einen eigenen Auftrag abbrechen"}
    assert not cancel.get("name_localizations")


async def test_a_new_translation_is_reason_enough_to_send_them_again(
    discord_server: DiscordServer, easel: Easel, request: pytest.FixtureRequest
) -> None:
    easel.add_workflow("first", texts("a"), MANIFEST)
    async with easel.running():
        pass
    request.getfixturevalue("german")
    async with easel.running():
        (cancel,) = [known for known in discord_server.person("alice").commands() if known["name"] == "cancel"]

    assert discord_server.command_puts == 2
    assert cancel["description_localizations"] == {"de": "Einen eigenen Auftrag abbrechen"}


@pytest.mark.usefixtures("german")
async def test_a_server_is_answered_in_its_language_and_a_person_in_theirs(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Also in edits that nobody's command is the reason for, and after a restart."""
    alice = discord_server.person("alice")
    discord_server.guild.locale = "de"
    easel.changes["drain_seconds"] = 0.0
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="ein Fuchs", **SMALL)
        message = await answer.wait(shows("Schritt 1 von 2"))
        label = message.buttons[0].label
        none = await discord_server.person("bob").slash("cancel", locale="de")
    async with easel.running():
        await alice.click(message, message.buttons[0].custom_id)
        await message.wait(shows("⏹️ Abgebrochen."))

    assert label == "Abbrechen"
    assert none.message.text == "Du hast keinen offenen Auftrag."
    assert finished(message)
