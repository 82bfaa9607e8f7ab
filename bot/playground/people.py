"""A person in front of Discord's client: types commands, presses buttons, reads what is there for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from .answers import Answer, pick
from .commands import MESSAGE_MENU, USER_MENU
from .interaction import AUTOCOMPLETE, COMMAND, COMPONENT
from .message import BUTTON, SELECTS, Message, walk
from .payloads import message_payload
from .rest import Discord
from .typed_options import Resolved, checked_values, command_data, find_leaf, partial_values
from .uploads import Upload
from .wire import Payload
from .world import Channel, Guild, User, permissions


class Person:
    """A member of the playground; `home` is where they are unless a channel is named."""

    def __init__(self, user: User, discord: Discord, home: Channel) -> None:
        self.user = user
        self.discord = discord
        self.home = home

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def dm(self) -> Channel:
        """The direct messages with the bot."""
        return self.discord.world.dm(self.user)

    def sees(self, channel: Channel | str) -> list[Message]:
        """The messages visible to this person, oldest first: without ephemeral ones meant for others."""
        place = self.place(channel)
        if not permissions(self.user, place).view_channel:
            return []
        return [message for message in place.messages.values() if message.only_for in (None, self.user)]

    def commands(self, channel: Channel | str | None = None) -> list[Payload]:
        """What the client offers after `/` (and as context menus) here."""
        return self.discord.commands.visible(self.user, self.place(channel))

    def say(self, text: str = "", *uploads: Upload, channel: Channel | str | None = None) -> Message:
        """Write an ordinary message, with files perhaps."""
        files = dict(enumerate(uploads))
        return self.discord.messages.create(self.place(channel), self.user, {"content": text}, files)

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

        `values` holds options whose names are no Python names. ValueError: the client would not send it;
        PermissionError: this person is not offered the command here.
        """
        place = guild.channels[0] if guild and channel is None else self.place(channel)
        command, chain = self._command(path, place)
        known = (chain[-1] if chain else command).get("options", [])
        resolved = Resolved(self.discord.files, place.guild)
        given = {name: _plain(value) for name, value in {**options, **(values or {})}.items()}
        entries = checked_values(known, given, resolved, self.user)
        data = command_data(command, chain, entries, resolved)
        return await self.interact(COMMAND, place, data, locale=locale, timeout=timeout)

    async def autocomplete(
        self,
        path: str,
        option: str,
        typed: str,
        *,
        channel: Channel | str | None = None,
        values: Mapping[str, object] | None = None,
        **others: object,
    ) -> list[Payload]:
        """The choices the app offers for what was typed so far; TimeoutError when it does not answer."""
        place = self.place(channel)
        command, chain = self._command(path, place)
        known = (chain[-1] if chain else command).get("options", [])
        if not any(entry["name"] == option and entry.get("autocomplete") for entry in known):
            raise ValueError(f"{option} has no autocomplete")
        entries = partial_values(known, {**others, **(values or {}), option: typed}, option)
        data = command_data(command, chain, entries, Resolved(self.discord.files, place.guild))
        answer = await self.interact(AUTOCOMPLETE, place, data)
        if answer.failed:
            raise TimeoutError(f"no choices came for {option}")
        return answer.choices

    async def click(self, message: Message, name: str, *, timeout: float | None = None) -> Answer:
        """Press a button, found by custom id or label."""
        part = self._find(message, name, (BUTTON,))
        data = {"custom_id": part["custom_id"], "component_type": BUTTON, "id": part["id"]}
        return await self.interact(COMPONENT, message.channel, data, source=message, timeout=timeout)

    async def select(self, message: Message, name: str, *values: object, timeout: float | None = None) -> Answer:
        """Choose in a select, found by custom id or placeholder."""
        part = self._find(message, name, SELECTS)
        resolved = Resolved(self.discord.files, message.channel.guild)
        picked = pick(part, list(values), resolved)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part["id"], "values": picked}
        if resolved.parts:
            data["resolved"] = resolved.parts
        return await self.interact(COMPONENT, message.channel, data, source=message, timeout=timeout)

    async def menu(
        self, name: str, target: Message | Person, *, channel: Channel | str | None = None, timeout: float | None = None
    ) -> Answer:
        """Use a context menu on a message or a person."""
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        place = target.channel if isinstance(target, Message) else self.place(channel)
        found = [known for known in self.commands(place) if known["type"] == kind and known["name"] == name]
        if not found:
            raise PermissionError(f"{self.name} is not offered {name!r} here")
        resolved = Resolved(self.discord.files, place.guild)
        if isinstance(target, Message):
            resolved.parts["messages"] = {str(target.id): message_payload(target)}
        else:
            resolved.add_user(target.user)
        data = command_data(found[0], [], [], resolved) | {"target_id": str(target.id)}
        del data["options"]
        return await self.interact(COMMAND, place, data, timeout=timeout)

    async def interact(
        self,
        kind: int,
        channel: Channel,
        data: Payload,
        *,
        source: Message | None = None,
        triggered_by: Payload | None = None,
        locale: str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Send an interaction and wait for its first answer as long as Discord would (or `timeout`)."""
        interactions = self.discord.interactions
        interaction = interactions.open(
            kind, self.user, channel, data, source=source, triggered_by=triggered_by, locale=locale
        )
        if self.discord.gateway.reachable:
            with suppress(TimeoutError):
                async with asyncio.timeout(interactions.answer_window if timeout is None else timeout):
                    await interaction.settled.wait()
        return Answer(interaction, self)

    def place(self, channel: Channel | str | None) -> Channel:
        """A channel by name, among those of the home server."""
        if isinstance(channel, Channel):
            return channel
        if channel is None:
            return self.home
        siblings = self.home.guild.channels if self.home.guild else []
        return next(other for other in siblings if other.name == channel.removeprefix("#"))

    def _command(self, path: str, place: Channel) -> tuple[Payload, list[Payload]]:
        try:
            return find_leaf(self.commands(place), path)
        except KeyError:
            raise PermissionError(f"{self.name} is not offered /{path} here") from None

    def _find(self, message: Message, name: str, kinds: tuple[int, ...]) -> Payload:
        if message not in self.sees(message.channel):
            raise PermissionError(f"{self.name} does not see this message")
        parts = [part for part in walk(message.components) if part["type"] in kinds]
        for part in parts:
            labels = (part.get("custom_id"), part.get("label"), part.get("placeholder"))
            if name in labels or name == (part.get("emoji") or {}).get("name"):
                if part.get("disabled"):
                    raise ValueError(f"{name} is disabled")
                return part
        offered = ", ".join(str(part.get("label") or part.get("custom_id")) for part in parts)
        raise ValueError(f"the message has no {name}; there are: {offered}")


def _plain(value: object) -> object:
    return value.user if isinstance(value, Person) else value
