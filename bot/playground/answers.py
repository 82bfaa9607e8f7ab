"""What comes back to a person: the app's message, or a modal to fill in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .check_components import CHECKBOX, FILE_UPLOAD, LABEL, TEXT_INPUT
from .components import number_parts
from .interaction import MODAL, Interaction
from .interactions import SHOW_MODAL
from .message import SELECTS, Message, walk
from .typed_options import FileLike, Resolved
from .wire import Payload
from .world import Channel, Role, User

if TYPE_CHECKING:
    from .people import Person


class Answer:
    """One interaction as its person sees it; live."""

    def __init__(self, interaction: Interaction, person: Person) -> None:
        self.interaction = interaction
        self.person = person

    @property
    def acknowledged(self) -> bool:
        """Whether the app answered at all; if not, Discord says that the application did not respond."""
        return self.interaction.answered is not None

    @property
    def failed(self) -> bool:
        return not self.acknowledged

    @property
    def ephemeral(self) -> bool:
        return self.interaction.ephemeral

    @property
    def message(self) -> Message:
        """The app's answer, or for a click that changed its message that message."""
        if self.interaction.original is None:
            raise LookupError("the application did not answer with a message")
        return self.interaction.original

    @property
    def followups(self) -> list[Message]:
        return list(self.interaction.followups)

    @property
    def modal(self) -> Modal | None:
        shown = self.interaction.modal
        return Modal(shown, self) if shown and self.interaction.answered == SHOW_MODAL else None

    @property
    def choices(self) -> list[Payload]:
        return self.interaction.choices or []

    async def wait(self, wanted: Callable[[Message], bool], timeout: float = 10) -> Message:
        """Until the message satisfies this, asked at every change; TimeoutError says what it shows instead."""
        return await self.message.wait(wanted, timeout)


class Modal:
    """A form on top of the channel; its fields are found by custom id or label."""

    def __init__(self, shown: Payload, answer: Answer) -> None:
        self.title: str = shown["title"]
        self.custom_id: str = shown["custom_id"]
        self.components: list[Payload] = [dict(part, id=part.get("id") or 0) for part in shown["components"]]
        for part in walk(self.components):
            part.setdefault("id", 0)
        number_parts(self.components)
        self._answer = answer

    @property
    def fields(self) -> dict[str, Payload]:
        """The inputs by the label a person reads."""
        labelled = {part["label"]: part["component"] for part in self.components if part["type"] == LABEL}
        return labelled | {
            part.get("label") or "": part
            for part in walk(self.components)
            if part["type"] == TEXT_INPUT and part.get("label")
        }

    async def submit(self, **values: object) -> Answer:
        """Send the form; fields left out keep the value they were shown with."""
        given = {self._custom_id(name): value for name, value in values.items()}
        person, interaction = self._answer.person, self._answer.interaction
        resolved = Resolved(person.discord.files, interaction.channel.guild)
        parts = [self._part(part, given, resolved) for part in self.components]
        data: Payload = {"custom_id": self.custom_id, "components": parts}
        if resolved.parts:
            data["resolved"] = resolved.parts
        return await person.interact(
            MODAL, interaction.channel, data, source=interaction.source, triggered_by=interaction.metadata
        )

    def _custom_id(self, name: str) -> str:
        ids = [part["custom_id"] for part in walk(self.components) if "custom_id" in part]
        by_label = {label: part["custom_id"] for label, part in self.fields.items()}
        if name not in ids and name not in by_label:
            raise ValueError(f"the form has no field called {name}; there are {', '.join([*by_label, *ids])}")
        return name if name in ids else str(by_label[name])

    def _part(self, part: Payload, given: dict[str, object], resolved: Resolved) -> Payload:
        filled: Payload = {"type": part["type"], "id": part["id"]}
        if "components" in part:
            filled["components"] = [self._part(child, given, resolved) for child in part["components"]]
        elif "component" in part:
            filled["component"] = self._part(part["component"], given, resolved)
        elif "custom_id" in part:
            filled |= {"custom_id": part["custom_id"], **_filled(part, given.get(part["custom_id"]), resolved)}
        return filled


def _filled(part: Payload, value: object, resolved: Resolved) -> Payload:
    if part["type"] == TEXT_INPUT:
        return {"value": _text(part, value)}
    if part["type"] == CHECKBOX:
        return {"value": bool(part.get("default")) if value is None else bool(value)}
    values = _picked(part, value, resolved)
    if part.get("required", True) and not values:
        raise ValueError(f"{part['custom_id']} is required")
    if part["type"] in (*SELECTS, FILE_UPLOAD, 22):
        return {"values": values}
    return {"value": values[0] if values else None}


def _text(part: Payload, value: object) -> str:
    text = str(part.get("value") or "") if value is None else str(value)
    low, high = part.get("min_length") or 0, part.get("max_length") or 4000
    if not text and part.get("required", True):
        raise ValueError(f"{part['custom_id']} is required")
    if text and not low <= len(text) <= high:
        raise ValueError(f"{part['custom_id']} has to be between {low} and {high} characters long")
    return text


def _picked(part: Payload, value: object, resolved: Resolved) -> list[str]:
    if value is None:
        return [option["value"] for option in part.get("options", []) if option.get("default")]
    return pick(part, list(value) if isinstance(value, list) else [value], resolved)


def pick(part: Payload, values: list[object], resolved: Resolved) -> list[str]:
    """The values of a select: options by value or label, people, roles, channels or files as themselves."""
    low = 1 if part.get("min_values") is None else part["min_values"]
    high = part.get("max_values") or 1
    if not low <= len(values) <= high:
        raise ValueError(f"between {low} and {high} have to be chosen")
    return [_pick_one(part, value, resolved) for value in values]


def _pick_one(part: Payload, value: object, resolved: Resolved) -> str:
    if part["type"] == FILE_UPLOAD:
        file: FileLike = value  # type: ignore[assignment]  # what a file field takes is the caller's to know
        return resolved.add_file(file, resolved.files.world.bot.id)
    user = getattr(value, "user", value)
    if isinstance(user, User):
        return resolved.add_user(user)
    if isinstance(value, Role):
        return resolved.add_role(value)
    if isinstance(value, Channel):
        return resolved.add_channel(value, resolved.files.world.bot)
    for option in part.get("options", []):
        if value in (option["value"], option["label"]):
            return str(option["value"])
    raise ValueError(f"{value!r} cannot be chosen")
