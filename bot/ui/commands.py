"""Slash commands made from data: a workflow's options become a command's, and Discord is told only of changes."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.jobs.store import Store
from bot.ui.languages import digest_of, in_all_languages

Handler = Callable[[discord.Interaction[Any], Mapping[str, Any]], Awaitable[None]]

#: Discord's code for a form that is not as it should be
BAD_FORM = 50035


def N_(sentence: str) -> str:  # noqa: N802  gettext's name for what is translated later
    """A sentence that is written where nobody is asking yet; whoever reads it gets it in their language."""
    return sentence


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
    digest, key = digest_of(tree), f"commands:{application_id}"
    if await store.recall(key) == digest and await _all_there(tree):
        return False
    await _send(tree, await in_all_languages(tree), application_id)
    await store.remember(key, digest)
    return True


async def _send(tree: app_commands.CommandTree[Any], payloads: list[dict[str, Any]], application_id: int) -> None:
    """As `tree.sync` does, which translates all of them each time."""
    try:
        await tree.client.http.bulk_upsert_global_commands(application_id, payload=payloads)
    except discord.HTTPException as refusal:
        if refusal.status == 400 and refusal.code == BAD_FORM:
            raise app_commands.CommandSyncFailure(refusal, tree.get_commands()) from None
        raise


async def _all_there(tree: app_commands.CommandTree[Any]) -> bool:
    return {command.name for command in await tree.fetch_commands()} == {c.name for c in tree.get_commands()}


def _parameter(key: str, option: CommandParameter) -> inspect.Parameter:
    default = inspect.Parameter.empty if option.required else None
    return inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=option.transformer, default=default)
