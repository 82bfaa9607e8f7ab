"""What each component of a message or a modal may hold."""

from __future__ import annotations

from .forms import Field, choice, flag, form, items, maybe, snowflake, text, union, url, whole

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 12, 13, 14, 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15)
MOST_ROWS, MOST_PARTS = 5, 40


def _part(kind: int, fields: dict[str, Field], *required: str) -> Field:
    return form({"type": choice(kind), "id": maybe(whole(0, 2**31 - 1)), **fields}, *required)


custom_id = text(1, 100)
emoji = maybe(form({"id": maybe(snowflake), "name": text(0, 32), "animated": maybe(flag)}, "name"))
media = form({"url": url(schemes=("http", "https", "attachment"))}, "url")
own_media = form({"url": url(schemes=("attachment",))}, "url")

option = form(
    {
        "label": text(1, 100),
        "value": text(1, 100),
        "description": maybe(text(0, 100)),
        "default": maybe(flag),
        "emoji": emoji,
    },
    "label",
    "value",
)


def _default_values(*kinds: str) -> Field:
    return maybe(items(form({"id": snowflake, "type": choice(*kinds)}, "id", "type"), 0, 25))


def _select(kind: int, more: dict[str, Field], *required: str) -> Field:
    fields = {
        "custom_id": custom_id,
        "placeholder": maybe(text(0, 150)),
        "min_values": maybe(whole(0, 25)),
        "max_values": maybe(whole(1, 25)),
        "disabled": maybe(flag),
        "required": maybe(flag),
    }
    return _part(kind, fields | more, "custom_id", *required)


SELECT_FIELDS: dict[int, Field] = {
    STRING_SELECT: _select(STRING_SELECT, {"options": items(option, 1, 25)}, "options"),
    USER_SELECT: _select(USER_SELECT, {"default_values": _default_values("user")}),
    ROLE_SELECT: _select(ROLE_SELECT, {"default_values": _default_values("role")}),
    MENTIONABLE_SELECT: _select(MENTIONABLE_SELECT, {"default_values": _default_values("user", "role")}),
    CHANNEL_SELECT: _select(
        CHANNEL_SELECT,
        {
            "default_values": _default_values("channel"),
            "channel_types": maybe(items(choice(*CHANNEL_TYPES), 0, len(CHANNEL_TYPES), unique=True)),
        },
    ),
}

button = _part(
    BUTTON,
    {
        "style": choice(1, 2, 3, 4, 5, 6),
        "custom_id": maybe(custom_id),
        "label": maybe(text(0, 80)),
        "disabled": maybe(flag),
        "url": maybe(url(512, ("http", "https", "discord"))),
        "sku_id": maybe(snowflake),
        "emoji": emoji,
    },
    "style",
)
row = _part(ROW, {"components": items(union({BUTTON: button, **SELECT_FIELDS}), 1, 5)}, "components")
text_display = _part(TEXT, {"content": text(1, 4000)}, "content")
_described = {"media": media, "description": maybe(text(1, 1024)), "spoiler": maybe(flag)}
thumbnail = _part(THUMBNAIL, _described, "media")
section = _part(
    SECTION,
    {
        "components": items(union({TEXT: text_display}), 1, 3),
        "accessory": union({BUTTON: button, THUMBNAIL: thumbnail}),
    },
    "components",
    "accessory",
)
LAYOUT: dict[int, Field] = {
    ROW: row,
    SECTION: section,
    TEXT: text_display,
    GALLERY: _part(GALLERY, {"items": items(form(_described, "media"), 1, 10)}, "items"),
    FILE: _part(FILE, {"file": own_media, "spoiler": maybe(flag)}, "file"),
    SEPARATOR: _part(SEPARATOR, {"spacing": maybe(choice(1, 2)), "divider": maybe(flag)}),
}
container = _part(
    CONTAINER,
    {
        "components": items(union(LAYOUT), 1, MOST_PARTS),
        "accent_color": maybe(whole(0, 0xFFFFFF)),
        "spoiler": maybe(flag),
    },
    "components",
)
#: a message's components without and with the V2 flag
rows = items(union({ROW: row}), 0, MOST_ROWS)
layout = items(union({**LAYOUT, CONTAINER: container}), 0, MOST_PARTS)

_input_fields: dict[str, Field] = {
    "custom_id": custom_id,
    "style": choice(1, 2),
    "label": maybe(text(1, 45)),
    "value": maybe(text(0, 4000)),
    "placeholder": maybe(text(0, 100)),
    "required": maybe(flag),
    "min_length": maybe(whole(0, 4000)),
    "max_length": maybe(whole(1, 4000)),
}
text_input = _part(TEXT_INPUT, _input_fields, "custom_id", "style")
old_text_input = _part(TEXT_INPUT, _input_fields, "custom_id", "style", "label")


def _group(kind: int, low: int, more: dict[str, Field]) -> Field:
    fields = {"custom_id": custom_id, "required": maybe(flag), "options": items(option, low, 10)}
    return _part(kind, fields | more, "custom_id", "options")


_counts: dict[str, Field] = {"min_values": maybe(whole(0, 10)), "max_values": maybe(whole(1, 10))}
IN_LABEL: dict[int, Field] = {
    TEXT_INPUT: text_input,
    **SELECT_FIELDS,
    FILE_UPLOAD: _part(FILE_UPLOAD, {"custom_id": custom_id, "required": maybe(flag), **_counts}, "custom_id"),
    RADIO_GROUP: _group(RADIO_GROUP, 2, {}),
    CHECKBOX_GROUP: _group(CHECKBOX_GROUP, 1, _counts),
    CHECKBOX: _part(CHECKBOX, {"custom_id": custom_id, "default": maybe(flag)}, "custom_id"),
}
label = _part(
    LABEL,
    {"label": text(1, 45), "description": maybe(text(1, 100)), "component": union(IN_LABEL)},
    "label",
    "component",
)
old_row = _part(ROW, {"components": items(union({TEXT_INPUT: old_text_input}), 1, 1)}, "components")
modal_parts = items(union({ROW: old_row, LABEL: label, TEXT: text_display}), 1, 5)
