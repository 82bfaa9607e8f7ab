"""A message as people see it: its text, pictures and buttons, every state it was in, and a way to wait for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .places import Channel, User
from .wire import Payload

EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
ROW, BUTTON, TEXT, THUMBNAIL, GALLERY, FILE = 1, 2, 10, 11, 12, 13
SELECTS = (3, 5, 6, 7, 8)


@dataclass(eq=False)
class StoredFile:
    id: int
    name: str
    size: int
    content_type: str
    data: bytes = field(repr=False)
    url: str
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


class Version(NamedTuple):
    """One state a message was shown in; the time is the server's."""

    at: float
    text: str
    n_files: int


@dataclass(frozen=True)
class Button:
    label: str
    custom_id: str
    disabled: bool
    style: int
    url: str | None = None


@dataclass(eq=False)
class Message:
    """Live: what is read from it is what the message shows now."""

    id: int
    channel: Channel
    author: User
    created: float
    content: str = ""
    flags: int = 0
    embeds: list[Payload] = field(default_factory=list)
    components: list[Payload] = field(default_factory=list)
    attachments: list[StoredFile] = field(default_factory=list)
    #: the id of the message this one answers
    reference: int | None = None
    nonce: str | int | None = None
    #: the interaction it came from, as Discord's interaction_metadata
    metadata: Payload | None = None
    #: the command it answers, as `imagine` or `jobs list`
    command: str = ""
    #: the only person who sees it; everybody when none
    only_for: User | None = None
    edited: float | None = None
    deleted: bool = False
    #: whether its only reader has put it away
    dismissed: bool = False
    edits: int = 0
    versions: list[Version] = field(default_factory=list)
    _waiting: list[tuple[Callable[[Message], bool], asyncio.Future[None]]] = field(default_factory=list, repr=False)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still says that the app is thinking."""
        return bool(self.flags & LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & COMPONENTS_V2)

    @property
    def text(self) -> str:
        """All visible text, in order: content, embeds, text displays."""
        parts = [self.content, *(text for embed in self.embeds for text in embed_texts(embed))]
        parts += [part["content"] for part in walk(self.components) if part["type"] == TEXT]
        return "\n".join(filter(None, parts))

    @property
    def files(self) -> list[StoredFile]:
        """The files shown, in the order shown."""
        if not self.is_v2:
            return list(self.attachments)
        known = {file.id: file for file in self.attachments}
        shown = [int(media["attachment_id"]) for media in medias(self.components) if "attachment_id" in media]
        return [known[number] for number in shown if number in known]

    @property
    def images(self) -> list[StoredFile]:
        return [file for file in self.files if file.is_image]

    @property
    def buttons(self) -> list[Button]:
        return [_button(part) for part in walk(self.components) if part["type"] == BUTTON]

    @property
    def selects(self) -> list[Payload]:
        return [part for part in walk(self.components) if part["type"] in SELECTS]

    def part(self, name: str, kinds: tuple[int, ...]) -> Payload:
        """A component of these kinds by custom id, label, placeholder or emoji; ValueError says what there is."""
        parts = [part for part in walk(self.components) if part["type"] in kinds]
        for part in parts:
            emoji = (part.get("emoji") or {}).get("name")
            if name in (part.get("custom_id"), part.get("label"), part.get("placeholder"), emoji):
                return part
        offered = ", ".join(str(part.get("label") or part.get("custom_id")) for part in parts)
        raise ValueError(f"The message has no {name}; there are: {offered}")

    def is_for(self, user: User) -> bool:
        """Whether it is shown to this person, given that they see the channel."""
        return not self.dismissed and self.only_for in (None, user)

    def hidden_files(self) -> set[int]:
        """The attachments that a V2 message shows in a component: Discord leaves them out of `attachments`."""
        if not self.is_v2:
            return set()
        return {int(media["attachment_id"]) for media in medias(self.components) if "attachment_id" in media}

    def changed(self, at: float) -> None:
        """Note the state now shown and tell those who wait for one like it."""
        self.versions.append(Version(at, self.text, len(self.files)))
        for waiting in list(self._waiting):
            self._tell(*waiting)

    def _tell(self, wanted: Callable[[Message], bool], future: asyncio.Future[None]) -> None:
        try:
            if not future.done() and wanted(self):
                future.set_result(None)
        except Exception as error:  # noqa: BLE001 (a test's predicate: its error belongs to who waits)
            future.set_exception(error)

    async def wait(self, wanted: Callable[[Message], bool], timeout: float = 10) -> Message:
        """Until the message satisfies this; it is asked at every change, so no state is missed."""
        if wanted(self):
            return self
        entry = (wanted, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout):
                await entry[1]
        except TimeoutError:
            raise TimeoutError(f"the message still says {self.text!r} with {len(self.files)} files") from None
        finally:
            self._waiting.remove(entry)
        return self


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Every component, nested ones too, in the order shown."""
    for part in components:
        yield part
        yield from walk([child for child in part.get("components") or [] if isinstance(child, dict)])
        for key in ("accessory", "component"):
            if isinstance(part.get(key), dict):
                yield from walk([part[key]])


def medias(components: list[Payload]) -> Iterator[Payload]:
    """Every picture or file that a component shows (`{"url": …}`), in the order shown."""
    for part in walk(components):
        if part["type"] == GALLERY:
            yield from (item["media"] for item in part["items"])
        elif part["type"] == THUMBNAIL:
            yield part["media"]
        elif part["type"] == FILE:
            yield part["file"]


def embed_texts(embed: Payload) -> Iterator[str]:
    """Every text of an embed: together they may hold 6000 characters."""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for entry in embed.get("fields") or []:
        yield from (str(entry.get("name") or ""), str(entry.get("value") or ""))
    yield (embed.get("author") or {}).get("name") or ""
    yield (embed.get("footer") or {}).get("text") or ""


def _button(part: Payload) -> Button:
    emoji = (part.get("emoji") or {}).get("name") or ""
    label = part.get("label") or emoji
    return Button(label, part.get("custom_id") or "", bool(part.get("disabled")), part["style"], part.get("url"))
