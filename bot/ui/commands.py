"""Slash commands made from data: a workflow's options become a command's, and Discord is told only of changes."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.jobs.store import Store
from bot.text import _, named, speaking, spoken

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
                others = [name for name in self._beside(context) if name.message != string.message]
                if translated in {form for name in others for form in (name.message, _said(name, locale, named))}:
                    return None
        return translated if translated != string.message else None

    def _beside(self, context: app_commands.TranslationContext[Any, Any]) -> list[app_commands.locale_str]:
        """The names on the same level."""
        if context.location is WORDS.parameter_name:
            return [_own_name(option) for option in context.data.command.parameters]
        if (parent := context.data.parent) is not None:
            return [_own_name(command) for command in parent.commands]
        return [_own_name(command) for command in self._tree.get_commands(type=discord.AppCommandType.chat_input)]


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
    """Send the commands to Discord where they differ from what was sent last; whether it did."""
    sentences = Sentences(tree)
    payload = [await command.get_translated_payload(tree, sentences) for command in _sorted(tree)]
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    key = f"commands:{application_id}"
    if await store.recall(key) == digest and await _all_there(tree):
        return False
    await tree.set_translator(sentences)
    await tree.sync()
    await store.remember(key, digest)
    return True


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
