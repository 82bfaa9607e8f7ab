"""The rules for a message's form: lengths, counts, and what may not stand together."""

from __future__ import annotations

from .check_components import check_components
from .message import COMPONENTS_V2, EPHEMERAL, Message, embed_texts
from .wire import FormErrors, Payload, Refusal, given

SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
LEGACY = ("content", "embeds", "sticker_ids", "poll")
EMBED_LIMITS = (("title", 256), ("description", 4096))


def check_new(payload: Payload, uploads: int, *, webhook: bool) -> None:
    """A message to be created; empty ones are 50006."""
    v2 = bool(_flags(payload, webhook=webhook) & COMPONENTS_V2)
    _check(payload, v2=v2)
    if uploads > 10:
        _too_many()
    visible = ("components",) if v2 else (*LEGACY, "components", "attachments")
    if not uploads and not any(given(payload, key) for key in visible):
        raise Refusal(400, 50006, "Cannot send an empty message")


def check_edit(payload: Payload, message: Message, uploads: int) -> None:
    """A message to be changed: the V2 flag stays once it is there, and what cannot stand beside it has to go."""
    becomes = bool(_flags(payload, webhook=True) & COMPONENTS_V2) and not message.is_v2
    v2 = becomes or message.is_v2
    _check(payload, v2=v2)
    if becomes and message.content and "content" not in payload:
        raise _legacy("content")
    if becomes and message.embeds and "embeds" not in payload:
        raise _legacy("embeds")
    kept = payload["attachments"] if isinstance(payload.get("attachments"), list) else message.attachments
    listed = {str(entry.get("id")) for entry in kept if isinstance(entry, dict)}
    unlisted = sum(str(number) not in listed for number in range(uploads))
    if len(kept) + unlisted > 10:
        _too_many()


def check_flags(payload: Payload) -> int:
    """The flags of an interaction's callback: ephemeral, silent, no embeds, V2."""
    return _flags(payload, webhook=True)


def _check(payload: Payload, *, v2: bool) -> None:
    errors = FormErrors()
    if given(payload, "content"):
        errors.length("content", payload["content"], 0, 2000)
    if payload.get("embeds") is not None and errors.count("embeds", payload["embeds"], 0, 10):
        _embeds(errors, payload["embeds"])
    if v2:
        for key in LEGACY:
            if given(payload, key):
                errors.found |= _legacy(key).errors or {}
    if payload.get("components") is not None:
        check_components(errors, payload["components"], v2=v2)
    if payload.get("attachments") is not None:
        errors.count("attachments", payload["attachments"], 0, 10)
    if isinstance(payload.get("nonce"), str):
        errors.length("nonce", payload["nonce"], 0, 25)
    errors.raise_any()


def _flags(payload: Payload, *, webhook: bool) -> int:
    flags = payload.get("flags") or 0
    allowed = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | (EPHEMERAL if webhook else 0)
    return int(flags) & allowed


def _embeds(errors: FormErrors, embeds: list[Payload]) -> None:
    for index, embed in enumerate(embeds):
        place = f"embeds.{index}"
        for key, high in EMBED_LIMITS:
            if embed.get(key) is not None:
                errors.length(f"{place}.{key}", embed[key], 0, high)
        if embed.get("fields") is not None and errors.count(f"{place}.fields", embed["fields"], 0, 25):
            for number, entry in enumerate(embed["fields"]):
                errors.length(f"{place}.fields.{number}.name", entry.get("name"), 1, 256)
                errors.length(f"{place}.fields.{number}.value", entry.get("value"), 1, 1024)
        if given(embed, "footer"):
            errors.length(f"{place}.footer.text", embed["footer"].get("text"), 1, 2048)
        if given(embed, "author"):
            errors.length(f"{place}.author.name", embed["author"].get("name"), 1, 256)
    if sum(len(text) for embed in embeds for text in embed_texts(embed)) > 6000:
        errors.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _legacy(key: str) -> Refusal:
    errors = FormErrors()
    message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    errors.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    return Refusal(400, 50035, "Invalid Form Body", errors.found)


def _too_many() -> None:
    errors = FormErrors()
    errors.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    errors.raise_any()
