"""The workflows' commands in the tree: added, changed and removed as the library has them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from discord import app_commands

from bot.workflow.manifest import Manifest
from bot.workflow.workflow import Workflow

log = logging.getLogger(__name__)

Build = Callable[[Workflow], app_commands.Command[Any, ..., None]]


class Menu:
    """Owns the commands it added and touches no others; `build` makes the command of a workflow."""

    def __init__(self, tree: app_commands.CommandTree[Any], build: Build) -> None:
        self._tree = tree
        self._build = build
        self._shown: set[str] = set()

    def fill(self, workflows: Iterable[Workflow]) -> None:
        """Exactly these. What Discord has no room for, or has under that name already, is left out and logged."""
        for name in self._shown:
            self._tree.remove_command(name)
        self._shown.clear()
        groups: dict[str, app_commands.Group] = {}
        for workflow in workflows:
            try:
                self._add(workflow, groups)
            except app_commands.CommandAlreadyRegistered:
                log.warning("/%s is left out: Easel has a command of that name", workflow.name)
            except (app_commands.CommandLimitReached, ValueError) as error:
                log.warning("/%s is left out: %s", workflow.name, error)

    def _add(self, workflow: Workflow, groups: dict[str, app_commands.Group]) -> None:
        manifest = workflow.manifest
        command = self._build(workflow)
        if not manifest.group:
            self._tree.add_command(command)
            self._shown.add(command.name)
            return
        group = groups.get(manifest.group) or self._group(manifest)
        group.add_command(command)
        group.nsfw = group.nsfw or manifest.nsfw
        groups[manifest.group] = group

    def _group(self, manifest: Manifest) -> app_commands.Group:
        group = app_commands.Group(name=manifest.group, description=manifest.group.capitalize())
        self._tree.add_command(group)
        self._shown.add(group.name)
        return group
