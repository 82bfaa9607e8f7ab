"""The people, roles, channels and files that a person's values name, as the `resolved` part of an interaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from .message_payloads import file_payload
from .payloads import channel_payload, effective_permissions, member_payload, role_payload, user_payload
from .uploads import Files, Upload
from .wire import Payload
from .world import Channel, Guild, Role, User, permissions, upload_limit

FileLike: TypeAlias = Upload | Path | tuple[str, bytes]
FILE_LIKE = (Upload, Path, tuple)
MEGABYTE = 2**20


@dataclass
class Resolved:
    """Gathered for one interaction of this person in this channel."""

    files: Files
    channel: Channel
    user: User
    parts: dict[str, Payload] = field(default_factory=dict)

    @property
    def guild(self) -> Guild | None:
        return self.channel.guild

    def add(self, value: object) -> str | None:
        """The id of a thing that is named by one; none for plain values. ValueError: the file is too large."""
        if isinstance(value, User):
            return self.add_user(value)
        if isinstance(value, Role):
            return self._add("roles", value.id, role_payload(value))
        if isinstance(value, Channel):
            allowed = {"permissions": effective_permissions(self.user, value)}
            return self._add("channels", value.id, channel_payload(value) | allowed)
        if isinstance(value, FILE_LIKE):
            return self._add_file(value)
        return None

    def add_user(self, user: User) -> str:
        if self.guild and user.id in self.guild.members:
            member = member_payload(self.guild.members[user.id])
            kept = {key: member[key] for key in member if key not in ("user", "mute", "deaf")}
            self._add("members", user.id, kept | {"permissions": effective_permissions(user, self.channel)})
        return self._add("users", user.id, user_payload(user))

    def add_message(self, number: int, payload: Payload) -> str:
        return self._add("messages", number, payload)

    def has_role(self, role: Role) -> bool:
        return self.guild is not None and role in self.guild.roles

    def sees(self, channel: Channel) -> bool:
        """Whether the person is offered this channel here."""
        return channel.guild is self.guild and permissions(self.user, channel).view_channel

    def _add_file(self, file: FileLike) -> str:
        if isinstance(file, Path):
            file = Upload(file.name, file.read_bytes())
        upload = file if isinstance(file, Upload) else Upload(*file)
        most = upload_limit(self.files.upload_limit, self.channel, self.user)
        if len(upload.data) > most:
            size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most} bytes"
            raise ValueError(f"Your files are too powerful. The largest file here is {size}.")
        stored = self.files.store(upload, self.files.world.bot.id, ephemeral=True)
        return self._add("attachments", stored.id, file_payload(stored))

    def _add(self, kind: str, number: int, payload: Payload) -> str:
        self.parts.setdefault(kind, {})[str(number)] = payload
        return str(number)
