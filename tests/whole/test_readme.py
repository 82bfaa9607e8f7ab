"""The README's tables are what the running bot has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from bot.__main__ import CommandLine
from bot.app import EaselBot

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def leaves(commands: Any) -> list[app_commands.Command[Any, ..., Any]]:
    found: list[app_commands.Command[Any, ..., Any]] = []
    for command in commands:
        found += leaves(command.commands) if isinstance(command, app_commands.Group) else [command]
    return found


async def test_the_readme_lists_every_command_with_its_description(bot: EaselBot) -> None:
    """Those too that this ComfyUI has no models for."""
    rows = re.findall(r"^\| `/([a-z ]+)` \| (everyone|moderators|admins|bot owner) \| (.+) \|$", README, re.MULTILINE)
    slash = bot.tree.get_commands(type=discord.AppCommandType.chat_input)
    shipped = [entry.variants[0].manifest for entry in bot.library.entries.values()]

    assert {name: text for name, _who, text in rows} == {
        **{command.qualified_name: command.description for command in leaves(slash)},
        **{manifest.name: manifest.description for manifest in shipped},
    }


async def test_the_readme_lists_every_menu_and_whom_it_is_for(bot: EaselBot) -> None:
    rows = re.findall(r"^\| ([A-Z][a-z ]+) \| (everyone|moderators) \| .+ \|$", README, re.MULTILINE)
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    menus = [menu for kind in kinds for menu in bot.tree.get_commands(type=kind)]

    assert dict(rows) == {menu.name: "moderators" if menu.default_permissions else "everyone" for menu in menus}


def test_the_readme_lists_every_command_of_the_command_line() -> None:
    rows = re.findall(r"^\| `python -m bot ?([a-z]*)[^|]*` \| .+ \|$", README, re.MULTILINE)
    known = [field.alias or name for name, field in CommandLine.model_fields.items()]

    assert sorted(name or "run" for name in rows) == sorted(known)


async def test_the_readme_lists_every_option_of_imagine_with_its_help(bot: EaselBot) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|$", README, re.MULTILINE)
    command = bot.tree.get_command("imagine")

    assert isinstance(command, app_commands.Command)
    assert dict(rows) == {option.display_name: str(option.description) for option in command.parameters}
