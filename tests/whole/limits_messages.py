"""The limits of messages: plain ones, their embeds and buttons, and those made of components."""

from __future__ import annotations

from typing import Any

from .limits import (
    BAD_LENGTH,
    CHOICES,
    DUPLICATE,
    MAX_LENGTH,
    REQUIRED,
    SCHEME,
    TOO_LARGE,
    UNION,
    Limit,
    a,
    both,
    button,
    container,
    embed,
    gallery,
    link,
    options,
    plain,
    row,
    section,
    select,
    shown,
    text,
    v2,
)

LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
TOO_MANY, TOO_MUCH = "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
NO_FILE = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
EXCLUSIVE = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
UNKNOWN_REPLY = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
ELSEWHERE = "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL"
FIRST = "components.0.components.0"
POLL = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}


def of_embed(field: str, inside: Any, outside: Any, code: str = MAX_LENGTH, path: str = "") -> Limit:
    name = f"embed's {path or field}"
    return Limit(name, embed(**{field: inside}), embed(**{field: outside}), f"embeds.0.{path or field}", code)


def of_entry(field: str, inside: Any, outside: Any, code: str = BAD_LENGTH) -> Limit:
    entry = {"name": "a", "value": "b"}
    return of_embed("fields", [entry | {field: inside}], [entry | {field: outside}], code, f"fields.0.{field}")


def of_button(field: str, inside: Any, outside: Any, code: str = MAX_LENGTH) -> Limit:
    made = both(lambda value: plain(row(button(**{field: value}))), inside, outside)
    return Limit(f"button's {field}", *made, f"{FIRST}.{field}", code)


def of_link(field: str, inside: Any, outside: Any, code: str = MAX_LENGTH) -> Limit:
    made = both(lambda value: plain(row(link(**{field: value}))), inside, outside)
    return Limit(f"link's {field}", *made, f"{FIRST}.{field}", code)


def of_select(what: str, inside: dict[str, Any], outside: dict[str, Any], path: str, code: str = MAX_LENGTH) -> Limit:
    return Limit(f"select's {what}", plain(row(inside)), plain(row(outside)), f"{FIRST}.{path}", code)


def of_mentions(inside: dict[str, Any], outside: dict[str, Any], path: str, code: str) -> Limit:
    made = both(lambda mentions: {"content": "a", "allowed_mentions": mentions}, inside, outside)
    return Limit(f"mentions {path}", *made, f"allowed_mentions{path}", code)


def of_message(field: str, inside: Any, outside: Any, code: str, path: str = "") -> Limit:
    made = both(lambda value: {"content": "a", field: value}, inside, outside)
    return Limit(f"{field} {code}", *made, path or field, code)


