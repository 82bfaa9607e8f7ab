"""A person in front of Discord's client: types commands, presses buttons, reads what is there for them."""

from __future__ import annotations

from collections.abc import Mapping

from .actor import Actor
from .answers import Answer
from .command_rules import installations
from .commands import MESSAGE_MENU, USER_MENU
from .interaction import AUTOCOMPLETE, COMMAND, COMPONENT
from .message import BUTTON, SELECTS, Message
from .message_payloads import message_payload
from .modal_fields import picked
from .resolved import Resolved
from .rest import Discord
from .typed_options import checked_values, command_data, find_leaf, named, partial_values
from .uploads import Upload
from .wire import Payload
from .world import Channel, Guild, User, permissions

LINK, PREMIUM = 5, 6


class Person(Actor):
    """A member of the playground; `home` is where they are unless a channel is named.

    What their client would not do raises an error with its sentence: PermissionError for what is not for them,
    ValueError for what cannot be sent like this.
    """

    def __init__(self, user: User, discord: Discord, home: Channel) -> None:
        super().__init__(user, discord)
        self.home = home

    @property
    def dm(self) -> Channel:
        """The direct messages with the bot."""
        return self.discord.world.dm(self.user)

    def chat(self, *others: Person) -> Channel:
        """The direct messages with these people, without the bot."""
        return self.discord.world.private(self.user, *(other.user for other in others))

    def sees(self, channel: Channel | str) -> list[Message]:
        """The messages visible to this person, oldest first: without ephemeral ones meant for others."""
        place = self.place(channel)
        if not permissions(self.user, place).view_channel:
            return []
        return [message for message in place.messages.values() if message.is_for(self.user)]

    def commands(self, channel: Channel | str | None = None) -> list[Payload]:
        """What the client offers after `/` (and as context menus) here."""
        return self.discord.commands.visible(self.user, self.place(channel))

    def say(self, text: str = "", *uploads: Upload, channel: Channel | str | None = None) -> Message:
        """Write an ordinary message, with files perhaps."""
        place = self.place(channel)
        held = permissions(self.user, place)
        if not held.view_channel:
            raise PermissionError("You do not have access to this channel.")
        if not (held.send_messages_in_threads if place.parent else held.send_messages):
            raise PermissionError("You do not have permission to send messages in this channel.")
        if place.locked and not held.manage_threads:
            raise PermissionError("This thread is locked.")
        if place.archived:
            place.archived = False
            self.discord.gateway.channel_event("THREAD_UPDATE", place)
        return self.discord.messages.create(place, self.user, {"content": text}, dict(enumerate(uploads)))

    def delete(self, message: Message) -> None:
        """Take a message away for everybody: one's own, or as a moderator anybody's."""
        self._check_seen(message)
        if message.only_for or (
            message.author is not self.user and not permissions(self.user, message.channel).manage_messages
        ):
            raise PermissionError("You do not have permission to delete this message.")
        self.discord.messages.delete(message)

    def dismiss(self, message: Message) -> None:
        """Put away an ephemeral message; the app is not told."""
        self._check_seen(message)
        if not message.only_for:
            raise ValueError("Only messages that you alone see can be dismissed.")
        message.dismissed = True
        self.discord.world.notify(message)

    async def slash(
        self,
        path: str,
        *,
        channel: Channel | str | None = None,
        guild: Guild | None = None,
        locale: str | None = None,
        timeout: float | None = None,
        values: Mapping[str, object] | None = None,
        **options: object,
    ) -> Answer:
        """Use a command, `imagine` or `jobs list`, and wait for the first answer.

        `values` holds options whose names are no Python names.
        """
        place = guild.channels[0] if guild and channel is None else self.place(channel)
        tongue = locale or self.user.locale
        command, chain = self._command(path, place, tongue)
        resolved = self._resolved(place)
        given = {name: _plain(value) for name, value in {**options, **(values or {})}.items()}
        entries = checked_values(_options(command, chain), given, resolved, tongue)
        data = command_data(command, chain, entries, resolved)
        owners = installations(command, self.user, place)
        return await self.interact(COMMAND, place, data, owners=owners, locale=locale, timeout=timeout)

    async def autocomplete(
        self,
        path: str,
        option: str,
        typed: str,
        *,
        channel: Channel | str | None = None,
        locale: str | None = None,
        values: Mapping[str, object] | None = None,
        **others: object,
    ) -> list[Payload]:
        """The choices the app offers for what was typed so far; TimeoutError when it does not answer."""
        place, tongue = self.place(channel), locale or self.user.locale
        command, chain = self._command(path, place, tongue)
        known = _options(command, chain)
        if not any(named(entry, option, tongue) and entry.get("autocomplete") for entry in known):
            raise ValueError(f"{option} has no autocomplete.")
        resolved = self._resolved(place)
        given = {name: _plain(value) for name, value in {**others, **(values or {}), option: typed}.items()}
        data = command_data(command, chain, partial_values(known, given, option, resolved, tongue), resolved)
        owners = installations(command, self.user, place)
        answer = await self.interact(AUTOCOMPLETE, place, data, owners=owners, locale=locale)
        if answer.failed:
            raise TimeoutError("Loading options failed.")
        return answer.choices

    async def click(self, message: Message, name: str, *, timeout: float | None = None) -> Answer:
        """Press a button, found by custom id or label."""
        part = self._find(message, name, (BUTTON,))
        if part["style"] == LINK:
            raise ValueError(f"This button opens {part['url']}; the app is not told.")
        if part["style"] == PREMIUM:
            raise ValueError("This button opens the shop; the app is not told.")
        data = {"custom_id": part["custom_id"], "component_type": BUTTON, "id": part["id"]}
        return await self.interact(COMPONENT, message.channel, data, source=message, timeout=timeout)

    async def select(self, message: Message, name: str, *values: object, timeout: float | None = None) -> Answer:
        """Choose in a select, found by custom id or placeholder."""
        part = self._find(message, name, SELECTS)
        resolved = self._resolved(message.channel)
        chosen = picked(part, [_plain(value) for value in values], resolved)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part["id"], "values": chosen}
        if resolved.parts:
            data["resolved"] = resolved.parts
        return await self.interact(COMPONENT, message.channel, data, source=message, timeout=timeout)

    async def menu(
        self,
        name: str,
        target: Message | Person | User,
        *,
        channel: Channel | str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Use a context menu on a message or a person."""
        thing = target.user if isinstance(target, Person) else target
        kind, place = USER_MENU, self.place(channel)
        if isinstance(thing, Message):
            self._check_seen(thing)
            kind, place = MESSAGE_MENU, thing.channel
        found = [known for known in self.discord.commands.here(place) if known["type"] == kind]
        known = next((known for known in found if named(known, name, self.user.locale)), None)
        command = self._check_offered(known, name, place)
        resolved = self._resolved(place)
        if isinstance(thing, Message):
            resolved.add_message(thing.id, message_payload(thing))
        else:
            resolved.add_user(thing)
        data = command_data(command, [], [], resolved) | {"target_id": str(thing.id)}
        del data["options"]
        owners = installations(command, self.user, place)
        return await self.interact(COMMAND, place, data, owners=owners, timeout=timeout)

    async def interact(
        self,
        kind: int,
        channel: Channel,
        data: Payload,
        *,
        owners: Payload | None = None,
        source: Message | None = None,
        locale: str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Send an interaction and wait for its first answer as long as Discord would (or `timeout`)."""
        done = await self.act(kind, channel, data, owners=owners, source=source, locale=locale, timeout=timeout)
        return Answer(done, self)

    def place(self, channel: Channel | str | None) -> Channel:
        """A channel by name, among those of the home server."""
        if isinstance(channel, Channel):
            return channel
        if channel is None:
            return self.home
        siblings = self.home.guild.channels if self.home.guild else []
        return next(other for other in siblings if other.name == channel.removeprefix("#"))

    def _resolved(self, place: Channel) -> Resolved:
        return Resolved(self.discord.files, place, self.user)

    def _command(self, path: str, place: Channel, locale: str) -> tuple[Payload, list[Payload]]:
        try:
            command, chain = find_leaf(self.discord.commands.here(place), path, locale)
        except KeyError:
            raise PermissionError(f"There is no /{path.removeprefix('/')} here.") from None
        return self._check_offered(command, path, place), chain

    def _check_offered(self, command: Payload | None, name: str, place: Channel) -> Payload:
        if command is None:
            raise PermissionError(f"There is no {name} here.")
        refusal = self.discord.commands.refusal(command, self.user, place)
        if refusal:
            raise PermissionError(refusal)
        return command

    def _check_seen(self, message: Message) -> None:
        if message.deleted:
            raise ValueError("This message was deleted.")
        if message not in self.sees(message.channel):
            raise PermissionError("You do not have access to this message.")

    def _find(self, message: Message, name: str, kinds: tuple[int, ...]) -> Payload:
        self._check_seen(message)
        part = message.part(name, kinds)
        if part.get("disabled"):
            raise ValueError(f"{name} is disabled.")
        return part


def _options(command: Payload, chain: list[Payload]) -> list[Payload]:
    known: list[Payload] = (chain[-1] if chain else command).get("options", [])
    return known


def _plain(value: object) -> object:
    return value.user if isinstance(value, Person) else value
