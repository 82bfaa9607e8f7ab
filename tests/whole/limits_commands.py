"""The limits of commands, of forms on top of the channel, and of what is offered while somebody types."""

from __future__ import annotations

from typing import Any

from .limits import (
    BAD_LENGTH,
    CHOICES,
    DUPLICATE,
    MAX_LENGTH,
    NOT_A_NUMBER,
    REQUIRED,
    TOO_LARGE,
    TOO_SMALL,
    UNION,
    Limit,
    a,
    both,
    button,
    command,
    labelled,
    menus,
    modal,
    option,
    options,
    row,
    text,
    text_input,
)

BAD_NAME = "APPLICATION_COMMAND_INVALID_NAME"
BULKY = [{"name": f"{number}" + a(60), "value": f"{number}" + a(60)} for number in range(20)]
LARGE = [option(name=f"o{number}", description=a(92), choices=BULKY) for number in range(3)]


def of_command(field: str, inside: Any, outside: Any, code: str, path: str = "") -> Limit:
    made = both(lambda value: [command(**{field: value})], inside, outside)
    return Limit(f"{path or field} {code}", *made, f"0.{path or field}", code)


def of_option(field: str, inside: Any, outside: Any, code: str = BAD_LENGTH, *, kind: int = 3, path: str = "") -> Limit:
    made = both(lambda value: [command(options=[option(type=kind, **{field: value})])], inside, outside)
    return Limit(f"option's {path or field} {code}", *made, f"0.options.0.{path or field}", code)


def of_options(what: str, inside: list[Any], outside: list[Any], path: str, code: str) -> Limit:
    return Limit(what, [command(options=inside)], [command(options=outside)], f"0.options{path}", code)


def choices(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"name": str(number), "value": str(number), **changes} for number in range(count)]


def filled(size: int) -> dict[str, Any]:
    """A command of so many characters, 7975 to 8075; of its localizations the longest counts."""
    last = option(description="a", description_localizations={"de": a(100)}, choices=choices(1, name=a(100)))
    last["choices"][0]["value"] = a(size - 7975)
    return command(description=a(100), options=[*LARGE, last])


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [option(name=f"o{number}", **changes) for number in range(count)]


COMMANDS = [
    of_command("name", a(32), a(33), BAD_LENGTH),
    of_command("name", "größe", "Imagine", BAD_NAME),
    of_command("name", "two-words", "two words", BAD_NAME),
    of_command("description", a(100), a(101), BAD_LENGTH),
    of_command("description", "a", None, REQUIRED),
    of_command("description_localizations", {"de": a(100)}, {"de": a(101)}, BAD_LENGTH, "description_localizations.de"),
    of_command("name_localizations", {"de": "bild"}, {"de": "Bild"}, BAD_NAME, "name_localizations.de"),
    of_command("name_localizations", {"de": "a"}, {"tlh": "a"}, CHOICES, "name_localizations.tlh"),
    of_command("default_member_permissions", "8", 2**54, TOO_LARGE),
    of_command("contexts", [0, 1, 2], [], BAD_LENGTH),
    of_command("integration_types", [0, 1], [0, 0], DUPLICATE, "integration_types.1"),
    of_command("type", 1, 9, CHOICES),
    Limit("same names", [command(), *menus(3, 1)], [command(), command()], "1", "APPLICATION_COMMANDS_DUPLICATE_NAME"),
    Limit("menu's name", [{"name": "Two Words", "type": 3}], [{"name": a(33), "type": 3}], "0.name", BAD_LENGTH),
    Limit(
        "menu's description",
        menus(3, 1),
        [command(type=3)],
        "0.description",
        "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED",
    ),
    of_options("options", many(25), many(26), "", MAX_LENGTH),
    of_options("subcommands", many(25, type=1), many(26, type=1), "", MAX_LENGTH),
    of_options(
        "same options", many(2), [option(), option()], ".1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
    ),
    of_options(
        "order",
        [option(required=True), option(name="b")],
        [option(), option(name="b", required=True)],
        ".1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    of_options(
        "mixture", many(2, type=1), [*many(1, type=1), option()], ".1", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
    ),
    of_options(
        "depth",
        [option(type=2, options=many(1, type=1, options=many(1)))],
        [option(type=1, options=many(1, type=1))],
        ".0.options.0",
        UNION,
    ),
    of_option("name", a(32), "Prompt", BAD_NAME),
    of_option("description", a(100), ""),
    of_option("choices", choices(25), choices(26), MAX_LENGTH),
    of_option("choices", choices(1, name=a(100)), choices(1, name=a(101)), path="choices.0.name"),
    of_option("choices", choices(1, value=a(100)), choices(1, value=a(101)), path="choices.0.value"),
    of_option("choices", choices(1, value=1), choices(1), NOT_A_NUMBER, kind=4, path="choices.0.value"),
    of_option("max_length", 6000, 6001, TOO_LARGE),
    of_option("min_length", 0, -1, TOO_SMALL),
    of_option("min_value", -3, 0.5, NOT_A_NUMBER, kind=4),
    of_option("max_value", 2**53 - 1, 2**53, TOO_LARGE, kind=4),
    of_options(
        "choices while typing",
        [option(autocomplete=True)],
        [option(autocomplete=True, choices=choices(1))],
        ".0.autocomplete",
        "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
    ),
    Limit("all text", [filled(8000)], [filled(8001)], "0", "APPLICATION_COMMAND_TOO_LARGE"),
]