ENTRY = {"name": "a", "value": "b"}
LONG = [{"description": a(3000)}]
PLAIN_MESSAGES = [
    of_message("content", a(2000), a(2001), MAX_LENGTH),
    of_message("embeds", [{"title": "a"}] * 10, [{"title": "a"}] * 11, MAX_LENGTH),
    of_message("embeds", LONG * 2, [*LONG, {"description": a(3001)}], "MAX_EMBED_SIZE_EXCEEDED"),
    of_embed("title", a(256), a(257)),
    of_embed("description", a(4096), a(4097)),
    of_embed("fields", [ENTRY] * 25, [ENTRY] * 26),
    of_entry("name", a(256), ""),
    of_entry("value", a(1024), a(1025)),
    of_embed("footer", {"text": a(2048)}, {"text": a(2049)}, BAD_LENGTH, "footer.text"),
    of_embed("author", {"name": a(256)}, {}, REQUIRED, "author.name"),
    of_embed("color", 0xFFFFFF, 0x1000000, TOO_LARGE),
    of_embed("timestamp", "2026-01-01T00:00:00+00:00", "soon", "DATE_TIME_TYPE_PARSE"),
    of_embed("url", "https://a.b", "ftp://a.b", SCHEME),
    Limit("rows", plain(*[row(link())] * 5), plain(*[row(link())] * 6), "components"),
    Limit("row", plain(row(*[link()] * 5)), plain(row(*[link()] * 6)), "components.0.components", BAD_LENGTH),
    Limit("empty row", plain(row(button())), plain(row()), "components.0.components", BAD_LENGTH),
    of_button("label", a(80), a(81)),
    of_button("custom_id", a(100), a(101), BAD_LENGTH),
    of_button("custom_id", "b", None, REQUIRED),
    of_button("style", 4, 7, CHOICES),
    Limit("no label", plain(row(link())), plain(row(link(label=None))), FIRST, "BUTTON_COMPONENT_INVALID_LABEL"),
    of_link("url", "https://a.b/" + a(500), "https://a.b/" + a(501)),
    of_link("url", "discord://a", None, REQUIRED),
    of_link("custom_id", None, "go", "COMPONENT_CUSTOM_ID_AND_URL_NOT_ALLOWED"),
    Limit(
        "same custom ids",
        plain(row(button(), button(custom_id="other"))),
        plain(row(button()), row(button())),
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    Limit(
        "same ids",
        plain(row(button(id=3), link(id=4))),
        plain(row(button(id=3), link(id=3))),
        "components.0.components.1.id",
        "COMPONENT_ID_DUPLICATED",
    ),
    of_select("options", select(25), select(26), "options", BAD_LENGTH),
    of_select(
        "label",
        select(options=options(1, label=a(100))),
        select(options=options(1, label="")),
        "options.0.label",
        BAD_LENGTH,
    ),
    of_select(
        "values",
        select(2),
        select(options=options(2, value="a")),
        "options.1",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    of_select("placeholder", select(placeholder=a(150)), select(placeholder=a(151)), "placeholder"),
    of_select("most", select(2, max_values=2), select(2, max_values=3), "max_values", "SELECT_COMPONENT_MAX_VALUES"),
    of_select("least", select(2, min_values=1), select(2, min_values=2, max_values=1), "min_values", TOO_LARGE),
    Limit(
        "select's row", plain(row(select())), plain(row(select(), button())), FIRST, "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
    ),
    Limit("V2 components", v2(text()), plain(text()), "components.0", UNION),
    of_message("nonce", a(25), a(26), "NONCE_TYPE_TOO_LONG"),
    of_message("nonce", 7, 7.5, "NONCE_TYPE_INVALID_TYPE"),
    of_mentions({"parse": [], "users": ["1"]}, {"parse": ["users"], "users": ["1"]}, "", EXCLUSIVE),
    of_mentions({"parse": ["users"]}, {"parse": ["here"]}, ".parse.0", CHOICES),
    of_mentions({"roles": ["1", "2"]}, {"roles": ["1", "1"]}, ".roles.1", DUPLICATE),
    of_message(
        "message_reference", {"message_id": "1", "fail_if_not_exists": False}, {"message_id": "1"}, UNKNOWN_REPLY
    ),
    of_message("message_reference", None, {"message_id": "1", "channel_id": "1"}, ELSEWHERE),
    of_message("attachments", [], [{"id": 0}], "ATTACHMENT_NOT_FOUND", "attachments.0"),
    of_message("flags", 4096, "4096", "NUMBER_TYPE_COERCE"),
]


def of_layout(what: str, inside: Any, outside: Any, path: str, code: str) -> Limit:
    return Limit(what, v2(inside), v2(outside), f"components.0.{path}".removesuffix("."), code)


FORTY = [text("a")] * 40
SECTIONS = [section("a", "a", accessory=link())] * 10
V2_MESSAGES = [
    Limit("content", v2(text(), content=None), v2(text(), content="words"), "content", LEGACY),
    Limit("empty content", v2(text()), v2(text(), content=""), "content", LEGACY),
    Limit("embeds", v2(text(), embeds=[]), v2(text(), **embed()), "embeds", LEGACY),
    Limit("poll", v2(text(), poll=None), v2(text(), poll=POLL), "poll", LEGACY),
    Limit("stickers", v2(text(), sticker_ids=[]), v2(text(), sticker_ids=["1"]), "sticker_ids", LEGACY),
    Limit("components", v2(*FORTY), v2(*FORTY, text("a")), "components"),
    Limit("nested components", v2(container(*FORTY[1:])), v2(container(*FORTY)), "components", TOO_MANY),
    Limit("sections", v2(*SECTIONS), v2(*SECTIONS, text("a")), "components", TOO_MANY),
    Limit(
        "all text",
        v2(text(a(2000)), text(a(2000))),
        v2(text(a(2000)), container(text(a(2001)))),
        "components",
        TOO_MUCH,
    ),
    of_layout("one text", text(a(4000)), text(a(4001)), "content", BAD_LENGTH),
    of_layout("empty text", text("a"), text(""), "content", BAD_LENGTH),
    of_layout("gallery", gallery(10), gallery(11), "items", BAD_LENGTH),
    of_layout("empty gallery", gallery(1), gallery(0), "items", BAD_LENGTH),
    of_layout("alt text", gallery(description=a(1024)), gallery(description=""), "items.0.description", BAD_LENGTH),
    of_layout("picture", shown("http://a.b"), shown("file:///etc/passwd"), "items.0.media.url", SCHEME),
    of_layout("missing file", shown("https://a.b"), shown("attachment://a.png"), "items.0.media.url", NO_FILE),
    of_layout("section", section("a", "b", "c"), section("a", "b", "c", "d"), "components", BAD_LENGTH),
    of_layout("accessory", section("a"), section("a", accessory=None), "accessory", REQUIRED),
    of_layout("accessory's kind", section("a"), section("a", accessory=text()), "accessory", UNION),
    of_layout("container", container(text()), container(), "components", BAD_LENGTH),
    of_layout("containers", container(text()), container(container(text())), "components.0", UNION),
    of_layout(
        "accent", container(text(), accent_color=0), container(text(), accent_color=1 << 24), "accent_color", TOO_LARGE
    ),
    of_layout("spacing", {"type": 14, "spacing": 2}, {"type": 14, "spacing": 3}, "spacing", CHOICES),
    of_layout("lone button", row(button()), button(), "", UNION),
    of_layout("file", text(), {"type": 13, "file": {"url": "https://a.b/c.txt"}}, "file.url", SCHEME),
]
