"""Forms that Discord would refuse are refused, with the path of the field at fault."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.check_commands import check_set
from bot.playground.check_messages import check_new
from bot.playground.check_modals import check_modal
from bot.playground.wire import Refusal

V2 = 1 << 15
MANY = [{"name": f"{number}" + "a" * 60, "value": f"{number}" + "b" * 60} for number in range(20)]


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Draw", "type": 1, **changes}


def option(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "name": "prompt", "description": "What", **changes}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def text(content: str = "words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def paths(errors: Any, place: str = "") -> set[str]:
    """Where the mistakes are, as dotted paths."""
    found: set[str] = set()
    for key, inside in (errors or {}).items():
        found |= {place} if key == "_errors" else paths(inside, f"{place}.{key}" if place else key)
    return found


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ([command(name="Imagine")], "0.name"),
        ([command(name="a" * 33)], "0.name"),
        ([command(name="two words")], "0.name"),
        ([command(description="")], "0.description"),
        ([command(description="a" * 101)], "0.description"),
        ([command(), command()], "1"),
        ([command(type=3, description="not here")], "0.description"),
        ([command(options=[option(name=f"o{number}") for number in range(26)])], "0.options"),
        ([command(options=[option(), option(name="b", required=True)])], "0.options.1"),
        ([command(options=[option(), option()])], "0.options.1.name"),
        (
            [command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])])],
            "0.options.0.choices",
        ),
        (
            [command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)])],
            "0.options.0.autocomplete",
        ),
        ([command(options=[option(max_length=6001)])], "0.options.0.max_length"),
        ([command(options=[option(type=4, min_value=0.5)])], "0.options.0.min_value"),
        ([command(options=[option(type=4, choices=[{"name": "a", "value": "a"}])])], "0.options.0.choices.0.value"),
        ([command(options=[option(type=1), option(name="b")])], "0.options.1"),
        ([command(options=[option(type=1, options=[option(type=1)])])], "0.options.0.options.0"),
        ([command(description_localizations={"de": "a" * 101})], "0.description_localizations.de"),
        ([command(options=[option(name=f"o{n}", choices=MANY) for n in range(25)])], "0"),
    ],
)
def test_a_command_discord_would_refuse_is_refused(commands: list[dict[str, Any]], path: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_set(commands)

    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert path in paths(caught.value.errors)


def test_a_hundred_and_one_commands_are_too_many() -> None:
    with pytest.raises(Refusal) as caught:
        check_set([command(name=f"c{number}") for number in range(101)])

    assert caught.value.code == 30032


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"content": "a" * 2001}, "content"),
        ({"embeds": [{"title": "a"}] * 11}, "embeds"),
        ({"embeds": [{"description": "a" * 3500}] * 2}, "embeds"),
        ({"content": "a", "components": [text()]}, "components.0"),
        ({"content": "a", "components": [row(button())] * 6}, "components"),
        (
            {"content": "a", "components": [row(*[button(custom_id=str(n)) for n in range(6)])]},
            "components.0.components",
        ),
        ({"content": "a", "components": [row(button(), button())]}, "components.0.components.1.custom_id"),
        ({"content": "a", "components": [row(button(custom_id="a" * 101))]}, "components.0.components.0.custom_id"),
        ({"content": "a", "components": [row(button(label="a" * 81))]}, "components.0.components.0.label"),
        (
            {"content": "a", "components": [row(button(style=5, url="https://a.b"))]},
            "components.0.components.0.custom_id",
        ),
        ({"flags": V2, "content": "a", "components": [text()]}, "content"),
        ({"flags": V2, "components": [text()] * 41}, "components"),
        ({"flags": V2, "components": [{"type": 17, "components": [text()] * 40}]}, "components"),
        ({"flags": V2, "components": [text("a" * 2001)] * 2}, "components"),
        ({"flags": V2, "components": [{"type": 12, "items": []}]}, "components.0.items"),
        (
            {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "https://a.b"}}] * 11}]},
            "components.0.items",
        ),
        ({"flags": V2, "components": [{"type": 9, "components": [text()]}]}, "components.0.accessory"),
    ],
)
def test_a_message_discord_would_refuse_is_refused(message: dict[str, Any], path: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_new(message, 0, webhook=True)

    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert path in paths(caught.value.errors)


@pytest.mark.parametrize("message", [{}, {"content": ""}, {"flags": V2, "components": []}])
def test_an_empty_message_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        check_new(message, 0, webhook=True)

    assert caught.value.code == 50006


def test_the_largest_message_there_may_be_is_taken() -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "a" * 1024}] * 10}
    buttons = row(*[button(custom_id=f"{n}" + "a" * 99) for n in range(5)])
    container = {"type": 17, "components": [text("a" * 4000), gallery, buttons, {"type": 14}]}

    check_new({"flags": V2, "components": [container]}, 10, webhook=True)


@pytest.mark.parametrize(
    ("modal", "path"),
    [
        ({"title": "a" * 46}, "title"),
        ({"components": []}, "components"),
        ({"components": [text()] * 6}, "components"),
        ({"components": [row(button())]}, "components.0.components.0"),
        (
            {"components": [{"type": 18, "label": "a" * 46, "component": {"type": 4, "style": 1, "custom_id": "a"}}]},
            "components.0.label",
        ),
    ],
)
def test_a_form_discord_would_refuse_is_refused(modal: dict[str, Any], path: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_modal({"title": "Form", "custom_id": "form", "components": [text()], **modal})

    assert path in paths(caught.value.errors)
