"""Messages are created, changed and deleted here, by the rules that hold whoever asks and whichever way."""

from __future__ import annotations

from collections.abc import Mapping

from .check_messages import SUPPRESS_EMBEDS, check_edit, check_flags, check_new
from .components import Resolver
from .message import COMPONENTS_V2, EPHEMERAL, LOADING, Message, StoredFile
from .uploads import Files, Upload
from .wire import Payload, Refusal, refuse_field
from .world import Channel, User, World

NONCE_LIFE = 300.0


class Messages:
    def __init__(self, world: World, files: Files) -> None:
        self.world = world
        self.files = files
        self._nonces: dict[tuple[int, int, str], tuple[float, Message]] = {}

    def create(
        self,
        channel: Channel,
        author: User,
        payload: Payload,
        uploads: Mapping[int, Upload],
        *,
        only_for: User | None = None,
        metadata: Payload | None = None,
        command: str = "",
        webhook: bool = False,
        asked_by: User | None = None,
    ) -> Message:
        """A new message; with `enforce_nonce` and a nonce seen in the last minutes, the message it made."""
        payload = check_new(payload, len(uploads), webhook=webhook)
        known = self._repeated(channel, author, payload)
        if known:
            return known
        self.files.check_size(list(uploads.values()), channel, asked_by)
        reference = _referenced(channel, payload)
        message = Message(self.world.new_id(), channel, author, self.world.now(), metadata=metadata, only_for=only_for)
        message.flags = check_flags(payload) & ~EPHEMERAL | (EPHEMERAL if only_for else 0)
        message.reference = reference
        message.nonce = payload.get("nonce")
        message.command = command
        self._fill(message, payload, uploads)
        self._show(message)
        if payload.get("enforce_nonce") and message.nonce is not None:
            self._nonces[author.id, channel.id, str(message.nonce)] = (message.created, message)
        return message

    def think(self, channel: Channel, *, only_for: User | None, metadata: Payload, command: str) -> Message:
        """The placeholder that says the app is thinking."""
        message = Message(self.world.new_id(), channel, self.world.bot, self.world.now(), metadata=metadata)
        message.flags = LOADING | (EPHEMERAL if only_for else 0)
        message.only_for = only_for
        message.command = command
        self._show(message)
        return message

    def edit(
        self,
        message: Message,
        payload: Payload,
        uploads: Mapping[int, Upload],
        *,
        callback: bool = False,
        asked_by: User | None = None,
    ) -> None:
        """Change it. As a callback (type 7) files that are not listed go, and components cannot show new ones."""
        payload = check_edit(payload, message, len(uploads))
        if callback and payload.get("attachments") is None:
            payload["attachments"] = []
        self.files.check_size(list(uploads.values()), message.channel, asked_by)
        was_loading = message.loading
        self._fill(message, payload, uploads, drops_uploads=callback)
        message.flags = _flags_after(message, payload)
        message.edited = message.edited if was_loading else self.world.now()
        message.edits += 1
        self._changed(message)

    def delete(self, message: Message) -> None:
        message.channel.messages.pop(message.id, None)
        message.deleted = True
        self.files.forget(message.attachments)
        self._changed(message)

    def _show(self, message: Message) -> None:
        message.channel.messages[message.id] = message
        self._changed(message)

    def _changed(self, message: Message) -> None:
        message.changed(self.world.now())
        self.world.notify(message)

    def _repeated(self, channel: Channel, author: User, payload: Payload) -> Message | None:
        if not payload.get("enforce_nonce") or payload.get("nonce") is None:
            return None
        at, message = self._nonces.get((author.id, channel.id, str(payload["nonce"])), (0.0, None))
        return message if self.world.now() - at <= NONCE_LIFE else None

    def _fill(
        self, message: Message, payload: Payload, uploads: Mapping[int, Upload], *, drops_uploads: bool = False
    ) -> None:
        """Takes over what the form says; nothing is changed when it is refused."""
        form = _Attachments(message, payload, uploads)
        stored = {number: self._store(message, form, number) for number in uploads}
        try:
            attachments = form.attachments(stored)
            names = form.names({} if drops_uploads else stored)
            resolver = Resolver(names, {file.id: file for file in attachments}, self.world.new_id)
            components = message.components
            if "components" in payload:
                components = resolver.resolve(payload["components"] or [])
            content = str(payload["content"] or "") if "content" in payload else message.content
            embeds = _embeds(payload["embeds"], names) if "embeds" in payload else message.embeds
            is_v2 = message.is_v2 or bool(check_flags(payload) & COMPONENTS_V2)
            if not components and (is_v2 or not (content or embeds or attachments)):
                raise Refusal(400, 50006, "Cannot send an empty message")
        except Refusal:
            self.files.forget(list(stored.values()))
            raise
        self.files.forget([file for file in message.attachments if file not in attachments])
        message.content, message.embeds = content, embeds
        message.components, message.attachments = components, attachments

    def _store(self, message: Message, form: _Attachments, number: int) -> StoredFile:
        listed = form.listed.get(str(number), {})
        upload = Upload(listed.get("filename") or form.uploads[number].name, form.uploads[number].data)
        hidden = message.only_for is not None
        return self.files.store(upload, message.channel.id, description=listed.get("description"), ephemeral=hidden)


