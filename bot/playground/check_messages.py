"""The rules for a message's form: lengths, counts, and what may not stand together."""

from __future__ import annotations

from typing import Any

from .check_components import layout, rows
from .check_layout import check_layout
from .forms import (
    Field,
    Fields,
    choice,
    decimal,
    flag,
    form,
    items,
    maybe,
    moment,
    read_form,
    snowflake,
    text,
    url,
    whole,
)
from .message import COMPONENTS_V2, EPHEMERAL, Message, embed_texts
from .wire import FormErrors, Payload, Refusal, given

SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
LEGACY = ("content", "embeds", "sticker_ids", "poll")
MOST_FILES = 10
MOST_EMBED_TEXT = 6000
IMAGE_URL = ("http", "https", "attachment")

_image = maybe(form({"url": maybe(url(schemes=IMAGE_URL)), "description": maybe(text(0, 4096))}))
_icon = maybe(url(schemes=IMAGE_URL))
_author = form({"name": text(1, 256), "url": maybe(url()), "icon_url": _icon}, "name")
_footer = form({"text": text(1, 2048), "icon_url": _icon}, "text")
_entry = form({"name": text(1, 256), "value": text(1, 1024), "inline": maybe(flag)}, "name", "value")
EMBED = form(
    {
        "type": maybe(text(0, 100)),
        "title": maybe(text(0, 256)),
        "description": maybe(text(0, 4096)),
        "url": maybe(url()),
        "color": maybe(whole(0, 0xFFFFFF)),
        "timestamp": maybe(moment),
        "author": maybe(_author),
        "footer": maybe(_footer),
        "image": _image,
        "thumbnail": _image,
        "fields": maybe(items(_entry, 0, 25)),
        # told by nobody but Discord: their shape is looked at, what they say is not
        "provider": maybe(form({"name": maybe(text(0, 256)), "url": maybe(url())})),
        "video": _image,
    }
)
ATTACHMENT = form(
    {
        "id": snowflake,
        "filename": maybe(text(1, 1024)),
        "description": maybe(text(0, 1024)),
        "title": maybe(text(0, 1024)),
        "duration_secs": maybe(decimal(0, 2**31 - 1)),
        "waveform": maybe(text(0, 400)),
        "is_spoiler": maybe(flag),
        "is_remix": maybe(flag),
    },
    "id",
)
MENTIONS = form(
    {
        "parse": maybe(items(maybe(choice("users", "roles", "everyone")), 0, 1521, unique=True)),
        "users": maybe(items(maybe(snowflake), 0, 100, unique=True)),
        "roles": maybe(items(maybe(snowflake), 0, 100, unique=True)),
        "replied_user": maybe(flag),
    }
)
REFERENCE = form(
    {
        "message_id": snowflake,
        "channel_id": maybe(snowflake),
        "guild_id": maybe(snowflake),
        "fail_if_not_exists": maybe(flag),
        "type": maybe(choice(0)),
    },
    "message_id",
)
_emoji = maybe(form({"id": maybe(snowflake), "name": maybe(text(0, 32)), "animated": maybe(flag)}))
_poll_text = form({"text": maybe(text(1, 300)), "emoji": _emoji})
POLL = form(
    {
        "question": _poll_text,
        "answers": items(form({"poll_media": _poll_text}, "poll_media"), 1, 10),
        "allow_multiselect": maybe(flag),
        "layout_type": maybe(choice(1)),
        "duration": maybe(whole(1, 768)),
    },
    "question",
    "answers",
)


