"""What the page is told of the commands, in a person's language."""

from __future__ import annotations

from bot.playground.page_views import commands_view

DRAW = {
    "type": 1,
    "name": "draw",
    "name_localizations": {"de": "malen"},
    "description": "Draw",
    "options": [
        {
            "type": 3,
            "name": "size",
            "name_localizations": {"de": "größe"},
            "description": "How large",
            "description_localizations": {"de": "Wie groß"},
            "choices": [{"name": "wide", "name_localizations": {"de": "breit"}, "value": "2x1"}],
        }
    ],
}


def test_commands_are_offered_in_the_person_s_language_and_else_as_they_were_registered() -> None:
    (german,), (french,) = commands_view([DRAW], "de"), commands_view([DRAW], "fr")
    size, plain = german["options"][0], french["options"][0]

    assert (german["path"], german["description"], size["name"], size["description"]) == (
        "malen",
        "Draw",
        "größe",
        "Wie groß",
    )
    assert (size["choices"][0]["name"], size["choices"][0]["value"]) == ("breit", "2x1")
    assert (french["path"], plain["name"], plain["choices"][0]["name"]) == ("draw", "size", "wide")


def test_subcommands_are_offered_by_their_whole_path_in_the_language() -> None:
    group = {"type": 1, "name": "tools", "name_localizations": {"de": "werkzeug"}, "options": [DRAW | {"type": 1}]}

    assert [command["path"] for command in commands_view([group], "de")] == ["werkzeug malen"]
