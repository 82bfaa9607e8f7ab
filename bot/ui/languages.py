"""The commands as Discord is sent them, in all languages; none that did not change is translated again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.text import _, fingerprint, forget_catalogues, named, speaking, spoken

Context = app_commands.TranslationContext[Any, Any]

WORDS = app_commands.TranslationContextLocation
NAMES = frozenset({WORDS.command_name, WORDS.group_name, WORDS.parameter_name})

#: so many translated commands are kept: those of two readings of a folder, of which Discord takes 100
KEPT = 200
#: as JSON, a few KB each, by a digest of all they are made of; what was not needed for longest comes first
_kept: dict[str, str] = {}


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
        context: Context,
    ) -> str | None:
        if not self._speaks(string, locale):
            return None
        with speaking(locale.value):
            if context.location not in NAMES or isinstance(context.data, app_commands.ContextMenu):
                translated = _said(string, locale, _)
            else:
                translated = _said(string, locale, named)
                if self._forms_beside(context, locale)[translated] > 1:
                    return None
        return translated if translated != string.message else None

    def clashes(self, command: Any) -> list[str]:
        """The languages in which another command has its name: all that is translated by what stands beside it."""
        if isinstance(command, app_commands.ContextMenu):
            return []
        name = _own_name(command)
        context: Context = app_commands.TranslationContext(location=WORDS.command_name, data=command)
        return [locale.value for locale in discord.Locale if self._clashes(name, locale, context)]

    def _clashes(self, name: app_commands.locale_str, locale: discord.Locale, context: Context) -> bool:
        if not self._speaks(name, locale):
            return False
        with speaking(locale.value):
            return self._forms_beside(context, locale)[_said(name, locale, named)] > 1

    def _speaks(self, string: app_commands.locale_str, locale: discord.Locale) -> bool:
        return locale in self._spoken or locale.value in string.extras.get("others", {})

    def _forms_beside(self, context: Context, locale: discord.Locale) -> Counter[str]:
        """How many on the same level have a name, in English or in that language."""
        level, names = self._level(context)
        if (level, locale) not in self._forms:
            forms = (form for name in names() for form in {name.message, _said(name, locale, named)})
            self._forms[level, locale] = Counter(forms)
        return self._forms[level, locale]

    def _level(self, context: Context) -> tuple[int, Callable[[], list[app_commands.locale_str]]]:
        """What tells the level from others, and the names on it."""
        if context.location is WORDS.parameter_name:
            command = context.data.command
            return id(command), lambda: [_own_name(option) for option in command.parameters]
        if (parent := context.data.parent) is not None:
            return id(parent), lambda: [_own_name(command) for command in parent.commands]
        commands = partial(self._tree.get_commands, type=discord.AppCommandType.chat_input)
        return id(self._tree), lambda: [_own_name(command) for command in commands()]


async def in_all_languages(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """What Discord is sent, in the tree's order.

    Translating takes longer than all else, and all catalogues at once take memory: these are forgotten again.
    """
    sentences, catalogues = Sentences(tree), fingerprint()
    payloads = [await _payload(command, tree, sentences, catalogues) for command in tree.get_commands()]
    forget_catalogues()
    return payloads


def digest_of(tree: app_commands.CommandTree[Any]) -> str:
    """Of all that Discord would be sent: the commands, what manifests call them elsewhere, and the catalogues."""
    return _digest([*sorted(_made_of(command, tree) for command in tree.get_commands()), fingerprint()])


async def _payload(
    command: Any, tree: app_commands.CommandTree[Any], sentences: Sentences, catalogues: str
) -> dict[str, Any]:
    key = _digest([_made_of(command, tree), *sentences.clashes(command), catalogues])
    found = _kept.pop(key, None) or json.dumps(await command.get_translated_payload(tree, sentences))
    _kept[key] = found
    if len(_kept) > KEPT:
        del _kept[next(iter(_kept))]
    payload: dict[str, Any] = json.loads(found)
    return payload


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()


def _made_of(command: Any, tree: app_commands.CommandTree[Any]) -> str:
    return json.dumps([command.to_dict(tree), list(_others(command))], sort_keys=True)


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