class _Attachments:
    """Which files a request keeps, brings and drops: `attachments`, where given, is the complete list."""

    def __init__(self, message: Message, payload: Payload, uploads: Mapping[int, Upload]) -> None:
        self.uploads = uploads
        self.existing = {str(file.id): file for file in message.attachments}
        entries = payload.get("attachments")
        self.replaces = isinstance(entries, list)
        self.listed: dict[str, Payload] = {entry["id"]: entry for entry in entries or []}

    def attachments(self, stored: Mapping[int, StoredFile]) -> list[StoredFile]:
        """Kept ones first, then the new ones."""
        for index, number in enumerate(self.listed):
            if number not in self.existing and number not in {str(key) for key in stored}:
                raise refuse_field(f"attachments.{index}", "ATTACHMENT_NOT_FOUND", "Attachment data not found")
        kept = [file for number, file in self.existing.items() if not self.replaces or number in self.listed]
        return kept + [stored[number] for number in sorted(stored)]

    def names(self, stored: Mapping[int, StoredFile]) -> dict[str, StoredFile]:
        """What `attachment://` finds: new files, and kept ones unless they were listed by id alone."""
        names = {
            file.name: file
            for number, file in self.existing.items()
            if not self.replaces or self.listed.get(number, {}).get("filename")
        }
        return names | {file.name: file for file in stored.values()}


def _flags_after(message: Message, payload: Payload) -> int:
    """An edit ends the thinking, may turn the flag for embeds either way, and V2 only on."""
    flags = message.flags & ~LOADING
    if payload.get("flags") is None:
        return flags
    asked = check_flags(payload)
    return flags & ~SUPPRESS_EMBEDS | asked & (SUPPRESS_EMBEDS | COMPONENTS_V2)


def _embeds(embeds: list[Payload] | None, names: Mapping[str, StoredFile]) -> list[Payload]:
    """Embeds as they are shown: their pictures' `attachment://` resolved, those of missing files left out."""
    return [_embed(embed, names) for embed in embeds or []]


def _embed(embed: Payload, names: Mapping[str, StoredFile]) -> Payload:
    whole: Payload = {"type": "rich"}
    for key, value in embed.items():
        shown = _pictured(value, names) if isinstance(value, dict) else value
        if key not in ("type", "provider", "video") and shown not in (None, {}):
            whole[key] = shown
    return whole


def _pictured(part: Payload, names: Mapping[str, StoredFile]) -> Payload:
    """An embed's picture, author or footer with the addresses of the files it shows."""
    shown: Payload = {}
    for key, value in part.items():
        if key in ("url", "icon_url") and str(value).startswith("attachment://"):
            stored = names.get(str(value).removeprefix("attachment://"))
            if stored:
                shown |= {key: stored.url, f"proxy_{key}": stored.url}
                shown |= {"width": stored.width, "height": stored.height} if key == "url" and stored.width else {}
        elif value is not None:
            shown[key] = value
    return shown


def _referenced(channel: Channel, payload: Payload) -> int | None:
    reference = payload.get("message_reference")
    if not reference:
        return None
    if reference.get("channel_id") not in (None, str(channel.id)):
        message = "Cannot reply to a message in a different channel"
        raise refuse_field("message_reference", "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", message)
    original = channel.messages.get(int(reference["message_id"]))
    if original and not original.only_for:
        return original.id
    if reference.get("fail_if_not_exists") is not False:
        raise refuse_field("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    return None
