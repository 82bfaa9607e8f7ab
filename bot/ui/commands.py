"""Slash commands made from data: a workflow's options become a command's, and Discord is told only of changes."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.jobs.store import Store
from bot.text import _, fingerprint, forget_catalogues, named, speaking, spoken

Handler = Callable[[discord.Interaction[Any], Mapping[str, Any]], Awaitable[None]]

WORDS = app_commands.TranslationContextLocation
NAMES = frozenset({WORDS.command_name, WORDS.group_name, WORDS.parameter_name})


def N_(sentence: str) -> str:  # noqa: N802  gettext's name for what is translated later
    """A sentence that is written where nobody is asking yet; whoever reads it gets it in their language."""
    return sentence


class Sentences(app_commands.Translator):
    """Everything Discord shows of the commands, in every language there is a catalogue for or a manifest says it in.

    A name that would be another's in that language stays as it is: Discord would refuse all commands.
    """

    def __init__(self, tree: app_commands.CommandTree[Any]) -> None:
        self._tree = tree
        self._spoken = frozenset(locale for locale in discord.Locale if spoken(locale.value))
        self._forms: dict[tuple[int, discord.Locale], Counter[str]] = {}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        if locale not in self._spoken and locale.value not in string.extras.get("others", {}):
            return None
        with speaking(locale.value):
            if context.location not in NAMES or isinstance(context.data, app_commands.ContextMenu):
                translated = _said(string, locale, _)
            else:
                translated = _said(string, locale, named)
                if self._forms_beside(context, locale)[translated] > 1:
                    return None
        return translated if translated != string.message else None

    def _forms_beside(self, context: app_commands.TranslationContext[Any, Any], locale: discord.Locale) -> Counter[str]:
        """How many on the same level have a name, in English or in that language."""
        level, names = self._level(context)
        if (level, locale) not in self._forms:
            forms = (form for name in names() for form in {name.message, _said(name, locale, named)})
            self._forms[level, locale] = Counter(forms)
        return self._forms[level, locale]

    def _level(
        self, context: app_commands.TranslationContext[Any, Any]
    ) -> tuple[int, Callable[[], list[app_commands.locale_str]]]:
        """What tells the level from others, and the names on it."""
        if context.location is WORDS.parameter_name:
            command = context.data.command
            return id(command), lambda: [_own_name(option) for option in command.parameters]
        if (parent := context.data.parent) is not None:
            return id(parent), lambda: [_own_name(command) for command in parent.commands]
        commands = partial(self._tree.get_commands, type=discord.AppCommandType.chat_input)
        return id(self._tree), lambda: [_own_name(command) for command in commands()]


@dataclass(frozen=True)
class CommandParameter:
    """One option of a command: what Discord calls it, the line it shows, what it takes, whether it must be given."""

    name: app_commands.locale_str
    description: app_commands.locale_str
    transformer: app_commands.Transformer
    required: bool


def in_languages(text: str, others: Mapping[str, str]) -> app_commands.locale_str:
    """A text with what it is in other languages, by Discord's names for them."""
    return app_commands.locale_str(text, others=others)


def build_command(
    name: app_commands.locale_str,
    description: app_commands.locale_str,
    options: Mapping[str, CommandParameter],
    handler: Handler,
    *,
    nsfw: bool = False,
) -> app_commands.Command[Any, ..., None]:
    """A command whose callback gets the given options by their names, which are the keys of `options`.

    discord.py reads the callback's signature (PEP 362) and takes transformer instances as annotations; Python names
    `O0`, `O1` cannot collide with Discord's lower-case ones.
    """
    names = {f"O{index}": option for index, option in enumerate(options)}

    async def callback(interaction: discord.Interaction[Any], **values: Any) -> None:
        await handler(interaction, {names[key]: value for key, value in values.items() if value is not None})

    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    rest = [_parameter(key, options[option]) for key, option in names.items()]
    callback.__signature__ = inspect.Signature([first, *rest])  # type: ignore[attr-defined]  # PEP 362
    described = app_commands.describe(**{key: options[option].description for key, option in names.items()})(callback)
    renamed = app_commands.rename(**{key: options[option].name for key, option in names.items()})(described)
    return app_commands.Command(name=name, description=description, callback=renamed, nsfw=nsfw)


async def sync_commands(tree: app_commands.CommandTree[Any], store: Store, application_id: int) -> bool:
    """Send the commands to Discord where they differ from what was sent last; whether it did.

    Translating takes longer than all else, and all catalogues at once take memory: so only where something differs.
    """
    digest, key = _digest(tree), f"commands:{application_id}"
    if await store.recall(key) == digest and await _all_there(tree):
        return False
    await tree.set_translator(Sentences(tree))
    await tree.sync()
    await tree.set_translator(None)
    forget_catalogues()
    await store.remember(key, digest)
    return True


def _digest(tree: app_commands.CommandTree[Any]) -> str:
    """Of all that Discord would be sent: the commands, what manifests call them elsewhere, and the catalogues."""
    commands = [(command.to_dict(tree), list(_others(command))) for command in _sorted(tree)]
    told = json.dumps([commands, fingerprint()], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _others(thing: Any) -> Iterator[Any]:
    """What a command, its options and those of its own commands are in other languages, by their manifests."""
    for string in (getattr(thing, "_locale_name", None), getattr(thing, "_locale_description", None)):
        yield string.extras.get("others") if string is not None else None
    for option in getattr(thing, "parameters", ()):
        yield [string.extras.get("others") for string in (option.locale_name, option.locale_description) if string]
    for command in getattr(thing, "commands", ()):
        yield from _others(command)


def _said(string: app_commands.locale_str, locale: discord.Locale, look_up: Callable[[str], str]) -> str:
    """What a manifest says, else the catalogue."""
    return str(string.extras.get("others", {}).get(locale.value) or look_up(string.message))


def _own_name(thing: Any) -> app_commands.locale_str:
    """Of a command or an option, with its manifest's translations; discord.py keeps those apart from `name`."""
    name = getattr(thing, "_locale_name", None) if not isinstance(thing, app_commands.Parameter) else thing.locale_name
    return name or app_commands.locale_str(thing.name)


async def _all_there(tree: app_commands.CommandTree[Any]) -> bool:
    return {command.name for command in await tree.fetch_commands()} == {c.name for c in tree.get_commands()}


def _sorted(tree: app_commands.CommandTree[Any]) -> list[Any]:
    return sorted(tree.get_commands(), key=lambda command: command.name)


def _parameter(key: str, option: CommandParameter) -> inspect.Parameter:
    default = inspect.Parameter.empty if option.required else None
    return inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=option.transformer, default=default)