def _nonce(errors: FormErrors, path: str, value: Any) -> Any:
    if isinstance(value, str) and len(value) > 25:
        errors.add(path, "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer characters long.")
    elif isinstance(value, bool) or not isinstance(value, str | int):
        errors.add(path, "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        errors.add(path, "NONCE_TYPE_OUT_OF_BOUNDS", f"Must be between {-(2**63)} and {2**63 - 1}.")
    return value


def _message(components: Field, more: Fields) -> Field:
    return form(
        {
            "content": maybe(text(0, 2000)),
            "embeds": maybe(items(EMBED, 0, 10)),
            "allowed_mentions": maybe(MENTIONS),
            "components": maybe(components),
            "attachments": maybe(items(ATTACHMENT, 0, MOST_FILES)),
            "flags": maybe(whole(-(2**63), 2**63 - 1)),
            "sticker_ids": maybe(items(snowflake, 0, 3)),
            **more,
        }
    )


_NEW: Fields = {
    "poll": maybe(POLL),
    "message_reference": maybe(REFERENCE),
    "nonce": maybe(_nonce),
    "enforce_nonce": maybe(flag),
    "tts": maybe(flag),
}
_WEBHOOK: Fields = {
    "poll": maybe(POLL),
    "tts": maybe(flag),
    "username": maybe(text(1, 80)),
    "avatar_url": maybe(url()),
    "thread_name": maybe(text(0, 100)),
    "applied_tags": maybe(items(snowflake, 0, 5)),
}
NEW = {v2: _message(layout if v2 else rows, _NEW) for v2 in (False, True)}
ANSWER = {v2: _message(layout if v2 else rows, _WEBHOOK) for v2 in (False, True)}
EDIT = {v2: _message(layout if v2 else rows, {"poll": maybe(POLL)}) for v2 in (False, True)}


def check_new(payload: Payload, uploads: int, *, webhook: bool) -> Payload:
    """A message to be created, without what Discord ignores; empty ones are 50006."""
    v2 = bool(check_flags(payload) & COMPONENTS_V2)
    clean: Payload = read_form((ANSWER if webhook else NEW)[v2], payload)
    _check_rules(clean, v2=v2)
    if uploads > MOST_FILES:
        raise _too_many()
    visible = ("components",) if v2 else (*LEGACY, "components")
    if not any(given(clean, key) for key in visible) and (v2 or not uploads):
        raise Refusal(400, 50006, "Cannot send an empty message")
    return clean


def check_edit(payload: Payload, message: Message, uploads: int) -> Payload:
    """A message to be changed: the V2 flag stays once it is there, and what cannot stand beside it has to go.

    Flags that are sent without V2 make Discord read the components as a plain message's, whatever the message is.
    """
    flags = payload.get("flags")
    told = message.is_v2 if flags is None else bool(check_flags(payload) & COMPONENTS_V2)
    clean: Payload = read_form(EDIT[told], payload)
    becomes = told and not message.is_v2
    _check_rules(clean, v2=told or message.is_v2)
    for key, there in (("content", message.content), ("embeds", message.embeds)):
        if becomes and there and key not in clean:
            raise _legacy(key)
    kept = [str(file.id) for file in message.attachments]
    if clean.get("attachments") is not None:
        kept = [entry["id"] for entry in clean["attachments"]]
    if len(kept) + sum(str(number) not in kept for number in range(uploads)) > MOST_FILES:
        raise _too_many()
    return clean


def check_flags(payload: object) -> int:
    """The flags that an app may set; none where they are no number, which the form's table refuses later."""
    flags = payload.get("flags") if isinstance(payload, dict) else None
    if isinstance(flags, bool) or not isinstance(flags, int | float) or flags != flags // 1:
        return 0
    return int(flags) & (SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | EPHEMERAL)


def _check_rules(clean: Payload, *, v2: bool) -> None:
    errors = FormErrors()
    for key in LEGACY:
        if v2 and (given(clean, key) or clean.get(key) == ""):
            _note_legacy(errors, key)
    if sum(len(written) for embed in clean.get("embeds") or [] for written in embed_texts(embed)) > MOST_EMBED_TEXT:
        errors.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_EMBED_TEXT}")
    check_layout(errors, clean.get("components") or [])
    _check_mentions(errors, clean.get("allowed_mentions") or {})
    errors.raise_any()
    if clean.get("sticker_ids"):
        raise Refusal(400, 50081, "Invalid sticker sent")


def _check_mentions(errors: FormErrors, mentions: Payload) -> None:
    for kind in ("users", "roles"):
        if kind in (mentions.get("parse") or []) and mentions.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            errors.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _note_legacy(errors: FormErrors, key: str) -> None:
    message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    errors.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _legacy(key: str) -> Refusal:
    errors = FormErrors()
    _note_legacy(errors, key)
    return Refusal(400, 50035, "Invalid Form Body", errors.found)


def _too_many() -> Refusal:
    errors = FormErrors()
    errors.add("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_FILES} or fewer in length.")
    return Refusal(400, 50035, "Invalid Form Body", errors.found)
