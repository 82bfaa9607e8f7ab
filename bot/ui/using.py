"""Use as input: a picture of a result into any command that takes one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from bot.errors import AccessRefused
from bot.jobs.job import Job
from bot.text import _, named
from bot.ui.acting import KEY, NUMBER, Bot, goal_of, onward
from bot.ui.buttons import JOB_ID, OPTIONS, Control, EaselButton, control
from bot.ui.carrying import address_of
from bot.ui.deeds import Deed
from bot.ui.files import PICTURES
from bot.ui.filling import ask, options_of, worth_filling
from bot.ui.people import actor_of
from bot.ui.picking import Entry, pick
from bot.ui.places import channels_of
from bot.ui.reaching import reachable
from bot.ui.visibility import require_nsfw_channel
from bot.workflow.goals import Goal, goal_by_key, key_of
from bot.workflow.library import Library
from bot.workflow.option import OptionType

SELECTS = 4  # Discord has at most a hundred commands of one bot


class UseButton(EaselButton, template=rf"job:use:{JOB_ID}:{NUMBER}"):
    """`job:use:<job id>:<n>`: asks for which command, and shows those only that this person may use here."""

    def __init__(self, job_id: str, number: int | str, label: str = "") -> None:
        self.job_id, self.number = job_id, int(number)
        super().__init__(f"job:use:{job_id}:{number}", label or _("Use as input"))

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        await reachable(interaction, bot.store, self.job_id)
        entries = [_entry(self.job_id, self.number, goal) for goal in _open_to(interaction, bot)]
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(_("What should this picture go into?")))
        for place, at in enumerate(range(0, len(entries), OPTIONS)[:SELECTS]):
            row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
            row.add_item(pick(self.job_id, place, _("Choose a command"), entries[at : at + OPTIONS]).item())
            view.add_item(row)
        await interaction.response.send_message(view=view, ephemeral=True)


class IntoButton(EaselButton, template=rf"job:into:{JOB_ID}:{NUMBER}:{KEY}"):
    """`job:into:<job id>:<n>:<goal>`, chosen from the list that Use as input shows: a form, then the job."""

    def __init__(self, job_id: str, number: int | str, key: str) -> None:
        self.job_id, self.number, self.key = job_id, int(number), key
        super().__init__(f"job:into:{job_id}:{number}:{key}", _("Use as input"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        job = await reachable(interaction, bot.store, self.job_id)
        goal = goal_of(bot, self.key)
        wish = await onward(interaction, bot, (self.job_id, self.number), goal)
        wish = replace(wish, origin=address_of(interaction, job))
        if fields := worth_filling(options_of(interaction, goal.workflow), wish):
            await ask(interaction, wish, fields)
            return
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if first:
                await bot.maker.make(interaction, wish)


def uses_of(library: Library, job: Job) -> Iterator[Deed]:
    """What is done with a picture of the job's, where any command takes one."""
    if any(True for _goal in takers(library)):
        yield Deed(_("Use as input"), PICTURES, lambda number, label: control(UseButton, job.id, number, label))


def takers(library: Library) -> Iterator[Goal]:
    """The commands that can run now and need a picture and no other file, each with its first option for one."""
    for name, workflow in library.workflows.items():
        images = (option.name for option in workflow.manifest.options if option.type is OptionType.IMAGE)
        goals = (goal_by_key(library, key_of(name, image)) for image in images)
        goal = next((goal for goal in goals if goal is not None and goal.alone), None)
        if goal is not None:
            yield goal


def _open_to(interaction: discord.Interaction[Any], bot: Any) -> list[Goal]:
    """Those that the person may use here. AccessRefused where there is none, saying why of the first."""
    actor = actor_of(interaction, owner=bot.is_owner_id(interaction.user.id))
    goals: list[Goal] = []
    refusal = AccessRefused(_("There is no command now that takes a picture."))
    for goal in reversed(list(takers(bot.library))):
        manifest = bot.library.workflows[goal.workflow].manifest
        try:
            bot.admitting.check_person(actor, channels_of(interaction), manifest)
            require_nsfw_channel(interaction, nsfw=manifest.nsfw)
        except AccessRefused as error:
            refusal = error
        else:
            goals.insert(0, goal)
    if not goals:
        raise refusal
    return goals


def _entry(job_id: str, number: int, goal: Goal) -> Entry:
    into: Control = control(IntoButton, job_id, number, goal.key)
    return f"/{named(goal.workflow)}", into
