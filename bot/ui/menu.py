"""The workflows' commands in the tree: added, changed and removed as the library has them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from discord import app_commands

from bot.text import _
from bot.workflow.manifest import Manifest
from bot.workflow.workflow import Workflow

log = logging.getLogger(__name__)

Build = Callable[[Workflow], app_commands.Command[Any, ..., None]]

#: Discord's: commands of an app, commands of a group
MAX_COMMANDS, MAX_GROUP = 100, 25


class Menu:
    """Owns the commands it added and touches no others; `build` makes the command of a workflow."""

    def __init__(self, tree: app_commands.CommandTree[Any], build: Build) -> None:
        self._tree = tree
        self._build = build
        self._shown: set[str] = set()

    def fill(self, workflows: Iterable[Workflow]) -> dict[str, str]:
        """Exactly these, in their order; what is left out, by name, and why, in a sentence.

        All at once: no command that was there and stays is ever missing in between.
        """
        for name in self._shown:
            self._tree.remove_command(name)
        self._shown.clear()
        left_out: dict[str, str] = {}
        groups: dict[str, app_commands.Group] = {}
        for workflow in workflows:
            if reason := self._add(workflow, groups):
                log.warning("/%s is left out: %s", workflow.name, reason)
                left_out[workflow.name] = reason
        return left_out

    def _add(self, workflow: Workflow, groups: dict[str, app_commands.Group]) -> str:
        """Why it cannot be; empty where it is."""
        manifest = workflow.manifest
        try:
            command = self._build(workflow)
            if manifest.group:
                self._add_to_group(command, manifest, groups)
            else:
                self._put(command)
        except app_commands.CommandAlreadyRegistered as error:
            return self._taken(error.name)
        except app_commands.CommandLimitReached:
            return _("Discord takes {most} commands of one app, and the others come first. Turn some off.").format(
                most=MAX_COMMANDS
            )
        except ValueError as error:
            return _("Discord does not take it: {reason}").format(reason=error)
        return ""

    def _add_to_group(
        self, command: app_commands.Command[Any, ..., None], manifest: Manifest, groups: dict[str, app_commands.Group]
    ) -> None:
        group = groups.get(manifest.group)
        if group is None:
            group = app_commands.Group(name=manifest.group, description=manifest.group.capitalize())
            self._put(group)
            groups[manifest.group] = group
        if len(group.commands) >= MAX_GROUP:
            raise ValueError(_("a group holds at most {most} commands.").format(most=MAX_GROUP))
        group.add_command(command)
        group.nsfw = group.nsfw or manifest.nsfw

    def _put(self, command: app_commands.Command[Any, ..., None] | app_commands.Group) -> None:
        self._tree.add_command(command)
        self._shown.add(command.name)

    def _taken(self, name: str) -> str:
        if name in self._shown:
            return _("Another workflow, or a group of them, is /{name}. Rename one of them.").format(name=name)
        return _("/{name} is a command of Easel's own. Give it another name.").format(name=name)
