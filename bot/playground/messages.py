"""Messages are created, changed and deleted here, by the rules that hold whoever asks and whichever way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .check_messages import check_edit, check_flags, check_new
from .components import Resolver
from .message import COMPONENTS_V2, EPHEMERAL, LOADING, Message, StoredFile
from .uploads import Files, Upload, safe_name
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
    ) -> Message:
        """A new message; with `enforce_nonce` and a nonce seen in the last minutes, the message it made."""
        known = self._repeated(channel, author, payload)
        if known:
            return known
        check_new(payload, len(uploads), webhook=webhook)
        self.files.check_size(list(uploads.values()))
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
        self, message: Message, payload: Payload, uploads: Mapping[int, Upload], *, drops_uploads: bool = False
    ) -> None:
        """Change it; with `drops_uploads` (callback type 7) components cannot refer to files of the same request."""
        check_edit(payload, message, len(uploads))
        self.files.check_size(list(uploads.values()))
        was_loading = message.loading
        self._fill(message, payload, uploads, drops_uploads=drops_uploads)
        message.flags = message.flags & ~LOADING | check_flags(payload) & COMPONENTS_V2
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
            if message.is_v2 or check_flags(payload) & COMPONENTS_V2:
                form.refuse_unused(stored, resolver.used)
            content = str(payload["content"] or "") if "content" in payload else message.content
            embeds = _embeds(payload["embeds"], stored) if "embeds" in payload else message.embeds
            if not (content or embeds or components or attachments):
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
        self.listed: dict[str, dict[str, Any]] = {str(entry.get("id")): entry for entry in entries or []}

    def attachments(self, stored: Mapping[int, StoredFile]) -> list[StoredFile]:
        """Kept ones first, then the new ones."""
        for index, number in enumerate(self.listed):
            if number not in self.existing and number not in {str(key) for key in stored}:
                message = f"Attachment data cannot be found (id: {number})"
                raise refuse_field(f"attachments.{index}", "ATTACHMENT_NOT_FOUND", message)
        kept = [file for number, file in self.existing.items() if not self.replaces or number in self.listed]
        return kept + [stored[number] for number in sorted(stored)]

    def names(self, stored: Mapping[int, StoredFile]) -> dict[str, StoredFile]:
        """What `attachment://` finds: new files, and kept ones unless they were listed by id alone."""
        names = {
            file.name: file
            for number, file in self.existing.items()
            if not self.replaces or "filename" in self.listed.get(number, {})
        }
        return names | {file.name: file for file in stored.values()}

    def refuse_unused(self, stored: Mapping[int, StoredFile], used: set[int]) -> None:
        for number, file in stored.items():
            if file.id not in used:
                message = f'The attachment "{safe_name(file.name)}" is not referenced by any component'
                raise refuse_field(f"attachments.{number}", "ATTACHMENT_NOT_REFERENCED", message)


def _embeds(embeds: list[Payload] | None, stored: Mapping[int, StoredFile]) -> list[Payload]:
    """Embeds as they are shown: their pictures' `attachment://` resolved."""
    urls = {f"attachment://{file.name}": file.url for file in stored.values()}
    shown = []
    for embed in embeds or []:
        whole = {"type": "rich", **embed}
        for key in ("image", "thumbnail"):
            if isinstance(embed.get(key), dict) and embed[key].get("url") in urls:
                whole[key] = embed[key] | {"url": urls[embed[key]["url"]], "proxy_url": urls[embed[key]["url"]]}
        shown.append(whole)
    return shown


def _referenced(channel: Channel, payload: Payload) -> int | None:
    reference = payload.get("message_reference")
    if not reference:
        return None
    number = int(reference["message_id"])
    original = channel.messages.get(number)
    if (original is None or original.only_for) and reference.get("fail_if_not_exists", True):
        raise refuse_field("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    return number if original else None
