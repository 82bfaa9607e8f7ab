"""What comes back to a person: the app's message, or a modal to fill in."""

from __future__ import annotations

from collections.abc import Callable

from .actor import Actor
from .components import number_parts
from .interaction import MODAL, Interaction
from .interactions import SHOW_MODAL
from .message import Message, walk
from .modal_fields import filled, labelled
from .resolved import Resolved
from .wire import Payload
from .world import User


class Answer:
    """One interaction as its person sees it; live."""

    def __init__(self, interaction: Interaction, person: Actor) -> None:
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
        return labelled(self.components)

    async def submit(self, **values: object) -> Answer:
        """Send the form; fields left out keep the value they were shown with.

        It closes once the app has answered. ValueError: the client would not send it; LookupError: it was closed.
        """
        person, interaction = self._answer.person, self._answer.interaction
        if interaction.modal_closed:
            raise LookupError("This form is not open any more.")
        given = {self._custom_id(name): _plain(value) for name, value in values.items()}
        resolved = Resolved(person.discord.files, interaction.channel, person.user)
        data: Payload = {"custom_id": self.custom_id, "components": filled(self.components, given, resolved)}
        if resolved.parts:
            data["resolved"] = resolved.parts
        submitted = await person.act(
            MODAL, interaction.channel, data, source=interaction.source, triggered_by=interaction.metadata
        )
        interaction.modal_closed = submitted.answered is not None
        return Answer(submitted, person)

    def close(self) -> None:
        """Put it away; the app is not told."""
        self._answer.interaction.modal_closed = True

    def _custom_id(self, name: str) -> str:
        ids = [part["custom_id"] for part in walk(self.components) if "custom_id" in part]
        by_label = {label: part["custom_id"] for label, part in self.fields.items()}
        if name not in ids and name not in by_label:
            raise ValueError(f"This form has no field called {name}; there are {', '.join([*by_label, *ids])}.")
        return name if name in ids else str(by_label[name])


def _plain(value: object) -> object:
    """People as the users they are."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    user = getattr(value, "user", value)
    return user if isinstance(user, User) else value