def of_label(field: str, inside: Any, outside: Any) -> Limit:
    made = both(lambda value: modal(labelled(**{field: value})), inside, outside)
    return Limit(f"label's {field}", *made, f"data.components.0.{field}", BAD_LENGTH)


def of_input(kind: int, field: str, inside: Any, outside: Any, code: str = BAD_LENGTH, **more: Any) -> Limit:
    made = both(lambda value: modal(labelled({"type": kind, "custom_id": "f", **more, field: value})), inside, outside)
    return Limit(f"{kind}'s {field} {code}", *made, f"data.components.0.component.{field}", code)


MODALS = [
    Limit("title", modal(title=a(45)), modal(title=a(46)), "data.title", BAD_LENGTH),
    Limit("custom id", modal(custom_id=a(100)), modal(custom_id=""), "data.custom_id", BAD_LENGTH),
    Limit("parts", modal(*[text("a")] * 5), modal(*[text("a")] * 6), "data.components", BAD_LENGTH),
    of_label("label", a(45), a(46)),
    of_label("description", a(100), a(101)),
    of_input(4, "label", None, "", style=1),
    of_input(4, "max_length", 4000, 4001, TOO_LARGE, style=1),
    of_input(4, "min_length", 5, 6, TOO_LARGE, style=1, max_length=5),
    of_input(4, "value", a(4000), a(4001), MAX_LENGTH, style=2),
    of_input(4, "placeholder", a(100), a(101), MAX_LENGTH, style=2),
    of_input(3, "options", options(25), options(26)),
    of_input(21, "options", options(2), options(1)),
    of_input(21, "options", options(10), options(11)),
    of_input(22, "options", options(1), []),
    of_input(22, "options", options(10), options(11)),
    of_input(19, "max_values", 10, 11, TOO_LARGE),
    of_input(19, "min_values", 0, -1, TOO_SMALL),
    Limit(
        "input in a row",
        modal(row(text_input(label="A"))),
        modal(row(text_input())),
        "data.components.0.components.0.label",
        REQUIRED,
    ),
    Limit("button", modal(), modal(row(button())), "data.components.0.components.0", UNION),
    Limit(
        "same fields",
        modal(labelled(), text()),
        modal(labelled(), labelled()),
        "data.components.1.component.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
]

OFFERED = [
    Limit("choices", choices(25), choices(26), "data.choices"),
    Limit("name", choices(1, name=a(100)), choices(1, name=a(101)), "data.choices.0.name", BAD_LENGTH),
    Limit("value", choices(1, value=a(100)), choices(1, value=a(101)), "data.choices.0.value"),
    Limit("type", choices(1), choices(1, value=1), "data.choices.0.value", "STRING_TYPE_CONVERT"),
]
