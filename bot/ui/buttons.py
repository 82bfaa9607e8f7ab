"""Buttons and selects that work after a restart: their custom_id names the job, nothing is kept in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import discord
from discord import ui

from bot.errors import Fenced
from bot.jobs.access import Action, require
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.text import _
from bot.ui.answering import answering
from bot.ui.permissions import presser
from bot.ui.stopping import Bot, stopped

JOB_ID = r"(?P<job_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


#: Discord's ceilings
LABEL, OPTIONS, PLACEHOLDER = 80, 25, 150

ItemT_co = TypeVar("ItemT_co", bound=ui.Item[Any], covariant=True)


class EaselItem(ui.DynamicItem[ItemT_co], template=r"(?!)"):
    """The base of what is pressed or chosen. Errors become sentences; a person is answered in their language."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        groups: dict[str, Any] = match.groupdict()
        return cls(**groups)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with answering(interaction, f"the button {self.custom_id}"):
            await self.press(interaction, interaction.client)

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        """What it does."""
        raise NotImplementedError


class EaselButton(EaselItem[ui.Button[Any]], template=r"(?!)"):
    """The base of every button: a subclass has a template, an `__init__` that takes its groups, and `press`."""

    def __init__(
        self, custom_id: str, label: str, *, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        super().__init__(ui.Button(label=label[:LABEL], style=style, custom_id=custom_id))


@dataclass(frozen=True)
class Control:
    """A button or select as a value: `kind(*facts)` is a fresh one, for each time that a message is sent.

    Equal ones look alike, so `facts` hold all that is to be seen. Make one with `control`.
    """

    kind: Callable[..., ui.DynamicItem[Any]]
    facts: tuple[Hashable, ...] = ()

    def item(self) -> ui.DynamicItem[Any]:
        """A fresh one, labelled in the current language."""
        return self.kind(*self.facts)


#: one below the other, each of at most five buttons or one select
Rows = tuple[tuple[Control, ...], ...]


def control(kind: Callable[..., ui.DynamicItem[Any]], *facts: Hashable) -> Control:
    """The button or select that `kind` makes of these."""
    return Control(kind, facts)


class CancelButton(EaselButton, template=rf"job:cancel:{JOB_ID}"):
    """`job:cancel:<job id>`: stops that job, for its owner and for moderators."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:cancel:{job_id}", _("Cancel"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises `AccessRefused`, and `Fenced` for a job that has ended."""
        job = await open_job(bot.runner, self.job_id)
        if interaction.user.id != job.place.user_id:
            require(await presser(interaction), Action.INTERRUPT, job)
        await stopped(bot, job, interaction.user.id)
        await interaction.response.defer()


async def open_job(runner: Runner, job_id: str) -> Job:
    """The job of that id; Fenced where it has ended, or there is none."""
    job = await runner.store.get(job_id)
    if job is None or job.state.ended:
        raise Fenced(job_id)
    return job
