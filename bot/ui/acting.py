"""The actions of a workflow, as buttons: a picture of a result goes into another workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import discord

from bot.cdn import Cdn
from bot.errors import AccessRefused
from bot.jobs.job import Job
from bot.text import _
from bot.ui.again import Bot as Again
from bot.ui.again import make_or_ask
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.carrying import address_of, ancestors_of, carried, to_go_on_from
from bot.ui.filling import ask
from bot.ui.making import Wish
from bot.ui.pictures import source_of
from bot.workflow.goals import Goal, goal_by_key

NUMBER = r"(?P<number>\d{1,4})"  # of the job's file, from 0
KEY = r"(?P<key>[0-9a-f]{8})"


class Bot(Again, Protocol):
    """What going on with a picture needs of the client."""

    cdn: Cdn


class ActButton(EaselButton, template=rf"job:act:{JOB_ID}:{NUMBER}:{KEY}"):
    """`job:act:<job id>:<n>:<goal>`: that file into another workflow, with what is said already.

    One that draws a picture anew asks first what it should become.
    """

    def __init__(self, job_id: str, number: int | str, key: str, label: str = "") -> None:
        self.job_id, self.number, self.key = job_id, int(number), key
        super().__init__(f"job:act:{job_id}:{number}:{key}", label)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if not first:
                return
            goal = goal_of(bot, self.key)
            wish = await onward(interaction, bot, (self.job_id, self.number), goal)
            if goal.varies:
                await ask(interaction, wish)
            else:
                await make_or_ask(interaction, bot, wish)


def goal_of(bot: Bot, key: str) -> Goal:
    """Where a button leads. AccessRefused where nothing goes there any more."""
    goal = goal_by_key(bot.library, key)
    if goal is None:
        raise AccessRefused(
            _("What this button leads to was taken away, or cannot run at the moment. Try it again later.")
        )
    return goal


async def onward(
    interaction: discord.Interaction[Any],
    bot: Bot,
    picture: tuple[str, int],
    goal: Goal,
    given: Mapping[str, object] | None = None,
) -> Wish:
    """A file, by its job's id and its number, into the goal, with what means the same there and what is `given`.

    Raises AccessRefused where the job is gone.
    """
    job_id, number = picture
    job = await to_go_on_from(interaction, bot.store, job_id)
    family: list[Job] = [job, *await ancestors_of(bot.store, job, interaction.user.id)]
    values = carried(bot, family, goal.workflow, given or {})
    return Wish(
        goal.workflow,
        given=values,
        carried=values,
        about=next((each.prompt for each in family if each.prompt), ""),
        sources={goal.option.name: source_of(interaction, bot, job, number)},
        parent=job,
        origin=address_of(interaction, job),
    )
